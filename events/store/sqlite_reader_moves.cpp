// SPDX-License-Identifier: Apache-2.0
// What a partition's database says of streams that came, are coming and went (RES-1).
#include "events/codec.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"

namespace creditfold {
namespace {

constexpr const char* select_arrivals =
    "SELECT id, account, origin, first_place, first_batch, events, batches, first_seq, after_batch, hash, at, "
    "\"check\" "
    "FROM arrivals ";
// A copy is read back by pieces of about the size it was written in.
constexpr int staged_per_page = 512;

}  // namespace

// `sql` goes on behind the columns and has one parameter. A literal: statements are kept by it.
std::optional<ArrivalRow> SqliteReader::arrival_where(const char* sql, std::int64_t value) {
  SQLite::Statement& query = prepared(select_arrivals, sql);
  const Reset reset(query);
  query.bind(1, value);
  if (!query.executeStep()) return std::nullopt;
  ArrivalRow row;
  row.id = query.getColumn(0).getInt64();
  row.stay = query.getColumn(1).getInt64();
  row.arrival.account = AccountId(account_name(row.stay));
  row.arrival.from = RegionId(query.getColumn(2).getString());
  row.first_place = query.getColumn(3).getInt64();
  row.first_batch = query.getColumn(4).getInt64();
  row.arrival.copied.events = query.getColumn(5).getInt64();
  row.batches = query.getColumn(6).getInt64();
  row.first_seq = query.getColumn(7).getInt64();
  row.after_batch = query.getColumn(8).getInt64();
  row.arrival.copied.hash = bytes_of(query.getColumn(9));
  row.arrival.at = Instant{query.getColumn(10).getInt64()};
  const bool sound = RegionId::valid(row.arrival.from.value) && arrival_check(row) == query.getColumn(11).getInt64();
  if (!sound) damaged("arrival " + std::to_string(row.id) + " is damaged");
  return row;
}

std::optional<Tombstone> SqliteReader::tombstone_of(std::int64_t stay) {
  SQLite::Statement& query = prepared(
      "SELECT account, destination, events, hash, at, erased, \"check\" FROM tombstones WHERE account = ?");
  const Reset reset(query);
  query.bind(1, stay);
  if (!query.executeStep()) return std::nullopt;
  Tombstone tombstone;
  tombstone.account = AccountId(account_name(stay));
  tombstone.to = RegionId(query.getColumn(1).getString());
  tombstone.copied.events = query.getColumn(2).getInt64();
  tombstone.copied.hash = bytes_of(query.getColumn(3));
  tombstone.at = Instant{query.getColumn(4).getInt64()};
  tombstone.erased = query.getColumn(5).getInt() != 0;
  const bool sound =
      RegionId::valid(tombstone.to.value) && tombstone_check(stay, tombstone) == query.getColumn(6).getInt64();
  if (!sound) damaged("the tombstone of account " + std::to_string(stay) + " is damaged");
  return tombstone;
}

std::vector<Tombstone> SqliteReader::tombstones() {
  const Snapshot snapshot(*this);
  SQLite::Statement& query = prepared("SELECT account FROM tombstones ORDER BY at, account");
  const Reset reset(query);
  std::vector<Tombstone> found;
  while (query.executeStep()) found.push_back(tombstone_of(query.getColumn(0).getInt64()).value_or(Tombstone{}));
  return found;
}

std::vector<AccountId> SqliteReader::accounts() {
  SQLite::Statement& query = prepared(
      "SELECT name FROM accounts WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE account = accounts.id) "
      "AND NOT EXISTS (SELECT 1 FROM arriving WHERE account = accounts.id) "
      "ORDER BY name");
  const Reset reset(query);
  std::vector<AccountId> found;
  while (query.executeStep()) found.emplace_back(query.getColumn(0).getString());
  return found;
}

std::optional<Arrival> SqliteReader::arrival_of(const AccountId& account) {
  const Snapshot snapshot(*this);
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay) return std::nullopt;
  const auto row = arrival_where("WHERE account = ?", *stay);
  return row ? std::optional(row->arrival) : std::nullopt;
}

std::int64_t SqliteReader::moves() {
  SQLite::Statement& query =
      prepared("SELECT (SELECT count(*) FROM tombstones) + (SELECT count(*) FROM arrivals)");
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::optional<AccountId> SqliteReader::staged() {
  SQLite::Statement& query = prepared("SELECT account FROM arriving WHERE dropped = 0");
  const Reset reset(query);
  if (!query.executeStep()) return std::nullopt;
  return AccountId(account_name(query.getColumn(0).getInt64()));
}

std::vector<StoredBatch> SqliteReader::staged_batches(std::int64_t skip) {
  const Snapshot snapshot(*this);
  SQLite::Statement& first = prepared("SELECT first_batch FROM arriving WHERE dropped = 0");
  const Reset reset_first(first);
  if (!first.executeStep()) return {};
  const std::int64_t before = first.getColumn(0).getInt64() + skip - 1;
  SQLite::Statement& query = prepared(
      "SELECT id, account, key, digest, first_place, count, \"check\" FROM arrived_batches WHERE id > ? ORDER BY id "
      "LIMIT ?");
  const Reset reset(query);
  query.bind(1, before);
  query.bind(2, staged_per_page);
  SQLite::Statement& rows = prepared(
      "SELECT place, account, version, body, \"check\" FROM arrived_events WHERE place >= ? AND place < ? ORDER BY "
      "place");
  std::vector<StoredBatch> page;
  std::size_t events = 0;
  for (std::int64_t id = before; events < events_per_piece_max && query.executeStep();) {
    if (query.getColumn(0).getInt64() != ++id) damaged("batch " + std::to_string(id) + " is missing");
    BatchRow row = batch_from(query, 0);
    const Reset reset_rows(rows);
    rows.bind(1, row.batch.first_seq);
    rows.bind(2, row.batch.first_seq + row.batch.count);
    while (rows.executeStep()) {
      row.batch.events.push_back(event_from(rows, 0));
      row.batch.events.back().seq = 0;  // a place is no position
      if (row.batch.events.back().key != row.batch.key) damaged("staged batch " + std::to_string(id) + " is mixed up");
    }
    if (static_cast<std::int64_t>(row.batch.events.size()) != row.batch.count) {
      damaged("staged batch " + std::to_string(id) + " is not whole");
    }
    events += row.batch.events.size();
    row.batch.first_seq = 0;
    page.push_back(std::move(row.batch));
  }
  return page;
}

void SqliteReader::check_structure() {
  SQLite::Statement query(database_, "PRAGMA integrity_check(1)");
  if (!query.executeStep()) damaged("the check of its structure said nothing");
  const std::string finding = query.getColumn(0).getString();
  if (finding != "ok") damaged(finding);
  {
    const Snapshot snapshot(*this);
    check_segments();
  }
  check_moves();
  const Snapshot snapshot(*this);
  tree_.check_rows(frontier().size());
}

// Every tombstone reads back, and what is said to be erased is zeros; every row of a stream belongs to a stay.
void SqliteReader::check_moves() {
  static_cast<void>(tombstones());
  SQLite::Statement left(database_,
                         "SELECT account FROM arrived_events JOIN tombstones USING (account) WHERE erased = 1 AND "
                         "body <> zeroblob(length(body)) LIMIT 1");
  if (left.executeStep()) {
    damaged("the tombstone of account " + account_name(left.getColumn(0).getInt64()) +
            " says that its events are erased, and they are not");
  }
  SQLite::Statement stray(database_,
                          "SELECT account FROM arrived_events WHERE account NOT IN (SELECT account FROM arrivals) "
                          "AND account NOT IN (SELECT account FROM arriving) LIMIT 1");
  SQLite::Statement both(database_,
                         "SELECT arriving.account FROM arriving JOIN arrivals ON arrivals.account = arriving.account "
                         "LIMIT 1");
  if (both.executeStep()) {
    damaged("account " + std::to_string(both.getColumn(0).getInt64()) + " is on its way and here");
  }
  if (stray.executeStep()) damaged("account " + std::to_string(stray.getColumn(0).getInt64()) + " never arrived");
}

}  // namespace creditfold
