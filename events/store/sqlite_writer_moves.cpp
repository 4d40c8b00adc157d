// SPDX-License-Identifier: Apache-2.0
// Streams that come and go (RES-1). Rows are overwritten in place and never deleted: deleting would let SQLite move
// neighbours about, and copies of them would stay in the slack of pages.
#include <sqlite3.h>

#include <array>
#include <stdexcept>

#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_writer.hpp"

namespace creditfold {
namespace {

// Appends wait while readers are waited for: better asked again than waited for long.
constexpr int checkpoint_timeout_ms = 200;

constexpr const char* insert_into_arrived_batches =
    "INSERT INTO arrived_batches (id, account, key, key_hash, digest, first_place, count, \"check\") "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* insert_into_arrived_events =
    "INSERT INTO arrived_events (place, account, version, batch, body, \"check\") VALUES (?, ?, ?, ?, ?, ?)";

constexpr const char* select_arriving =
    "SELECT id, name, first_place, first_batch FROM arriving JOIN accounts ON accounts.id = arriving.account "
    "WHERE dropped = 0";

// What holds bodies and keys, and how a stay's rows are found in it, behind the one done last.
struct Erasable {
  const char* table;
  std::array<const char*, 2> columns;  // of text or bytes; the second may be missing
  const char* next;                    // (stay, done, how many): the row and what `done` is after it
};
constexpr std::array erasable{
    Erasable{"events", {"body", nullptr},
             "SELECT seq, version FROM events WHERE account = ? AND version > ? ORDER BY version LIMIT ?"},
    Erasable{"arrived_events", {"body", nullptr},
             "SELECT place, version FROM arrived_events WHERE account = ? AND version > ? ORDER BY version LIMIT ?"},
    Erasable{"batches", {"key", "digest"},
             "SELECT id, id FROM batches WHERE account = ? AND id > ? ORDER BY id LIMIT ?"},
    // By the stream's own range of ids: it lies in one piece.
    Erasable{"arrived_batches", {"key", "digest"},
             "SELECT id, id FROM arrived_batches WHERE account = ?1 AND id > ?2 AND "
             "id >= coalesce((SELECT first_batch FROM arrivals WHERE account = ?1), "
             "(SELECT first_batch FROM arriving WHERE account = ?1)) AND "
             "id < coalesce((SELECT first_batch + batches FROM arrivals WHERE account = ?1), 9223372036854775807) "
             "ORDER BY id LIMIT ?3"},
};

// Overwrites one column of rows of a table, where it lies.
class ZeroWriter {
 public:
  ZeroWriter(sqlite3* database, const char* table, const char* column)
      : database_(database), table_(table), column_(column) {}
  ~ZeroWriter() { sqlite3_blob_close(blob_); }
  ZeroWriter(const ZeroWriter&) = delete;
  ZeroWriter& operator=(const ZeroWriter&) = delete;

  void zero(std::int64_t row) {
    const int opened = blob_ != nullptr ? sqlite3_blob_reopen(blob_, row)
                                        : sqlite3_blob_open(database_, "main", table_, column_, row, 1, &blob_);
    require(opened);
    zeros_.resize(static_cast<std::size_t>(sqlite3_blob_bytes(blob_)));
    require(sqlite3_blob_write(blob_, zeros_.data(), static_cast<int>(zeros_.size()), 0));
  }

 private:
  void require(int code) const {
    if (code != SQLITE_OK) throw SQLite::Exception(database_, code);
  }
  sqlite3* database_;
  const char* table_;
  const char* column_;
  sqlite3_blob* blob_ = nullptr;
  std::vector<char> zeros_;
};

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
  const std::int64_t stay = new_stay(account);
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
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  const std::int64_t stay = arriving_stay(account);
  std::int64_t version = number("SELECT max(version) FROM arrived_events WHERE account = ?", stay);
  std::int64_t place = number("SELECT max(place) FROM arrived_events");
  std::int64_t id = number("SELECT max(id) FROM arrived_batches");
  auto body = bodies.begin();
  for (const StoredBatch& batch : batches) {
    const auto count = static_cast<std::int64_t>(batch.events.size());
    insert_batch(insert_into_arrived_batches, {++id, stay, account, {batch.key, batch.command, {}, place + 1, count}});
    for (const Event& event : batch.events) {
      require(event.version == ++version, "a staged event out of its number");
      insert_event(insert_into_arrived_events, ++place, stay, version, id, *body++);
    }
  }
  commit(transaction);
}

Expected<Appended, Conflict> SqliteWriter::admit(const Arrival& arrival, const Batch& batch, Bodies bodies) {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
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
  if (has_key("SELECT 1 FROM arrived_batches WHERE account = ? AND key_hash = ? AND key = ?", row.stay, batch.key)) {
    return Unexpected{Conflict{0, version, "the key is there already"}};
  }
  row.id = number("SELECT max(id) FROM arrivals") + 1;
  row.batches = number("SELECT max(id) FROM arrived_batches") - row.first_batch + 1;
  row.first_seq = head_ + 1;
  row.after_batch = last_batch_;
  insert_arrival(row);
  SQLite::Statement& arrived = prepared("DELETE FROM arriving WHERE account = ?");
  {
    const Reset reset(arrived);
    arrived.bind(1, row.stay);
    arrived.exec();
  }
  std::int64_t seq = row.last_seq();
  auto body = bodies.begin();
  append_batch(last_batch_ + 1, row.stay, batch, seq, body);
  std::vector<TreeHash> leaves = arrived_leaves(row);
  for (const std::vector<std::uint8_t>& encoded : bodies) leaves.push_back(leaf_hash(encoded));
  Frontier frontier = tree_.extend(frontier_, leaves);
  commit(transaction);
  const Appended appended{row.last_seq() + 1, seq};
  frontier_ = std::move(frontier);
  head_ = seq;
  last_batch_ += 1;
  return appended;
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

// Before the bytes of a stream that was part of the log go, in the same transaction. A copy that was given up had no
// positions; what an earlier process kept already is zeros by now.
void SqliteWriter::keep_leaves(const Erasing& erasing, std::span<const std::int64_t> rows) {
  const std::string_view table = erasable[erasing.table].table;
  const bool arrived = table == "arrived_events";
  if (!arrived && table != "events") return;
  if (number("SELECT 1 FROM tombstones WHERE account = ?", erasing.stay) == 0) return;
  const std::int64_t shift =
      arrived ? number("SELECT first_seq - first_place FROM arrivals WHERE account = ?", erasing.stay) : 0;
  SQLite::Statement& query =
      prepared(arrived ? "SELECT body FROM arrived_events WHERE place = ?" : "SELECT body FROM events WHERE seq = ?");
  std::vector<KeptLeaf> leaves;
  for (const std::int64_t row : rows) {
    if (tree_.kept(row + shift)) continue;
    const Reset reset(query);
    query.bind(1, row);
    if (query.executeStep()) leaves.push_back({row + shift, leaf_hash(blob(query.getColumn(0)))});
  }
  tree_.keep(leaves);
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
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  const std::optional<std::int64_t> stay = stay_of(tombstone.account);
  if (!stay) return;
  SQLite::Statement& insert = prepared(
      "INSERT INTO tombstones (account, destination, events, hash, at, erased, \"check\") VALUES (?, ?, ?, ?, ?, 0, ?)");
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
}

std::optional<Erasing> SqliteWriter::next_buried() {
  const std::int64_t stay = number("SELECT min(account) FROM tombstones WHERE erased = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{stay, 0, 0});
}

std::optional<Erasing> SqliteWriter::staged() {
  const std::int64_t stay = number("SELECT account FROM arriving WHERE dropped = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{stay, 0, 0});
}

bool SqliteWriter::zero_piece(Erasing& erasing) {
  for (; erasing.table < erasable.size(); ++erasing.table, erasing.done = 0) {
    const Erasable& what = erasable[erasing.table];
    std::vector<std::int64_t> rows;
    {
      SQLite::Statement& query = prepared(what.next);
      const Reset reset(query);
      query.bind(1, erasing.stay);
      query.bind(2, erasing.done);
      query.bind(3, static_cast<std::int64_t>(events_per_piece_max));
      while (query.executeStep()) {
        rows.push_back(query.getColumn(0).getInt64());
        erasing.done = query.getColumn(1).getInt64();
      }
    }
    if (rows.empty()) continue;
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    keep_leaves(erasing, rows);
    for (const char* column : what.columns) {
      if (column == nullptr) continue;
      ZeroWriter writer(database_.getHandle(), what.table, column);
      for (const std::int64_t row : rows) writer.zero(row);
    }
    commit(transaction);
    return true;
  }
  return false;
}

void SqliteWriter::mark_erased(const Erasing& erasing) {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  for (const char* sql : {"UPDATE tombstones SET erased = 1 WHERE account = ?",
                          "UPDATE arriving SET dropped = 1 WHERE account = ?"}) {
    SQLite::Statement& update = prepared(sql);
    const Reset reset(update);
    update.bind(1, erasing.stay);
    update.exec();
  }
  commit(transaction);
}

bool SqliteWriter::checkpoint() {
  database_.setBusyTimeout(checkpoint_timeout_ms);
  bool cut = false;
  {
    SQLite::Statement query(database_, "PRAGMA wal_checkpoint(TRUNCATE)");
    cut = query.executeStep() && query.getColumn(0).getInt() == 0;
  }
  database_.setBusyTimeout(busy_timeout_ms);
  return cut;
}

}  // namespace creditfold
