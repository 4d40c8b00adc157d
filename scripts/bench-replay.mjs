// SPDX-License-Identifier: Apache-2.0
// How fast a year's log folds, from packed segments in memory to all lots and both reports: beside databases that only sum
// and beside itself as WebAssembly. CPU time of one thread, sides in turn; tests/bench/replay_log.hpp says what the log is.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, median, native, rounded, row, run, spread_of, wasm } from './bench-rows.mjs';

const events = 10_000_000;
const sqlite_events = 1_000_000;
const turns = 3;
const rounds = 3;  // of a turn; the first finds memory that was never touched
const sizes = [10_000, 1_000_000];
const duckdb_packages = join('build', 'duckdb');
const short = (count) => (count >= 1e6 ? `${count / 1e6} M` : `${count / 1e3} k`);

const told_by = (program, args) => JSON.parse(run(program, args).trim().split('\n').at(-1));
const by_native = (count, accounts) => told_by(join(native, 'replay_bench'), [String(count), String(accounts), String(rounds)]);
const by_wasm = (count, accounts) => told_by('node', [join(wasm, 'replay_bench.js'), String(count), String(accounts), String(rounds)]);
const rates = (told) => told.seconds.map((seconds) => told.events / seconds / 1e6);
const middle = (told) => median(rates(told));

// A turn is a process of each side, one after the other; its rate the median of its rounds.
function in_turns(sides) {
  const told = sides.map(() => []);
  for (let turn = 0; turn < turns; turn += 1) sides.forEach((side, i) => told[i].push(side()));
  return told;
}

function speed_row(accounts, ours) {
  const goal = accounts === 10_000 ? 80 : 25;
  const speeds = ours.map(middle);
  const last = ours.at(-1);
  row({ bench: 'replay', unit: 'M events/s', accounts, ours: rounded(median(speeds)), spread: spread_of(speeds), goal, met: median(speeds) >= goal,
    note: `${short(events)} events of ${short(accounts)} accounts, ${last.bytes_per_event} bytes each, unpacking included; the ${short(last.set_up_events)} that set them up before not` });
}

// What the goal is of: accounts with one plan, seen through its twelve periods, and three lots in the first. Fewer of their
// events are no charges, so that their year ends a little sooner.
function memory_row(accounts, two_plans) {
  const { bytes_per_account: ours } = told_by(join(native, 'replay_bench'), [String(events * 0.98), String(accounts), '1', '1']);
  row({ bench: 'replay-memory', unit: 'bytes/account', accounts, ours, goal: 512, met: ours <= 512,
    note: `twelve periods, three lots in the first; the log above has two plans an account and takes ${two_plans}; the goal is at most` });
}

export function replay() {
  for (const accounts of sizes) {
    const directory = mkdtempSync(join(process.env.CREDITFOLD_BENCH_DIR ?? '/var/tmp', 'creditfold-bench-'));
    try {
      run(join(native, 'replay_rows'), [String(events), String(accounts), directory]);
      const peers = [{ peer: 'typed-arrays', goal: 1, ours: by_wasm, note: 'JavaScript that only sums, ours as WebAssembly',
        run: () => told_by('node', [join('tests', 'bench', 'typed_arrays.mjs'), directory, String(rounds)]) }];
      if (existsSync(join(duckdb_packages, '.installed'))) {
        peers.push({ peer: 'duckdb', goal: accounts === 10_000 ? 6 : 12, ours: by_native, note: 'its own table, one thread, two GROUP BYs, no lots',
          run: () => {
            rmSync(join(directory, 'events.duckdb'), { force: true });
            return told_by('node', [join('tests', 'bench', 'duckdb.mjs'), duckdb_packages, directory, String(rounds)]);
          } });
      } else {
        row({ bench: 'replay', peer: 'duckdb', unit: 'M events/s', accounts, ours: null, theirs: null, ratio: null,
          note: 'its npm package is not installed; scripts/bench replay installs it where it can' });
      }
      for (const { peer, goal, ours, note, run: theirs } of peers) {
        const [mine, other] = in_turns([() => ours(events, accounts), theirs]);
        if (ours === by_native) speed_row(accounts, mine);
        if (ours === by_native && accounts === sizes[0]) memory_row(accounts, mine.at(-1).bytes_per_account);
        compare({ bench: 'replay', peer, unit: 'M events/s', accounts, goal, note: `${note}; ${short(accounts)} accounts` }, mine.map(middle), other.map(middle));
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  const small = sizes[0];
  const [mine, other] = in_turns([() => by_native(sqlite_events, small), () => told_by(join(native, 'replay_rows'), ['--sqlite', String(sqlite_events), String(small)])]);
  compare({ bench: 'replay', peer: 'sqlite', unit: 'M events/s', accounts: small, goal: 100, note: `${short(sqlite_events)} events, in memory, two GROUP BYs, no lots` },
    mine.map(middle), other.map(middle));
}

// The fold over columns as WebAssembly beside itself natively: the same figures from the same log.
export function replay_wasm() {
  for (const accounts of sizes) {
    const [mine, other] = in_turns([() => by_wasm(events, accounts), () => by_native(events, accounts)]);
    if (new Set([...mine, ...other].map((told) => told.sum)).size !== 1) throw new Error('the two folds end in different figures');
    compare({ bench: 'fold-wasm', peer: 'native', unit: 'M events/s', accounts, goal: accounts === sizes[0] ? 0.6 : 0.5,
      note: `over columns, ${short(events)} events of ${short(accounts)} accounts, same figures` }, mine.map(middle), other.map(middle));
  }
}
