// SPDX-License-Identifier: Apache-2.0
// Seeded streams of random commands that visit every command, every refusal and the edges between them. The same seed,
// options and catalog give the same lines for ever.

import { in_force } from './facts.mjs';
import { Stream } from './stream.mjs';
import * as credits from './visit_credits.mjs';
import { malformed } from './visit_malformed.mjs';
import { regions } from './visit_regions.mjs';
import { seats } from './visit_seats.mjs';
import { parse_time } from './values.mjs';

const VISITS = [
  [300, credits.record_usage],
  [150, credits.authorize],
  [120, seats],
  [75, credits.purchase],
  [45, regions],
  [65, credits.close_periods],
  [50, malformed],
  [45, credits.grant],
  [40, credits.start_term],
  [45, credits.release],
  [28, credits.end_term],
  [26, credits.renew_term],
  [25, credits.set_builders],
  [25, credits.set_consent],
  [25, credits.accept_terms],
  [22, credits.set_access],
  [30, send_again],
  [20, reuse_key],
  [15, credits.purchase_then_end],
  [10, credits.transfer],
  [8, in_future],
  [6, open_again],
  [5, stranger],
  [5, blank],
];

export function generate(seed, { accounts = 3, commands = 300, catalog }) {
  const s = new Stream(seed, { accounts, commands, catalog });
  for (const account of s.accounts) open(s, account);
  // Commands without `at` mean now, so they come last: everything in the past has had its say.
  while (s.lines.length < commands - 6) visit(s);
  without_at(s);
  return s.lines;
}

function visit(s) {
  const account = s.random.pick(s.accounts);
  s.advance(account);
  // Most rules only show inside a term.
  const idle = !s.studio_terms(account).some((t) => in_force(t, account.clock));
  if (idle && s.random.percent(40)) credits.start_term(s, account);
  s.random.weighted(VISITS)(s, account);
}

// An account, one or two plans to begin with, and sometimes a first step that fails.
function open(s, account) {
  const r = s.random;
  const gov = account === s.accounts[2] || r.percent(10);
  const environment = gov ? 'gov' : 'commercial';
  if (r.percent(30)) credits.record_usage(s, account);
  if (r.percent(30)) s.send(account, 'OpenAccount', account.clock, { environment, region: 'moon' });
  if (r.percent(50)) s.send(account, 'OpenAccount', account.clock, { environment: 'gov', region: 'eu' });
  const region = gov ? 'us-gov' : r.pick(['us', 'eu', 'us-gov']);
  s.send(account, 'OpenAccount', account.clock, { environment, region });
  for (let n = r.int(1, 3); n > 0; n--) credits.start_term(s, account);
}

function open_again(s, account) {
  s.send(account, 'OpenAccount', account.clock, { environment: 'commercial', region: s.random.pick(['us', 'moon']) });
}

function stranger(s) {
  const nobody = { name: s.random.pick(['nobody', 'constructor', '__proto__']) };
  s.send(nobody, 'ClosePeriods', parse_time('2025-01-01T00:00:00Z'), {});
}

function in_future(s, account) {
  const at = parse_time(s.random.pick(['2099-01-01T00:00:00Z', '2150-06-30T23:59:59.999999Z']));
  s.send(account, 'ClosePeriods', at, {});
}

function blank(s) {
  s.lines.push(s.random.pick(['', ' ', '\t']));
}

// H19: equal as JSON values, however it is written.
function send_again(s) {
  const r = s.random;
  if (s.sent.length === 0) return;
  const { object } = r.pick(s.sent);
  const plain = JSON.stringify(object);
  const reordered = JSON.stringify(Object.fromEntries(Object.entries(object).reverse()));
  const escaped = plain.replace(/"command":"(.)/, (_, c) => `"command":"\\u00${c.charCodeAt(0).toString(16)}`);
  s.send_line(r.pick([plain, plain, reordered, escaped, `  ${plain.replaceAll('","', '" ,\t"')} `]));
}

function reuse_key(s) {
  const r = s.random;
  if (s.sent.length === 0) return;
  const { account, object } = r.pick(s.sent);
  const { command, account: _, key, at, ...fields } = object;
  const moment = at === undefined ? undefined : parse_time(at);
  const other = r.pick([
    () => s.send(account, 'ClosePeriods', account.clock, {}, key),
    () => s.send(account, command, moment + 1n, fields, key),
    () => s.send(account, 'TransferCredits', parse_time('2099-01-01T00:00:00Z'), { to: 'a', credits: '1' }, key),
    // The same key in another account is another key.
    () => s.send(r.pick(s.accounts), 'SetConsent', account.clock, { feature: 'analytics', granted: true }, key),
  ]);
  if (moment !== undefined) other();
}

function without_at(s) {
  const account = s.random.pick(s.accounts);
  credits.record_usage(s, account, null);
  s.send(account, 'ClosePeriods', null, {});
  for (const { account: owner, object } of s.sent.slice(-2)) {
    s.send_line(JSON.stringify(object));
    const { command, account: _, key, at, ...fields } = object;
    if (at === undefined) s.send(owner, command, owner.clock, fields, key);
  }
}
