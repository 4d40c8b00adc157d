// SPDX-License-Identifier: Apache-2.0
// Transactions of the SQLite store: look up what could conflict, insert, commit, and only then believe it.
#include "events/store/sqlite_writer.hpp"

#include <sqlite3.h>

#include <string>

#include "events/store/files.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_schema.hpp"
#include "events/store/sqlite_upgrade.hpp"

namespace creditfold {
namespace {

constexpr const char* insert_into_batches =
    "INSERT INTO batches (id, account, key, key_hash, digest, first_seq, count, \"check\") "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* insert_into_events =
    "INSERT INTO events (seq, account, version, batch, body, \"check\") VALUES (?, ?, ?, ?, ?, ?)";
constexpr const char* find_key = "SELECT 1 FROM batches WHERE account = ? AND key_hash = ? AND key = ?";
constexpr const char* find_arrived_key = "SELECT 1 FROM arrived_batches WHERE account = ? AND key_hash = ? AND key = ?";

bool is_empty(const SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT count(*) FROM sqlite_schema");
  return query.executeStep() && query.getColumn(0).getInt64() == 0;
}

}  // namespace

SqliteWriter::SqliteWriter(const std::filesystem::path& file)
    : file_(file),
      database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms),
      tree_(database_, file) {
  const bool fresh = is_empty(database_);
  const std::int64_t format = fresh ? sqlite_format : format_of(database_, file_);
  if (format < sqlite_format_1 || format > sqlite_format) throw_unsupported(format, file_);
  // Durable when a commit returns: with these two every commit syncs the write-ahead log.
  database_.exec("PRAGMA journal_mode=WAL");
  database_.exec("PRAGMA synchronous=FULL");
  database_.exec("PRAGMA secure_delete=ON");
  database_.exec("PRAGMA trusted_schema=OFF");
  database_.exec("PRAGMA cell_size_check=ON");
  if (fresh) create();
  if (format < sqlite_format) upgrade(database_, file_, format);
  const LogEnd end = read_end(database_, file_);
  frontier_ = tree_.frontier();
  if (frontier_.size() != end.head) {
    throw Fault(Fault::Kind::damaged, file_.string() + ": its tree has " + std::to_string(frontier_.size()) +
                                          " leaves, but the newest event is " + std::to_string(end.head));
  }
  head_ = end.head;
  last_batch_ = end.last_batch;
}

void SqliteWriter::create() {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  database_.exec(sqlite_schema);
  database_.exec(sqlite_tree_schema);
  tree_.create();
  database_.exec("PRAGMA application_id=" + std::to_string(sqlite_application_id));
  database_.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  sync_directory(file_.parent_path());
}

SQLite::Statement& SqliteWriter::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  return known != statements_.end() ? known->second : statements_.try_emplace(sql, database_, sql).first->second;
}

std::int64_t SqliteWriter::number(const char* sql) {
  SQLite::Statement& query = prepared(sql);
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::int64_t SqliteWriter::number(const char* sql, std::int64_t value) {
  SQLite::Statement& query = prepared(sql);
  const Reset reset(query);
  query.bind(1, value);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

Expected<Appended, Conflict> SqliteWriter::write(std::span<const Batch> group, Bodies bodies) {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);  // undone unless committed
  std::int64_t seq = head_;
  std::int64_t batch_id = last_batch_;
  auto body = bodies.begin();
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Batch& batch = group[i];
    const std::optional<std::int64_t> known = stay_of(batch.account);
    const std::int64_t stay = known ? *known : new_stay(batch.account);
    const std::int64_t version = known ? number("SELECT max(version) FROM events WHERE account = ?", stay) : 0;
    if (has_key(find_key, stay, batch.key) || has_key(find_arrived_key, stay, batch.key)) {
      return Unexpected{Conflict{i, version, "the key is there already"}};
    }
    if (version != batch.expected_version) {
      return Unexpected{Conflict{i, version, "the account is at another version"}};
    }
    append_batch(++batch_id, stay, batch, seq, body);
  }
  std::vector<TreeHash> leaves;
  leaves.reserve(bodies.size());
  for (const std::vector<std::uint8_t>& encoded : bodies) leaves.push_back(leaf_hash(encoded));
  Frontier frontier = tree_.extend(frontier_, leaves);
  commit(transaction);
  const Appended appended{head_ + 1, seq};
  frontier_ = std::move(frontier);
  head_ = seq;
  last_batch_ = batch_id;
  return appended;
}

void SqliteWriter::append_batch(std::int64_t id, std::int64_t stay, const Batch& batch, std::int64_t& seq,
                                Bodies::iterator& body) {
  const auto count = static_cast<std::int64_t>(batch.events.size());
  insert_batch(insert_into_batches, {id, stay, batch.account, {batch.key, batch.command, {}, seq + 1, count}});
  for (const Event& event : batch.events) insert_event(insert_into_events, ++seq, stay, event.version, id, *body++);
}

void SqliteWriter::add_checkpoint(const StoredCheckpoint& checkpoint) {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  tree_.add_checkpoint(checkpoint);
  commit(transaction);
}

std::optional<std::int64_t> SqliteWriter::stay_of(const AccountId& account) {
  SQLite::Statement& query = prepared(select_stay);
  const Reset reset(query);
  query.bindNoCopy(1, account.value);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getInt64();
}

std::int64_t SqliteWriter::new_stay(const AccountId& account) {
  SQLite::Statement& insert = prepared("INSERT INTO accounts (name) VALUES (?)");
  const Reset reset(insert);
  insert.bindNoCopy(1, account.value);
  insert.exec();
  return database_.getLastInsertRowid();
}

bool SqliteWriter::has_key(const char* sql, std::int64_t stay, const IdempotencyKey& key) {
  SQLite::Statement& query = prepared(sql);
  const Reset reset(query);
  query.bind(1, stay);
  query.bind(2, key_hash(key));
  query.bindNoCopy(3, key.value);
  return query.executeStep();
}

void SqliteWriter::insert_batch(const char* sql, const BatchRow& row) {
  SQLite::Statement& insert = prepared(sql);
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

void SqliteWriter::insert_event(const char* sql, std::int64_t place, std::int64_t stay, std::int64_t version,
                                std::int64_t batch, const std::vector<std::uint8_t>& body) {
  SQLite::Statement& insert = prepared(sql);
  const Reset reset(insert);
  insert.bind(1, place);
  insert.bind(2, stay);
  insert.bind(3, version);
  insert.bind(4, batch);
  insert.bindNoCopy(5, body.data(), static_cast<int>(body.size()));
  insert.bind(6, event_check(place, body));
  insert.exec();
}

// A commit whose sync failed leaves whole frames behind the end of the write-ahead log. Recovery after a crash would
// take them for committed, and an append that was said to have failed would come back. Writing anything puts other
// frames in their place.
void SqliteWriter::commit(SQLite::Transaction& transaction) {
  try {
    transaction.commit();
  } catch (const SQLite::Exception&) {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) static_cast<void>(database_.tryExec("ROLLBACK"));
    static_cast<void>(database_.tryExec("PRAGMA user_version=" + std::to_string(sqlite_format)));
    throw;
  }
}

}  // namespace creditfold
