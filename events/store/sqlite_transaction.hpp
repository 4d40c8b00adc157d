// SPDX-License-Identifier: Apache-2.0
// A transaction that writes, by statements that were prepared once. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "events/store/sqlite_fault.hpp"

namespace creditfold {

// Of one connection, which outlives it.
struct TransactionStatements {
  explicit TransactionStatements(SQLite::Database& of)
      : database(of), begin(of, "BEGIN IMMEDIATE"), commit(of, "COMMIT"), rollback(of, "ROLLBACK") {}
  SQLite::Database& database;
  SQLite::Statement begin, commit, rollback;
};

// Undone at the end of its scope unless it was committed. Throws SQLite::Exception.
class WriteTransaction {
 public:
  explicit WriteTransaction(TransactionStatements& statements) : statements_(statements) { run(statements_.begin); }
  ~WriteTransaction() { undo(); }
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit() { run(statements_.commit); }
  // Unless it is over: a commit that failed is, as a rule.
  void undo() noexcept {
    if (sqlite3_get_autocommit(statements_.database.getHandle()) != 0) return;
    const Reset reset(statements_.rollback);
    static_cast<void>(statements_.rollback.tryExecuteStep());
  }

 private:
  static void run(SQLite::Statement& statement) {
    const Reset reset(statement);
    statement.exec();
  }

  TransactionStatements& statements_;
};

}  // namespace creditfold
