// SPDX-License-Identifier: Apache-2.0
// What SQLite says, as the project's faults. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <utility>

#include "events/log.hpp"

namespace creditfold {

[[nodiscard]] inline Fault::Kind fault_kind(int sqlite_code) {
  switch (sqlite_code & 0xFF) {  // without the extended part
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:  // what could conflict was looked up before: an index and its table disagree
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
      return Fault::Kind::damaged;  // our own fixed SQL does not fit the tables
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fault::Kind::busy;
    case SQLITE_FULL:
      return Fault::Kind::full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Fault::Kind::read_only;
    default:
      return Fault::Kind::unavailable;
  }
}

// Runs `action`; what SQLite throws comes out as a Fault that names the file and what was being done.
template <class Action>
decltype(auto) with_faults(const std::filesystem::path& file, const char* doing, Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (const SQLite::Exception& error) {
    throw Fault(fault_kind(error.getErrorCode()), file.string() + ": " + doing + ": " + error.what());
  }
}

// Statements are prepared once and used again: this makes one ready for its next use when the scope ends.
class Reset {
 public:
  explicit Reset(SQLite::Statement& statement) : statement_(statement) {}
  ~Reset() { static_cast<void>(statement_.tryReset()); }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;

 private:
  SQLite::Statement& statement_;
};

}  // namespace creditfold
