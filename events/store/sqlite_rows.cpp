// SPDX-License-Identifier: Apache-2.0
#include "events/store/sqlite_rows.hpp"

#include "events/archive.hpp"
#include "events/checksum.hpp"
#include "events/store/sqlite_schema.hpp"

namespace creditfold {
namespace {

template <class... Values>
std::int64_t check_of_values(std::int64_t seed, const Values&... values) {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& archive) { archive(values...); });
  return static_cast<std::int64_t>(checksum(bytes, static_cast<std::uint64_t>(seed)));
}

}  // namespace

std::int64_t account_check(std::int64_t stay, const AccountId& account) { return check_of_values(stay, account); }

std::int64_t batch_check(const BatchRow& row) {
  return check_of_values(row.id, row.account, row.batch.key, row.batch.command, row.batch.first_seq, row.batch.count);
}

std::int64_t event_check(std::int64_t place, std::span<const std::uint8_t> body) {
  return static_cast<std::int64_t>(checksum(body, static_cast<std::uint64_t>(place)));
}

std::int64_t arrival_check(const ArrivalRow& row) {
  const Arrival& arrival = row.arrival;
  return check_of_values(row.id, arrival.account, arrival.from, row.first_place, row.first_batch, arrival.copied.events,
                         row.batches, row.first_seq, row.after_batch, arrival.copied.hash, arrival.at);
}

std::int64_t tombstone_check(std::int64_t stay, const Tombstone& tombstone) {
  return check_of_values(stay, tombstone.account, tombstone.to, tombstone.copied.events, tombstone.copied.hash,
                         tombstone.at);
}

std::int64_t key_hash(const IdempotencyKey& key) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.value.data());
  return static_cast<std::int64_t>(checksum({bytes, key.value.size()}, 0));
}

void insert_row(SQLite::Statement& insert, const SegmentRow& row, std::span<const std::uint8_t> segment) {
  const std::vector<std::uint8_t> body = body_of(row, segment);
  int parameter = 0;
  for (const std::int64_t value : {row.id, row.first_seq, row.events, row.first_batch, row.batches}) {
    insert.bind(++parameter, value);
  }
  insert.bindNoCopy(++parameter, body.data(), static_cast<int>(body.size()));
  insert.exec();
}

// One statement, so that a writer beside it cannot come between the tables.
IndexPlace index_place_of(const SegmentRow& row, const TreeHash& root) {
  return {row.id, checksum(root, check_of_numbers(row))};
}

LogEnd read_end(const SQLite::Database& database, const std::filesystem::path& file) {
  SQLite::Statement query(
      database,
      "SELECT id, first_seq + events - 1, first_batch + batches - 1, "
      "(SELECT min(first_batch) FROM recent), (SELECT max(first_seq + events - 1) FROM recent), "
      "(SELECT max(first_batch + batches - 1) FROM recent), (SELECT sum(batches) FROM recent) "
      "FROM (SELECT 1) LEFT JOIN (SELECT * FROM segments ORDER BY id DESC LIMIT 1)");
  if (!query.executeStep()) return {};
  LogEnd end{query.getColumn(1).getInt64(), query.getColumn(2).getInt64(), query.getColumn(0).getInt64()};
  if (query.getColumn(3).isNull()) return end;
  const std::int64_t first = query.getColumn(3).getInt64();
  const std::int64_t last = query.getColumn(5).getInt64();
  if (first != end.last_batch + 1 || last - first + 1 != query.getColumn(6).getInt64()) {
    throw Fault(Fault::Kind::damaged, file.string() + ": batch " + std::to_string(end.last_batch + 1) +
                                          " is missing, or another behind it");
  }
  end.head = query.getColumn(4).getInt64();
  end.last_batch = last;
  return end;
}

std::int64_t format_of(const SQLite::Database& database, const std::filesystem::path& file) {
  const auto pragma = [&](const char* sql) {
    SQLite::Statement query(database, sql);
    return query.executeStep() ? query.getColumn(0).getInt64() : 0;
  };
  if (pragma("PRAGMA application_id") != sqlite_application_id) {
    throw Fault(Fault::Kind::unsupported_format, file.string() + ": a database, but not a ledger's");
  }
  return pragma("PRAGMA user_version");
}

void throw_unsupported(std::int64_t format, const std::filesystem::path& file) {
  const std::string found = file.string() + ": format " + std::to_string(format);
  const std::string known = std::to_string(sqlite_format_2) + " to " + std::to_string(sqlite_format);
  const std::string why = is_older_format(format) ? ", which is read once it was opened to write (creditfold migrate)"
                                                  : ", and this program knows formats " + known;
  throw Fault(Fault::Kind::unsupported_format, found + why);
}

}  // namespace creditfold
