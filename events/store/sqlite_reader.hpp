// SPDX-License-Identifier: Apache-2.0
// One read-only connection to a ledger database: rows out, each checked before it is believed. Not thread-safe; the log
// keeps a pool of them. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <optional>
#include <unordered_map>
#include <vector>

#include "events/log.hpp"

namespace creditfold {

// A row of `batches`, verified.
struct BatchRow {
  std::int64_t id = 0;
  AccountId account;
  StoredBatch batch;  // without its events
};

// Where the log ends. Throws Fault damaged when its newest batch does not end at its newest event: one of them is not
// the newest there was.
struct LogEnd {
  std::int64_t head = 0;
  std::int64_t last_batch = 0;  // its id
};
[[nodiscard]] LogEnd read_end(const SQLite::Database& database, const std::filesystem::path& file);

class SqliteReader {
 public:
  explicit SqliteReader(const std::filesystem::path& file);

  [[nodiscard]] std::int64_t head();
  // Throws Fault damaged unless the log's end fits together.
  void check_end() { static_cast<void>(read_end(database_, file_)); }

  // The next events with after < seq <= to: at least one unless after >= to, at most a page. REQUIRES: to <= head().
  [[nodiscard]] std::vector<Event> events(std::int64_t after, std::int64_t to);

  // The same of one account, beginning behind `version` (0: from the first); empty when there are no more.
  [[nodiscard]] std::vector<Event> account_events(const AccountId& account, std::int64_t version, std::int64_t after,
                                                  std::int64_t to);

  // The next batches with id > after_id, at most a page; empty when there are no more.
  [[nodiscard]] std::vector<BatchRow> batches(std::int64_t after_id, const std::optional<AccountId>& account);
  // The id of the batch that event `seq` belongs to.
  [[nodiscard]] std::int64_t batch_of(std::int64_t seq);
  [[nodiscard]] std::optional<BatchRow> find(const AccountId& account, const IdempotencyKey& key);

  // PRAGMA integrity_check; throws Fault damaged with its first finding.
  void check_structure();

 private:
  [[nodiscard]] std::optional<std::int64_t> account_id(const AccountId& account);
  [[nodiscard]] const std::string& account_name(std::int64_t id);
  [[nodiscard]] Event event_from(SQLite::Statement& row);
  [[nodiscard]] BatchRow batch_from(SQLite::Statement& row);
  [[nodiscard]] std::vector<Event> page_from(SQLite::Statement& query);
  [[noreturn]] void damaged(const std::string& what) const;

  std::filesystem::path file_;
  SQLite::Database database_;
  std::optional<SQLite::Statement> head_;
  std::optional<SQLite::Statement> events_;
  std::optional<SQLite::Statement> account_events_;
  std::optional<SQLite::Statement> batches_;
  std::optional<SQLite::Statement> account_batches_;
  std::optional<SQLite::Statement> batch_of_;
  std::optional<SQLite::Statement> find_;
  std::optional<SQLite::Statement> account_id_;
  std::optional<SQLite::Statement> account_name_;
  std::unordered_map<std::int64_t, std::string> names_;  // of accounts by id; names never change
};

// The stored check of a batch's row. The writer makes it, the reader compares it.
[[nodiscard]] std::int64_t batch_check(const BatchRow& row);
// The stored check of an event's row.
[[nodiscard]] std::int64_t event_check(std::int64_t seq, std::span<const std::uint8_t> body);

// Throws Fault unless the database is this program's, in a format it knows. Version and id are in its header.
void require_format(const SQLite::Database& database, const std::filesystem::path& file);

}  // namespace creditfold
