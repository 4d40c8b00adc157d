// SPDX-License-Identifier: Apache-2.0
#include "tests/store/format_2.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "events/checksum.hpp"
#include "events/codec.hpp"

namespace creditfold::test {
namespace {

constexpr const char* schema = R"sql(
PRAGMA journal_mode=WAL;
BEGIN;
CREATE TABLE accounts (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL
) STRICT;

CREATE INDEX accounts_by_name ON accounts (name);

CREATE TABLE batches (
  id         INTEGER PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES accounts (id),
  key        TEXT NOT NULL,
  key_hash   INTEGER NOT NULL,
  digest     BLOB NOT NULL,
  first_seq  INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  "check"    INTEGER NOT NULL
) STRICT;

CREATE INDEX batches_by_account ON batches (account);

CREATE INDEX batches_by_key ON batches (account, key_hash);

CREATE TABLE events (
  seq      INTEGER PRIMARY KEY,
  account  INTEGER NOT NULL REFERENCES accounts (id),
  version  INTEGER NOT NULL,
  batch    INTEGER NOT NULL REFERENCES batches (id),
  body     BLOB NOT NULL,
  "check"  INTEGER NOT NULL,
  UNIQUE (account, version)
) STRICT;

CREATE TABLE arrived_batches (
  id           INTEGER PRIMARY KEY,
  account      INTEGER NOT NULL REFERENCES accounts (id),
  key          TEXT NOT NULL,
  key_hash     INTEGER NOT NULL,
  digest       BLOB NOT NULL,
  first_place  INTEGER NOT NULL,
  count        INTEGER NOT NULL,
  "check"      INTEGER NOT NULL
) STRICT;

CREATE INDEX arrived_batches_by_key ON arrived_batches (account, key_hash);

CREATE TABLE arrived_events (
  place    INTEGER PRIMARY KEY,
  account  INTEGER NOT NULL REFERENCES accounts (id),
  version  INTEGER NOT NULL,
  batch    INTEGER NOT NULL REFERENCES arrived_batches (id),
  body     BLOB NOT NULL,
  "check"  INTEGER NOT NULL,
  UNIQUE (account, version)
) STRICT;

CREATE TABLE arriving (
  account      INTEGER PRIMARY KEY REFERENCES accounts (id),
  first_place  INTEGER NOT NULL,
  first_batch  INTEGER NOT NULL,
  dropped      INTEGER NOT NULL
) STRICT;

CREATE TABLE arrivals (
  id           INTEGER PRIMARY KEY,
  account      INTEGER NOT NULL UNIQUE REFERENCES accounts (id),
  origin       TEXT NOT NULL,
  first_place  INTEGER NOT NULL,
  first_batch  INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  batches      INTEGER NOT NULL,
  first_seq    INTEGER NOT NULL UNIQUE,
  after_batch  INTEGER NOT NULL,
  hash         BLOB NOT NULL,
  at           INTEGER NOT NULL,
  "check"      INTEGER NOT NULL
) STRICT;

CREATE TABLE tombstones (
  account      INTEGER PRIMARY KEY REFERENCES accounts (id),
  destination  TEXT NOT NULL,
  events       INTEGER NOT NULL,
  hash         BLOB NOT NULL,
  at           INTEGER NOT NULL,
  erased       INTEGER NOT NULL,
  "check"      INTEGER NOT NULL
) STRICT;
PRAGMA application_id=1128680519;
PRAGMA user_version=2;
COMMIT;
)sql";

}  // namespace

void make_format_2(const std::filesystem::path& directory, const std::vector<Batch>& group) {
  std::filesystem::create_directories(directory);
  SQLite::Database database(directory / "ledger.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(schema);
  std::int64_t seq = 0;
  std::int64_t id = 0;
  for (const Batch& batch : group) {
    SQLite::Statement account(database,
                              "INSERT INTO accounts (name) SELECT ?1 WHERE NOT EXISTS "
                              "(SELECT 1 FROM accounts WHERE name = ?1)");
    account.bind(1, batch.account.value);
    account.exec();
    SQLite::Statement row(database, "INSERT INTO batches SELECT ?, id, ?, 0, ?, ?, ?, 0 FROM accounts WHERE name = ?");
    row.bind(1, ++id);
    row.bind(2, batch.key.value);
    row.bind(3, batch.command.bytes.data(), static_cast<int>(batch.command.bytes.size()));
    row.bind(4, seq + 1);
    row.bind(5, static_cast<std::int64_t>(batch.events.size()));
    row.bind(6, batch.account.value);
    row.exec();
    for (const Event& event : batch.events) {
      std::vector<std::uint8_t> body;
      encode_event(event, body);
      SQLite::Statement insert(database, "INSERT INTO events SELECT ?, id, ?, ?, ?, ? FROM accounts WHERE name = ?");
      insert.bind(1, ++seq);
      insert.bind(2, event.version);
      insert.bind(3, id);
      insert.bind(4, body.data(), static_cast<int>(body.size()));
      insert.bind(5, static_cast<std::int64_t>(checksum(body, static_cast<std::uint64_t>(seq))));
      insert.bind(6, batch.account.value);
      insert.exec();
    }
  }
}

}  // namespace creditfold::test
