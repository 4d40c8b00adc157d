// SPDX-License-Identifier: Apache-2.0
// Lines that are no command, each wrong in one way: the forms a reader that trusts too much would let pass.

const DAMAGE = [
  (o) => `${JSON.stringify(o)}x`,
  (o) => JSON.stringify(o).slice(0, -1),
  (o) => `${JSON.stringify(o).slice(0, -1)},}`,
  (o) => JSON.stringify(o) + JSON.stringify(o),
  (o) => `[${JSON.stringify(o)}]`,
  (o) => JSON.stringify(o).replaceAll('"', "'"),
  (o) => JSON.stringify(o).replace('"query":', '"query":0'),
  (o) => JSON.stringify(o).replace('{', '{"key":"twice",'),
  (o) => JSON.stringify(o).replace('"workflow":"', '"workflow":"\t'),
  (o) => JSON.stringify(o).replace('"workflow":"', '"workflow":"\\ud800'),
  (o) => JSON.stringify(o).replace('"workflow":"', '"workflow":"\\u0007'),
  (o) => JSON.stringify(o).replace('"workflow":"', '"workflow":"\\x41'),
  (o) => JSON.stringify(o).replace(/"query":\d+/, '"query":1.0'),
  (o) => JSON.stringify(o).replace(/"query":\d+/, '"query":1e3'),
  (o) => JSON.stringify(o).replace(/"query":\d+/, '"query":NaN'),
  (o) => JSON.stringify(o).replace(/"query":\d+/, '"query":+1'),
  (o) => JSON.stringify(o).replace(/"query":\d+/, '"query":9223372036854775808'),
  () => 'no JSON at all',
  () => '"RecordUsage"',
  () => 'null',
  () => '12',
  () => '{}',
  () => '[]',
];

const TIMES = [
  '2025-02-29T00:00:00Z', '2025-02-30T00:00:00Z', '2025-13-01T00:00:00Z', '2025-01-01T24:00:00Z', '2025-01-01',
  '2025-01-01T00:00:60Z', '2025-01-01T00:00:00', '2025-01-01T00:00:00+00:00', '2025-01-01t00:00:00z',
  '2025-01-01 00:00:00Z', '2025-01-01T00:00:00.Z', '2025-01-01T00:00:00.1234567Z', '2025-1-01T00:00:00Z', '', 'now',
  1735689600, null, '2025-00-10T00:00:00Z', '2025-04-31T10:00:00Z', ' 2025-01-01T00:00:00Z',
];

const CREDITS = [
  '1.', '.5', '1.1234567', '+1', '1e3', '', ' 1', '1 ', '0x10', '1,000', '--1', '-', 'NaN', '१', 5, null,
  '9223372036854.775808', '99999999999999999999',
];

const IDS = ['', 'x'.repeat(129), 'é'.repeat(65), 'a\u0000b', 'a\nb', 'a\u007f', 7, null, true, ['a'], { id: 'a' }];
const WHOLES = ['1', null, true, -1, [1], {}];

// Each of these is well formed but for the one field replaced.
function commands(s, r) {
  const at = '2025-03-01T00:00:00Z';
  const base = (command, fields) => ({ command, account: r.pick(s.accounts).name, key: s.key(), at, ...fields });
  const plan_term = { product: 'ai_studio', plan: 'plus' };
  const bounds = { starts_at: at, ends_at: '2026-03-01T00:00:00Z' };
  const usage = { workflow: 'w1', model: 'swift', query: 1, input: 2, output: 3 };
  const money = (seat_price) => base('StartTerm', { product: 'enterprise', ...bounds, seats: 3, seat_price });
  const monthly = (fields) => base('StartTerm', { ...plan_term, cadence: 'monthly', ...bounds, ...fields });
  const gift = { plan: 'plus', credits: '5', kind: 'correction', period: 1 };
  const grant = (fields) => base('GrantCredits', { ...gift, ...fields });
  const periods = (value) => base('PurchaseCredits', { plan: 'plus', credits: '5000', periods: value });
  return [
    base('RecordUsage', { usage: r.pick(IDS), ...usage }),
    base('RecordUsage', { usage: 'u', ...usage, [r.pick(['query', 'input', 'output'])]: r.pick(WHOLES) }),
    base('RecordUsage', { usage: 'u', ...usage, [r.pick(['plan', 'actor', 'settles'])]: r.pick(IDS) }),
    base('RecordUsage', { usage: 'u', ...usage, [r.pick(['memo', 'classification'])]: r.pick([1, null, false]) }),
    base('RecordUsage', { usage: 'u', ...usage, ai_generated: r.pick(['true', 1, null]) }),
    base('RecordUsage', { usage: 'u', ...usage, at: r.pick(TIMES) }),
    base('RecordUsage', { usage: 'u', ...usage, account: r.pick(IDS) }),
    base('RecordUsage', { usage: 'u', ...usage, key: r.pick(['', 'k'.repeat(256), 'é'.repeat(128), 1, null]) }),
    base('RecordUsage', { usage: 'u', ...usage, extra: 1 }),
    base('RecordUsage', { usage: 'u', ...usage, expires_at: at }),
    base('RecordUsage', { ...usage }),
    base('AuthorizeUsage', { authorization: 'a', ...usage, expires_at: r.pick([...TIMES, at]) }),
    base('AuthorizeUsage', { authorization: 'a', ...usage, expires_at: bounds.ends_at, memo: 'no' }),
    base('StartTerm', { ...plan_term, cadence: r.pick(['weekly', '', null, 'Monthly']), ...bounds }),
    monthly({ ends_at: r.pick([at, '2024-03-01T00:00:00Z']) }),
    monthly({ allotment: r.pick([...CREDITS, '-1']) }),
    monthly({ seats: 4 }),
    base('StartTerm', { ...plan_term, ...bounds }),
    base('StartTerm', { product: 'enterprise', ...bounds, seats: r.pick(WHOLES) }),
    base('StartTerm', { product: 'enterprise', ...bounds, seats: 3, plan: 'plus' }),
    money(r.pick([5, '5', null, { currency: 'USD' }, { minor: 5 }, { currency: 'USD', minor: '5' }])),
    base('RenewTerm', { product: 'ai_studio', ends_at: at }),
    base('EndTerm', { product: 'ai_studio', plan: 'plus', ends_at: r.pick(TIMES) }),
    base('SetBuilders', { plan: 'plus', actors: r.pick(['nobody', [1], [''], null, {}, [null]]) }),
    grant({ credits: r.pick([...CREDITS, '0', '-5', '0.000000']), reason: 'r' }),
    grant({ kind: r.pick(['allotment', 'purchase', '']), reason: 'r' }),
    grant({ period: r.pick(['1', null, [1]]), reason: 'r' }),
    grant({}),
    base('PurchaseCredits', { plan: 'plus', credits: r.pick(CREDITS), periods: { first: 1, last: 1 } }),
    periods(r.pick([1, [1, 1], { first: 1 }, { last: 1 }, { first: 1, last: 1, step: 1 }, { first: '1', last: 1 }])),
    base('TransferCredits', { to: r.pick(IDS), credits: '1' }),
    base('ReleaseAuthorization', { authorization: r.pick(IDS) }),
    base('ClosePeriods', { account: r.pick(IDS) }),
    base('ClosePeriods', { plan: 'plus' }),
    base('ChangeSeats', { product: 'enterprise', seats: r.pick(WHOLES) }),
    base('SetConsent', { feature: 'beta', granted: r.pick(['yes', 1, null]) }),
    base('AcceptTerms', { terms: 'crm', accepted: r.pick(['yes', 1, null]) }),
    base('SetAccess', { allowed: r.pick(['no', 0, null]) }),
    base('OpenAccount', { environment: r.pick(['moon', '', null]), region: 'us' }),
    base('OpenAccount', { environment: 'commercial' }),
    base(r.pick(['Fly', '', 'recordusage', null, 3, 'constructor']), {}),
  ];
}

export function malformed(s) {
  const r = s.random;
  const usage = {
    command: 'RecordUsage', account: r.pick(s.accounts).name, key: s.key(), at: '2025-03-01T00:00:00Z', usage: 'u',
    workflow: 'w1', model: 'swift', query: 1, input: 2, output: 3,
  };
  const line = r.percent(40) ? r.pick(DAMAGE)(usage) : JSON.stringify(r.pick(commands(s, r)));
  const answer = s.send_line(line);
  if (answer.refused?.code !== 'malformed') throw new Error(`meant to be malformed: ${line}`);
  return answer;
}
