// SPDX-License-Identifier: Apache-2.0
// The balance JSON of one account, all but its fingerprint and its key: a reading of facts as of a moment. Nothing is
// opened, expired or closed by asking.

import {
  close_of, figures, held, is_opened, periods, remaining, same_period, studio_terms, tally,
} from './facts.mjs';
import { region_of } from './residency.mjs';
import { invoice_lines, seats_shown } from './seats.mjs';
import { show_money, show_row } from './show.mjs';
import { by_bytes, show_time, sum, whole } from './values.mjs';

// REQUIRES: facts hold no `at` later than the moment.
export function balance(account, facts, catalog, at) {
  const opening = facts.find((f) => f.type === 'AccountOpened');
  return {
    account,
    at: show_time(at),
    version: facts.at(-1)?.version ?? 0,
    plans: studio_terms(facts).map((term) => plan_shown(facts, term, at)),
    usage: usage_shown(facts),
    seats: seats_shown(facts, catalog, at).map(({ product, seats, scheduled }) => (
      { product, seats: whole(seats), scheduled: scheduled.map(show_row) })),
    invoice_lines: invoice_lines(facts, catalog).map(line_shown),
    region: region_of(facts),
    environment: opening?.environment,
    access: facts.findLast((f) => f.type === 'AccessChanged')?.allowed ?? true,
    consents: Object.fromEntries(facts.filter((f) => f.type === 'ConsentChanged').map((f) => [f.feature, f.granted])),
    terms: terms_shown(facts),
  };
}

function plan_shown(facts, term, at) {
  const { lots, holds } = tally(facts);
  const all = periods(term);
  // H8: lots of periods cut off are void and counted nowhere; such a period is not among the term's any more.
  const own_lots = (period) => lots.filter((l) => same_period(l.period, period));
  return {
    plan: term.plan,
    term: term.term,
    starts_at: show_time(term.starts_at),
    ends_at: show_time(term.ends_at),
    cadence: term.cadence,
    periods: all
      .filter((p) => is_opened(facts, term, p) || own_lots(p).length > 0)
      .map((p) => period_shown(facts, term, p, at)),
    lots: all.flatMap(own_lots).map((lot) => show_row({
      lot: lot.fact.lot,
      kind: lot.fact.kind,
      granted: lot.fact.credits,
      remaining: remaining(lot, holds),
      held: held(lot, holds),
      expired: lot.expired,
      starts_at: lot.fact.starts_at,
      expires_at: lot.fact.expires_at,
    })),
  };
}

function period_shown(facts, term, period, at) {
  const state = close_of(facts, period) ? 'closed'
    : !is_opened(facts, term, period) ? 'upcoming'
      : period.ends_at <= at ? 'closing' : 'open';
  const { authorized, ...six } = figures(facts, period);
  const { starts_at, ends_at } = period;
  return { period: period.period, state, ...show_row({ starts_at, ends_at, ...six }) };
}

function usage_shown(facts) {
  const charges = facts.filter((f) => f.type === 'CreditsConsumed');
  const pairs = [...new Set(charges.map((f) => JSON.stringify([f.workflow, f.model])))].map((pair) => JSON.parse(pair));
  return pairs
    .sort((a, b) => by_bytes(a[0], b[0]) || by_bytes(a[1], b[1]))
    .map(([workflow, model]) => {
      const own = charges.filter((f) => f.workflow === workflow && f.model === model);
      const total = (field) => sum(own.map((f) => f[field]));
      return show_row({
        workflow, model, charges: own.length,
        query: total('query'), input: total('input'), output: total('output'), credits: total('credits'),
      });
    });
}

function line_shown({ at, name, products, seats, credits, currency, minor }) {
  const amount = show_money({ currency, minor });
  const quantity = seats === undefined ? { credits } : { seats };
  return { ...show_row({ at, name, products, ...quantity }), amount };
}

function terms_shown(facts) {
  const accepted = new Map(facts.filter((f) => f.type === 'TermsAccepted').map((f) => [f.terms, f.accepted]));
  return [...accepted].filter(([, yes]) => yes).map(([id]) => id).sort(by_bytes);
}
