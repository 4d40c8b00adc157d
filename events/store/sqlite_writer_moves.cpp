// SPDX-License-Identifier: Apache-2.0
// Streams that come and go (RES-1). Rows are overwritten in place and never deleted: deleting would let SQLite move
// neighbours about, and copies of them would stay in the slack of pages.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

#include "events/codec.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_plan.hpp"
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

// What holds bodies and keys row by row, and how a stay's rows are found in it, behind the one done last.
struct Erasable {
  const char* table;
  std::array<const char*, 2> columns;  // of text or bytes; the second may be missing
  const char* next;                    // (stay, done, how many): the row and what `done` is after it
};
constexpr std::array erasable{
    Erasable{"arrived_events", {"body", nullptr},
             "SELECT place, version FROM arrived_events WHERE account = ? AND version > ? ORDER BY version LIMIT ?"},
    // By the stream's own range of ids: it lies in one piece.
    Erasable{"arrived_batches", {"key", "digest"},
             "SELECT id, id FROM arrived_batches WHERE account = ?1 AND id > ?2 AND "
             "id >= coalesce((SELECT first_batch FROM arrivals WHERE account = ?1), "
             "(SELECT first_batch FROM arriving WHERE account = ?1)) AND "
             "id < coalesce((SELECT first_batch + batches FROM arrivals WHERE account = ?1), 9223372036854775807) "
             "ORDER BY id LIMIT ?3"},
};

// Overwrites one column of rows of a table, where it lies.
class BlobWriter {
 public:
  BlobWriter(sqlite3* database, const char* table, const char* column)
      : database_(database), table_(table), column_(column) {}
  ~BlobWriter() { sqlite3_blob_close(blob_); }
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  void zero(std::int64_t row) {
    open(row);
    zeros_.resize(static_cast<std::size_t>(sqlite3_blob_bytes(blob_)));
    write(zeros_);
  }
  [[nodiscard]] std::size_t size(std::int64_t row) {
    open(row);
    return static_cast<std::size_t>(sqlite3_blob_bytes(blob_));
  }
  // REQUIRES: as many bytes as there are.
  void replace(std::int64_t row, std::span<const std::uint8_t> bytes) {
    open(row);
    write(bytes);
  }

 private:
  void open(std::int64_t row) {
    require(blob_ != nullptr ? sqlite3_blob_reopen(blob_, row)
                             : sqlite3_blob_open(database_, "main", table_, column_, row, 1, &blob_));
  }
  void write(std::span<const std::uint8_t> bytes) {
    require(sqlite3_blob_write(blob_, bytes.data(), static_cast<int>(bytes.size()), 0));
  }
  void require(int code) const {
    if (code != SQLITE_OK) throw SQLite::Exception(database_, code);
  }
  sqlite3* database_;
  const char* table_;
  const char* column_;
  sqlite3_blob* blob_ = nullptr;
  std::vector<std::uint8_t> zeros_;
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
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
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
  Plan plan;
  plan.batches.push_back({row.stay, 0, version + 1, static_cast<std::int64_t>(batch.events.size()), false});
  plan.keys.push_back({hash_of(row.stay, batch.key), 0});
  plan.events = batch.events.size();
  insert_group(std::span(&batch, 1), plan, row.last_seq());
  std::vector<TreeHash> added = arrived_leaves(row);
  add_leaves(std::span(&batch, 1), added);
  TreeGrowth growth = grown(frontier_, added);
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

// Before the bytes of a stream that was part of the log go, in the same transaction. A copy that was given up had no
// positions; what an earlier process kept already is zeros by now.
void SqliteWriter::keep_leaves(const Erasing& erasing, std::span<const std::int64_t> rows) {
  if (std::string_view(erasable[erasing.table].table) != "arrived_events") return;
  if (number("SELECT 1 FROM tombstones WHERE account = ?", erasing.stay) == 0) return;
  const std::int64_t shift = number("SELECT first_seq - first_place FROM arrivals WHERE account = ?", erasing.stay);
  SQLite::Statement& query = prepared("SELECT body FROM arrived_events WHERE place = ?");
  std::vector<KeptLeaf> leaves;
  for (const std::int64_t row : rows) {
    if (tree_.kept(row + shift)) continue;
    const Reset reset(query);
    query.bind(1, row);
    if (query.executeStep()) leaves.push_back({row + shift, leaf_hash(blob(query.getColumn(0)))});
  }
  tree_.keep(leaves);
}

// The same of a stay's batches in a segment; those that are gone already had theirs kept.
void SqliteWriter::keep_leaves(const SegmentRow& row, const Segment& segment, const Erasing& erasing,
                               const AccountId& account) {
  std::vector<KeptLeaf> leaves;
  std::vector<std::uint8_t> body;
  for (std::size_t b = 0; b < segment.batches(); ++b) {
    if (segment.batch(b).account != erasing.stay || segment.batch(b).gone) continue;
    for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
      const std::int64_t seq = row.first_seq + static_cast<std::int64_t>(e);
      if (tree_.kept(seq)) continue;  // by an upgrade
      body.clear();
      encode_event(segment.event(b, e, account), body);
      leaves.push_back({seq, leaf_hash(body)});
    }
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
  const std::unique_lock lock(names_mutex_);
  stays_.erase(tombstone.account.value);
}

std::optional<Erasing> SqliteWriter::next_buried() {
  const std::int64_t stay = number("SELECT min(account) FROM tombstones WHERE erased = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{.stay = stay});
}

std::optional<Erasing> SqliteWriter::staged() {
  const std::int64_t stay = number("SELECT account FROM arriving WHERE dropped = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{.stay = stay});
}

AccountId SqliteWriter::name_of(std::int64_t stay) {
  SQLite::Statement& query = prepared("SELECT name FROM accounts WHERE id = ?");
  const Reset reset(query);
  query.bind(1, stay);
  require(query.executeStep(), "an account without a name");
  return AccountId(query.getColumn(0).getString());
}

// In segments the stay's batches are left as places, from the newest segment back; false when there were none left.
bool SqliteWriter::erase_segments(Erasing& erasing) {
  if (!erasing.segment) {
    seal_recent();
    erasing.segment = index_.account_of(erasing.stay).segment;
  }
  struct Rewritten {
    SegmentRow row;
    Segment segment;  // as it was
    std::vector<std::uint8_t> body;
  };
  std::vector<Rewritten> rewritten;
  std::size_t events = 0;
  while (*erasing.segment != 0 && events < events_per_piece_max) {
    SQLite::Statement& query =
        prepared("SELECT id, first_seq, events, first_batch, batches, body FROM segments WHERE id = ?");
    const Reset reset(query);
    query.bind(1, *erasing.segment);
    require(query.executeStep(), "a segment in the chain of an account is missing");
    const SegmentRow row = row_from(query);
    const SQLite::Column body = query.getColumn(5);
    Segment segment = segment_in(row, blob(body), file_);
    std::vector<std::uint8_t> bytes = body_of(row, without(segment, erasing.stay, segment_bytes(blob(body)).size()));
    events += segment.events();
    erasing.segment = previous_in(segment, erasing.stay);
    rewritten.push_back({row, std::move(segment), std::move(bytes)});
  }
  if (rewritten.empty()) return false;
  const AccountId account = name_of(erasing.stay);
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  {
    BlobWriter writer(database_.getHandle(), "segments", "body");
    for (const Rewritten& each : rewritten) {
      keep_leaves(each.row, each.segment, erasing, account);
      if (writer.size(each.row.id) == each.body.size()) {
        writer.replace(each.row.id, each.body);
      } else {  // never seen; secure_delete then overwrites what was there
        SQLite::Statement update(database_, "UPDATE segments SET body = ? WHERE id = ?");
        update.bindNoCopy(1, each.body.data(), static_cast<int>(each.body.size()));
        update.bind(2, each.row.id);
        update.exec();
      }
    }
  }
  commit(transaction);
  return true;
}

bool SqliteWriter::zero_piece(Erasing& erasing) {
  if (erase_segments(erasing)) return true;
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
      BlobWriter writer(database_.getHandle(), what.table, column);
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
