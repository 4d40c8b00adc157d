// SPDX-License-Identifier: Apache-2.0
// The one connection that writes to a partition's database, and what it knows of the log's end. Not thread-safe; the log
// holds a mutex around it. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "events/partition.hpp"
#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_tree.hpp"

namespace creditfold {

using Bodies = std::span<const std::vector<std::uint8_t>>;  // the encoded events of all batches in their order

// A reader that recovers the write-ahead log after a crash locks it for a moment.
inline constexpr int busy_timeout_ms = 5'000;

// A stay whose rows are being overwritten with zeros, and how far that is.
struct Erasing {
  std::int64_t stay = 0;
  std::size_t table = 0;
  std::int64_t done = 0;  // the last version or id overwritten
};

class SqliteWriter {
 public:
  // Opens or creates the database. Throws Fault damaged when its end does not fit together, unsupported_format when it
  // is not of this program's making; SQLite::Exception for what SQLite says.
  explicit SqliteWriter(const std::filesystem::path& file);
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  [[nodiscard]] std::int64_t head() const { return head_; }

  // Each of these is one transaction: all of it is on disk when it returns, nothing of it otherwise. They throw
  // SQLite::Exception. What they take is told in events/partition.hpp.
  [[nodiscard]] Expected<Appended, Conflict> write(std::span<const Batch> group, Bodies bodies);
  void stage(const AccountId& account, std::span<const StoredBatch> batches, Bodies bodies);
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch, Bodies bodies);
  void bury(const Tombstone& tombstone);
  void add_checkpoint(const StoredCheckpoint& checkpoint);

  // The next stay whose rows are to be zeros and are not yet: buried, or a copy that was given up.
  [[nodiscard]] std::optional<Erasing> next_buried();
  [[nodiscard]] std::optional<Erasing> staged();
  // Overwrites a piece of its rows, in place; false when there were none left.
  [[nodiscard]] bool zero_piece(Erasing& erasing);
  void mark_erased(const Erasing& erasing);
  // Moves the write-ahead log into the database and cuts it to nothing. false: a reader stood in the way.
  [[nodiscard]] bool checkpoint();

 private:
  void create();
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  [[nodiscard]] std::int64_t number(const char* sql);  // the first column of the first row
  [[nodiscard]] std::int64_t number(const char* sql, std::int64_t value);
  [[nodiscard]] std::optional<std::int64_t> stay_of(const AccountId& account);
  [[nodiscard]] std::int64_t new_stay(const AccountId& account);
  [[nodiscard]] std::int64_t arriving_stay(const AccountId& account);
  [[nodiscard]] bool has_key(const char* sql, std::int64_t stay, const IdempotencyKey& key);
  void insert_batch(const char* sql, const BatchRow& row);
  void insert_event(const char* sql, std::int64_t place, std::int64_t stay, std::int64_t version, std::int64_t batch,
                    const std::vector<std::uint8_t>& body);
  // The rows of one batch behind `seq`, which moves along.
  void append_batch(std::int64_t id, std::int64_t stay, const Batch& batch, std::int64_t& seq, Bodies::iterator& body);
  void insert_arrival(const ArrivalRow& row);
  // Leaf hashes of the rows of a stream on its way here.
  [[nodiscard]] std::vector<TreeHash> arrived_leaves(const ArrivalRow& row);
  void keep_leaves(const Erasing& erasing, std::span<const std::int64_t> rows);
  void commit(SQLite::Transaction& transaction);

  std::filesystem::path file_;
  SQLite::Database database_;
  SqliteTree tree_;
  std::unordered_map<const char*, SQLite::Statement> statements_;  // by their literal
  Frontier frontier_;  // of head_ leaves
  std::int64_t head_ = 0;
  std::int64_t last_batch_ = 0;
};

}  // namespace creditfold
