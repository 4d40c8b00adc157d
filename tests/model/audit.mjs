// SPDX-License-Identifier: Apache-2.0
// Runs random streams of commands through the built `creditfold` and through the naive model and stops believing the
// core at the first difference. It knows the core only by its command line.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  answer_to_compare, answer_without_positions, balance_to_compare, first_difference, to_text,
} from './compare.mjs';
import { broken_in_balance } from './conservation.mjs';
import { generate } from './generate.mjs';
import { Model } from './model.mjs';
import { Coverage, check_alone } from './self.mjs';
import { show_time } from './values.mjs';

const USAGE = `usage: node audit.mjs (--binary PATH | --self) [--seed N] [--streams K] [--commands N] [--accounts N]
  compares K streams, seeds N and up; --self checks generator and model alone`;
const CATALOG = fileURLToPath(new URL('catalog.json', import.meta.url));
// A core that hangs is a core that differs.
const RUN_MS_MAX = 300_000;
const OUTPUT_BYTES_MAX = 1 << 30;

class Difference extends Error {}

function options_from(argv) {
  const options = { seed: 1, streams: 20, commands: 300, accounts: 3 };
  for (let n = 0; n < argv.length; n++) {
    const name = argv[n].replace(/^--/, '');
    if (name === 'self') options.self = true;
    else if (name === 'binary') options.binary = argv[++n];
    else if (Object.hasOwn(options, name) && /^[0-9]+$/.test(argv[n + 1] ?? '')) options[name] = Number(argv[++n]);
    else return undefined;
  }
  return options.self || options.binary ? options : undefined;
}

function run(binary, args) {
  const done = spawnSync(binary, args, { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX, timeout: RUN_MS_MAX });
  if (done.error) throw new Difference(`${binary} ${args.join(' ')}: ${done.error.message}`);
  if (done.status !== 0) {
    throw new Difference(`${binary} ${args.join(' ')}: exit status ${done.status ?? done.signal}\n${done.stderr}`);
  }
  return done.stdout;
}

function answers_to(binary, dir, lines) {
  const file = join(dir, 'stream.jsonl');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const out = run(binary, ['apply', '--data', join(dir, 'data'), '--catalog', CATALOG, file]);
  const answers = out.split('\n').filter((line) => line !== '');
  const expected = lines.filter((line) => line.trim() !== '').length;
  if (answers.length !== expected) throw new Difference(`${answers.length} answers to ${expected} commands`);
  return answers;
}

function require_same(what, ours, theirs, read) {
  let path;
  try {
    path = first_difference(read(ours), read(theirs));
  } catch (fault) {
    path = `not JSON: ${fault.message}`;
  }
  if (path !== undefined) throw new Difference(`${what}\n  differs at ${path}\n  ours   ${ours}\n  theirs ${theirs}`);
}

// A command without `at` happens when the core's clock says, which its events tell.
function now_of(line, theirs) {
  const clock = new Date().toISOString();
  try {
    if ('at' in JSON.parse(line)) return clock;
    return JSON.parse(theirs).accepted[0].at;
  } catch {
    return clock;
  }
}

function compare_answers(model, lines, answers) {
  const accepted = [];
  let next = 0;
  for (const [n, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const theirs = answers[next++];
    const ours = to_text(model.apply(line, now_of(line, theirs)));
    require_same(`line ${n + 1}: ${line}`, ours, theirs, answer_to_compare);
    if (JSON.parse(theirs).accepted) accepted.push({ n, line, theirs });
  }
  return accepted;
}

function balances(binary, dir, model) {
  const names = [...new Set(model.facts.map((f) => f.account))];
  const greatest = show_time(model.facts.reduce((max, f) => (f.at > max ? f.at : max), model.facts[0].at));
  return names.map((name) => {
    const data = join(dir, 'data');
    const text = run(binary, ['balance', '--data', data, '--account', name, '--at', greatest, '--json']).trim();
    return { name, greatest, text };
  });
}

function compare_balance(model, { name, greatest, text }) {
  require_same(`balance of ${name} at ${greatest}`, to_text(model.balance(name, greatest)), text, balance_to_compare);
  const wrong = broken_in_balance(JSON.parse(text));
  if (wrong) throw new Difference(`balance of ${name}: H12: ${wrong}`);
}

// Once: each accepted command again gets its stored answer, to the byte of recorded_at, and changes nothing. Refused
// ones stay out: nothing of them is stored, so they may well be accepted now (H19).
function compare_again(binary, dir, model, accepted) {
  const before = balances(binary, dir, model);
  const again = answers_to(binary, dir, accepted.map(({ line }) => line));
  accepted.forEach(({ n, line, theirs }, index) => {
    const replayed = theirs.includes('"replayed":true') ? theirs : theirs.replace(/}$/, ',"replayed":true}');
    require_same(`line ${n + 1} sent again: ${line}`, replayed, again[index], answer_without_positions);
    // Where the account has moved meanwhile, the stored answer's events have the positions they have there.
    const ours = to_text(model.apply(line, now_of(line, theirs)));
    require_same(`line ${n + 1} sent again: ${line}`, ours, again[index], answer_to_compare);
  });
  balances(binary, dir, model).forEach((balance, n) => {
    if (balance.text !== before[n].text) throw new Difference(`balance of ${balance.name} after sending again`);
  });
}

function audit(seed, options, catalog) {
  const dir = mkdtempSync(join(tmpdir(), 'creditfold-audit-'));
  const lines = generate(seed, { ...options, catalog });
  const model = new Model(catalog);
  try {
    const accepted = compare_answers(model, lines, answers_to(options.binary, dir, lines));
    for (const balance of balances(options.binary, dir, model)) compare_balance(model, balance);
    compare_again(options.binary, dir, model, accepted);
    rmSync(dir, { recursive: true });
    return `${lines.length} lines, ${model.facts.length} events`;
  } catch (stop) {
    if (stop instanceof Difference) stop.message += `\n  kept in ${dir}`;
    throw stop;
  }
}

function main() {
  const options = options_from(process.argv.slice(2));
  if (!options) { console.error(USAGE); return 2; }
  const catalog = readFileSync(CATALOG, 'utf8');
  const coverage = new Coverage();
  let failed = 0;
  for (let seed = options.seed; seed < options.seed + options.streams; seed++) {
    try {
      const wrong = options.self && check_alone(seed, { ...options, catalog }, coverage);
      if (wrong) throw new Difference(wrong);
      console.log(`seed ${seed}: ok${options.self ? '' : `, ${audit(seed, options, catalog)}`}`);
    } catch (stop) {
      if (!(stop instanceof Difference)) throw stop;
      failed++;
      console.log(`seed ${seed}: FAILED ${stop.message}`);
    }
  }
  if (options.self) {
    coverage.print();
    for (const what of coverage.missing) console.log(`never occurred: ${what}`);
  }
  console.log(`${options.streams - failed} passed, ${failed} failed`);
  return failed > 0 || (options.self && coverage.missing.length > 0) ? 1 : 0;
}

process.exitCode = main();
