// SPDX-License-Identifier: Apache-2.0
// The schema of DIR/ledger.db, the only place it is written down in SQL. events/FORMAT.md explains it. Stored: a change
// is a new sqlite_format with a migration from this one, never an edit.
#pragma once

#include <cstdint>

namespace creditfold {

// In the database's header: "CFLG", and the number of this schema.
inline constexpr std::int64_t sqlite_application_id = 0x43464C47;
inline constexpr std::int64_t sqlite_format = 1;

// accounts: an account's number, so that rows and indexes do not repeat its name.
//
// batches: one accepted command each, in the order of acceptance (id from 1 without gaps). Its events are first_seq to
// first_seq + count - 1. check: XXH3-64, seed id, of the canonical bytes of account name, key, digest, first_seq,
// count.
//
// events: one event each (seq from 1 without gaps). body: its canonical bytes, in which account and version stand too.
// check: XXH3-64 of the body, seed seq.
//
// Checks are stored as the signed integer of the same 64 bits.
inline constexpr const char* sqlite_schema = R"sql(
CREATE TABLE accounts (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE batches (
  id         INTEGER PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES accounts (id),
  key        TEXT NOT NULL,
  digest     BLOB NOT NULL,
  first_seq  INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  "check"    INTEGER NOT NULL,
  UNIQUE (account, key)
) STRICT;

CREATE TABLE events (
  seq      INTEGER PRIMARY KEY,
  account  INTEGER NOT NULL REFERENCES accounts (id),
  version  INTEGER NOT NULL,
  batch    INTEGER NOT NULL REFERENCES batches (id),
  body     BLOB NOT NULL,
  "check"  INTEGER NOT NULL,
  UNIQUE (account, version)
) STRICT;
)sql";

}  // namespace creditfold
