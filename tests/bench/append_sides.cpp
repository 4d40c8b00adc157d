// SPDX-License-Identifier: Apache-2.0
// The store behind its port, and what it is measured against inside SQLite: the same events as rows with the two unique
// indexes that uniqueness costs when it is left to SQLite, and the same canonical bytes a row a transaction with
// nothing looked up and nothing unique. All of them in write-ahead-log mode with synchronous=FULL.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "events/codec.hpp"
#include "events/store/sqlite.hpp"
#include "tests/bench/append_side.hpp"

namespace creditfold::test {
namespace {

SQLite::Database open_database(const std::filesystem::path& directory, const char* schema) {
  std::filesystem::create_directories(directory);
  SQLite::Database database(directory / "ledger.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  database.exec(schema);
  return database;
}

class Ours final : public AppendSide {
 public:
  explicit Ours(const std::filesystem::path& directory) : log_(open_sqlite({.directory = directory})) {}

  bool append(std::span<const Batch> group) override { return log_->append(group).has_value(); }
  std::int64_t count() override { return log_->head(); }

 private:
  std::unique_ptr<SqliteLog> log_;
};

class IndexedSqlite final : public AppendSide {
 public:
  explicit IndexedSqlite(const std::filesystem::path& directory)
      : database_(open_database(
            directory,
            "CREATE TABLE events (seq INTEGER PRIMARY KEY, account TEXT NOT NULL, version INTEGER NOT NULL, "
            "key TEXT NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL, "
            "UNIQUE (account, version), UNIQUE (account, key)) STRICT")) {}

  bool append(std::span<const Batch> group) override {
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const Batch& batch : group) {
      body_.clear();
      encode_event(batch.events[0], body_);
      insert_.bindNoCopy(1, batch.account.value);
      insert_.bind(2, batch.events[0].version);
      insert_.bindNoCopy(3, batch.key.value);
      insert_.bindNoCopy(4, batch.command.bytes.data(), static_cast<int>(batch.command.bytes.size()));
      insert_.bindNoCopy(5, body_.data(), static_cast<int>(body_.size()));
      const int outcome = insert_.tryExecuteStep();
      (void)insert_.tryReset();
      if (outcome == SQLITE_CONSTRAINT) return false;  // the transaction rolls back
      if (outcome != SQLITE_DONE) throw SQLite::Exception(database_.getHandle(), outcome);
    }
    transaction.commit();
    return true;
  }
  std::int64_t count() override { return database_.execAndGet("SELECT count(*) FROM events").getInt64(); }

 private:
  SQLite::Database database_;
  SQLite::Statement insert_{database_,
                            "INSERT INTO events (account, version, key, digest, body) "
                            "VALUES (?, ?, ?, ?, ?)"};
  std::vector<std::uint8_t> body_;
};

class BareSegments final : public AppendSide {
 public:
  explicit BareSegments(const std::filesystem::path& directory)
      : database_(open_database(
            directory,
            "CREATE TABLE segments (id INTEGER PRIMARY KEY, events INTEGER NOT NULL, body BLOB NOT NULL) STRICT")) {}

  bool append(std::span<const Batch> group) override {
    body_.clear();
    for (const Batch& batch : group) encode_event(batch.events[0], body_);
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    insert_.bind(1, static_cast<std::int64_t>(group.size()));
    insert_.bindNoCopy(2, body_.data(), static_cast<int>(body_.size()));
    insert_.exec();
    insert_.reset();
    transaction.commit();
    return true;
  }
  std::int64_t count() override { return database_.execAndGet("SELECT sum(events) FROM segments").getInt64(); }
  bool is_unique() const override { return false; }

 private:
  SQLite::Database database_;
  SQLite::Statement insert_{database_, "INSERT INTO segments (events, body) VALUES (?, ?)"};
  std::vector<std::uint8_t> body_;
};

}  // namespace

std::unique_ptr<AppendSide> open_side(std::string_view name, const std::filesystem::path& directory) {
  if (name == "ours") return std::make_unique<Ours>(directory);
  if (name == "indexed-sqlite") return std::make_unique<IndexedSqlite>(directory);
  if (name == "bare-segments") return std::make_unique<BareSegments>(directory);
  return nullptr;
}

}  // namespace creditfold::test
