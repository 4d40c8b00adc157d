// SPDX-License-Identifier: Apache-2.0
// Streams that come and go (RES-1). Rows are overwritten in place and never deleted: deleting would let SQLite move
// neighbours about, and copies of them would stay in the slack of pages.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

#include "events/chain/merkle.hpp"
#include "events/store/group_hash.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_plan.hpp"
#include "events/store/sqlite_writer.hpp"

namespace creditfold {
namespace {

constexpr const char* insert_into_arrived_batches =
    "INSERT INTO arrived_batches (id, account, key, key_hash, digest, first_place, count, \"check\") "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* insert_into_arrived_events =
    "INSERT INTO arrived_events (place, account, version, batch, body, \"check\") VALUES (?, ?, ?, ?, ?, ?)";

constexpr const char* select_arriving =
    "SELECT id, name, first_place, first_batch FROM arriving JOIN accounts ON accounts.id = arriving.account "
    "WHERE dropped = 0";

void require(bool holds, const char* otherwise) {
  if (!holds) throw std::logic_error(otherwise);
}

}  // namespace

// The stay of a stream on its way here; a new one when there is none.
std::int64_t SqliteWriter::arriving_stay(const AccountId& account) {
  {
    SQLite::Statement& query = prepared(select_arriving);
    const Reset reset(query);
    if (query.executeStep()) {
      require(query.getColumn(1).getString() == account.value, "another stream is on its way here");
      return query.getColumn(0).getInt64();
    }
  }
  require(!stay_of(account), "the account of the stream lives here");
  const std::int64_t stay = number("SELECT max(id) FROM accounts") + 1;
  insert_account(stay, account);
  SQLite::Statement& insert = prepared(
      "INSERT INTO arriving (account, first_place, first_batch, dropped) "
      "SELECT ?, (SELECT coalesce(max(place), 0) + 1 FROM arrived_events), "
      "(SELECT coalesce(max(id), 0) + 1 FROM arrived_batches), 0");
  const Reset reset(insert);
  insert.bind(1, stay);
  insert.exec();
  return stay;
}

void SqliteWriter::stage(const AccountId& account, std::span<const StoredBatch> batches, Bodies bodies) {
  WriteTransaction transaction(transactions_);
  const std::int64_t stay = arriving_stay(account);
  std::int64_t version = number("SELECT max(version) FROM arrived_events WHERE account = ?", stay);
  std::int64_t place = number("SELECT max(place) FROM arrived_events");
  std::int64_t id = number("SELECT max(id) FROM arrived_batches");
  auto body = bodies.begin();
  for (const StoredBatch& batch : batches) {
    const auto count = static_cast<std::int64_t>(batch.events.size());
    insert_batch({++id, stay, account, {batch.key, batch.command, {}, place + 1, count}});
    for (const Event& event : batch.events) {
      require(event.version == ++version, "a staged event out of its number");
      insert_event(++place, stay, version, id, *body++);
    }
  }
  commit(transaction);
  last_stay_ = std::max(last_stay_, stay);
}

void SqliteWriter::insert_batch(const BatchRow& row) {
  SQLite::Statement& insert = prepared(insert_into_arrived_batches);
  const Reset reset(insert);
  insert.bind(1, row.id);
  insert.bind(2, row.stay);
  insert.bindNoCopy(3, row.batch.key.value);
  insert.bind(4, key_hash(row.batch.key));
  insert.bindNoCopy(5, row.batch.command.bytes.data(), static_cast<int>(row.batch.command.bytes.size()));
  insert.bind(6, row.batch.first_seq);
  insert.bind(7, row.batch.count);
  insert.bind(8, batch_check(row));
  insert.exec();
}

void SqliteWriter::insert_event(std::int64_t place, std::int64_t stay, std::int64_t version, std::int64_t batch,
                                const std::vector<std::uint8_t>& body) {
  SQLite::Statement& insert = prepared(insert_into_arrived_events);
  const Reset reset(insert);
  insert.bind(1, place);
  insert.bind(2, stay);
  insert.bind(3, version);
  insert.bind(4, batch);
  insert.bindNoCopy(5, body.data(), static_cast<int>(body.size()));
  insert.bind(6, event_check(place, body));
  insert.exec();
}

Expected<Appended, Conflict> SqliteWriter::admit(const Arrival& arrival, const Batch& batch) {
  seal_recent();  // a segment's positions follow one another, and the arrival's come next
  WriteTransaction transaction(transactions_);
  ArrivalRow row;
  row.arrival = arrival;
  bool same = false;
  {
    SQLite::Statement& query = prepared(select_arriving);
    const Reset reset(query);
    if (!query.executeStep()) return Unexpected{Conflict{0, 0, "no stream was staged"}};
    row.stay = query.getColumn(0).getInt64();
    same = query.getColumn(1).getString() == arrival.account.value;
    row.first_place = query.getColumn(2).getInt64();
    row.first_batch = query.getColumn(3).getInt64();
  }
  const std::int64_t version = number("SELECT max(version) FROM arrived_events WHERE account = ?", row.stay);
  if (!same || version != arrival.copied.events || stay_of(arrival.account)) {
    return Unexpected{Conflict{0, version, "the stream staged is another"}};
  }
  if (batch.account != arrival.account || batch.expected_version != version || batch.events.empty()) {
    return Unexpected{Conflict{0, version, "the account is at another version"}};
  }
  if (has_arrived_key(row.stay, batch.key)) {
    return Unexpected{Conflict{0, version, "the key is there already"}};
  }
  row.id = number("SELECT max(id) FROM arrivals") + 1;
  row.batches = number("SELECT max(id) FROM arrived_batches") - row.first_batch + 1;
  row.first_seq = end_.head + 1;
  row.after_batch = end_.last_batch;
  insert_arrival(row);
  SQLite::Statement& arrived = prepared("DELETE FROM arriving WHERE account = ?");
  {
    const Reset reset(arrived);
    arrived.bind(1, row.stay);
    arrived.exec();
  }
  Plan plan(1);
  plan.batches.push_back({row.stay, 0, version + 1, static_cast<std::int64_t>(batch.events.size()), false});
  plan.keys.push_back(hash_of(row.stay, batch.key));
  plan.events = batch.events.size();
  insert_group(std::span(&batch, 1), plan, row.last_seq(), is_enough(plan));
  Subtrees added{0, arrived_leaves(row)};
  std::vector<std::uint8_t> body;
  for (const Event& event : batch.events) added.hashes.push_back(leaf_of(event, body));
  TreeGrowth growth = grown(frontier_, std::span(&added, 1));
  tree_.write(growth);
  commit(transaction);
  frontier_ = std::move(growth.frontier);
  {
    const std::unique_lock lock(names_mutex_);
    stays_.emplace(arrival.account.value, row.stay);
    arrived_.insert(std::upper_bound(arrived_.begin(), arrived_.end(), row.stay), row.stay);
  }
  settle(plan);
  return Appended{row.last_seq() + 1, end_.head};
}

std::vector<TreeHash> SqliteWriter::arrived_leaves(const ArrivalRow& row) {
  SQLite::Statement& query =
      prepared("SELECT place, body, \"check\" FROM arrived_events WHERE place >= ? AND place < ? ORDER BY place");
  const Reset reset(query);
  query.bind(1, row.first_place);
  query.bind(2, row.first_place + row.arrival.copied.events);
  std::vector<TreeHash> leaves;
  while (query.executeStep()) {
    const std::int64_t place = query.getColumn(0).getInt64();
    const SQLite::Column body_column = query.getColumn(1);
    const std::span<const std::uint8_t> body = blob(body_column);
    const bool sound = place == row.first_place + static_cast<std::int64_t>(leaves.size()) &&
                       event_check(place, body) == query.getColumn(2).getInt64();
    if (!sound) break;
    leaves.push_back(leaf_hash(body));
  }
  if (static_cast<std::int64_t>(leaves.size()) != row.arrival.copied.events) {
    throw Fault(Fault::Kind::damaged, file_.string() + ": the copied event at place " +
                                          std::to_string(row.first_place + static_cast<std::int64_t>(leaves.size())) +
                                          " is missing or damaged");
  }
  return leaves;
}

void SqliteWriter::insert_arrival(const ArrivalRow& row) {
  const Arrival& arrival = row.arrival;
  SQLite::Statement& insert = prepared(
      "INSERT INTO arrivals (id, account, origin, first_place, first_batch, events, batches, first_seq, after_batch, "
      "hash, at, \"check\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const Reset reset(insert);
  int parameter = 0;
  insert.bind(++parameter, row.id);
  insert.bind(++parameter, row.stay);
  insert.bindNoCopy(++parameter, arrival.from.value);
  for (const std::int64_t value :
       {row.first_place, row.first_batch, arrival.copied.events, row.batches, row.first_seq, row.after_batch}) {
    insert.bind(++parameter, value);
  }
  const std::vector<std::uint8_t>& hash = arrival.copied.hash.value;
  insert.bindNoCopy(++parameter, hash.data(), static_cast<int>(hash.size()));
  insert.bind(++parameter, arrival.at.micros);
  insert.bind(++parameter, arrival_check(row));
  insert.exec();
}

void SqliteWriter::bury(const Tombstone& tombstone) {
  WriteTransaction transaction(transactions_);
  const std::optional<std::int64_t> stay = stay_of(tombstone.account);
  if (!stay) return;
  SQLite::Statement& insert = prepared(
      "INSERT INTO tombstones (account, destination, events, hash, at, erased, \"check\") VALUES (?, ?, ?, ?, ?, 0, "
      "?)");
  const Reset reset(insert);
  insert.bind(1, *stay);
  insert.bindNoCopy(2, tombstone.to.value);
  insert.bind(3, tombstone.copied.events);
  const std::vector<std::uint8_t>& hash = tombstone.copied.hash.value;
  insert.bindNoCopy(4, hash.data(), static_cast<int>(hash.size()));
  insert.bind(5, tombstone.at.micros);
  insert.bind(6, tombstone_check(*stay, tombstone));
  insert.exec();
  commit(transaction);
  const std::unique_lock lock(names_mutex_);
  stays_.erase(tombstone.account.value);
}

}  // namespace creditfold
