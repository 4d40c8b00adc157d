// SPDX-License-Identifier: Apache-2.0
// Rows of a partition's database and the checks stored in them: the writers make a check, the reader compares it.
// Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <span>

#include "events/partition.hpp"
#include "events/store/index_files.hpp"
#include "events/store/segment_rows.hpp"

namespace creditfold {

// A batch with where it lies: of a segment, or a row of `arrived_batches`.
struct BatchRow {
  std::int64_t id = 0;
  std::int64_t stay = 0;  // accounts.id
  AccountId account;
  StoredBatch batch;  // without its events
};

// A row of `arrivals`.
struct ArrivalRow {
  std::int64_t id = 0;
  std::int64_t stay = 0;
  Arrival arrival;
  std::int64_t first_place = 0;
  std::int64_t first_batch = 0;
  std::int64_t batches = 0;
  std::int64_t first_seq = 0;
  std::int64_t after_batch = 0;

  [[nodiscard]] std::int64_t shift() const { return first_seq - first_place; }  // from a place to its seq
  [[nodiscard]] std::int64_t last_seq() const { return first_seq + arrival.copied.events - 1; }
  [[nodiscard]] std::int64_t last_batch() const { return first_batch + batches - 1; }
};

[[nodiscard]] std::int64_t account_check(std::int64_t stay, const AccountId& account);
// Of a row of `arrived_batches`: first_seq is a place.
[[nodiscard]] std::int64_t batch_check(const BatchRow& row);
[[nodiscard]] std::int64_t event_check(std::int64_t place, std::span<const std::uint8_t> body);
[[nodiscard]] std::int64_t arrival_check(const ArrivalRow& row);
[[nodiscard]] std::int64_t tombstone_check(std::int64_t stay, const Tombstone& tombstone);
[[nodiscard]] std::int64_t key_hash(const IdempotencyKey& key);

[[nodiscard]] inline std::span<const std::uint8_t> blob(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}
[[nodiscard]] inline Bytes bytes_of(const SQLite::Column& column) {
  const auto span = blob(column);
  return Bytes{{span.begin(), span.end()}};
}

// Rows of `segments` and `recent`; what follows names the table and which of its rows.
inline constexpr const char* select_rows = "SELECT id, first_seq, events, first_batch, batches, body FROM ";
inline constexpr const char* insert_into_segments =
    "INSERT INTO segments (id, first_seq, events, first_batch, batches, body) VALUES (?, ?, ?, ?, ?, ?)";
inline constexpr const char* insert_into_recent =
    "INSERT INTO recent (id, first_seq, events, first_batch, batches, body) VALUES (?, ?, ?, ?, ?, ?)";
void insert_row(SQLite::Statement& insert, const SegmentRow& row, std::span<const std::uint8_t> segment);

// Of `select_rows`, as the next two.
[[nodiscard]] inline SegmentRow row_from(SQLite::Statement& query) {
  return {query.getColumn(0).getInt64(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
          query.getColumn(3).getInt64(), query.getColumn(4).getInt64()};
}

// Throws Fault damaged as segment_in does.
[[nodiscard]] inline Segment segment_from(SQLite::Statement& query, const std::filesystem::path& file) {
  const SQLite::Column body = query.getColumn(5);
  return segment_in(row_from(query), blob(body), file);
}

// What the index says of a segment it goes up to. `root`: of the tree up to its last event. Neither the row's numbers
// nor the tree change when an account is erased.
[[nodiscard]] IndexPlace index_place_of(const SegmentRow& row, const TreeHash& root);

// The stay of a name that is here: its first `?` is the name.
inline constexpr const char* select_stay =
    "SELECT id FROM accounts WHERE name = ? AND NOT EXISTS (SELECT 1 FROM tombstones WHERE account = accounts.id) "
    "AND NOT EXISTS (SELECT 1 FROM arriving WHERE account = accounts.id)";

// Where the log ends. Throws Fault damaged unless `recent` goes on where `segments` end.
struct LogEnd {
  std::int64_t head = 0;
  std::int64_t last_batch = 0;    // its number
  std::int64_t last_segment = 0;  // its id
};
[[nodiscard]] LogEnd read_end(const SQLite::Database& database, const std::filesystem::path& file);

// The format in the database's header. Throws Fault unsupported_format unless it is this program's.
[[nodiscard]] std::int64_t format_of(const SQLite::Database& database, const std::filesystem::path& file);
[[noreturn]] void throw_unsupported(std::int64_t format, const std::filesystem::path& file);

}  // namespace creditfold
