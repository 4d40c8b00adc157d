// SPDX-License-Identifier: Apache-2.0
// The same charges into emmett-sqlite, a thousand an append: emmett.mjs PACKAGES CHARGES DIR, where CHARGES are the lines of
// charge_lines. Prints one JSON line, as append_bench does.
//
// Its own appendToStream over one kept connection, all to one stream, because one append cannot span streams: its fastest
// way. It stores JSON with metadata of its own, keeps (stream, position) unique, and no key of a command. The event store
// that wraps it opens and closes the database at each append and is no faster.
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, charges, directory] = process.argv.slice(2);
const group_size = 1_000;
const require = createRequire(pathToFileURL(join(packages, 'package.json')));
const { appendToStream, createEventStoreSchema, sqliteConnection } = require('@event-driven-io/emmett-sqlite');

const lines = readFileSync(charges, 'utf8').trimEnd().split('\n');
const file = join(directory, 'ledger.db');
const connection = sqliteConnection({ fileName: file });
await connection.command('PRAGMA synchronous=FULL');
await createEventStoreSchema(connection);
const { journal_mode } = await connection.querySingle('PRAGMA journal_mode');
const { synchronous } = await connection.querySingle('PRAGMA synchronous');
if (journal_mode !== 'wal' || synchronous !== 2) throw new Error('not in write-ahead-log mode with synchronous=FULL');

const commits = [];
for (let begin = 0; begin < lines.length; begin += group_size) {
  const events = lines.slice(begin, begin + group_size).map((line) => ({ type: 'CreditsConsumed', data: JSON.parse(line) }));
  const start = process.hrtime.bigint();
  const result = await appendToStream(connection, 'ledger-1', 'ledger', events, { expectedStreamVersion: BigInt(begin) });
  commits.push(Number(process.hrtime.bigint() - start) / 1e9);
  if (!result.success) throw new Error('an append was refused');
}
const { stored } = await connection.querySingle('SELECT count(*) AS stored FROM emt_messages');
if (stored !== lines.length) throw new Error('not every event is there');
await connection.querySingle('PRAGMA wal_checkpoint(TRUNCATE)');
connection.close();

const bytes = statSync(file).size;
const seconds = commits.reduce((sum, each) => sum + each, 0);
commits.sort((a, b) => a - b);
console.log(JSON.stringify({ side: 'emmett-sqlite', events: stored, seconds, per_second: stored / seconds, bytes_per_event: bytes / stored,
  p50_ms: commits[Math.floor(commits.length / 2)] * 1e3, p99_ms: commits[Math.floor(commits.length * 0.99)] * 1e3, max_ms: commits.at(-1) * 1e3 }));
