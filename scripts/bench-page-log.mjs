// SPDX-License-Identifier: Apache-2.0
// What a long log takes in the page's module: loaded in pieces, as a page reads a file, under Node.js.
import { mkdtempSync, openSync, readSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { conversation_trace } from '../tests/traces.mjs';
import { compare, native, row, rounded, run, spread_of, median, wasm } from './bench-rows.mjs';

const charges = 500_000;
const turns = 3;
const chunk_bytes = 1 << 20;
// A module has 4 GB, a tenth of it is for answers, and ten million events are to fit.
const bytes_per_event_max = 380;

const loader = (name) => import(pathToFileURL(resolve(wasm, 'loader', name)).href);
const seconds_since = (start) => (performance.now() - start) / 1000;

function* chunks_of(file) {
  const handle = openSync(file);
  try {
    for (;;) {
      const chunk = new Uint8Array(chunk_bytes);
      const length = readSync(handle, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(handle);
  }
}

// A ledger in a module of its own, and that module's memory, which the page's loader keeps to itself.
async function open_ledger() {
  const { load_module } = await loader('ledger.mjs');
  const { Instance } = WebAssembly;
  let memory;
  WebAssembly.Instance = class extends Instance {
    constructor(...given) {
      super(...given);
      memory = this.exports.memory;
    }
  };
  try {
    const response = new Response(readFileSync(join(wasm, 'creditfold.wasm')), { headers: { 'content-type': 'application/wasm' } });
    return { ledger: (await load_module(Promise.resolve(response))).open(), bytes: () => memory.buffer.byteLength };
  } finally {
    WebAssembly.Instance = Instance;
  }
}

function log_of(work) {
  const data = join(work, 'data');
  const log = join(work, 'log.cflog');
  const opening = [
    { command: 'OpenAccount', account: 'bench', key: '1', at: '2023-11-01T00:00:00Z', environment: 'commercial', region: 'us' },
    { command: 'StartTerm', account: 'bench', key: '2', at: '2023-11-01T00:00:00Z', product: 'ai_studio', plan: 'plus', cadence: 'monthly',
      starts_at: '2023-11-01T00:00:00Z', ends_at: '2024-11-01T00:00:00Z' },
  ];
  run(join(native, 'creditfold'), ['apply', '--data', data, '-'], opening.map((line) => JSON.stringify(line)).join('\n'));
  const trace = join(work, 'trace.csv');
  writeFileSync(trace, conversation_trace(charges));
  run(join(native, 'creditfold'), ['import', '--data', data, '--format', 'azure-llm', '--account', 'bench', '--starting', 'original', trace]);
  run(join(native, 'creditfold'), ['export', '--data', data, '--format', 'cflog', '--output', log]);
  return log;
}

export async function page_log() {
  const { cflog_pieces } = await loader('cflog_pieces.mjs');
  const work = mkdtempSync(join(tmpdir(), 'creditfold-bench-'));
  try {
    const log = log_of(work);
    const rates = { module: [], native: [] };
    const timelines = [];
    const per_event = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const { ledger, bytes } = await open_ledger();
      const before = bytes();
      let start = performance.now();
      await ledger.load_pieces(cflog_pieces(chunks_of(log)), async () => {});
      const loaded = seconds_since(start);
      const { events, fingerprint } = ledger.accounts()[0];
      rates.module.push(events / loaded / 1e6);
      per_event.push((bytes() - before) / events);
      start = performance.now();
      for (let after = 0n, last = false; !last;) ({ seq: after, last } = ledger.timeline_part('bench', 'plus', after));
      timelines.push(events / seconds_since(start) / 1e6);
      ledger.close();
      start = performance.now();
      const told = JSON.parse(run(join(native, 'creditfold'), ['replay', '--json', log]));
      rates.native.push(events / seconds_since(start) / 1e6);
      if (told.accounts[0].fingerprint !== fingerprint) throw new Error('the module and the program end in different states');
    }
    const note = `.cflog of ${statSync(log).size} bytes, one account, read in pieces; a time line over all of it ${rounded(median(timelines))} M events/s`;
    compare({ bench: 'page-log', peer: 'native replay', unit: 'M events/s', note }, rates.module, rates.native);
    const most = rounded(median(per_event));
    row({ bench: 'page-log-memory', unit: 'bytes/event', ours: most, spread: spread_of(per_event), goal: bytes_per_event_max, met: most <= bytes_per_event_max,
      note: 'of the module, by which it grew; the goal is at most: ten million events in 4 GB' });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
