// SPDX-License-Identifier: Apache-2.0
// The tables of a read model, the only place they are written down. READ_MODEL.md explains them to who asks questions.
// A change of meaning is a new read_model_schema.
//
// Three words stand for columns that always come in twos, an integer to count with and a text to read (sql_text.hpp):
// `x CREDITS` is x_micro and x_text, `x MOMENT` is x_micros and x_text. Texts are computed when they are read.
#pragma once

#include <cstdint>

namespace creditfold::read_model {

// In the database's header: "CFRM", and the number of this schema.
inline constexpr std::int64_t read_model_application_id = 0x4346524D;
inline constexpr std::int64_t read_model_schema = 1;

inline constexpr const char* tables_sql = R"sql(
CREATE TABLE meta (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  schema       INTEGER NOT NULL,  -- of these tables
  program      TEXT NOT NULL,     -- version of Creditfold
  region       TEXT NOT NULL,     -- whose log this was
  only         TEXT,              -- the account whose events alone these are; NULL: all of the region
  position     INTEGER NOT NULL,  -- of the log: everything up to it is here, and nothing after it
  root         TEXT NOT NULL,     -- of the log's Merkle tree at that position, base64 as in a checkpoint
  fingerprint  TEXT NOT NULL,     -- of the states folded; of all the region it is that of creditfold replay
  catalog      TEXT NOT NULL,     -- whose prices and rates `plans` and `rates` are
  at MOMENT NOT NULL              -- when this was made; what is open, and what is due, is told as of it
) STRICT;

CREATE TABLE accounts (
  account      TEXT PRIMARY KEY,
  environment  TEXT NOT NULL CHECK (environment IN ('commercial', 'gov')),
  region       TEXT NOT NULL,
  version      INTEGER NOT NULL,  -- of its newest event
  latest_at MOMENT NOT NULL       -- the greatest `at` of its events
  fingerprint  TEXT NOT NULL,     -- as creditfold balance says it
  key_arn      TEXT,              -- of the customer's own key
  key_state    TEXT CHECK (key_state IN ('active', 'revoked'))
) STRICT;

CREATE TABLE terms (
  account          TEXT NOT NULL REFERENCES accounts (account),
  plan             TEXT NOT NULL,
  term             INTEGER NOT NULL,
  starts_at MOMENT NOT NULL
  ends_at MOMENT NOT NULL
  cadence          TEXT NOT NULL CHECK (cadence IN ('monthly', 'quarterly')),
  allotment CREDITS NOT NULL      -- of each period
  increment CREDITS NOT NULL      -- what packs and overage are counted in
  on_exhaustion    TEXT NOT NULL CHECK (on_exhaustion IN ('stop', 'overage', 'unlimited')),
  stop_at_percent  INTEGER NOT NULL,
  rate_card        TEXT NOT NULL,
  PRIMARY KEY (account, plan, term)
) STRICT, WITHOUT ROWID;

CREATE TABLE periods (
  account  TEXT NOT NULL,
  plan     TEXT NOT NULL,
  term     INTEGER NOT NULL,
  period   INTEGER NOT NULL,
  starts_at MOMENT NOT NULL
  ends_at MOMENT NOT NULL
  opened   INTEGER NOT NULL CHECK (opened IN (0, 1)),
  closed   INTEGER NOT NULL CHECK (closed IN (0, 1)),
  granted CREDITS NOT NULL
  consumed CREDITS NOT NULL       -- the covered part of its charges
  held CREDITS NOT NULL           -- by live authorizations
  expired CREDITS NOT NULL        -- by its close
  remaining CREDITS AS (granted_micro - consumed_micro - held_micro - expired_micro)
  uncovered CREDITS NOT NULL      -- what no lot covered of its charges
  PRIMARY KEY (account, plan, term, period),
  FOREIGN KEY (account, plan, term) REFERENCES terms (account, plan, term)
) STRICT, WITHOUT ROWID;

-- Every event but the charges, which have a table of their own. The view `events` has them all.
CREATE TABLE other_events (
  seq      INTEGER PRIMARY KEY,   -- position in the region's log
  account  TEXT NOT NULL REFERENCES accounts (account),
  version  INTEGER NOT NULL,      -- position in the account's events
  type     TEXT NOT NULL,
  at MOMENT NOT NULL
  recorded_at MOMENT NOT NULL
  key      TEXT NOT NULL,         -- of the command
  actor    TEXT,
  fields   TEXT NOT NULL CHECK (json_valid(fields))  -- as creditfold export writes them
) STRICT;

CREATE TABLE lots (
  seq            INTEGER PRIMARY KEY REFERENCES other_events (seq),  -- of the event that granted it
  account        TEXT NOT NULL,
  lot            TEXT NOT NULL,   -- plan/term/period/n
  plan           TEXT NOT NULL,
  term           INTEGER NOT NULL,
  period         INTEGER NOT NULL,
  n              INTEGER NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('allotment', 'promotion', 'purchase', 'correction')),
  at MOMENT NOT NULL              -- when it was granted
  starts_at MOMENT NOT NULL
  expires_at MOMENT NOT NULL
  granted CREDITS NOT NULL
  consumed CREDITS NOT NULL
  held CREDITS NOT NULL
  expired CREDITS NOT NULL
  remaining CREDITS AS (CASE void WHEN 0 THEN granted_micro - consumed_micro - held_micro - expired_micro ELSE 0 END)
  void           INTEGER NOT NULL CHECK (void IN (0, 1)),  -- 1: its period was cut off, and it counts nowhere
  price_minor    INTEGER,         -- of a pack, in minor units of its currency
  price_text     TEXT,
  currency       TEXT REFERENCES currencies (currency),
  reason         TEXT,
  reason_sealed  BLOB,            -- a reason sealed with the customer's key
  corrects       TEXT,            -- the usage a correction names
  UNIQUE (account, lot),
  FOREIGN KEY (account, plan, term) REFERENCES terms (account, plan, term)
) STRICT;

-- One row for each CreditsConsumed.
CREATE TABLE charges (
  seq           INTEGER PRIMARY KEY,
  account       TEXT NOT NULL,
  version       INTEGER NOT NULL,
  at MOMENT NOT NULL
  day           TEXT AS (date((at_micros - (at_micros % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')) VIRTUAL,
  month         TEXT AS (substr(day, 1, 7)) VIRTUAL,
  recorded_at MOMENT NOT NULL
  key           TEXT NOT NULL,
  actor         TEXT,
  usage         TEXT NOT NULL,
  plan          TEXT NOT NULL,
  term          INTEGER NOT NULL,
  period        INTEGER NOT NULL,
  workflow      TEXT NOT NULL,
  model         TEXT NOT NULL,
  query         INTEGER NOT NULL,  -- tokens
  input         INTEGER NOT NULL,
  output        INTEGER NOT NULL,
  -- NULL beyond 64 bits, where SQLite would go on in floating point
  tokens        INTEGER AS (iif(query <= 9223372036854775807 - input AND query + input <= 9223372036854775807 - output,
                                query + input + output, NULL)) VIRTUAL,
  rate_card     TEXT NOT NULL,
  credits CREDITS NOT NULL        -- the whole charge
  covered CREDITS NOT NULL        -- what lots paid of it: the sum of its draws
  uncovered CREDITS AS (credits_micro - covered_micro)
  late          INTEGER NOT NULL CHECK (late IN (0, 1)),
  flags         TEXT NOT NULL CHECK (json_valid(flags)),  -- a JSON list
  settles       TEXT,             -- an authorization
  memo          TEXT,
  memo_sealed   BLOB,             -- a memo sealed with the customer's key
  ai_generated  INTEGER AS (1) VIRTUAL,  -- AI-2
  FOREIGN KEY (account, plan, term, period) REFERENCES periods (account, plan, term, period)
) STRICT;

-- Which lots paid a charge.
CREATE TABLE draws (
  charge  INTEGER NOT NULL REFERENCES charges (seq),
  lot     INTEGER NOT NULL REFERENCES lots (seq),
  credits CREDITS NOT NULL
  PRIMARY KEY (charge, lot)
) STRICT, WITHOUT ROWID;

CREATE TABLE authorizations (
  seq            INTEGER PRIMARY KEY REFERENCES other_events (seq),
  account        TEXT NOT NULL,
  authorization  TEXT NOT NULL,   -- an id is free again once it has ended
  plan           TEXT NOT NULL,
  term           INTEGER NOT NULL,
  period         INTEGER NOT NULL,
  at MOMENT NOT NULL
  expires_at MOMENT NOT NULL
  cost CREDITS NOT NULL           -- the most it allows
  held CREDITS NOT NULL           -- what lots covered of that when it was made: the sum of its holds
  ended          TEXT CHECK (ended IN ('settled', 'released', 'expired', 'period_closed')),  -- NULL: live
  ended_by       INTEGER,         -- seq of the event that ended it
  FOREIGN KEY (account, plan, term, period) REFERENCES periods (account, plan, term, period)
) STRICT;

-- Which lots an authorization holds, or held.
CREATE TABLE holds (
  authorization  INTEGER NOT NULL REFERENCES authorizations (seq),
  lot            INTEGER NOT NULL REFERENCES lots (seq),
  credits CREDITS NOT NULL
  PRIMARY KEY (authorization, lot)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice_lines (
  account       TEXT NOT NULL REFERENCES accounts (account),
  line          INTEGER NOT NULL,  -- as creditfold invoices numbers them
  at MOMENT NOT NULL
  version       INTEGER NOT NULL,
  name          TEXT NOT NULL,
  products      TEXT NOT NULL CHECK (json_valid(products)),  -- a JSON list
  seats         INTEGER,
  credits CREDITS                  -- of a pack or an overage, in place of seats
  amount_minor  INTEGER NOT NULL,
  amount_text   TEXT NOT NULL,
  currency      TEXT NOT NULL REFERENCES currencies (currency),
  PRIMARY KEY (account, line)
) STRICT, WITHOUT ROWID;

-- What a line is made of: a row for each event that brought something to it.
CREATE TABLE invoice_parts (
  account           TEXT NOT NULL,
  line              INTEGER NOT NULL,
  part              INTEGER NOT NULL,
  seq               INTEGER NOT NULL REFERENCES other_events (seq),
  kind              TEXT NOT NULL CHECK (kind IN ('seats', 'pack', 'overage')),
  product           TEXT NOT NULL,
  plan              TEXT,
  term              INTEGER NOT NULL,
  period            INTEGER,
  lot               TEXT,
  seats_from        INTEGER,
  seats_to          INTEGER,
  days              INTEGER,
  credits CREDITS
  increments        INTEGER,       -- how many of the term's
  starts_at MOMENT NOT NULL        -- what is paid for lasts from then
  ends_at MOMENT NOT NULL
  unit_price_minor  INTEGER,       -- of a seat and year, or of an increment
  unit_price_text   TEXT,
  amount_minor      INTEGER NOT NULL,
  amount_text       TEXT NOT NULL,
  currency          TEXT NOT NULL REFERENCES currencies (currency),
  PRIMARY KEY (account, line, part),
  FOREIGN KEY (account, line) REFERENCES invoice_lines (account, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE seats (
  account           TEXT NOT NULL REFERENCES accounts (account),
  product           TEXT NOT NULL,
  term              INTEGER NOT NULL,
  starts_at MOMENT NOT NULL
  ends_at MOMENT NOT NULL
  seats             INTEGER NOT NULL,
  seat_price_minor  INTEGER,       -- of a seat and year, as last invoiced
  seat_price_text   TEXT,
  currency          TEXT REFERENCES currencies (currency),
  parity_with       TEXT,          -- the product whose seats these follow
  scheduled_seats   INTEGER,       -- fewer from then on
  scheduled_at MOMENT
  removed           INTEGER NOT NULL CHECK (removed IN (0, 1)),  -- with the end of this term
  PRIMARY KEY (account, product, term)
) STRICT, WITHOUT ROWID;

-- Products without seats.
CREATE TABLE products (
  account  TEXT NOT NULL REFERENCES accounts (account),
  product  TEXT NOT NULL,
  region   TEXT,
  PRIMARY KEY (account, product)
) STRICT, WITHOUT ROWID;

-- Positions that held events of accounts that left for another region, and hold nothing any more.
CREATE TABLE departed (
  first_seq  INTEGER PRIMARY KEY,
  last_seq   INTEGER NOT NULL,
  account    TEXT NOT NULL,
  to_region  TEXT NOT NULL
) STRICT;

-- The catalog's, as it is now. What an account has is in its terms, what it was charged in its charges.
CREATE TABLE plans (
  plan                   TEXT PRIMARY KEY,
  rank                   INTEGER NOT NULL,
  on_exhaustion          TEXT NOT NULL,
  stop_at_percent        INTEGER NOT NULL,
  rate_card              TEXT NOT NULL,
  increment CREDITS NOT NULL
  increment_price_minor  INTEGER,
  increment_currency     TEXT REFERENCES currencies (currency),
  overage_price_minor    INTEGER,  -- of each begun increment
  overage_currency       TEXT REFERENCES currencies (currency)
) STRICT;

CREATE TABLE rates (
  rate_card  TEXT NOT NULL,
  model      TEXT NOT NULL,
  provider   TEXT NOT NULL,
  query CREDITS NOT NULL           -- for a million tokens
  input CREDITS NOT NULL
  output CREDITS NOT NULL
  beta       INTEGER NOT NULL CHECK (beta IN (0, 1)),
  gov        INTEGER NOT NULL CHECK (gov IN (0, 1)),
  PRIMARY KEY (rate_card, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE currencies (
  currency  TEXT PRIMARY KEY,
  digits    INTEGER NOT NULL       -- behind the point (ISO 4217)
) STRICT;
)sql";

// Made after the rows are there, which is much faster.
inline constexpr const char* indexes_sql = R"sql(
CREATE INDEX other_events_by_account ON other_events (account, version);
CREATE INDEX other_events_by_type ON other_events (type, account);
CREATE INDEX lots_by_expiry ON lots (expires_at_micros);
CREATE INDEX charges_by_account ON charges (account, day, credits_micro);
CREATE INDEX charges_by_workflow ON charges (workflow, day);
CREATE INDEX charges_by_actor ON charges (actor, day) WHERE actor IS NOT NULL;
CREATE INDEX charges_by_usage ON charges (usage);
CREATE INDEX charges_uncovered ON charges (account, day) WHERE uncovered_micro > 0;
CREATE INDEX draws_by_lot ON draws (lot);
CREATE INDEX authorizations_by_account ON authorizations (account, authorization);
CREATE INDEX holds_by_lot ON holds (lot);
)sql";

}  // namespace creditfold::read_model
