// SPDX-License-Identifier: Apache-2.0
// The JSON Schemas of what is sent, held against the program: commands and directory entries at the edges of every form
// fit their schema when, and only when, the program does not call them malformed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.argv[2] ?? 'build/release/creditfold';
const schemas = new URL('../ledger/schemas/', import.meta.url);
const read_schema = (name) => JSON.parse(readFileSync(new URL(`${name}.schema.json`, schemas)));

const types = {
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
};
const is_day = (date) => {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(date) && date >= '0001';
};
const characters = (text) => [...text].length;

// As much of JSON Schema 2020-12 as the schemas use. A keyword that is not here fails the check, not the value.
const keywords = {
  $ref: (target, value, root) => fits(target.slice(2).split('/').reduce((at, name) => at[name], root), value, root),
  const: (only, value) => only === value,
  enum: (names, value) => names.includes(value),
  type: (type, value) => types[type](value),
  oneOf: (choices, value, root) => choices.filter((choice) => fits(choice, value, root)).length === 1,
  if: (test, value, root, schema) => fits((fits(test, value, root) ? schema.then : schema.else) ?? true, value, root),
  format: (format, value) => format === 'date-time' && (!types.string(value) || is_day(value.split('T')[0])),
  pattern: (pattern, value) => !types.string(value) || new RegExp(pattern, 'u').test(value),
  minLength: (least, value) => !types.string(value) || characters(value) >= least,
  maxLength: (most, value) => !types.string(value) || characters(value) <= most,
  minimum: (least, value) => typeof value !== 'number' || value >= least,
  maximum: (most, value) => typeof value !== 'number' || value <= most,
  required: (names, value) => !types.object(value) || names.every((name) => name in value),
  properties: (known, value, root) =>
    !types.object(value) ||
    Object.keys(known).every((name) => !(name in value) || fits(known[name], value[name], root)),
  additionalProperties: (others, value, root, schema) =>
    !types.object(value) ||
    Object.keys(value).every((name) => name in schema.properties || fits(others, value[name], root)),
  items: (each, value, root) => !types.array(value) || value.every((element) => fits(each, element, root)),
  maxItems: (most, value) => !types.array(value) || value.length <= most,
  uniqueItems: (unique, value) => !types.array(value) || new Set(value).size === value.length,
};
const annotations = new Set(['$schema', '$id', '$defs', 'title', 'description', 'default', 'then', 'else']);

function fits(schema, value, root = schema) {
  if (typeof schema === 'boolean') return schema;
  return Object.entries(schema).every(
    ([word, rule]) => annotations.has(word) || keywords[word](rule, value, root, schema),
  );
}

const IDS = [
  'a', 'é'.repeat(64), 'x'.repeat(128), '', 'x'.repeat(129), 'a\u0000', 'a\nb', 'a\n', 'a\u007f', 'a\u0085b', 7, null,
];
const WHOLES = [0, 1, -1, -5, 2 ** 40, -(2 ** 40), 9.3e18, -9.3e18, 1.5, '1', null];
const TIMES = [
  '2026-03-10T12:00:00Z', '2026-03-10T12:00:00.123456Z', '2024-02-29T00:00:00Z', '2026-03-10T12:00:00.1234567Z',
  '2026-03-10T12:00:00.Z', '2026-03-10T12:00:00+00:00', '2026-03-10T12:00:00', '2026-03-10t12:00:00z', '2026-03-10',
  '2026-03-10T24:00:00Z', '2026-03-10T12:00:60Z', '2026-13-01T00:00:00Z', '2026-04-31T00:00:00Z',
  '2025-02-29T00:00:00Z', '0000-01-01T00:00:00Z', 'now', '', 0, null,
];
const CREDITS = [
  '5', '0.000001', '000.5', '0', '0.0', '-0', '-1', '-0.5', '1.', '.5', '1.1234567', '+1', '1e3', '1,000', '', 5, null,
];
const NAMES = ['Ada', 'x'.repeat(200), '', 'x'.repeat(201), 'a\tb', 5];
const ARNS = [
  'arn:aws:kms:eu-central-1:111122223333:key/1', 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a/b_c',
  'arn:aws-:kms:eu:111122223333:key/1', 'arn:aws:kms:eu--1:111122223333:key/1', 'arn:aws:kms:-eu:111122223333:key/1',
  'arn:aws:kms:eu:111122223333:key/a_b', 'arn:aws:kms:eu:1:key/1', 'arn:aws:s3:eu:111122223333:key/1', '',
];

// A form, and for each of its fields the values to try there; undefined leaves the field out.
const usage = { usage: 'u', workflow: 'w', model: 'gpt-4o', query: 1, input: 2, output: 3 };
const year = { starts_at: '2026-01-01T00:00:00Z', ends_at: '2027-01-01T00:00:00Z' };
const money = { currency: 'USD', minor: 0 };
const studio = { product: 'ai_studio', plan: 'plus', ...year };
const command_forms = [
  [{ command: 'RecordUsage', ...usage }, {
    account: IDS, key: [...IDS, 'k'.repeat(255), 'k'.repeat(256)], at: TIMES, usage: IDS, workflow: IDS, model: IDS,
    plan: IDS, actor: IDS, settles: IDS, query: WHOLES, output: [...WHOLES, undefined],
    ai_generated: [true, 'true', 1, null], memo: ['', 'x'.repeat(4096), 'x'.repeat(4097), 'a\u0000', 1],
    command: ['RecordUsages', '', 5, undefined], more: [1],
  }],
  [{ command: 'AuthorizeUsage', ...usage, usage: undefined, authorization: 'a', expires_at: '2026-03-11T12:00:00Z' },
    { authorization: IDS, input: WHOLES }],
  [{ command: 'OpenAccount', environment: 'commercial', region: 'us' },
    { environment: ['gov', 'public', 1], region: IDS }],
  [{ command: 'StartTerm', ...studio, cadence: 'monthly' }, {
    allotment: CREDITS, starts_at: TIMES.slice(2), cadence: ['quarterly', 'weekly', undefined],
    plan: [...IDS, undefined], seats: [1], seat_price: [money],
  }],
  [{ command: 'StartTerm', product: 'enterprise', ...year, seats: 1 }, {
    seats: WHOLES,
    seat_price: [money, { ...money, minor: -1 }, { ...money, currency: 'usd' }, { minor: 1 }, 5],
  }],
  [{ command: 'RenewTerm', product: 'ai_studio', plan: 'plus', ends_at: '2028-01-01T00:00:00Z' },
    { plan: [undefined, 'pro', ''], product: ['enterprise'] }],
  [{ command: 'EndTerm', product: 'enterprise', ends_at: '2028-01-01T00:00:00Z' },
    { plan: ['plus'], product: ['ai_studio', 'other'] }],
  [{ command: 'GrantCredits', plan: 'plus', credits: '5', kind: 'promotion', period: 1, reason: 'r' },
    { credits: CREDITS, period: WHOLES, kind: ['correction', 'allotment', 'purchase'], corrects: IDS }],
  [{ command: 'PurchaseCredits', plan: 'plus', credits: '100000', periods: { first: 1, last: 1 } }, {
    credits: CREDITS,
    periods: [...WHOLES.map((first) => ({ first, last: 1 })), { first: 1 }, { first: 1, last: 1, more: 1 }, []],
  }],
  [{ command: 'TransferCredits', to: 'b', credits: '5' }, { credits: CREDITS, to: IDS }],
  [{ command: 'ChangeSeats', product: 'enterprise', seats: 1 }, { seats: WHOLES }],
  [{ command: 'SetBuilders', plan: 'plus', actors: 'everyone' },
    { actors: [[], ['a'], ['a', ''], 'nobody', null, [5]] }],
  [{ command: 'RotateKey', key_arn: ARNS[0] }, { key_arn: ARNS }],
  [{ command: 'AcceptTerms', terms: 't' }, { accepted: [true, false, 'false', null], terms: IDS }],
  [{ command: 'MigrateRegion', region: 'eu', scope: 'organization' }, { scope: ['team', '', 5, undefined] }],
];
const entry_forms = [
  [{ person: 'u', name: 'Ada' }, {
    person: IDS, name: [...NAMES, undefined],
    email: ['a@b', 'a@', '@b', 'a b@c', 'a@b@c', 'a\t@b', `${'a'.repeat(252)}@b`, `${'a'.repeat(253)}@b`],
    image: ['i', '', 'x'.repeat(2049), 'a\nb'], organizations: [[], 'o', [''], [5]], more: [1],
  }],
  [{ organization: 'o', name: 'Org' }, { name: NAMES, accounts: [['acme'], ['acme', 'acme'], [''], 'acme'] }],
  [{ label: 'team', account: 'acme', id: 't', name: 'Team' },
    { label: ['workflow', 'plan', 5], id: IDS, account: IDS }],
];

function* varied(forms, common) {
  for (const [form, fields] of forms) {
    yield { ...common(), ...form };
    for (const [field, values] of Object.entries(fields)) {
      for (const value of values) yield { ...common(), ...form, [field]: value };
    }
  }
}

const data = mkdtempSync(join(tmpdir(), 'creditfold-schemas-'));
const lines_of = (values) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const run = (words, values) =>
  spawnSync(binary, [...words, '--data', data], { input: lines_of(values), encoding: 'utf8', maxBuffer: 1 << 26 });

function malformed_commands(values) {
  const answers = run(['apply'], values).stdout.split('\n').slice(0, -1);
  if (answers.length !== values.length) throw new Error(`${answers.length} answers to ${values.length} commands`);
  return answers.map((answer) => JSON.parse(answer).refused?.code === 'malformed');
}

let passed = 0;
let failed = 0;
function compare(schema, values, malformed) {
  values.forEach((value, index) => {
    if (fits(schema, value) !== malformed[index]) {
      passed += 1;
    } else {
      failed += 1;
      const verdict = malformed[index] ? 'takes what the program does not' : 'refuses what the program takes';
      console.error(`${schema.$id} ${verdict}: ${JSON.stringify(value).slice(0, 300)}`);
    }
  });
}

const as_sent = (values) => [...values].map((value) => JSON.parse(JSON.stringify(value)));
const at = '2026-03-10T12:00:00Z';
let keys = 0;
const commands = as_sent(varied(command_forms, () => ({ account: 'acme', key: `k${(keys += 1)}`, at })));
const opening = ['OpenAccount', 'StartTerm'].map((name) => commands.find(({ command }) => command === name));
malformed_commands(opening);
compare(read_schema('command'), commands, malformed_commands(commands));

const entries = as_sent(varied(entry_forms, () => ({})));
const refused_entries = entries.map((entry) => run(['directory', 'put', '-'], [entry]).status !== 0);
compare(read_schema('directory'), entries, refused_entries);

rmSync(data, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 450 ? 0 : 1);
