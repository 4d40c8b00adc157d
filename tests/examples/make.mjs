// SPDX-License-Identifier: Apache-2.0
// Made tests/examples/small once, from the second model: a stream of commands and what it expects of them. Run it again
// only when the terms change, and read the difference.
import { readFileSync, writeFileSync } from 'node:fs';
import { generate } from '../model/generate.mjs';
import { Model } from '../model/model.mjs';

const directory = process.argv[2] ?? 'tests/examples/small';
const text = readFileSync(new URL('../model/catalog.json', import.meta.url), 'utf8');
const catalog = JSON.parse(text);
const dated = (line) => {
  try {
    const { at } = JSON.parse(line);
    return typeof at === 'string' && /^\d{4}-.*Z$/.test(at);
  } catch {
    return false;
  }
};
const lines = generate(7, { accounts: 3, commands: 160, catalog }).filter(dated);
const model = new Model(catalog);
const answers = lines.map((line) => model.apply(line, '2026-11-01T00:00:00Z')).map((answer) =>
  answer.refused ? { refused: answer.refused.code }
    : { accepted: answer.accepted.map(({ key, ...shown }) => shown), ...(answer.replayed ? { replayed: true } : {}) });
const greatest = lines.map((line) => JSON.parse(line).at).sort().at(-1);
const accounts = [...new Set(lines.map((line) => JSON.parse(line).account))].filter((account) => model.of(account).length > 0);
const balances = Object.fromEntries(accounts.map((account) => {
  const { key, ...shown } = model.balance(account, greatest);
  return [account, shown];
}));
const big = (name, value) => (typeof value === 'bigint' ? Number(value) : value);
writeFileSync(`${directory}/catalog.json`, text);
writeFileSync(`${directory}/commands.jsonl`, lines.join('\n') + '\n');
writeFileSync(`${directory}/expected.json`, JSON.stringify({ answers, balances }, big, 1) + '\n');
