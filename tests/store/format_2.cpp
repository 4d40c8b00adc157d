// SPDX-License-Identifier: Apache-2.0
#include "tests/store/format_2.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "events/archive.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"
#include "events/segment.hpp"

namespace creditfold::test {
namespace {

constexpr const char* old_tables = R"sql(
ALTER TABLE accounts RENAME TO new_accounts;
DROP INDEX accounts_by_name;
CREATE TABLE accounts (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL
) STRICT;

CREATE INDEX accounts_by_name ON accounts (name);

CREATE TABLE batches (
  id         INTEGER PRIMARY KEY,
  account    INTEGER NOT NULL,
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
  account  INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  batch    INTEGER NOT NULL,
  body     BLOB NOT NULL,
  "check"  INTEGER NOT NULL,
  UNIQUE (account, version)
) STRICT;

INSERT INTO accounts (id, name) SELECT id, name FROM new_accounts;
)sql";

constexpr const char* without_new_tables = R"sql(
DROP TABLE segments; DROP TABLE recent; DROP TABLE new_accounts;
DROP TABLE tree; DROP TABLE tree_nodes; DROP TABLE kept_leaves; DROP TABLE checkpoints;
PRAGMA user_version=2;
)sql";

struct Row {
  std::int64_t first_seq = 0;
  std::int64_t first_batch = 0;
  Segment segment;
};

// A row of today's table as rows of the tables before. What is gone had zeros for bytes; how many does not matter.
void put_back(SQLite::Database& database, const Row& row) {
  SQLite::Statement name(database, "SELECT name FROM accounts WHERE id = ?");
  SQLite::Statement put_batch(database, "INSERT INTO batches VALUES (?, ?, ?, 0, ?, ?, ?, 0)");
  SQLite::Statement put_event(database, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)");
  for (std::size_t b = 0; b < row.segment.batches(); ++b) {
    const PackedBatch& packed = row.segment.batch(b);
    const std::int64_t id = row.first_batch + static_cast<std::int64_t>(b);
    name.bind(1, packed.account);
    name.executeStep();
    const AccountId account(name.getColumn(0).getString());
    name.reset();
    const CommandDigest command = packed.gone ? CommandDigest{} : row.segment.command(b);
    put_batch.bind(1, id);
    put_batch.bind(2, packed.account);
    put_batch.bind(3, packed.gone ? std::string("gone") : row.segment.key(b).value);
    put_batch.bind(4, command.bytes.data(), static_cast<int>(command.bytes.size()));
    put_batch.bind(5, row.first_seq + static_cast<std::int64_t>(row.segment.first_event(b)));
    put_batch.bind(6, packed.events);
    put_batch.exec();
    put_batch.reset();
    for (std::size_t e = row.segment.first_event(b); e < row.segment.first_event(b + 1); ++e) {
      std::vector<std::uint8_t> body(50);
      if (!packed.gone) {
        body.clear();
        encode_event(row.segment.event(b, e, account), body);
      }
      const std::int64_t seq = row.first_seq + static_cast<std::int64_t>(e);
      put_event.bind(1, seq);
      put_event.bind(2, packed.account);
      put_event.bind(3, packed.first_version + static_cast<std::int64_t>(e - row.segment.first_event(b)));
      put_event.bind(4, id);
      put_event.bind(5, body.data(), static_cast<int>(body.size()));
      put_event.bind(6, static_cast<std::int64_t>(checksum(body, static_cast<std::uint64_t>(seq))));
      put_event.exec();
      put_event.reset();
    }
  }
}

// Digests of streams that had come were whole then: here the six bytes that are left, and ten others.
void lengthen_arrived_digests(SQLite::Database& database) {
  SQLite::Statement rows(database,
                         "SELECT b.id, name, key, digest, first_place, count FROM arrived_batches b JOIN accounts ON "
                         "accounts.id = b.account");
  SQLite::Statement update(database, "UPDATE arrived_batches SET digest = ?, \"check\" = ? WHERE id = ?");
  while (rows.executeStep()) {
    Digest digest;
    const auto* bytes = static_cast<const std::uint8_t*>(rows.getColumn(3).getBlob());
    digest.bytes.fill(0xAB);
    std::copy_n(bytes, CommandDigest{}.bytes.size(), digest.bytes.begin());
    const std::int64_t id = rows.getColumn(0).getInt64();
    const std::int64_t place = rows.getColumn(4).getInt64();
    const std::int64_t count = rows.getColumn(5).getInt64();
    std::vector<std::uint8_t> checked;
    const std::string key = rows.getColumn(2).getString();
    if (IdempotencyKey::valid(key)) {
      append_with(checked, [&](SpanOutputArchive& out) {
        out(AccountId(rows.getColumn(1).getString()), IdempotencyKey(key), digest, place, count);
      });
    }
    update.bind(1, digest.bytes.data(), static_cast<int>(digest.bytes.size()));
    update.bind(2, static_cast<std::int64_t>(checksum(checked, static_cast<std::uint64_t>(id))));
    update.bind(3, id);
    update.exec();
    update.reset();
  }
}

}  // namespace

void back_to_format_2(const std::filesystem::path& ledger) {
  SQLite::Database database(ledger, SQLite::OPEN_READWRITE);
  database.exec("PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON; BEGIN");
  database.exec(old_tables);
  for (const char* table : {"segments", "recent"}) {
    SQLite::Statement rows(database, std::string("SELECT first_seq, first_batch, body FROM ") + table + " ORDER BY id");
    while (rows.executeStep()) {
      const SQLite::Column body = rows.getColumn(2);
      const auto* bytes = static_cast<const std::uint8_t*>(body.getBlob());
      put_back(database, {rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64(),
                          Segment({bytes + sizeof(std::uint64_t), bytes + body.getBytes()})});
    }
  }
  lengthen_arrived_digests(database);
  database.exec(without_new_tables);
  database.exec("COMMIT");
}

}  // namespace creditfold::test
