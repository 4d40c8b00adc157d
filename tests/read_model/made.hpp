// SPDX-License-Identifier: Apache-2.0
// A read model made of a log in memory, and what it answers.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

#include "events/store/memory_partition.hpp"
#include "ledger/read_model/read_model.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/store/temporary_directory.hpp"

namespace creditfold::test {

// The log of a whole stream of commands, those that are refused among them.
void process_stream(MemoryPartition& log, std::uint64_t seed, const StreamShape& shape = {});

// Every row as its columns with | between them, as sqlite3 prints them.
[[nodiscard]] std::vector<std::string> rows_of(SQLite::Database& database, const std::string& sql);

class Made {
 public:
  explicit Made(const Partition& log, Instant now = stream_clock, const std::optional<AccountId>& account = {});

  [[nodiscard]] SQLite::Database& database() { return *database_; }
  [[nodiscard]] std::vector<std::string> rows(const std::string& sql) { return rows_of(*database_, sql); }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace creditfold::test
