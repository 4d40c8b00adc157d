// SPDX-License-Identifier: Apache-2.0
// Queries of the SQLite store. A page of rows is one short read transaction, so that no slow visitor holds back the
// write-ahead log's checkpoint; the log only grows, so pages fit together.
#include "events/store/sqlite_reader.hpp"

#include "events/archive.hpp"
#include "events/checksum.hpp"
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
constexpr int busy_timeout_ms = 5'000;
// Names remembered by a connection before it forgets them all: some ten megabytes.
constexpr std::size_t names_max = 100'000;

std::span<const std::uint8_t> blob(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

SQLite::Database open_read_only(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY, busy_timeout_ms);
  // Only the writing connection may checkpoint; see sqlite.cpp.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

SQLite::Statement& prepared(std::optional<SQLite::Statement>& statement, const SQLite::Database& database,
                            const char* sql) {
  if (!statement) statement.emplace(database, sql);
  return *statement;
}

}  // namespace

void require_format(const SQLite::Database& database, const std::filesystem::path& file) {
  const auto pragma = [&](const char* sql) {
    SQLite::Statement query(database, sql);
    return query.executeStep() ? query.getColumn(0).getInt64() : 0;
  };
  const std::int64_t application = pragma("PRAGMA application_id");
  const std::int64_t format = pragma("PRAGMA user_version");
  if (application != sqlite_application_id) {
    throw Fault(Fault::Kind::unsupported_format, file.string() + ": a database, but not a ledger's");
  }
  if (format != sqlite_format) {
    throw Fault(Fault::Kind::unsupported_format, file.string() + ": format " + std::to_string(format) +
                                                     ", and this program knows format " +
                                                     std::to_string(sqlite_format));
  }
}

// One statement, so that a writer beside it cannot come between the two ends.
LogEnd read_end(const SQLite::Database& database, const std::filesystem::path& file) {
  SQLite::Statement query(database,
                          "SELECT (SELECT max(seq) FROM events), batch.id, batch.first_seq + batch.count - 1 "
                          "FROM (SELECT max(id) AS id FROM batches) AS newest LEFT JOIN batches AS batch USING (id)");
  if (!query.executeStep()) return {};
  const LogEnd end{query.getColumn(0).getInt64(), query.getColumn(1).getInt64()};
  const std::int64_t batch_end = query.getColumn(2).getInt64();
  if (batch_end != end.head) {
    throw Fault(Fault::Kind::damaged, file.string() + ": the newest batch ends at event " + std::to_string(batch_end) +
                                          ", but the newest event is " + std::to_string(end.head));
  }
  return end;
}

std::int64_t batch_check(const BatchRow& row) {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& archive) {
    archive(row.account, row.batch.key, row.batch.command, row.batch.first_seq, row.batch.count);
  });
  return static_cast<std::int64_t>(checksum(bytes, static_cast<std::uint64_t>(row.id)));
}

std::int64_t event_check(std::int64_t seq, std::span<const std::uint8_t> body) {
  return static_cast<std::int64_t>(checksum(body, static_cast<std::uint64_t>(seq)));
}

SqliteReader::SqliteReader(const std::filesystem::path& file) : file_(file), database_(open_read_only(file)) {
  require_format(database_, file_);
}

void SqliteReader::damaged(const std::string& what) const {
  throw Fault(Fault::Kind::damaged, file_.string() + ": " + what);
}

std::int64_t SqliteReader::head() {
  SQLite::Statement& query = prepared(head_, database_, "SELECT max(seq) FROM events");
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::optional<std::int64_t> SqliteReader::account_id(const AccountId& account) {
  SQLite::Statement& query = prepared(account_id_, database_, "SELECT id FROM accounts WHERE name = ?");
  const Reset reset(query);
  query.bindNoCopy(1, account.value);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

const std::string& SqliteReader::account_name(std::int64_t id) {
  const auto known = names_.find(id);
  if (known != names_.end()) return known->second;
  SQLite::Statement& query = prepared(account_name_, database_, "SELECT name FROM accounts WHERE id = ?");
  const Reset reset(query);
  query.bind(1, id);
  if (!query.executeStep()) damaged("account " + std::to_string(id) + " has no name");
  if (names_.size() >= names_max) names_.clear();
  return names_.emplace(id, query.getColumn(0).getString()).first->second;
}

// Columns: seq, account, version, body, check.
Event SqliteReader::event_from(SQLite::Statement& row) {
  const std::int64_t seq = row.getColumn(0).getInt64();
  const std::string place = "event " + std::to_string(seq) + " is damaged: ";
  const SQLite::Column body_column = row.getColumn(3);
  const std::span<const std::uint8_t> body = blob(body_column);
  if (event_check(seq, body) != row.getColumn(4).getInt64()) damaged(place + "its check is wrong");
  Expected<Event, DecodeError> event = decode_event(body);
  if (!event) damaged(place + event.error().what + " at byte " + std::to_string(event.error().offset));
  const bool same = event->version == row.getColumn(2).getInt64() &&
                    event->account.value == account_name(row.getColumn(1).getInt64());
  if (!same) damaged(place + "its row and its body name different places");
  event->seq = seq;
  return *std::move(event);
}

std::vector<Event> SqliteReader::page_from(SQLite::Statement& query) {
  std::vector<Event> page;
  std::size_t bytes = 0;
  while (bytes < page_bytes && query.executeStep()) {
    bytes += static_cast<std::size_t>(query.getColumn(3).getBytes());
    page.push_back(event_from(query));
  }
  return page;
}

std::vector<Event> SqliteReader::events(std::int64_t after, std::int64_t to) {
  if (after >= to) return {};
  SQLite::Statement& query = prepared(
      events_, database_,
      "SELECT seq, account, version, body, \"check\" FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?");
  const Reset reset(query);
  query.bind(1, after);
  query.bind(2, to);
  query.bind(3, rows_per_page);
  std::vector<Event> page = page_from(query);
  std::int64_t expected = after;
  for (const Event& event : page) {
    if (event.seq != ++expected) damaged("event " + std::to_string(expected) + " is missing");
  }
  if (page.empty()) damaged("event " + std::to_string(after + 1) + " is missing");
  return page;
}

std::vector<Event> SqliteReader::account_events(const AccountId& account, std::int64_t version, std::int64_t after,
                                                std::int64_t to) {
  const std::optional<std::int64_t> id = account_id(account);
  if (!id) return {};
  SQLite::Statement& query =
      prepared(account_events_, database_,
               "SELECT seq, account, version, body, \"check\" FROM events "
               "WHERE account = ? AND version > ? AND seq > ? AND seq <= ? ORDER BY version LIMIT ?");
  const Reset reset(query);
  query.bind(1, *id);
  query.bind(2, version);
  query.bind(3, after);
  query.bind(4, to);
  query.bind(5, rows_per_page);
  std::vector<Event> page = page_from(query);
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
BatchRow SqliteReader::batch_from(SQLite::Statement& row) {
  BatchRow result;
  result.id = row.getColumn(0).getInt64();
  const std::string place = "batch " + std::to_string(result.id) + " is damaged";
  result.account = AccountId(account_name(row.getColumn(1).getInt64()));
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
  return result;
}

std::vector<BatchRow> SqliteReader::batches(std::int64_t after_id, const std::optional<AccountId>& account) {
  SQLite::Statement* query = nullptr;
  int parameter = 0;
  if (account) {
    const std::optional<std::int64_t> id = account_id(*account);
    if (!id) return {};
    query = &prepared(account_batches_, database_,
                      "SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
                      "WHERE account = ? AND id > ? ORDER BY id LIMIT ?");
    query->bind(++parameter, *id);
  } else {
    query = &prepared(batches_, database_,
                      "SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
                      "WHERE id > ? ORDER BY id LIMIT ?");
  }
  const Reset reset(*query);
  query->bind(++parameter, after_id);
  query->bind(++parameter, rows_per_page);
  std::vector<BatchRow> page;
  while (query->executeStep()) page.push_back(batch_from(*query));
  for (std::size_t i = 0; i < page.size() && !account; ++i) {
    const std::int64_t expected = after_id + 1 + static_cast<std::int64_t>(i);
    if (page[i].id != expected) damaged("batch " + std::to_string(expected) + " is missing");
  }
  return page;
}

std::int64_t SqliteReader::batch_of(std::int64_t seq) {
  SQLite::Statement& query = prepared(batch_of_, database_, "SELECT batch FROM events WHERE seq = ?");
  const Reset reset(query);
  query.bind(1, seq);
  if (!query.executeStep()) damaged("event " + std::to_string(seq) + " is missing");
  return query.getColumn(0).getInt64();
}

std::optional<BatchRow> SqliteReader::find(const AccountId& account, const IdempotencyKey& key) {
  const std::optional<std::int64_t> id = account_id(account);
  if (!id) return std::nullopt;
  SQLite::Statement& query = prepared(find_, database_,
                                      "SELECT id, account, key, digest, first_seq, count, \"check\" FROM batches "
                                      "WHERE account = ? AND key = ?");
  const Reset reset(query);
  query.bind(1, *id);
  query.bindNoCopy(2, key.value);
  if (!query.executeStep()) return std::nullopt;
  return batch_from(query);
}

void SqliteReader::check_structure() {
  SQLite::Statement query(database_, "PRAGMA integrity_check(1)");
  if (!query.executeStep()) damaged("the check of its structure said nothing");
  const std::string finding = query.getColumn(0).getString();
  if (finding != "ok") damaged(finding);
}

}  // namespace creditfold
