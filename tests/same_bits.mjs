// SPDX-License-Identifier: Apache-2.0
// TERMS property 1: the same log gives the same state fingerprint, native and WebAssembly, for every prefix: over random
// streams and over both usage traces (real ones beside the checkout when they are there, generated ones of the same form
// otherwise). Also: `replay --json` and scripts/replay-wasm print the same bytes, and the modules export what is listed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compare_explanations, loader_of } from './explain_bits.mjs';
import { generate } from './model/generate.mjs';
import { compare_simulations } from './simulate_bits.mjs';
import { conversation_trace, code_trace } from './traces.mjs';

const [native, wasm, root] = process.argv.slice(2);
const creditfold = join(native, 'creditfold');
const work = mkdtempSync(join(tmpdir(), 'creditfold-bits-'));
let passed = 0;
let failed = 0;

function check(sentence, holds, detail = '') {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${sentence}${holds ? '' : `: ${detail}`}`);
}

function run(program, args, input) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30, input });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

// An explanation, or the sentence of one that is not there (yet).
function explained(args, input) {
  const done = spawnSync(creditfold, args, { encoding: 'utf8', maxBuffer: 1 << 30, input });
  if (done.status === 1) return JSON.parse(done.stdout).refused.message;
  if (done.status !== 0) throw new Error(`explain ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trimEnd();
}

// The outcome of a scenario, or the sentence of one that cannot be asked.
function simulated(args, input) {
  const done = spawnSync(creditfold, args, { encoding: 'utf8', maxBuffer: 1 << 30, input });
  if (done.status === 2) return done.stderr.trimEnd().replace(/^creditfold: -, [^:]*: /, '');
  if (done.status !== 0) throw new Error(`simulate ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trimEnd();
}

async function check_simulations(sentence, log, least, catalog_of) {
  const found = await compare_simulations({ wasm, catalog_file: catalog_of, log, run: simulated });
  check(`${sentence}: ${found.compared} scenarios come out in the bytes of the native program (${found.refused} with refusals, ${found.used} with use)`,
    found.compared >= least && found.refused > 0 && found.used > 0 && found.differing.length === 0, `${found.differing.length} differ, first ${found.differing[0]}`);
  check(`${sentence}: learned from ${found.parts} parts of the log`, found.parts > 2 * found.compared, `${found.compared} scenarios`);
  const file = join(work, 'joined.cflog');
  writeFileSync(file, found.joined.bytes);
  check(`${sentence}: joined of ${found.joined.count} parts it is sound, and the same log`, found.joined.count > 20 && run(creditfold, ['verify', file]) !== ''
    && run(creditfold, ['replay', '--json', file]) === run(creditfold, ['replay', '--json', log]));
  const codes = found.wrong.codes.map(([what, code]) => `${what}: ${code}`).join(', ');
  check(`${sentence}: what is no part of the log, or of another moment, is refused and changes nothing`, codes === refused_parts && found.wrong.same, codes);
}

const refused_parts = 'a part twice: damaged, a part of nothing: bad_request, a damaged part: damaged, less than was asked for: bad_request, '
  + 'a damaged branch: damaged, another position: bad_request, another moment: bad_request, another account: unknown_account, '
  + 'a position before the log: bad_request, an account that is not there: unknown_account, a part behind the end: bad_request';

const fingerprints = (build, args) =>
  build === wasm ? run('node', [join(wasm, 'fingerprints.js'), ...args]) : run(join(native, 'fingerprints'), args);

// How many prefixes there were; fewer than `least` compare nothing.
function compare(sentence, args, least = 2) {
  const ours = fingerprints(native, args);
  const theirs = fingerprints(wasm, args);
  const lines = ours.trim().split('\n');
  const at = lines.findIndex((line, i) => line !== theirs.split('\n')[i]);
  check(`${sentence} (${lines.length - 1} prefixes)`, lines.length > least && ours === theirs, `first difference at prefix ${at}`);
  return lines.length - 1;
}

// The regions of a data directory: each has a log of its own.
const regions_of = (data) => readdirSync(data).filter((name) => existsSync(join(data, name, 'ledger.db')));

// Random commands decided on each side for itself, then folded.
for (let seed = 1; seed <= 8; seed += 1) compare(`seed ${seed}, decided and folded`, [String(seed)]);

// Random commands of the second model's generator, decided by the native program, exported as a log.
const catalog_file = join(root, 'tests/model/catalog.json');
const catalog = JSON.parse(readFileSync(catalog_file, 'utf8'));
for (let seed = 1; seed <= 12; seed += 1) {
  const data = join(work, `stream-${seed}`);
  const commands = join(work, `stream-${seed}.jsonl`);
  writeFileSync(commands, generate(seed, { accounts: 4, commands: 400, catalog }).join('\n') + '\n');
  const answers = run(creditfold, ['apply', '--data', data, '--catalog', catalog_file, commands]).trim().split('\n');
  const refusals = answers.filter((line) => line.includes('"refused"')).slice(0, 12);
  const explained_kinds = {};
  const differing = [];
  let prefixes = 0;
  for (const region of regions_of(data)) {
    const log = join(work, `stream-${seed}-${region}.cflog`);
    run(creditfold, ['export', '--data', data, '--region', region, '--format', 'cflog', '--output', log]);
    const folded = compare(`random stream ${seed}, ${region}`, [log], 0);  // a region may be empty by now
    prefixes += folded;
    check(`random stream ${seed}, ${region}: the module replays it to the same bytes`,
      run('scripts/replay-wasm', [log]) === run(creditfold, ['replay', '--json', log]));
    if (seed > 4 || folded === 0) continue;
    const found = await compare_explanations({
      loader: loader_of(wasm), module_file: join(wasm, 'creditfold.wasm'), catalog_file, data, log, run: explained, refusals,
    });
    if (seed <= 2) await check_simulations(`random stream ${seed}, ${region}`, log, 5, catalog_file);
    for (const [kind, count] of Object.entries(found.kinds)) explained_kinds[kind] = (explained_kinds[kind] ?? 0) + count;
    differing.push(...found.differing);
  }
  check(`random stream ${seed}: its regions hold events`, prefixes > 2);
  if (seed > 4) continue;
  const count = Object.values(explained_kinds).reduce((sum, of) => sum + of, 0);
  check(`random stream ${seed}: the module explains ${JSON.stringify(explained_kinds)} in the bytes of the native program`,
    count > 40 && differing.length === 0, `${differing.length} of ${count} differ, first ${differing[0]}`);
}

// A log with a key, sealed texts and a revocation: the module has no key and folds it all the same.
{
  const data = join(work, 'keys');
  const log = join(work, 'keys.cflog');
  const at = '2026-02-01T00:00:00Z';
  const arn = (name) => `arn:aws:kms:eu-central-1:111122223333:key/${name}`;
  const commands = [
    { command: 'OpenAccount', environment: 'commercial', region: 'us' },
    { command: 'StartTerm', product: 'enterprise', seats: 3, starts_at: '2026-01-01T00:00:00Z', ends_at: '2036-01-01T00:00:00Z' },
    { command: 'AddProduct', product: 'ekm' },
    { command: 'SetAccess', allowed: true, reason: 'in the clear' },
    { command: 'RotateKey', key_arn: arn('one'), reason: 'sealed' },
    { command: 'SetAccess', allowed: false, reason: 'sealed too' },
    { command: 'RotateKey', key_arn: arn('two') },
    { command: 'RevokeKey', reason: 'sealed for good' },
    { command: 'SetAccess', allowed: true, reason: 'sealed for nobody' },
  ];
  run(creditfold, ['apply', '--data', data, '--key-service', 'local', '-'],
    commands.map((command, i) => JSON.stringify({ ...command, account: 'acme', key: `k${i}`, at })).join('\n') + '\n');
  run(creditfold, ['export', '--data', data, '--format', 'cflog', '--output', log]);
  compare('a key rotated and revoked, text sealed', [log]);
  const by_native = run(creditfold, ['replay', '--json', log]);
  check('keys: the module replays the .cflog to the same bytes', run('scripts/replay-wasm', [log]) === by_native);
  check('keys: and the key is in them, revoked', by_native.includes(`{"key_arn":"${arn('two')}","state":"revoked"}`));
  const lines = join(work, 'keys.jsonl');
  writeFileSync(lines, run(creditfold, ['export', '--data', data, '--format', 'jsonl']));
  check('keys: of the .jsonl with sealed objects, too', readFileSync(lines, 'utf8').includes('{"sealed":"ff0')
    && run('scripts/replay-wasm', [lines]) === by_native);
}

// A trace as the ledger of an account: opened and given a plan, then the whole trace imported.
function ledger_of(trace, name) {
  const data = join(work, name);
  const opening = [
    { command: 'OpenAccount', account: 'trace', key: 'open', at: '2023-11-01T00:00:00Z', environment: 'commercial', region: 'us' },
    { command: 'StartTerm', account: 'trace', key: 'term', at: '2023-11-01T00:00:00Z', product: 'ai_studio', plan: 'plus',
      cadence: 'monthly', starts_at: '2023-11-01T00:00:00Z', ends_at: '2024-11-01T00:00:00Z' },
  ];
  run(creditfold, ['apply', '--data', data, '-'], opening.map((line) => JSON.stringify(line)).join('\n') + '\n');
  const told = JSON.parse(run(creditfold, ['import', '--data', data, '--format', 'azure-llm', '--account', 'trace', '--json', trace]));
  const log = join(work, `${name}.cflog`);
  run(creditfold, ['export', '--data', data, '--format', 'cflog', '--output', log]);
  return { data, log, told };
}

const chunk_bytes = 30_000;

async function fresh_ledger() {
  const { load_module } = await import(pathToFileURL(loader_of(wasm)).href);
  const response = new Response(readFileSync(join(wasm, 'creditfold.wasm')), { headers: { 'content-type': 'application/wasm' } });
  return (await load_module(Promise.resolve(response))).open();
}

// The whole of a time line, so many events at a time; `between` is called behind each part.
function time_line(ledger, events, between = () => {}) {
  const bytes = [];
  for (let after = 0n, done = false; !done;) {
    const { records, seq, last } = ledger.timeline_part('trace', 'plus', after, events);
    bytes.push(Buffer.from(records.buffer, records.byteOffset, records.byteLength));
    done = last;
    after = seq;
    between(seq);
  }
  return Buffer.concat(bytes);
}

// A time line made in parts while the log grows and other questions are asked, beside one of the whole log made at once.
async function check_time_line(sentence, log, rows) {
  const whole = await fresh_ledger();
  whole.load(readFileSync(log));
  const at_once = time_line(whole, 4_000_000_000);
  check(`${sentence}: a time line of ${at_once.length / 32} points in parts has the bytes of one made at once`,
    at_once.length / 32 > rows && [1, 7, 500].every((events) => time_line(whole, events).equals(at_once)));
  const grown = await fresh_ledger();
  const third = BigInt(Math.floor(rows / 3));
  const part = (after, to) => whole.export_part('trace', after, to, 1 << 30).document;
  grown.load(part(0n, third));
  let asked = 0;
  const in_between = time_line(grown, 64, (seq) => {
    if (seq === 64n) grown.load(part(third, 2n * third));
    if (seq === 128n) grown.load(part(2n * third, null));
    asked += [grown.balance('trace', seq).version, grown.events('trace', 1, 1).length, grown.export_part(null, 0n, seq).document.length]
      .filter((told) => told > 0).length;
  });
  check(`${sentence}: and while the log grows and ${asked} other questions are answered`, asked > rows / 32 && in_between.equals(at_once));
  const code_of = (ask) => {
    try {
      ask();
      return 'none';
    } catch ({ fault }) {
      return fault.code;
    }
  };
  grown.timeline_part('trace', 'plus', 0n, 5);
  const codes = [['trace', 'plus', 4n], ['trace', 'pro', 5n], ['other', 'plus', 5n], ['trace', 'plus', 5n], ['trace', 'plus', 5n]]
    .map(([account, plan, after]) => code_of(() => grown.timeline_part(account, plan, after, 5)));
  check(`${sentence}: it goes on where it ended, and nowhere else`, codes.join() === 'bad_request,bad_request,bad_request,none,bad_request', codes.join());
  const none = grown.timeline_part('other', 'plus', 0n);
  check(`${sentence}: nobody's is empty`, none.records.length === 0 && none.last);
}

// The rate of an outlook is what was charged in its window, wherever in the log that lies: uses are told of long after they were.
async function check_outlook() {
  const day = 86_400_000_000n;
  const begin = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
  const time = (micros) => new Date(Number(micros / 1000n)).toISOString();
  const micro = (credits) => BigInt(credits.split('.')[0]) * 1_000_000n + BigInt((credits.split('.')[1] ?? '').padEnd(6, '0'));
  const ledger = await fresh_ledger();
  const of = { account: 'trace', at: time(begin) };
  const commands = [
    { ...of, command: 'OpenAccount', key: 'open', environment: 'commercial', region: 'us' },
    { ...of, command: 'StartTerm', key: 'term', product: 'ai_studio', plan: 'plus', cadence: 'monthly', starts_at: time(begin), ends_at: time(begin + 365n * day) },
  ];
  for (let i = 0; i < 6_000; i += 1) {
    // The newest first, then backwards, and a few new ones among them.
    const at = begin + BigInt(i % 1_500 === 0 ? 29 : 28 - Math.floor(i / 250)) * day + BigInt(i) * 1_000_000n;
    commands.push({ ...of, at: time(at), command: 'RecordUsage', key: `u${i}`, usage: `u${i}`, workflow: 'w', model: 'gpt-4o', query: 100 + i, input: 0, output: 0 });
  }
  const now = begin + 30n * day;
  for (let at = 0; at < commands.length; at += 1_000) ledger.apply(commands.slice(at, at + 1_000).map((line) => JSON.stringify(line)).join('\n'), now);
  const events = [1, 5_001].flatMap((from) => ledger.events('trace', from, 5_000));
  const differing = [];
  let charged_at_all = 0;
  for (const as_of of [null, 5n, 1_030n, 2_048n, 4_000n]) {
    for (const days of [3n, 10n, 29n, 30n]) {
      const at = begin + days * day;
      const window = days < 7n ? days * day : 7n * day;
      const in_window = events.filter((event) => event.type === 'CreditsConsumed' && (as_of === null || BigInt(event.seq) <= as_of)
        && BigInt(Date.parse(event.at)) * 1000n >= at - window && BigInt(Date.parse(event.at)) * 1000n <= at);
      const charged = in_window.reduce((sum, { credits }) => sum + micro(credits), 0n);
      const [plan] = ledger.outlook('trace', at, as_of).plans;
      charged_at_all += in_window.length;
      if (micro(plan.rate_per_day) !== charged * day / window) differing.push(`${as_of} ${days}: ${plan.rate_per_day}, ${charged * day / window}`);
    }
  }
  check(`an outlook counts all ${charged_at_all} uses of its windows, told of in any order`,
    events.length > 6_000 && charged_at_all > 6_000 && differing.length === 0, differing.join(', '));
}
await check_outlook();

// As a page reads a log: in pieces, a step at a time, and then asked.
async function replayed_in_steps(log) {
  const { cflog_pieces } = await import(pathToFileURL(loader_of(wasm).replace('ledger.mjs', 'cflog_pieces.mjs')).href);
  const ledger = await fresh_ledger();
  const bytes = readFileSync(log);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk_bytes) }, (_none, i) => bytes.subarray(i * chunk_bytes, (i + 1) * chunk_bytes));
  let before = 0;
  let steps = 0;
  await ledger.load_pieces(cflog_pieces(chunks, chunk_bytes), async (read) => {
    if (read < before) throw new Error(`a step from byte ${before} ended at ${read}`);
    before = read;
    steps += 1;
  });
  if (steps < 3) throw new Error(`${bytes.length} bytes were read in ${steps} steps`);
  if (before !== bytes.length) throw new Error(`the last step ended at byte ${before} of ${bytes.length}`);
  return `${new TextDecoder().decode(ledger.replay(null))}\n`;
}

for (const [name, generated] of [['conv', conversation_trace], ['code', code_trace]]) {
  const real = join(root, '..', 'shared', 'data', `AzureLLMInferenceTrace_${name}.csv`);
  const trace = existsSync(real) ? real : join(work, `${name}.csv`);
  if (trace !== real) writeFileSync(trace, generated());
  const rows = readFileSync(trace, 'utf8').trim().split('\n').length - 1;
  const { data, log, told } = ledger_of(trace, name);
  check(`${name}: every row of the trace is charged`, told.charged === rows, JSON.stringify(told));
  compare(`${name} trace`, [log]);
  const by_native = run(creditfold, ['replay', '--json', log]);
  check(`${name}: replay --json of the data directory and of its .cflog are the same bytes`,
    run(creditfold, ['replay', '--json', data]) === by_native);
  check(`${name}: read in steps, too`, (await replayed_in_steps(log)) === by_native);
  await check_time_line(name, log, rows);
  check(`${name}: the module replays the .cflog to the same bytes`, run('scripts/replay-wasm', [log]) === by_native);
  const lines = join(work, `${name}.jsonl`);
  writeFileSync(lines, run(creditfold, ['export', '--data', data, '--format', 'jsonl']));
  check(`${name}: the module replays the .jsonl to the same bytes`, run('scripts/replay-wasm', [lines]) === by_native);
  await check_simulations(`${name} trace`, log, 8);
  const middle = String(Math.floor(rows / 2));
  check(`${name}: as of the middle, too`,
    run('scripts/replay-wasm', [log, '--as-of', middle]) === run(creditfold, ['replay', '--json', '--as-of', middle, log]));
}

for (const [module, list] of [['creditfold', 'exports.txt'], ['creditfold_forecast', 'exports_forecast.txt']]) {
  const listed = readFileSync(join(root, 'wasm', list), 'utf8').split('\n').filter((line) => line.startsWith('cf_'));
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(join(wasm, `${module}.wasm`))))
    .map((entry) => entry.name).filter((entry) => entry.startsWith('cf_'));
  check(`${module}.wasm exports exactly what ${list} lists`, listed.sort().join() === exported.sort().join(), exported.join());
}

rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
