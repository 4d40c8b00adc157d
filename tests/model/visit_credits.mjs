// SPDX-License-Identifier: Apache-2.0
// Random commands of plans, lots and usage. Each visit sends one or a few commands that are mostly sensible and
// sometimes break exactly one rule; what the answer is, is the model's business.

import { in_force, period_at, periods } from './facts.mjs';
import { DAY, HOUR } from './stream.mjs';
import { add_months, show_credits, show_time } from './values.mjs';

const PLANS = ['basic', 'flex', 'max', 'plus', 'pro', 'team/eu', 'trial'];
const MODELS = [
  'swift', 'swift', 'swift', 'clear', 'clear', 'fort', 'fort', 'fort', 'deep', 'deep', 'old', 'sketch', 'relic',
];
const ACTORS = [undefined, undefined, 'u1', 'u2', 'u3'];
// 64 letters of two bytes each: the longest id there is.
const LONGEST_ID = 'é'.repeat(64);

// Plans whose terms do not reach far ahead yet: a plan's terms only move forward, and far ahead little happens.
function due(s, account, plans) {
  const ahead = s.studio_terms(account).filter((t) => t.ends_at > account.clock + 60n * DAY).map((t) => t.plan);
  return plans.filter((plan) => !ahead.includes(plan));
}

export function start_term(s, account) {
  const r = s.random;
  const plan = r.percent(4) ? 'nosuch' : r.pick(r.percent(12) ? PLANS : due(s, account, PLANS)) ?? r.pick(PLANS);
  const last = s.studio_terms(account).filter((t) => t.plan === plan).at(-1);
  const follow = last && r.percent(70);
  const starts_at = follow ? last.ends_at + (r.percent(30) ? r.big(1n, 30n * DAY) : 0n) : s.start_near(account.clock);
  const length = r.percent(75) ? add_months(starts_at, r.int(1, 14)) - starts_at : r.big(1n, 200n * DAY);
  return s.send(account, 'StartTerm', s.rounded(account.clock), {
    product: 'ai_studio',
    plan,
    cadence: r.pick(['monthly', 'monthly', 'monthly', 'quarterly']),
    starts_at: show_time(starts_at),
    ends_at: show_time(starts_at + length),
    allotment: r.percent(25) ? r.pick(['0', '0.000001', '777.77', '1000000', '00012.50']) : undefined,
  });
}

export function renew_term(s, account) {
  const r = s.random;
  const known = s.studio_terms(account).map((t) => t.plan);
  const plan = r.percent(90) ? r.pick(due(s, account, known)) ?? r.pick(PLANS) : r.pick(['nosuch', ...PLANS]);
  const ends = s.studio_terms(account).filter((t) => t.plan === plan).at(-1)?.ends_at ?? account.clock;
  const ends_at = r.percent(10) ? ends - r.big(0n, 3n * DAY) : add_months(ends, r.int(1, 7));
  return s.send(account, 'RenewTerm', s.at(account), { product: 'ai_studio', plan, ends_at: show_time(ends_at) });
}

export function end_term(s, account) {
  const r = s.random;
  const at = s.at(account);
  const term = r.pick(s.studio_terms(account).filter((t) => in_force(t, at) || r.percent(20)));
  if (!term) return s.send(account, 'EndTerm', at, { product: 'ai_studio', plan: 'pro', ends_at: show_time(at) });
  const bounds = [term.ends_at, ...periods(term).map((p) => p.starts_at)];
  const later = bounds.filter((b) => b >= at);
  const ends_at = r.percent(65) && later.length > 0 ? r.pick(later)
    : r.percent(60) ? r.pick(bounds) : r.pick(bounds) + r.pick([-1n, 1n, DAY]);
  return s.send(account, 'EndTerm', at, { product: 'ai_studio', plan: term.plan, ends_at: show_time(ends_at) });
}

function plan_in_force(s, account, at) {
  const now = s.studio_terms(account).filter((t) => in_force(t, at));
  return s.random.percent(94) && now.length > 0 ? s.random.pick(now).plan : s.random.pick(['nosuch', ...PLANS]);
}

function period_number(s, account, plan, at) {
  const r = s.random;
  const term = s.studio_terms(account).find((t) => t.plan === plan && in_force(t, at));
  const now = Number(period_at(s.facts(account), plan, at)?.period ?? 1);
  const count = term ? periods(term).length : 12;
  return r.weighted([[12, now], [8, Math.min(count, now + r.int(0, 3))], [3, Math.max(1, now - r.int(1, 2))],
    [1, count + 1], [1, r.pick([0, -1, 99])], [2, count]]);
}

export function purchase(s, account) {
  const r = s.random;
  const at = s.at(account);
  const plan = plan_in_force(s, account, at);
  const first = period_number(s, account, plan, at);
  const last = r.percent(60) ? first : first + r.int(-1, 3);
  const step = s.catalog.plan(plan)?.increment ?? 1_000_000n;
  const credits = r.weighted([[14, step * r.big(1n, 4n)], [1, 0n], [1, -step], [1, step + 1n], [1, step / 2n + 1n]]);
  return s.send(account, 'PurchaseCredits', at, { plan, credits: show_credits(credits), periods: { first, last } });
}

export function grant(s, account) {
  const r = s.random;
  const at = s.at(account);
  const plan = plan_in_force(s, account, at);
  return s.send(account, 'GrantCredits', at, {
    plan,
    credits: r.pick(['2.5', '0.000001', '100', '333.333333', '5000']),
    kind: r.pick(['promotion', 'correction']),
    period: period_number(s, account, plan, at),
    reason: r.percent(4) ? 'see TOP SECRET//NOFORN' : r.pick(['goodwill', 'naïve – “quoted” \\ text', '€']),
    corrects: r.percent(40) ? `u${r.int(1, s.usages + 1)}` : undefined,
  });
}

// H8: lots bought ahead, then the term is cut before their periods.
export function purchase_then_end(s, account) {
  const r = s.random;
  const at = s.rounded(account.clock);
  const term = s.studio_terms(account).find((t) => in_force(t, at) && periods(t).some((p) => p.starts_at > at));
  if (!term) return start_term(s, account);
  const ahead = periods(term).filter((p) => p.starts_at > at);
  const last = ahead.at(-1);
  const credits = show_credits(term.increment * r.big(1n, 3n));
  const { period } = last;
  s.send(account, 'PurchaseCredits', at, { plan: term.plan, credits, periods: { first: period, last: period } });
  s.send(account, 'GrantCredits', at, {
    plan: term.plan, credits: '7.25', kind: 'promotion', period: ahead[0].period, reason: 'ahead',
  });
  const end = r.percent(70) ? ahead[r.int(0, ahead.length - 1)].starts_at : term.ends_at;
  return s.send(account, 'EndTerm', at, { product: 'ai_studio', plan: term.plan, ends_at: show_time(end) });
}

function volume(s) {
  const r = s.random;
  return r.percent(12) ? 0 : r.int(0, 10 ** r.int(0, 6));
}

// What usage and authorizations share. Volumes near 2^53 only where the rate is far below a micro-credit.
function work(s, account, at) {
  const r = s.random;
  const model = r.percent(3) ? 'no-such-model' : r.pick(MODELS);
  const huge = model === 'swift' && r.percent(8);
  return {
    workflow: r.percent(2) ? LONGEST_ID : `w${r.int(0, 3)}`,
    model,
    query: huge ? Number(r.big(2n ** 52n, 2n ** 53n)) : volume(s),
    input: volume(s),
    output: volume(s),
    plan: r.percent(30) ? plan_in_force(s, account, at) : undefined,
    actor: r.pick(ACTORS),
    classification: r.weighted([[90, undefined], [4, 'cui'], [4, 'unclassified'], [2, r.pick(['secret', 'purple'])]]),
  };
}

export function record_usage(s, account, at = s.at(account)) {
  const r = s.random;
  const live = s.live(account);
  const past = s.facts(account).filter((f) => f.type === 'CreditsHeld');
  const settles = r.weighted([
    [70, undefined],
    [live.length > 0 ? 25 : 0, r.pick(live)?.fact.authorization],
    [past.length > 0 ? 4 : 0, r.pick(past)?.authorization],
    [2, 'no-such-authorization'],
  ]);
  return s.send(account, 'RecordUsage', at, {
    usage: `u${++s.usages}`,
    ...work(s, account, typeof at === 'bigint' ? at : account.clock),
    settles,
    ai_generated: r.weighted([[88, undefined], [9, true], [3, false]]),
    memo: r.weighted([[90, undefined], [8, 'a note “für” you'], [2, 'TOP SECRET//NOFORN']]),
  });
}

export function authorize(s, account) {
  const r = s.random;
  const at = s.at(account);
  const live = s.live(account);
  const length = r.pick([1n, HOUR, 2n * DAY, 20n * DAY, 45n * DAY, 200n * DAY]);
  const edge = r.pick(s.edges(account).filter((t) => t > at));
  return s.send(account, 'AuthorizeUsage', at, {
    authorization: r.percent(15) && live.length > 0 ? r.pick(live).fact.authorization : `h${r.int(1, 400)}`,
    ...work(s, account, at),
    expires_at: show_time(r.percent(25) && edge !== undefined ? edge : at + length),
  });
}

export function release(s, account) {
  const live = s.live(account);
  if (live.length === 0 && s.random.percent(70)) return authorize(s, account);
  const known = s.random.percent(80) && live.length > 0;
  const authorization = known ? s.random.pick(live).fact.authorization : `h${s.random.int(1, 400)}`;
  const at = s.random.percent(70) ? s.rounded(account.clock) : s.at(account);
  return s.send(account, 'ReleaseAuthorization', at, { authorization });
}

export function close_periods(s, account) {
  return s.send(account, 'ClosePeriods', s.at(account), {});
}

export function transfer(s, account) {
  const credits = s.random.pick(['10', '0', '-1.5']);
  return s.send(account, 'TransferCredits', s.at(account), { to: s.random.pick(s.accounts).name, credits });
}

// Settings move forward in time, each account's own; usage reported late looks back across them (H1).
function settings_at(s, account) {
  const at = s.rounded(account.clock);
  account.settled = at > account.settled ? at : account.settled;
  return account.settled;
}

export function set_builders(s, account) {
  const r = s.random;
  const known = s.studio_terms(account).map((t) => t.plan);
  const plan = r.percent(85) && known.length > 0 ? r.pick(known) : r.pick(['nosuch', ...PLANS]);
  const actors = r.weighted([[5, 'everyone'], [2, ['u2', 'u1']], [2, ['u3']], [1, []]]);
  return s.send(account, 'SetBuilders', settings_at(s, account), { plan, actors });
}

export function set_consent(s, account) {
  const r = s.random;
  const feature = r.pick(['beta', 'beta', 'beta', 'training', 'analytics']);
  return s.send(account, 'SetConsent', settings_at(s, account), { feature, granted: r.percent(65) });
}

export function accept_terms(s, account) {
  const r = s.random;
  const terms = r.pick(['partner-2025', 'partner-2025', 'relic-terms', 'crm']);
  const accepted = r.pick([undefined, true, false]);
  return s.send(account, 'AcceptTerms', settings_at(s, account), { terms, accepted });
}

export function set_access(s, account) {
  const r = s.random;
  const reason = r.pick([undefined, undefined, 'policy', 'because TOP SECRET//NOFORN']);
  return s.send(account, 'SetAccess', settings_at(s, account), { allowed: r.percent(70), reason });
}
