// SPDX-License-Identifier: Apache-2.0
// How fast the log becomes durable, beside other logs and beside the disk itself. The disk is part of it: everything is
// wall time, in one directory, /var/tmp or CREDITFOLD_BENCH_DIR, which should not be in memory.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { has_postgres, start_postgres } from './bench-postgres.mjs';
import { compare, median, native, rounded, row, run, run_into, spread_of } from './bench-rows.mjs';

const rounds = 5;
const accounts = 10_000;
// As many on each side: an index of rows is slower the larger it is, which is what long_events shows.
const append_events = 1_000_000;
const long_events = 10_000_000;
const long_rounds = 2;
const start_events = 10_000_000;
const index_keys = 100_000_000;
const emmett_packages = join('build', 'emmett');

async function with_directory(work) {
  const directory = mkdtempSync(join(process.env.CREDITFOLD_BENCH_DIR ?? '/var/tmp', 'creditfold-bench-'));
  chmodSync(directory, 0o755);  // PostgreSQL's own user has to come in
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const last_line = (text) => JSON.parse(text.trim().split('\n').at(-1));

// A side fills a new directory and says how long it took. What the one before left to be written is written first.
function in_turn(side, directory) {
  run('sync', []);
  const own = join(directory, side.peer);
  mkdirSync(own);
  try {
    side.runs.push(last_line(side.fill(own)));
  } catch (error) {
    if (side.peer === 'ours') throw error;
    side.runs.push(null);
    side.failure = error.message.split('\n').find((line) => line.includes('rror')) ?? error.message.split('\n')[0];
  }
  rmSync(own, { recursive: true, force: true });
}

const bench_side = (peer, events, goal, note) => ({ peer, goal, note, runs: [],
  fill: (own) => run(join(native, 'append_bench'), [peer, String(events), String(accounts), own]) });

// Two ways into one server, and what stops it.
async function postgres_sides(directory, events) {
  const durable = 'PostgreSQL 15 as Debian ships it, fsync and synchronous_commit on, binary over a socket';
  const ledger = { peer: 'postgres', way: 'insert', goal: 20, runs: [],
    note: `${durable}; one prepared INSERT of a thousand rows, a key of before leaves out its own row, keys as text` };
  const copy = { peer: 'postgres-copy', way: 'copy', runs: [],
    note: `${durable}; the same server's fastest way: COPY, which a key of before undoes whole, keys as uuid` };
  const sides = [ledger, copy];
  const none = (missing) => ({ sides: sides.map((side) => ({ ...side, missing })), stop: async () => {} });
  const program = join(native, 'postgres_bench');
  if (!has_postgres() || !existsSync(program)) {
    return none('postgresql-15 or libpq-dev is not installed; scripts/bench by name installs them where it can');
  }
  try {
    const server = await start_postgres(join(directory, 'server'));
    for (const side of sides) side.fill = () => run(program, [side.way, String(events), String(accounts), server.socket]);
    return { sides, stop: server.stop };
  } catch (error) {
    return none(error.message);
  }
}

function emmett_side(directory, events) {
  const side = { peer: 'emmett-sqlite', goal: 40, runs: [],
    note: 'version 0.38.5, JSON, all to one stream over one kept connection; positions unique, keys not' };
  if (!existsSync(join(emmett_packages, '.installed'))) {
    side.missing = 'its npm packages are not installed; scripts/bench append-1000 installs them where it can';
    return side;
  }
  const lines = join(directory, 'charges.jsonl');
  run_into(lines, join(native, 'charge_lines'), [String(events), String(accounts)]);
  side.fill = (own) => run('node', [join('tests', 'bench', 'emmett.mjs'), emmett_packages, lines, own]);
  return side;
}

function append_row(bench, ours, side) {
  const fields = { bench, peer: side.peer, unit: 'events/s', goal: side.goal };
  const both = ours.runs.map((mine, turn) => [mine, side.runs[turn]]).filter(([, theirs]) => theirs);
  if (both.length === 0) {
    const rates = ours.runs.map((each) => each.per_second);
    const note = side.missing ?? side.failure;
    return row({ ...fields, ours: rounded(median(rates)), theirs: null, ratio: null, spread: spread_of(rates), note });
  }
  const bytes = rounded(median(both.map(([, theirs]) => theirs.bytes_per_event)));
  const failed = side.runs.length - both.length;
  const failure = failed > 0 ? `${failed} of ${side.runs.length} runs failed: ${side.failure}` : '';
  const note = [side.note, `${both[0][1].events} events`, `${bytes} bytes an event`, failure];
  compare({ ...fields, note: note.filter(Boolean).join('; ') }, both.map(([mine]) => mine.per_second), both.map(([, theirs]) => theirs.per_second));
}

export async function append_1000() {
  await with_directory(async (directory) => {
    const ours = bench_side('ours', append_events);
    const postgres = await postgres_sides(directory, append_events);
    const peers = [...postgres.sides, bench_side('indexed-sqlite', append_events, 20, 'rows with unique (account, version) and (account, key)'),
      emmett_side(directory, append_events), bench_side('bare-segments', append_events, 0.8, 'canonical bytes, a row a transaction, nothing unique')];
    try {
      const sides = [ours, ...peers].filter((side) => !side.missing);
      for (let turn = 0; turn < rounds; turn += 1) {
        for (const side of sides) in_turn(side, directory);
      }
    } finally {
      await postgres.stop();
    }
    for (const side of peers) append_row('append-1000', ours, side);
    const bytes = ours.runs.map((each) => each.bytes_per_event);
    row({ bench: 'append-1000-bytes', unit: 'bytes/event', ours: rounded(median(bytes)), goal: 40, met: median(bytes) <= 40, spread: spread_of(bytes),
      note: `on disk after ${append_events} events, keys and indexes counted; the goal is at most` });
    const p99 = ours.runs.map((each) => each.p99_ms);
    const theirs = peers.filter((side) => side.runs.some(Boolean))
      .map((side) => `${side.peer} ${rounded(median(side.runs.filter(Boolean).map((each) => each.p99_ms)))}`);
    const middle = rounded(median(ours.runs.map((each) => each.p50_ms)));
    const longest = rounded(Math.max(...ours.runs.map((each) => each.max_ms)));
    row({ bench: 'append-1000-p99', unit: 'ms', ours: rounded(median(p99)), spread: spread_of(p99),
      note: `median ${middle}, longest ${longest}; p99 of ${theirs.join(', ')}` });
  });
}

// Ten times as long: what uniqueness for ever costs later.
export async function append_10m() {
  await with_directory(async (directory) => {
    const ours = bench_side('ours', long_events);
    const { sides: [postgres], stop } = await postgres_sides(directory, long_events);
    try {
      for (let turn = 0; turn < long_rounds; turn += 1) {
        for (const side of [ours, postgres]) {
          if (!side.missing) in_turn(side, directory);
        }
      }
    } finally {
      await stop();
    }
    append_row('append-10m', ours, postgres);
  });
}

const times = (side) =>
  `${side.commits} commits: median ${rounded(side.p50_ms)} ms, p99 ${rounded(side.p99_ms)}, longest ${rounded(side.max_ms)}`;
const in_place = (told) => `fdatasync over a file that keeps its size ${rounded(median(told.fdatasync_in_place))}`;

// Short turns, many of them: each is compared with the disk's turn beside it.
async function commit(callers, turns, seconds) {
  let told;
  await with_directory((directory) => {
    run('sync', []);
    told = last_line(run(join(native, 'commit_bench'), [String(callers), String(turns), String(seconds), directory]));
  });
  return told;
}

// Twice, at a tenth of the events too: what does not grow between the two is flat.
export async function start() {
  const tell = async (events) => {
    let told;
    await with_directory((directory) => { told = last_line(run(join(native, 'start_bench'), [String(events), String(accounts), directory])); });
    return told;
  };
  const less = await tell(start_events / 10);
  const all = await tell(start_events);
  const at_most = (fields) => row({ ...fields, ours: rounded(fields.ours), met: fields.ours <= fields.goal });
  at_most({ bench: 'start', unit: 'ms', ours: all.start_ms, goal: 1000,
    note: `${all.events} events, ${all.accounts} accounts, files forgotten by the page cache; the goal is at most. ` +
      `Log ${rounded(all.log_ms)}, book ${rounded(all.book_ms)}; with a tenth of the events ${rounded(less.start_ms)}` });
  row({ bench: 'start-bare', unit: 'events/s', ours: rounded(all.events / (all.bare_log_ms + all.bare_book_ms) * 1000),
    note: `with nothing kept beside the log: ${rounded(all.bare_log_ms)} ms until it takes events, ${rounded(all.bare_book_ms)} more until it is folded` });
  at_most({ bench: 'old-key', unit: 'ms', ours: all.key_p50_ms, goal: 2,
    note: `to answer a key of the first day, files forgotten before each; the goal is at most. p99 ${rounded(all.key_p99_ms)}` });
}

export async function index() {
  await with_directory((directory) => {
    const told = last_line(run(join(native, 'index_bench'), [String(index_keys), directory]));
    row({ bench: 'index-memory', unit: 'bytes/key', ours: rounded(told.memory_bytes_per_key), goal: 2.5, met: told.memory_bytes_per_key <= 2.5,
      note: `${told.keys} keys in ${told.runs} runs, beside ${rounded(told.disk_bytes_per_key)} bytes a key on disk; the goal is at most` });
    const ratio = rounded(told.window_least / told.window_median);
    row({ bench: 'index-merging', peer: 'itself', unit: 'keys/s', ours: rounded(told.window_least), theirs: rounded(told.window_median), ratio, goal: 0.5, met: ratio >= 0.5,
      note: `new keys asked for and added, the slowest million (while runs are merged) against the median one; ${told.wrong_maybes} wrong maybes, ` +
        `an old key found in ${rounded(told.known_key_us)} us without reading its segment` });
  });
}

export async function commit_1() {
  const told = await commit(1, 60, 0.1);
  const others = `one caller of the service ${rounded(median(told.service.rates))}; ${in_place(told)}`;
  compare({ bench: 'commit-1', peer: 'fdatasync', unit: 'commits/s', goal: 0.9, note: `${times(told.one_thread)}; ${others}` },
    told.one_thread.rates, told.fdatasync);
}

export async function commit_64() {
  const told = await commit(64, 30, 0.25);
  const others = `one at a time without the service ${rounded(median(told.one_thread.rates))}; ${in_place(told)}`;
  compare({ bench: 'commit-64', peer: 'fdatasync', unit: 'commits/s', goal: 20, note: `${times(told.service)}; ${others}` },
    told.service.rates, told.fdatasync);
}
