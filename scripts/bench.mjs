// SPDX-License-Identifier: Apache-2.0
// Runs the benchmarks and prints their rows, for people or as JSON Lines. Called by scripts/bench, which builds.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { conversation_trace } from '../tests/traces.mjs';
import { forecast } from './bench-forecast.mjs';
import { page } from './bench-page.mjs';
import { page_log } from './bench-page-log.mjs';
import { append_10m, append_1000, commit_1, commit_64, index, start } from './bench-log.mjs';
import { replay, replay_wasm } from './bench-replay.mjs';
import { median, native, rounded, row, run, wasm } from './bench-rows.mjs';

const names = process.argv.slice(2).filter((argument) => argument !== '--json');

// The span archive against cereal's portable binary over a string stream; four times was measured before, seven in wasm.
function archive(bench, program, args, goal) {
  const told = JSON.parse(run(program, [...args, '--json']).trim().split('\n').at(-1));
  row({ ...told, spread: told.ours_spread, bench, goal, met: told.ratio >= goal });
}

// The same log folded by the native program and by the module's code under Node.js, in turn.
function fold_wasm() {
  const sides = { native: [], wasm: [] };
  let events = 0;
  const prints = new Set();
  for (let turn = 0; turn < 3; turn += 1) {
    for (const [side, program, args] of [['native', join(native, 'fold_bench'), []], ['wasm', 'node', [join(wasm, 'fold_bench.js')]]]) {
      const told = JSON.parse(run(program, args));
      events = told.events;
      prints.add(told.fingerprint);
      sides[side].push(...told.seconds.map((seconds) => told.events / seconds / 1e6));
    }
  }
  if (prints.size !== 1) throw new Error('the two folds end in different states');
  const ours = median(sides.wasm);
  const theirs = median(sides.native);
  row({ bench: 'fold-wasm', peer: 'native', unit: 'M events/s', ours: rounded(ours), theirs: rounded(theirs), ratio: rounded(ours / theirs),
    spread: [rounded(Math.min(...sides.wasm)), rounded(Math.max(...sides.wasm))], note: `event by event, ${events} events, decoded and folded, same fingerprint` });
}

// The larger trace from a file to durable charges, whole process, wall time: the disk is part of it.
function import_trace() {
  const work = mkdtempSync(join(tmpdir(), 'creditfold-bench-'));
  const real = join('..', 'shared', 'data', 'AzureLLMInferenceTrace_conv.csv');
  const trace = existsSync(real) ? real : join(work, 'trace.csv');
  if (trace !== real) writeFileSync(trace, conversation_trace(19_366));
  const opening = [
    { command: 'OpenAccount', account: 'bench', key: '1', at: '2023-11-01T00:00:00Z', environment: 'commercial', region: 'us' },
    { command: 'StartTerm', account: 'bench', key: '2', at: '2023-11-01T00:00:00Z', product: 'ai_studio', plan: 'plus', cadence: 'monthly',
      starts_at: '2023-11-01T00:00:00Z', ends_at: '2024-11-01T00:00:00Z' },
  ].map((line) => JSON.stringify(line)).join('\n');
  const seconds = [];
  let rows = 0;
  for (let turn = 0; turn < 5; turn += 1) {
    const data = join(work, String(turn));
    run(join(native, 'creditfold'), ['apply', '--data', data, '-'], opening);
    const start = process.hrtime.bigint();
    rows = JSON.parse(run(join(native, 'creditfold'), ['import', '--data', data, '--format', 'azure-llm', '--account', 'bench', '--json', trace])).charged;
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  rmSync(work, { recursive: true, force: true });
  const rates = seconds.map((each) => rows / each);
  row({ bench: 'import', unit: 'calls/s', ours: rounded(median(rates)), spread: [rounded(Math.min(...rates)), rounded(Math.max(...rates))],
    note: `${rows} calls, median ${rounded(median(seconds))} s from CSV to durable charges` });
}

function sizes() {
  const kilo = (bytes) => rounded(bytes / 1000);
  const module_size = (bench, file) => {
    const module = readFileSync(join(wasm, file));
    const packed = kilo(brotliCompressSync(module).length);
    row({ bench, unit: 'kB', ours: packed, goal: 200, met: packed < 200, note: `brotli; gzip ${kilo(gzipSync(module, { level: 9 }).length)}, raw ${kilo(module.length)}` });
  };
  module_size('module-size', 'creditfold.wasm');
  module_size('forecast-module-size', 'creditfold_forecast.wasm');
  let page = 0;
  const add = (folder) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) add(path);
      else if (!/forecast|\.(br|gz|map)$/.test(name)) page += brotliCompressSync(readFileSync(path)).length;
    }
  };
  add('web/dist');
  row({ bench: 'page-size', unit: 'kB', ours: kilo(page), goal: 300, met: kilo(page) < 300, note: 'brotli, every file of the first load, the module included' });
}

const benches = {
  archive: () => archive('archive', join(native, 'archive_bench'), [], 4),
  'archive-wasm': () => archive('archive-wasm', 'node', [join(wasm, 'archive_bench.js')], 7),
  replay,
  'fold-wasm': () => {
    fold_wasm();
    replay_wasm();
  },
  forecast,
  page,
  'page-log': page_log,
  import: import_trace,
  'leaf-hash': () => row({ bench: 'leaf-hash', ...JSON.parse(run(join(native, 'leaf_bench'), [])) }),
  sizes,
  'append-1000': append_1000,
  'append-10m': append_10m,
  index,
  start,
  'commit-1': commit_1,
  'commit-64': commit_64,
};
const by_name_only = new Set(['append-10m']);  // ten minutes
for (const name of names) {
  if (!benches[name]) {
    console.error(`creditfold: there is no benchmark '${name}'; there are: ${Object.keys(benches).join(', ')}`);
    process.exit(2);
  }
}
for (const [name, bench] of Object.entries(benches)) {
  if (names.includes(name) || (names.length === 0 && !by_name_only.has(name))) await bench();
}
