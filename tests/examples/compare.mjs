// SPDX-License-Identifier: Apache-2.0
// Runs a stream of commands through the command line and holds what comes out against what somebody else expected.
//
//   node tests/examples/compare.mjs CREDITFOLD DIRECTORY
//
// DIRECTORY has catalog.json, commands.jsonl and expected.json: `answers`, one for each command, and `balances` by
// account as of the greatest `at` of the stream. Only what expected.json shows is compared; lists are whole. Where
// another reading writes the same differently, its form is taken: `invoice` stands for `invoice_lines`, and lots, which
// may be shown without their ids, are held against each other in any order.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [binary, directory] = process.argv.slice(2);
if (!binary || !directory) {
  console.error('usage: node compare.mjs CREDITFOLD DIRECTORY');
  process.exit(2);
}
const file = (name) => join(directory, name);

const wanted = (what, actual, place) => [`${place}: expected ${what}, got ${JSON.stringify(actual)}`];

// The places where `actual` does not hold what `expected` shows.
function differences(expected, actual, place) {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return wanted('a list', actual, place);
    if (actual.length !== expected.length) return wanted(`${expected.length} elements`, actual.length, place);
    return expected.flatMap((element, i) => differences(element, actual[i], `${place}/${i}`));
  }
  if (expected !== null && typeof expected === 'object') {
    if (actual === null || typeof actual !== 'object') return wanted('an object', actual, place);
    return Object.entries(expected).flatMap(([name, value]) => {
      if (name === 'lots') return lot_differences(value, actual.lots ?? [], `${place}/lots`);
      const own = name === 'invoice' && !('invoice' in actual) ? 'invoice_lines' : name;
      return differences(value, actual[own], `${place}/${own}`);
    });
  }
  return expected === actual ? [] : wanted(JSON.stringify(expected), actual, place);
}

function lot_differences(expected, actual, place) {
  const left = [...actual];
  const missing = expected.filter((lot) => {
    const found = left.findIndex((candidate) => differences(lot, candidate, '').length === 0);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
  return [...missing.map((lot) => `${place}: missing ${JSON.stringify(lot)}`),
    ...left.map((lot) => `${place}: not expected ${JSON.stringify(lot)}`)];
}

// An answer in the form of expected.json: a refusal is its code, and lists that may be left out are there.
function shown(answer) {
  if (answer.refused) return { refused: answer.refused.code, message: answer.refused.message };
  return { ...answer, accepted: answer.accepted.map((event) => ({ flags: [], ...event })) };
}

function answer_differences(expected, actual, place) {
  if (actual === undefined) return [`${place}: no answer`];
  const got = shown(actual);
  if ('refused' in expected !== 'refused' in got) {
    const types = (events) => `accepted ${events.map((event) => event.type)}`;
    const what = got.refused ? `refused ${got.refused}: ${got.message}` : types(got.accepted);
    return [`${place}: expected ${expected.refused ?? types(expected.accepted)}, got ${what}`];
  }
  const once = (expected.replayed ?? false) === (got.replayed ?? false) ? [] : [`${place}: replayed differs`];
  return [...once, ...differences(expected, got, place)];
}

function run(...words) {
  const ended = spawnSync(binary, words, { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (ended.status !== 0) throw new Error(`creditfold ${words[0]} ended with ${ended.status}: ${ended.stderr}`);
  return ended.stdout;
}

const expected = JSON.parse(readFileSync(file('expected.json'), 'utf8'));
const commands = readFileSync(file('commands.jsonl'), 'utf8').split('\n').filter((line) => line.trim() !== '');
const moment_of = (line) => {
  try {
    return JSON.parse(line).at;
  } catch {
    return undefined; // a line that is no command is part of the stream
  }
};
const greatest = commands.map(moment_of).filter((at) => typeof at === 'string' && !Number.isNaN(Date.parse(at)))
  .reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a));

let passed = 0;
let failed = 0;
function tell(found) {
  if (found.length === 0) passed += 1;
  else failed += 1;
  for (const difference of found) console.log(difference);
}

const data = mkdtempSync(join(tmpdir(), 'creditfold-compare-'));
try {
  const answers = run('apply', '--data', data, '--catalog', file('catalog.json'), file('commands.jsonl'))
    .trimEnd().split('\n').map((line) => JSON.parse(line));
  tell(answers.length === expected.answers.length ? [] : wanted(expected.answers.length, answers.length, 'answers'));
  expected.answers.forEach((answer, i) => {
    tell(answer_differences(answer, answers[i], `command ${i + 1} (${commands[i]})`));
  });
  for (const [account, balance] of Object.entries(expected.balances)) {
    const actual = JSON.parse(run('balance', '--data', data, '--account', account, '--at', greatest, '--json'));
    tell(differences(balance, actual, `balance of ${account} at ${greatest}`));
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
