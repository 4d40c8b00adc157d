// SPDX-License-Identifier: Apache-2.0
// What the benchmarks share: running a program, medians, and a row for people or as a JSON line.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

const as_json = process.argv.includes('--json');
export const native = 'build/release';
export const wasm = 'build/wasm';

function checked(program, args, done) {
  if (done.error) throw new Error(`${program} could not be run: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr.trim()}`);
  return done.stdout;
}

export const run = (program, args, input, env = process.env) =>
  checked(program, args, spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, input, env }));

// What it prints may be more than a string holds.
export function run_into(file, program, args) {
  const output = openSync(file, 'w');
  try {
    checked(program, args, spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', output, 'pipe'] }));
  } finally {
    closeSync(output);
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
export const rounded = (value) => Number(value.toPrecision(4));
export const spread_of = (values) => [rounded(Math.min(...values)), rounded(Math.max(...values))];
const between = (spread) => (spread ? ` (${spread.join(' to ')})` : '');

// A peer that could not be measured has `theirs: null`; then nothing is met and nothing is missed.
export function row(fields) {
  if (as_json) return console.log(JSON.stringify(fields));
  const measured = fields.theirs !== null;
  const goal = fields.goal === undefined ? '' : `, goal ${fields.goal}${fields.met || !measured ? '' : ': MISSED'}`;
  let against = '';
  if (fields.peer && !measured) against = ` against ${fields.peer}: not measured`;
  else if (fields.peer) against = ` against ${fields.peer} ${fields.theirs}${between(fields.theirs_spread)}, ratio ${fields.ratio}`;
  const note = fields.note ? `; ${fields.note}` : '';
  console.log(`${fields.bench.padEnd(17)} ${fields.ours} ${fields.unit}${between(fields.spread)}${against}${goal}${note}`);
}

// Rates that took turns: a disk's changes from one second to the next, so the ratio is the median of the turns' own.
export function compare(fields, ours, theirs) {
  const ratio = rounded(median(ours.map((rate, turn) => rate / theirs[turn])));
  const met = fields.goal === undefined ? {} : { met: ratio >= fields.goal };
  row({ ...fields, ours: rounded(median(ours)), theirs: rounded(median(theirs)), ratio, spread: spread_of(ours), theirs_spread: spread_of(theirs), ...met });
}
