// SPDX-License-Identifier: Apache-2.0
// The schema of a partition's ledger.db, the only place it is written down in SQL. events/FORMAT.md explains it.
// Stored: a change is a new sqlite_format with a migration from this one, never an edit.
#pragma once

#include <cstdint>

namespace creditfold {

// In the database's header: "CFLG", and the number of this schema.
inline constexpr std::int64_t sqlite_application_id = 0x43464C47;
inline constexpr std::int64_t sqlite_format = 4;
// Of those before: in 2 events and batches were rows of their own; in 3 the row of the tree was written with every
// transaction, and what reads today's reads it as it is.
inline constexpr std::int64_t sqlite_format_2 = 2;
inline constexpr std::int64_t sqlite_format_3 = 3;
[[nodiscard]] constexpr bool is_older_format(std::int64_t format) {
  return format == sqlite_format_2 || format == sqlite_format_3;
}

// accounts: a stay of an account here, so that nothing else repeats its name. It is here unless it is in tombstones or
// in arriving, and at most one stay of a name is. check: XXH3-64 of the name, its seed the id.
//
// segments: accepted batches in the order of acceptance, packed by columns (events/segment.hpp); id from 1 without
// gaps. recent: the newest batches, one row a commit, whose id is its first batch's, until there are enough for a
// segment; then all of them become one and the table is empty. Batches count from 1 without gaps, positions likewise
// but for those that arrivals take. body: a check and the segment (events/store/segment_rows.hpp).
//
// arrived_batches, arrived_events: the same for streams that came from another partition. Their places count from 1
// without gaps; what a place means is told by the arrival it belongs to, whose streams lie one after the other.
//
// arriving: a stay whose stream is being copied here, from first_place and first_batch on, or (dropped: 1) whose copy
// was given up; its rows are zeros then.
//
// arrivals: a stream that was admitted: it lies from first_place and first_batch on and takes the positions from
// first_seq on, behind the batch after_batch. check: XXH3-64, seed id, of the canonical bytes of account name, origin,
// the six numbers in their order, hash and at.
//
// tombstones: what is left of a stay that ended. Its rows in the other tables stay; once it is erased, with zeros in
// place of bodies, keys and digests, and its batches in segments as nothing but places. check: likewise, seed account,
// of name, destination, events, hash and at.
//
// Nothing is deleted or moved in the tables that hold bodies and keys, so that no copy of them lies in the slack of a
// page. Checks are stored as the signed integer of the same 64 bits.
inline constexpr const char* sqlite_schema = R"sql(
CREATE TABLE accounts (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  "check"  INTEGER NOT NULL
) STRICT;

CREATE INDEX accounts_by_name ON accounts (name);

CREATE TABLE segments (
  id           INTEGER PRIMARY KEY,
  first_seq    INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  first_batch  INTEGER NOT NULL UNIQUE,
  batches      INTEGER NOT NULL,
  body         BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX segments_by_seq ON segments (first_seq) WHERE events > 0;

CREATE TABLE recent (
  id           INTEGER PRIMARY KEY,
  first_seq    INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  first_batch  INTEGER NOT NULL,
  batches      INTEGER NOT NULL,
  body         BLOB NOT NULL
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
)sql";

// The log as a Merkle tree (RFC 6962); position seq is leaf seq - 1. Neither these tables nor those above refer to the
// others.
//
// tree: one row, written with every transaction that adds events elsewhere than to `recent`; leaves behind its `size`
// are those of the events there. frontier: the hashes of the full subtrees of `size` leaves, the largest first. check:
// XXH3-64 of them, seed size.
//
// tree_nodes: what the leaf `size` completes. hashes: of the 256 leaves that end there, then of the 65,536, …, as many
// as there are.
//
// kept_leaves: leaf hashes of positions whose bytes were erased, in runs from first_seq on. All others are made of the
// events' bytes when they are asked for. check: XXH3-64 of the hashes, seed first_seq.
//
// checkpoints: signed notes over the first `size` leaves. check: XXH3-64, seed size, of the note's bytes, then at.
inline constexpr const char* sqlite_tree_schema = R"sql(
CREATE TABLE tree (
  id        INTEGER PRIMARY KEY,
  size      INTEGER NOT NULL,
  frontier  BLOB NOT NULL,
  "check"   INTEGER NOT NULL
) STRICT;

CREATE TABLE tree_nodes (
  size    INTEGER PRIMARY KEY,
  hashes  BLOB NOT NULL
) STRICT;

CREATE TABLE kept_leaves (
  first_seq  INTEGER PRIMARY KEY,
  hashes     BLOB NOT NULL,
  "check"    INTEGER NOT NULL
) STRICT;

CREATE TABLE checkpoints (
  size     INTEGER PRIMARY KEY,
  note     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  "check"  INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace creditfold
