// SPDX-License-Identifier: Apache-2.0
#include "events/store/database_copy.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "events/store/files.hpp"
#include "events/store/sqlite_fault.hpp"

namespace creditfold {
namespace {

constexpr int timeout_ms = 5'000;  // of another connection's recovery of the write-ahead log

}  // namespace

struct DatabaseMoment::Connection {
  std::filesystem::path file;
  mutable SQLite::Database database;

  explicit Connection(const std::filesystem::path& path)
      : file(path), database(path.string(), SQLite::OPEN_READONLY, timeout_ms) {
    // Only the writing process may checkpoint; see sqlite.cpp.
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database.exec("BEGIN");
    static_cast<void>(database.execAndGet("SELECT count(*) FROM sqlite_schema"));  // the moment
  }
};

DatabaseMoment::DatabaseMoment(const std::filesystem::path& file)
    : connection_(with_faults(file, "opening", [&] { return std::make_unique<Connection>(file); })) {}
DatabaseMoment::~DatabaseMoment() = default;
DatabaseMoment::DatabaseMoment(DatabaseMoment&&) noexcept = default;
DatabaseMoment& DatabaseMoment::operator=(DatabaseMoment&&) noexcept = default;

void DatabaseMoment::copy_to(const std::filesystem::path& file) const {
  with_faults(file, "copying", [&] {
    SQLite::Database copy(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup backup(copy, connection_->database);
    backup.executeStep(-1);  // all pages: in pieces it would begin anew whenever somebody commits
    return true;
  });
  sync_directory(file.parent_path());
}

}  // namespace creditfold
