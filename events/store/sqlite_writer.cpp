// SPDX-License-Identifier: Apache-2.0
// Transactions of the SQLite store: look up what could conflict, insert, commit, and only then believe it.
#include "events/store/sqlite_writer.hpp"

#include <sqlite3.h>

#include <string>

#include "events/store/files.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"
#include "events/store/sqlite_schema.hpp"

namespace creditfold {
namespace {

// A reader that recovers the write-ahead log after a crash locks it for a moment.
constexpr int busy_timeout_ms = 5'000;

bool is_empty(const SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT count(*) FROM sqlite_schema");
  return query.executeStep() && query.getColumn(0).getInt64() == 0;
}

}  // namespace

// Prepared once; their tables have to be there first.
struct SqliteWriter::Statements {
  SQLite::Statement find_account;
  SQLite::Statement insert_account;
  SQLite::Statement find_version;
  SQLite::Statement find_key;
  SQLite::Statement insert_batch;
  SQLite::Statement insert_event;

  explicit Statements(const SQLite::Database& database)
      : find_account(database, "SELECT id FROM accounts WHERE name = ?"),
        insert_account(database, "INSERT INTO accounts (name) VALUES (?)"),
        find_version(database, "SELECT max(version) FROM events WHERE account = ?"),
        find_key(database, "SELECT 1 FROM batches WHERE account = ? AND key = ?"),
        insert_batch(database,
                     "INSERT INTO batches (id, account, key, digest, first_seq, count, \"check\") "
                     "VALUES (?, ?, ?, ?, ?, ?, ?)"),
        insert_event(database,
                     "INSERT INTO events (seq, account, version, batch, body, \"check\") VALUES (?, ?, ?, ?, ?, ?)") {}
};

SqliteWriter::SqliteWriter(const std::filesystem::path& file)
    : file_(file), database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms) {
  const bool fresh = is_empty(database_);
  if (!fresh) require_format(database_, file_);
  // Durable when a commit returns: with these two every commit syncs the write-ahead log.
  database_.exec("PRAGMA journal_mode=WAL");
  database_.exec("PRAGMA synchronous=FULL");
  database_.exec("PRAGMA trusted_schema=OFF");
  database_.exec("PRAGMA cell_size_check=ON");
  if (fresh) create();
  statements_ = std::make_unique<Statements>(database_);
  const LogEnd end = read_end(database_, file_);
  head_ = end.head;
  last_batch_ = end.last_batch;
}

SqliteWriter::~SqliteWriter() = default;

void SqliteWriter::create() {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  database_.exec(sqlite_schema);
  database_.exec("PRAGMA application_id=" + std::to_string(sqlite_application_id));
  database_.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  sync_directory(file_.parent_path());
}

Expected<Appended, Conflict> SqliteWriter::write(std::span<const Batch> group,
                                                 std::span<const std::vector<std::uint8_t>> bodies) {
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);  // undone unless committed
  std::int64_t seq = head_;
  std::int64_t batch_id = last_batch_;
  auto body = bodies.begin();
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Batch& batch = group[i];
    const std::int64_t account = account_id(batch.account);
    const std::int64_t version = version_of(account);
    if (has_key(account, batch.key)) return Unexpected{Conflict{i, version, "the key is there already"}};
    if (version != batch.expected_version) {
      return Unexpected{Conflict{i, version, "the account is at another version"}};
    }
    insert_batch(++batch_id, account, batch, seq + 1);
    for (const Event& event : batch.events) insert_event(++seq, account, event.version, batch_id, *body++);
  }
  commit(transaction);
  const Appended appended{head_ + 1, seq};
  head_ = seq;
  last_batch_ = batch_id;
  return appended;
}

std::int64_t SqliteWriter::account_id(const AccountId& account) {
  {
    SQLite::Statement& query = statements_->find_account;
    const Reset reset(query);
    query.bindNoCopy(1, account.value);
    if (query.executeStep()) return query.getColumn(0).getInt64();
  }
  SQLite::Statement& insert = statements_->insert_account;
  const Reset reset(insert);
  insert.bindNoCopy(1, account.value);
  insert.exec();
  return database_.getLastInsertRowid();
}

std::int64_t SqliteWriter::version_of(std::int64_t account) {
  SQLite::Statement& query = statements_->find_version;
  const Reset reset(query);
  query.bind(1, account);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

bool SqliteWriter::has_key(std::int64_t account, const IdempotencyKey& key) {
  SQLite::Statement& query = statements_->find_key;
  const Reset reset(query);
  query.bind(1, account);
  query.bindNoCopy(2, key.value);
  return query.executeStep();
}

void SqliteWriter::insert_batch(std::int64_t id, std::int64_t account, const Batch& batch, std::int64_t first_seq) {
  const auto count = static_cast<std::int64_t>(batch.events.size());
  SQLite::Statement& insert = statements_->insert_batch;
  const Reset reset(insert);
  insert.bind(1, id);
  insert.bind(2, account);
  insert.bindNoCopy(3, batch.key.value);
  insert.bindNoCopy(4, batch.command.bytes.data(), static_cast<int>(batch.command.bytes.size()));
  insert.bind(5, first_seq);
  insert.bind(6, count);
  insert.bind(7, batch_check({id, batch.account, {batch.key, batch.command, {}, first_seq, count}}));
  insert.exec();
}

void SqliteWriter::insert_event(std::int64_t seq, std::int64_t account, std::int64_t version, std::int64_t batch,
                                const std::vector<std::uint8_t>& body) {
  SQLite::Statement& insert = statements_->insert_event;
  const Reset reset(insert);
  insert.bind(1, seq);
  insert.bind(2, account);
  insert.bind(3, version);
  insert.bind(4, batch);
  insert.bindNoCopy(5, body.data(), static_cast<int>(body.size()));
  insert.bind(6, event_check(seq, body));
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
