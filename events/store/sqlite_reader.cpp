// SPDX-License-Identifier: Apache-2.0
// Queries of the SQLite store. A page of rows is one short read transaction, so that no slow visitor holds back the
// write-ahead log's checkpoint; the log only grows, so pages fit together.
#include "events/store/sqlite_reader.hpp"

#include <sqlite3.h>

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
// Waiting for another connection that makes the database, or recovers its write-ahead log after a crash.
constexpr int reader_timeout_ms = 5'000;
// Names remembered by a connection before it forgets them all: some ten megabytes.
constexpr std::size_t names_max = 100'000;

constexpr const char* select_arrived_events =
    "SELECT place, account, version, body, \"check\" FROM arrived_events WHERE place > ? AND place <= ? "
    "ORDER BY place LIMIT ?";
constexpr const char* select_account_arrived_events =
    "SELECT place, account, version, body, \"check\" FROM arrived_events "
    "WHERE account = ? AND version > ? AND place > ? AND place <= ? ORDER BY version LIMIT ?";
constexpr const char* select_arrived_batches =
    "SELECT id, account, key, digest, first_place, count, \"check\" FROM arrived_batches "
    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";

}  // namespace

SQLite::Database open_read_only(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY, reader_timeout_ms);
  // Readers must not checkpoint; see sqlite.cpp.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

SqliteReader::Snapshot::Snapshot(SqliteReader& reader)
    : reader_(reader), within_(sqlite3_get_autocommit(reader.database_.getHandle()) == 0) {
  if (within_) return;
  reader_.database_.exec("BEGIN");
  reader_.departures_.clear();
  SQLite::Statement& query = reader_.prepared("SELECT EXISTS (SELECT 1 FROM tombstones)");
  const Reset reset(query);
  reader_.any_departed_ = query.executeStep() && query.getColumn(0).getInt() != 0;
}

SqliteReader::Snapshot::~Snapshot() {
  if (!within_) static_cast<void>(reader_.database_.tryExec("COMMIT"));
}

SqliteReader::SqliteReader(const std::filesystem::path& file, const RegionId& region, const LogIndex* index)
    : file_(file), partition_(partition_of(region)), database_(open_read_only(file)), tree_(database_, file), index_(index) {
  const std::int64_t format = format_of(database_, file_);
  older_format_ = format == sqlite_format_3;
  if (format != sqlite_format && !older_format_) throw_unsupported(format, file_);
}

void SqliteReader::damaged(const std::string& what) const {
  throw Fault(Fault::Kind::damaged, file_.string() + ": " + what);
}

SQLite::Statement& SqliteReader::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  return known != statements_.end() ? known->second : statements_.try_emplace(sql, database_, sql).first->second;
}

SQLite::Statement& SqliteReader::prepared(const char* columns, const char* rest) {
  const auto known = statements_.find(rest);
  if (known != statements_.end()) return known->second;
  return statements_.try_emplace(rest, database_, std::string(columns) + rest).first->second;
}

std::int64_t SqliteReader::head() {
  SQLite::Statement& query = prepared(
      "SELECT max(coalesce((SELECT first_seq + events - 1 FROM segments ORDER BY id DESC LIMIT 1), 0), "
      "coalesce((SELECT first_seq + events - 1 FROM recent ORDER BY id DESC LIMIT 1), 0))");
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
  SQLite::Statement& query = prepared("SELECT id, name, \"check\" FROM accounts WHERE id = ?");
  const Reset reset(query);
  query.bind(1, stay);
  if (!query.executeStep()) damaged("account " + std::to_string(stay) + " has no name");
  if (names_.size() >= names_max) names_.clear();
  return names_.emplace(stay, checked_name(query)).first->second;
}

std::vector<std::string> SqliteReader::account_names(std::int64_t to) {
  std::vector<std::string> names(static_cast<std::size_t>(to) + 1);
  SQLite::Statement& query = prepared("SELECT id, name, \"check\" FROM accounts WHERE id BETWEEN 1 AND ?");
  const Reset reset(query);
  query.bind(1, to);
  while (query.executeStep()) names[static_cast<std::size_t>(query.getColumn(0).getInt64())] = checked_name(query);
  return names;
}

std::string SqliteReader::checked_name(SQLite::Statement& account) const {
  const std::int64_t stay = account.getColumn(0).getInt64();
  AccountId name(account.getColumn(1).getString());
  const bool sound = AccountId::valid(name.value) && account_check(stay, name) == account.getColumn(2).getInt64();
  if (!sound) damaged("account " + std::to_string(stay) + " is damaged");
  return std::move(name.value);
}

const Tombstone* SqliteReader::departure_of(std::int64_t stay) {
  if (!any_departed_) return nullptr;
  const auto known = departures_.find(stay);
  const auto found = known != departures_.end() ? known : departures_.emplace(stay, tombstone_of(stay)).first;
  return found->second ? &*found->second : nullptr;
}

bool SqliteReader::has_left(std::int64_t stay) { return tombstone_of(stay).has_value(); }

SqliteReader::Range SqliteReader::range_of(std::int64_t seq) {
  Range range;
  if (auto before = arrival_where("WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1", seq)) {
    if (before->last_seq() >= seq) {
      range.shift = before->shift();
      range.last_seq = before->last_seq();
      range.row = *std::move(before);
      range.arrived = true;
      return range;
    }
  }
  if (const auto next = arrival_where("WHERE first_seq > ? ORDER BY first_seq LIMIT 1", seq)) {
    range.last_seq = next->first_seq - 1;
  }
  return range;
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
  const Range range = range_of(after + 1);
  const std::int64_t last = std::min(to, range.last_seq);
  const auto departed = [&](const Tombstone& departure, std::int64_t seq) {
    const bool goes_on = !page.departed.empty() && page.departed.back().last_seq + 1 == seq &&
                         page.departed.back().account == departure.account && page.departed.back().to == departure.to;
    if (!goes_on) page.departed.push_back({seq, seq, departure.account, departure.to});
    page.departed.back().last_seq = seq;
  };
  if (!range.arrived) {
    const std::shared_ptr<const Loaded> loaded = holding_seq(after + 1);
    if (!loaded) damaged("event " + std::to_string(after + 1) + " is missing");
    const std::int64_t end = std::min({last, loaded->row.last_seq(), after + rows_per_page});
    std::size_t at = static_cast<std::size_t>(after + 1 - loaded->row.first_seq);
    for (std::size_t batch = loaded->segment.batch_of(at); page.reached < end; ++at) {
      while (at >= loaded->segment.first_event(batch + 1)) ++batch;
      const std::int64_t seq = ++page.reached;
      if (const Tombstone* departure = departure_of(loaded->segment.batch(batch).account)) {
        departed(*departure, seq);
      } else {
        page.events.push_back(event_in(*loaded, batch, at));
      }
    }
    return page;
  }
  SQLite::Statement& query = prepared(select_arrived_events);
  const Reset reset(query);
  query.bind(1, after - range.shift);
  query.bind(2, last - range.shift);
  query.bind(3, rows_per_page);
  std::size_t bytes = 0;
  while (bytes < page_bytes && query.executeStep()) {
    const std::int64_t seq = query.getColumn(0).getInt64() + range.shift;
    if (seq != ++page.reached) damaged("event " + std::to_string(page.reached) + " is missing");
    if (const Tombstone* departure = departure_of(query.getColumn(1).getInt64())) {
      departed(*departure, seq);
      continue;
    }
    bytes += static_cast<std::size_t>(query.getColumn(3).getBytes());
    page.events.push_back(event_from(query, range.shift));
  }
  if (page.reached == after) damaged("event " + std::to_string(after + 1) + " is missing");
  return page;
}

std::vector<Event> SqliteReader::arrived_page(const ArrivalRow& arrival, const AccountCursor& cursor, std::int64_t to) {
  SQLite::Statement& query = prepared(select_account_arrived_events);
  const Reset reset(query);
  query.bind(1, arrival.stay);
  query.bind(2, cursor.version);
  query.bind(3, cursor.seq - arrival.shift());
  query.bind(4, std::min(to, arrival.last_seq()) - arrival.shift());
  query.bind(5, rows_per_page);
  std::vector<Event> page;
  std::size_t bytes = 0;
  while (bytes < page_bytes && query.executeStep()) {
    bytes += static_cast<std::size_t>(query.getColumn(3).getBytes());
    page.push_back(event_from(query, arrival.shift()));
  }
  return page;
}

std::vector<Event> SqliteReader::account_events(const AccountId& account, AccountCursor& cursor, std::int64_t to) {
  if (cursor.seq >= to) return {};
  const LogIndex::Newest newest = newest_of(account);
  const Snapshot snapshot(*this);
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay && cursor.version > 0) {
    throw Fault(Fault::Kind::busy, file_.string() + ": account " + account.value + " left while it was read");
  }
  if (!stay) return {};
  std::vector<Event> page;
  const auto arrival = arrival_where("WHERE account = ?", *stay);
  if (arrival && cursor.version < arrival->arrival.copied.events && cursor.seq < arrival->last_seq()) {
    page = arrived_page(*arrival, cursor, to);
  }
  while (page.empty()) {
    const auto rows = next_on(cursor.way, *stay, newest,
                              [&](const SegmentRow& row) { return row.first_seq <= cursor.seq + 1; });
    if (rows.empty()) return page;
    for (const std::shared_ptr<const Loaded>& loaded : rows) {
      const Segment& segment = loaded->segment;
      for (std::size_t b = 0; b < segment.batches(); ++b) {
        if (segment.batch(b).account != *stay) continue;
        for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
          const std::int64_t seq = loaded->row.first_seq + static_cast<std::int64_t>(e);
          if (cursor.seq < seq && seq <= to) page.push_back(event_in(*loaded, b, e));
        }
      }
    }
  }
  // Behind `seq` the first version is not known; from the beginning, and behind a page, it is.
  std::int64_t expected = cursor.version > 0 || cursor.seq <= 0 ? cursor.version : page.front().version - 1;
  std::int64_t seq = cursor.seq;
  for (const Event& event : page) {
    const bool next = event.version == ++expected && event.seq > seq;
    if (!next) damaged("version " + std::to_string(expected) + " of account " + account.value + " is missing");
    seq = event.seq;
  }
  cursor.seq = page.back().seq;
  cursor.version = page.back().version;
  return page;
}

// Columns: id, account, key, digest, first_place, count, check.
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

BatchPage SqliteReader::batches(const BatchCursor& after, const std::optional<AccountId>& account) {
  const LogIndex::Newest newest = account ? newest_of(*account) : LogIndex::Newest{};
  const Snapshot snapshot(*this);
  BatchPage page{{}, after, false};
  if (account) {
    const std::optional<std::int64_t> stay = stay_of(*account);
    if (stay) return account_batches(after, *stay, newest);
    page.at_end = true;
    return page;
  }
  // Arrivals were admitted in the order of their streams' places.
  const auto arrival = arrival_where("WHERE first_batch + batches - 1 > ? ORDER BY id LIMIT 1", after.arrived);
  if (arrival && after.ordinary >= arrival->after_batch) {
    SQLite::Statement& query = prepared(select_arrived_batches);
    const Reset reset(query);
    std::int64_t& id = page.next.arrived;
    id = std::max(id, arrival->first_batch - 1);
    query.bind(1, id);
    query.bind(2, arrival->last_batch());
    query.bind(3, rows_per_page);
    const std::int64_t before = id;
    read_batch_page(query, arrival->shift(), id, page);
    if (id == before) damaged("batch " + std::to_string(id + 1) + " is missing");
    return page;
  }
  std::int64_t& number = page.next.ordinary;
  const std::shared_ptr<const Loaded> loaded = holding_batch(number + 1);
  if (!loaded && (arrival || number < read_end(database_, file_).last_batch)) {
    damaged("batch " + std::to_string(number + 1) + " is missing");
  }
  page.at_end = !loaded;
  if (!loaded) return page;
  const std::int64_t last = std::min({loaded->row.last_batch(), number + rows_per_page,
                                      arrival ? arrival->after_batch : std::numeric_limits<std::int64_t>::max()});
  while (number < last) {
    const auto batch = static_cast<std::size_t>(++number - loaded->row.first_batch);
    if (departure_of(loaded->segment.batch(batch).account) == nullptr) page.rows.push_back(batch_in(*loaded, batch));
  }
  return page;
}

BatchPage SqliteReader::account_batches(const BatchCursor& after, std::int64_t stay, const LogIndex::Newest& newest) {
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
  const auto rows = next_on(page.next.way, stay, newest,
                            [&](const SegmentRow& row) { return row.first_batch <= after.ordinary + 1; });
  page.at_end = rows.empty();
  for (const std::shared_ptr<const Loaded>& loaded : rows) {
    for (std::size_t b = 0; b < loaded->segment.batches(); ++b) {
      const std::int64_t number = loaded->row.first_batch + static_cast<std::int64_t>(b);
      if (loaded->segment.batch(b).account != stay || number <= after.ordinary) continue;
      page.rows.push_back(batch_in(*loaded, b));
      page.next.ordinary = number;
    }
  }
  return page;
}

BatchCursor SqliteReader::before_batch_of(std::int64_t seq) {
  const Snapshot snapshot(*this);
  const Range range = range_of(seq);
  if (range.arrived) {
    SQLite::Statement& query = prepared("SELECT batch FROM arrived_events WHERE place = ?");
    const Reset reset(query);
    query.bind(1, seq - range.shift);
    if (!query.executeStep()) damaged("event " + std::to_string(seq) + " is missing");
    return {range.row.after_batch, query.getColumn(0).getInt64() - 1};
  }
  const std::shared_ptr<const Loaded> loaded = holding_seq(seq);
  if (!loaded) damaged("event " + std::to_string(seq) + " is missing");
  const std::size_t batch = loaded->segment.batch_of(static_cast<std::size_t>(seq - loaded->row.first_seq));
  const std::int64_t number = loaded->row.first_batch + static_cast<std::int64_t>(batch);
  SQLite::Statement& arrived = prepared("SELECT max(first_batch + batches - 1) FROM arrivals WHERE after_batch < ?");
  const Reset reset_arrived(arrived);
  arrived.bind(1, number);
  return {number - 1, arrived.executeStep() ? arrived.getColumn(0).getInt64() : 0};
}

std::optional<BatchRow> SqliteReader::find(const AccountId& account, const IdempotencyKey& key) {
  const Snapshot snapshot(*this);
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay) return std::nullopt;
  if (std::optional<BatchRow> row = find_packed(*stay, key)) return row;
  const auto arrival = arrival_where("WHERE account = ?", *stay);
  if (!arrival) return std::nullopt;
  SQLite::Statement& query = prepared("SELECT id, account, key, digest, first_place, count, \"check\" FROM arrived_batches "
                                      "WHERE account = ? AND key_hash = ? AND key = ?");
  const Reset reset(query);
  query.bind(1, *stay);
  query.bind(2, key_hash(key));
  query.bindNoCopy(3, key.value);
  if (!query.executeStep()) return std::nullopt;
  return batch_from(query, arrival->shift());
}

}  // namespace creditfold
