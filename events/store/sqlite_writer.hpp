// SPDX-License-Identifier: Apache-2.0
// The one connection that writes to a ledger database, and what it knows of the log's end. Not thread-safe; the log
// holds a mutex around it. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "events/log.hpp"

namespace creditfold {

class SqliteWriter {
 public:
  // Opens or creates the database. Throws Fault damaged when its end does not fit together, unsupported_format when it
  // is not of this program's making; SQLite::Exception for what SQLite says.
  explicit SqliteWriter(const std::filesystem::path& file);
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  [[nodiscard]] std::int64_t head() const { return head_; }

  // One transaction: all of the group is on disk when it returns positions, nothing of it otherwise. `bodies` are the
  // encoded events of all batches in their order. Throws SQLite::Exception.
  [[nodiscard]] Expected<Appended, Conflict> write(std::span<const Batch> group,
                                                   std::span<const std::vector<std::uint8_t>> bodies);

 private:
  struct Statements;

  void create();
  [[nodiscard]] std::int64_t account_id(const AccountId& account);
  [[nodiscard]] std::int64_t version_of(std::int64_t account);
  [[nodiscard]] bool has_key(std::int64_t account, const IdempotencyKey& key);
  void insert_batch(std::int64_t id, std::int64_t account, const Batch& batch, std::int64_t first_seq);
  void insert_event(std::int64_t seq, std::int64_t account, std::int64_t version, std::int64_t batch,
                    const std::vector<std::uint8_t>& body);
  void commit(SQLite::Transaction& transaction);

  std::filesystem::path file_;
  SQLite::Database database_;
  std::unique_ptr<Statements> statements_;
  std::int64_t head_ = 0;
  std::int64_t last_batch_ = 0;
};

}  // namespace creditfold
