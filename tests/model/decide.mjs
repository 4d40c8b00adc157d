// SPDX-License-Identifier: Apache-2.0
// What each command of accounts, terms, lots and settings comes to: events added to the draft, or a refusal. Rules are
// asked in the order TERMS lists them; usage is next door in usage.mjs, seats in seats.mjs.

import {
  close_of, figures, in_force, is_opened, periods, same_period, studio_terms, tally, terms,
} from './facts.mjs';
import { add_regional, migrate_region, remove_regional } from './residency.mjs';
import { add_product, change_seats, parity_clause, remove_product, renew_seats, start_seats } from './seats.mjs';
import { authorize_usage, check_marking, record_usage } from './usage.mjs';
import { by_bytes } from './values.mjs';

// H3, before any command: overdue authorizations go, then every period that has begun is opened.
export function catch_up(draft) {
  release(draft, (hold) => hold.fact.expires_at <= draft.at, 'expired');
  for (const term of studio_terms(draft.facts)) open_begun(draft, term);
}

function release(draft, which, reason) {
  const due = tally(draft.facts).holds.filter((h) => h.live && which(h));
  due.sort((a, b) => (a.fact.expires_at < b.fact.expires_at ? -1 : a.fact.expires_at > b.fact.expires_at ? 1
    : by_bytes(a.fact.authorization, b.fact.authorization)));
  for (const hold of due) draft.add('HoldReleased', { authorization: hold.fact.authorization, reason });
}

// AIS-3: once, however late.
function open_begun(draft, term) {
  if (term.allotment === 0n) return;
  for (const period of periods(term)) {
    if (period.starts_at <= draft.at && !is_opened(draft.facts, term, period)) {
      grant(draft, period, 'allotment', term.allotment);
    }
  }
}

function grant(draft, period, kind, credits, more = {}) {
  const n = tally(draft.facts).lots.filter((l) => same_period(l.period, period)).length + 1;
  draft.add('CreditsGranted', {
    lot: `${period.plan}/${period.term}/${period.period}/${n}`,
    plan: period.plan,
    kind,
    credits,
    starts_at: period.starts_at,
    expires_at: period.ends_at,
    ...more,
  });
}

function open_account(draft, { environment, region }) {
  const found = draft.catalog.region(region);
  if (!found) draft.refuse('unknown_region');
  if (environment === 'gov' && !found.gov) draft.refuse('not_authorized_in_gov');
  draft.add('AccountOpened', { environment, region });
}

function terms_of(draft, { product, plan }) {
  return terms(draft.facts).filter((t) => t.product === product && t.plan === plan);
}

function start_term(draft, command) {
  const { catalog } = draft;
  const studio = command.product === 'ai_studio';
  const seats = catalog.seat_product(command.product);
  if (!studio && !seats) draft.refuse('unknown_product');
  const plan = studio ? catalog.plan(command.plan) : undefined;
  if (studio && plan?.allotments[command.cadence] === undefined) draft.refuse('unknown_plan');
  if (seats?.parity_with) draft.refuse('seat_parity', parity_clause(command.product));
  const last = terms_of(draft, command).at(-1);
  if (last && command.starts_at < last.ends_at) draft.refuse('term_overlap');
  const { starts_at, ends_at, cadence } = command;
  const allotment = studio ? command.allotment ?? plan.allotments[cadence] : undefined;
  const term = add_term(draft, command, last, { starts_at, ends_at, cadence, allotment }, plan);
  if (!studio) start_seats(draft, command, term);
}

// H9: increment, policy and rate card are the catalog's of today, also in a renewal.
function add_term(draft, { product, plan: id }, last, own, plan) {
  const n = (last?.term ?? 0) + 1;
  const bounds = { starts_at: own.starts_at, ends_at: own.ends_at };
  if (product !== 'ai_studio') {
    draft.add('TermStarted', { product, term: n, ...bounds });
    return bounds;
  }
  const { increment, on_exhaustion, stop_at_percent, rate_card } = plan;
  const { cadence, allotment } = own;
  draft.add('TermStarted', {
    product, term: n, ...bounds, plan: id, cadence, allotment, increment, on_exhaustion, stop_at_percent, rate_card,
  });
  open_begun(draft, { plan: id, term: n, ...bounds, cadence, allotment });
  return bounds;
}

function renew_term(draft, command) {
  const last = terms_of(draft, command).at(-1);
  if (!last) draft.refuse('outside_term');
  const studio = command.product === 'ai_studio';
  const plan = studio ? draft.catalog.plan(command.plan) : undefined;
  if (studio && !plan) draft.refuse('unknown_plan');
  const own = { ...last, starts_at: last.ends_at, ends_at: command.ends_at };
  const term = add_term(draft, command, last, own, plan);
  if (!studio) renew_seats(draft, command.product, last, term);
}

// H8. A seat product has no periods: any moment of its term will do.
function end_term(draft, command) {
  const { product, plan, ends_at, at } = command;
  const term = terms_of(draft, command).find((t) => in_force(t, at));
  if (!term) draft.refuse('outside_term');
  const cut = product === 'ai_studio' ? periods(term) : [];
  const boundary = product === 'ai_studio'
    ? ends_at === term.ends_at || cut.some((p) => p.starts_at === ends_at)
    : ends_at >= term.starts_at && ends_at <= term.ends_at;
  if (!boundary) draft.refuse('unknown_period');
  const opened = cut.filter((p) => p.starts_at >= ends_at && is_opened(draft.facts, term, p, at));
  if (ends_at < at || opened.length > 0) draft.refuse('period_closed');
  draft.add('TermEnded', { product, plan, term: term.term, ends_at });
}

// AIS-5: what a purchase and a grant have in common, from `outside_term` to `period_closed`.
function periods_for_sale(draft, { plan, at }, first, last, clauses, check = () => {}) {
  const now = studio_terms(draft.facts).filter((t) => in_force(t, at));
  if (now.length === 0) draft.refuse('outside_term', clauses.outside_term);
  const term = now.find((t) => t.plan === plan);
  if (!term) draft.refuse('plan_mismatch');
  check(term);
  const all = periods(term);
  if (first > last || first < 1n || last > BigInt(all.length)) draft.refuse('unknown_period');
  const named = all.slice(Number(first) - 1, Number(last));
  if (named[0].ends_at <= at || close_of(draft.facts, named[0])) draft.refuse('period_closed', clauses.period_closed);
  return { term, named };
}

function grant_credits(draft, command) {
  const { credits, kind, period, reason, corrects } = command;
  const { named } = periods_for_sale(draft, command, period, period, {});
  check_marking(draft, reason);
  grant(draft, named[0], kind, credits, { reason, corrects });
}

function purchase_credits(draft, command) {
  const { credits, plan, periods: { first, last } } = command;
  const clauses = { outside_term: 'AIS-5a', period_closed: 'AIS-5c' };
  const { term, named } = periods_for_sale(draft, command, first, last, clauses, (t) => {
    if (credits <= 0n || credits % t.increment !== 0n) draft.refuse('bad_increment');
  });
  const { increment_price: unit, name } = draft.catalog.plan(plan) ?? {};
  const price = unit ? { currency: unit.currency, minor: unit.minor * (credits / term.increment) } : undefined;
  for (const period of named) grant(draft, period, 'purchase', credits, price ? { price, name } : {});
}

// H4: every opened period that has ended, each right after the holds made in it are released.
function close_periods(draft) {
  for (const term of studio_terms(draft.facts)) {
    for (const period of periods(term)) {
      const due = period.ends_at <= draft.at && is_opened(draft.facts, term, period, draft.at);
      if (due && !close_of(draft.facts, period)) close(draft, term, period);
    }
  }
}

function close(draft, term, period) {
  release(draft, (hold) => same_period(hold.period, period), 'period_closed');
  const { granted, consumed, remaining, uncovered } = figures(draft.facts, period);
  const plan = draft.catalog.plan(term.plan);
  const unit = term.on_exhaustion === 'overage' ? plan?.overage_price : undefined;
  const begun = (uncovered + term.increment - 1n) / term.increment;
  const overage = unit && uncovered > 0n ? { currency: unit.currency, minor: unit.minor * begun } : undefined;
  draft.add('PeriodClosed', { ...period, granted, consumed, expired: remaining, uncovered, overage, name: overage && plan.name });
}

function set_builders(draft, { plan, actors }) {
  if (terms_of(draft, { product: 'ai_studio', plan }).length === 0) draft.refuse('plan_mismatch');
  draft.add('BuildersChanged', { plan, actors });
}

function release_authorization(draft, { authorization }) {
  const found = tally(draft.facts).holds.some((h) => h.live && h.fact.authorization === authorization);
  if (!found) draft.refuse('unknown_authorization');
  draft.add('HoldReleased', { authorization, reason: 'released' });
}

// AI-4: training is answered never; a refusal of it may be recorded, a consent may not.
function set_consent(draft, { feature, granted }) {
  if (feature === 'training' && granted) draft.refuse('never_for_training');
  draft.add('ConsentChanged', { feature, granted });
}

function accept_terms(draft, { terms: id, accepted }) {
  draft.add('TermsAccepted', { terms: id, accepted: accepted ?? true });
}

function set_access(draft, { allowed, reason }) {
  check_marking(draft, reason);
  draft.add('AccessChanged', { allowed, reason });
}

export const DECISIONS = {
  OpenAccount: open_account,
  StartTerm: start_term,
  RenewTerm: renew_term,
  EndTerm: end_term,
  SetBuilders: set_builders,
  GrantCredits: grant_credits,
  PurchaseCredits: purchase_credits,
  TransferCredits: (draft) => draft.refuse('non_transferable'),
  RecordUsage: record_usage,
  AuthorizeUsage: authorize_usage,
  ReleaseAuthorization: release_authorization,
  ClosePeriods: close_periods,
  ChangeSeats: change_seats,
  AddProduct: (draft, command) => (draft.catalog.regional(command.product) ? add_regional : add_product)(draft, command),
  RemoveProduct: (draft, command) => (
    draft.catalog.regional(command.product) ? remove_regional : remove_product)(draft, command),
  MigrateRegion: migrate_region,
  SetConsent: set_consent,
  AcceptTerms: accept_terms,
  SetAccess: set_access,
};
