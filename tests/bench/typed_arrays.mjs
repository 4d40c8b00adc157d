// SPDX-License-Identifier: Apache-2.0
// The events of replay_rows summed by JavaScript over typed arrays: typed_arrays.mjs DIR ROUNDS. Dense numbers in, dense
// tables out, no lots and nothing checked: the least that a page could do by hand. Sums of credits are doubles.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, rounds] = process.argv.slice(2);
const column = (name, Type) => {
  const bytes = readFileSync(join(directory, name));
  return new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT);
};
const account = column('account', Uint32Array);
const plan = column('plan', Uint8Array);
const period = column('period', Uint8Array);
const kind = column('kind', Uint8Array);
const workflow = column('workflow', Uint8Array);
const model = column('model', Uint8Array);
const query = column('query', Uint32Array);
const input = column('input', Uint32Array);
const output = column('output', Uint32Array);
const credits = Float64Array.from(column('credits', BigInt64Array), Number);
const count = account.length;
let accounts = 0;
for (let i = 0; i < count; i += 1) accounts = Math.max(accounts, account[i] + 1);

const plans = 2;
const periods = 16;
const models = 16;
const workflows = 64;

function sum() {
  const sums = [0, 1, 2].map(() => new Float64Array(accounts * plans * periods));
  const charges = new Float64Array(workflows * models);
  const queries = new Float64Array(workflows * models);
  const inputs = new Float64Array(workflows * models);
  const outputs = new Float64Array(workflows * models);
  const used = new Float64Array(workflows * models);
  for (let i = 0; i < count; i += 1) {
    sums[kind[i]][(account[i] * plans + plan[i]) * periods + period[i]] += credits[i];
    if (kind[i] !== 0) continue;
    const cell = workflow[i] * models + model[i];
    charges[cell] += 1;
    queries[cell] += query[i];
    inputs[cell] += input[i];
    outputs[cell] += output[i];
    used[cell] += credits[i];
  }
  let total = 0;
  for (const rows of sums) for (const row of rows) total += row;
  for (let i = 0; i < charges.length; i += 1) total += charges[i] + queries[i] + inputs[i] + outputs[i] + used[i];
  return total;
}

const seconds = [];
let total = 0;
for (let round = 0; round <= Number(rounds); round += 1) {
  const before = process.cpuUsage();
  total = sum();
  const used = process.cpuUsage(before);
  if (round > 0) seconds.push((used.user + used.system) / 1e6);
}
console.log(JSON.stringify({ events: count, seconds, total }));
