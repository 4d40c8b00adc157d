// SPDX-License-Identifier: Apache-2.0
// Queries of the SQLite store. A page of rows is one short read transaction, so that no slow visitor holds back the
// write-ahead log's checkpoint; the log only grows, so pages fit together.
#include "events/store/sqlite_reader.hpp"

#include <algorithm>

#include "events/codec.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_schema.hpp"

namespace creditfold {
namespace {

// Rows a query hands over at once, and bytes after which it stops early: a few hundred kilobytes as a rule, and never
// more than that and one event.
constexpr int rows_per_page = 1024;
constexpr std::size_t page_bytes = 8U << 20;
// Waiting for another connection's recovery of the write-ahead log after a crash.
constexpr int reader_timeout_ms = 5'000;
// Names remembered by a connection before it forgets them all: some ten megabytes.
constexpr std::size_t names_max = 100'000;

constexpr const char* select_events =
    "SELECT seq, account, version, body, \"check\" FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
constexpr const char* select_arrived_events =
    "SELECT place, account, version, body, \"check\" FROM arrived_events WHERE place > ? AND place <= ? "
    "ORDER BY place LIMIT ?";
constexpr const char* select_account_events =
    "SELECT seq, account, version, body, \"check\" FROM events "
    "WHERE account = ? AND version > ? AND seq > ? AND seq <= ? ORDER BY version LIMIT ?";
constexpr const char* select_account_arrived_events =
    "SELECT place, account, version, body, \"check\" FROM arrived_events "
    "WHERE account = ? AND version > ? AND place > ? AND place <= ? ORDER BY version LIMIT ?";
constexpr const char* select_batches =
    "SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";
constexpr const char* select_arrived_batches =
    "SELECT id, account, key, digest, first_place, count, \"check\" FROM arrived_batches "
    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";
constexpr const char* select_account_batches =
    "SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
    "WHERE account = ? AND id > ? ORDER BY id LIMIT ?";

SQLite::Database open_read_only(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY, reader_timeout_ms);
  // Only the writing connection may checkpoint; see sqlite.cpp.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

}  // namespace

SqliteReader::Snapshot::Snapshot(SqliteReader& reader) : reader_(reader) {
  reader_.database_.exec("BEGIN");
  reader_.departures_.clear();
  SQLite::Statement& query = reader_.prepared("SELECT EXISTS (SELECT 1 FROM tombstones)");
  const Reset reset(query);
  reader_.any_departed_ = query.executeStep() && query.getColumn(0).getInt() != 0;
}

SqliteReader::Snapshot::~Snapshot() { static_cast<void>(reader_.database_.tryExec("COMMIT")); }

SqliteReader::SqliteReader(const std::filesystem::path& file, const RegionId& region)
    : file_(file), partition_(partition_of(region)), database_(open_read_only(file)), tree_(database_, file) {
  const std::int64_t format = format_of(database_, file_);
  if (format != sqlite_format) throw_unsupported(format, file_);
}

void SqliteReader::damaged(const std::string& what) const {
  throw Fault(Fault::Kind::damaged, file_.string() + ": " + what);
}

SQLite::Statement& SqliteReader::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  return known != statements_.end() ? known->second : statements_.try_emplace(sql, database_, sql).first->second;
}

std::int64_t SqliteReader::head() {
  SQLite::Statement& query = prepared("SELECT max(seq) FROM events");
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::optional<std::int64_t> SqliteReader::stay_of(const AccountId& account) {
  SQLite::Statement& query = prepared(select_stay);
  const Reset reset(query);
  query.bindNoCopy(1, account.value);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

const std::string& SqliteReader::account_name(std::int64_t stay) {
  const auto known = names_.find(stay);
  if (known != names_.end()) return known->second;
  SQLite::Statement& query = prepared("SELECT name FROM accounts WHERE id = ?");
  const Reset reset(query);
  query.bind(1, stay);
  if (!query.executeStep()) damaged("account " + std::to_string(stay) + " has no name");
  if (names_.size() >= names_max) names_.clear();
  return names_.emplace(stay, query.getColumn(0).getString()).first->second;
}

const Tombstone* SqliteReader::departure_of(std::int64_t stay) {
  if (!any_departed_) return nullptr;
  const auto known = departures_.find(stay);
  const auto found = known != departures_.end() ? known : departures_.emplace(stay, tombstone_of(stay)).first;
  return found->second ? &*found->second : nullptr;
}

bool SqliteReader::has_left(std::int64_t stay) { return tombstone_of(stay).has_value(); }

SqliteReader::Segment SqliteReader::segment_of(std::int64_t seq) {
  Segment segment;
  if (auto before = arrival_where("WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1", seq)) {
    if (before->last_seq() >= seq) {
      segment.shift = before->shift();
      segment.last_seq = before->last_seq();
      segment.row = *std::move(before);
      segment.arrived = true;
      return segment;
    }
  }
  if (const auto next = arrival_where("WHERE first_seq > ? ORDER BY first_seq LIMIT 1", seq)) {
    segment.last_seq = next->first_seq - 1;
  }
  return segment;
}

// Columns: place, account, version, body, check.
Event SqliteReader::event_from(SQLite::Statement& row, std::int64_t shift) {
  const std::int64_t stored_at = row.getColumn(0).getInt64();
  const std::string place = "event " + std::to_string(stored_at + shift) + " is damaged: ";
  const SQLite::Column body_column = row.getColumn(3);
  const std::span<const std::uint8_t> body = blob(body_column);
  if (event_check(stored_at, body) != row.getColumn(4).getInt64()) damaged(place + "its check is wrong");
  Expected<Event, DecodeError> event = decode_event(body);
  if (!event) damaged(place + event.error().what + " at byte " + std::to_string(event.error().offset));
  const bool same = event->version == row.getColumn(2).getInt64() &&
                    event->account.value == account_name(row.getColumn(1).getInt64());
  if (!same) damaged(place + "its row and its body name different places");
  event->seq = stored_at + shift;
  event->partition = partition_;
  return *std::move(event);
}

EventPage SqliteReader::events(std::int64_t after, std::int64_t to) {
  EventPage page{{}, {}, after};
  if (after >= to) return page;
  const Snapshot snapshot(*this);
  const Segment segment = segment_of(after + 1);
  SQLite::Statement& query = prepared(segment.arrived ? select_arrived_events : select_events);
  const Reset reset(query);
  query.bind(1, after - segment.shift);
  query.bind(2, std::min(to, segment.last_seq) - segment.shift);
  query.bind(3, rows_per_page);
  std::size_t bytes = 0;
  while (bytes < page_bytes && query.executeStep()) {
    const std::int64_t seq = query.getColumn(0).getInt64() + segment.shift;
    if (seq != ++page.reached) damaged("event " + std::to_string(page.reached) + " is missing");
    if (const Tombstone* departure = departure_of(query.getColumn(1).getInt64())) {
      const bool goes_on = !page.departed.empty() && page.departed.back().last_seq + 1 == seq &&
                           page.departed.back().account == departure->account &&
                           page.departed.back().to == departure->to;
      if (!goes_on) page.departed.push_back({seq, seq, departure->account, departure->to});
      page.departed.back().last_seq = seq;
      continue;
    }
    bytes += static_cast<std::size_t>(query.getColumn(3).getBytes());
    page.events.push_back(event_from(query, segment.shift));
  }
  if (page.reached == after) damaged("event " + std::to_string(after + 1) + " is missing");
  return page;
}

std::vector<Event> SqliteReader::account_page(SQLite::Statement& query, std::int64_t stay, std::int64_t version,
                                              std::int64_t after, std::int64_t to, std::int64_t shift) {
  const Reset reset(query);
  query.bind(1, stay);
  query.bind(2, version);
  query.bind(3, after - shift);
  query.bind(4, to - shift);
  query.bind(5, rows_per_page);
  std::vector<Event> page;
  std::size_t bytes = 0;
  while (bytes < page_bytes && query.executeStep()) {
    bytes += static_cast<std::size_t>(query.getColumn(3).getBytes());
    page.push_back(event_from(query, shift));
  }
  return page;
}

std::vector<Event> SqliteReader::account_events(const AccountId& account, std::int64_t version, std::int64_t after,
                                                std::int64_t to) {
  if (after >= to) return {};
  const Snapshot snapshot(*this);
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay && version > 0) {
    throw Fault(Fault::Kind::busy, file_.string() + ": account " + account.value + " left while it was read");
  }
  if (!stay) return {};
  std::vector<Event> page;
  const auto arrival = arrival_where("WHERE account = ?", *stay);
  if (arrival && version < arrival->arrival.copied.events && after < arrival->last_seq()) {
    page = account_page(prepared(select_account_arrived_events), *stay, version, after, std::min(to, arrival->last_seq()),
                        arrival->shift());
  }
  if (page.empty()) page = account_page(prepared(select_account_events), *stay, version, after, to, 0);
  if (page.empty()) return page;
  // Behind `after` the first version is not known; from the beginning, and behind a page, it is.
  std::int64_t expected = version > 0 || after <= 0 ? version : page.front().version - 1;
  std::int64_t seq = after;
  for (const Event& event : page) {
    const bool next = event.version == ++expected && event.seq > seq;
    if (!next) damaged("version " + std::to_string(expected) + " of account " + account.value + " is missing");
    seq = event.seq;
  }
  return page;
}

// Columns: id, account, key, digest, first_seq, count, check.
BatchRow SqliteReader::batch_from(SQLite::Statement& row, std::int64_t shift) {
  BatchRow result;
  result.id = row.getColumn(0).getInt64();
  const std::string place = "batch " + std::to_string(result.id) + " is damaged";
  result.stay = row.getColumn(1).getInt64();
  result.account = AccountId(account_name(result.stay));
  result.batch.key = IdempotencyKey(row.getColumn(2).getString());
  const SQLite::Column digest_column = row.getColumn(3);
  const std::span<const std::uint8_t> digest = blob(digest_column);
  const bool sound = digest.size() == result.batch.command.bytes.size() && AccountId::valid(result.account.value) &&
                     IdempotencyKey::valid(result.batch.key.value);
  if (!sound) damaged(place);
  std::copy(digest.begin(), digest.end(), result.batch.command.bytes.begin());
  result.batch.first_seq = row.getColumn(4).getInt64();
  result.batch.count = row.getColumn(5).getInt64();
  if (batch_check(result) != row.getColumn(6).getInt64()) damaged(place + ": its check is wrong");
  result.batch.first_seq += shift;
  return result;
}

// Rows of consecutive ids behind `id`, which moves along; those that departed are left out.
void SqliteReader::read_batch_page(SQLite::Statement& query, std::int64_t shift, std::int64_t& id, BatchPage& page) {
  while (query.executeStep()) {
    if (query.getColumn(0).getInt64() != ++id) damaged("batch " + std::to_string(id) + " is missing");
    if (departure_of(query.getColumn(1).getInt64()) == nullptr) page.rows.push_back(batch_from(query, shift));
  }
}

BatchPage SqliteReader::batches(BatchCursor after, const std::optional<AccountId>& account) {
  const Snapshot snapshot(*this);
  BatchPage page{{}, after, false};
  if (account) {
    const std::optional<std::int64_t> stay = stay_of(*account);
    if (stay) return account_batches(after, *stay);
    page.at_end = true;
    return page;
  }
  // Arrivals were admitted in the order of their streams' places.
  const auto arrival = arrival_where("WHERE first_batch + batches - 1 > ? ORDER BY id LIMIT 1", after.arrived);
  const bool arrived = arrival && after.ordinary >= arrival->after_batch;
  SQLite::Statement& query = prepared(arrived ? select_arrived_batches : select_batches);
  const Reset reset(query);
  std::int64_t& id = arrived ? page.next.arrived : page.next.ordinary;
  if (arrived) id = std::max(id, arrival->first_batch - 1);
  const std::int64_t last = arrived   ? arrival->last_batch()
                            : arrival ? arrival->after_batch
                                      : std::numeric_limits<std::int64_t>::max();
  query.bind(1, id);
  query.bind(2, last);
  query.bind(3, rows_per_page);
  const std::int64_t before = id;
  read_batch_page(query, arrived ? arrival->shift() : 0, id, page);
  page.at_end = id == before && !arrival;
  if (id == before && arrival) damaged("batch " + std::to_string(id + 1) + " is missing");
  return page;
}

BatchPage SqliteReader::account_batches(BatchCursor after, std::int64_t stay) {
  BatchPage page{{}, after, false};
  const auto arrival = arrival_where("WHERE account = ?", stay);
  if (arrival && after.arrived < arrival->last_batch()) {
    SQLite::Statement& query = prepared(select_arrived_batches);
    const Reset reset(query);
    page.next.arrived = std::max(after.arrived, arrival->first_batch - 1);
    query.bind(1, page.next.arrived);
    query.bind(2, arrival->last_batch());
    query.bind(3, rows_per_page);
    read_batch_page(query, arrival->shift(), page.next.arrived, page);
    return page;
  }
  SQLite::Statement& query = prepared(select_account_batches);
  const Reset reset(query);
  query.bind(1, stay);
  query.bind(2, after.ordinary);
  query.bind(3, rows_per_page);
  while (query.executeStep()) page.rows.push_back(batch_from(query, 0));
  page.at_end = page.rows.empty();
  if (!page.at_end) page.next.ordinary = page.rows.back().id;
  return page;
}

BatchCursor SqliteReader::before_batch_of(std::int64_t seq) {
  const Snapshot snapshot(*this);
  const Segment segment = segment_of(seq);
  SQLite::Statement& query = prepared(segment.arrived ? "SELECT batch FROM arrived_events WHERE place = ?"
                                                      : "SELECT batch FROM events WHERE seq = ?");
  const Reset reset(query);
  query.bind(1, seq - segment.shift);
  if (!query.executeStep()) damaged("event " + std::to_string(seq) + " is missing");
  const std::int64_t batch = query.getColumn(0).getInt64();
  if (segment.arrived) return {segment.row.after_batch, batch - 1};
  SQLite::Statement& arrived = prepared("SELECT max(first_batch + batches - 1) FROM arrivals WHERE after_batch < ?");
  const Reset reset_arrived(arrived);
  arrived.bind(1, batch);
  return {batch - 1, arrived.executeStep() ? arrived.getColumn(0).getInt64() : 0};
}

std::optional<BatchRow> SqliteReader::find(const AccountId& account, const IdempotencyKey& key) {
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay) return std::nullopt;
  const auto look = [&](const char* sql, std::int64_t shift) -> std::optional<BatchRow> {
    SQLite::Statement& query = prepared(sql);
    const Reset reset(query);
    query.bind(1, *stay);
    query.bind(2, key_hash(key));
    query.bindNoCopy(3, key.value);
    if (!query.executeStep()) return std::nullopt;
    return batch_from(query, shift);
  };
  auto row = look("SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
                  "WHERE account = ? AND key_hash = ? AND key = ?", 0);
  if (row) return row;
  const auto arrival = arrival_where("WHERE account = ?", *stay);
  if (!arrival) return std::nullopt;
  return look("SELECT id, account, key, digest, first_place, count, \"check\" FROM arrived_batches "
              "WHERE account = ? AND key_hash = ? AND key = ?", arrival->shift());
}

}  // namespace creditfold
