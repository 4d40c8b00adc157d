// SPDX-License-Identifier: Apache-2.0
// Questions asked of one account's facts, a flat list of events in the order of their versions. Every answer is worked
// out anew from the whole list; nothing is remembered between two questions, and nothing here decides a command.

import { add_months, by_bytes, min, sum } from './values.mjs';

// H11: what is drawn first. Within a kind the older lot goes first.
const BURN_ORDER = ['allotment', 'promotion', 'purchase', 'correction'];

// AIS-2: a term is [starts_at, ends_at). EndTerm brings the end forward (H8). Ordered by plan or product, then term.
export function terms(facts) {
  const out = facts.filter((f) => f.type === 'TermStarted').map((f) => ({ ...f }));
  for (const end of facts.filter((f) => f.type === 'TermEnded')) {
    const term = out.find((t) => t.product === end.product && t.plan === end.plan && t.term === end.term);
    if (term) term.ends_at = end.ends_at;
  }
  return out.sort((a, b) => by_bytes(a.plan ?? a.product, b.plan ?? b.product) || a.term - b.term);
}

export function studio_terms(facts) {
  return terms(facts).filter((t) => t.product === 'ai_studio');
}

export function in_force(term, at) {
  return term.starts_at <= at && at < term.ends_at;
}

// H2: counted from the term's own start, so that Jan 31 gives Feb 28 and then Mar 31 again.
export function periods(term) {
  const months = term.cadence === 'monthly' ? 1 : 3;
  const out = [];
  for (let n = 0; add_months(term.starts_at, n * months) < term.ends_at; n++) {
    out.push({
      plan: term.plan,
      term: term.term,
      period: n + 1,
      starts_at: add_months(term.starts_at, n * months),
      ends_at: min(add_months(term.starts_at, (n + 1) * months), term.ends_at),
    });
  }
  return out;
}

export function period_at(facts, plan, at) {
  const term = studio_terms(facts).find((t) => t.plan === plan && in_force(t, at));
  return term && periods(term).find((p) => p.starts_at <= at && at < p.ends_at);
}

export function same_period(a, b) {
  return a !== undefined && b !== undefined && a.plan === b.plan && a.term === b.term && a.period === b.period;
}

// A lot id is plan/term/period/n, and a plan's own name may hold slashes.
export function period_of_lot(lot) {
  const parts = lot.split('/');
  const n = parts.length;
  return { plan: parts.slice(0, n - 3).join('/'), term: Number(parts[n - 3]), period: Number(parts[n - 2]) };
}

// The whole history of the pools: every lot, hold and charge with what it drew. Draws are in no event (H11).
export function tally(facts) {
  const lots = [];
  const holds = [];
  const charges = [];
  const draw = (period, credits) => {
    const draws = [];
    for (const kind of BURN_ORDER) {
      for (const lot of lots.filter((l) => l.fact.kind === kind && same_period(l.period, period))) {
        const credits_drawn = min(remaining(lot, holds), credits - sum(draws.map((d) => d.credits)));
        if (credits_drawn > 0n) draws.push({ lot, credits: credits_drawn });
      }
    }
    return draws;
  };

  for (const fact of facts) {
    if (fact.type === 'CreditsGranted') {
      lots.push({ fact, period: period_of_lot(fact.lot), drawn: 0n, expired: 0n });
    } else if (fact.type === 'CreditsHeld') {
      // H16: it holds what lots cover now and is never topped up.
      const period = period_at(facts, fact.plan, fact.at);
      holds.push({ fact, period, live: true, draws: draw(period, fact.credits) });
    } else if (fact.type === 'HoldReleased') {
      // A fold up to some moment may see a release without its hold, for `at` may run backwards.
      const hold = live_hold(holds, fact.authorization);
      if (hold) hold.live = false;
    } else if (fact.type === 'CreditsConsumed') {
      // H17: settling gives the hold back first, then the charge draws like any other.
      const hold = fact.settles === undefined ? undefined : live_hold(holds, fact.settles);
      if (hold) hold.live = false;
      const period = period_at(facts, fact.plan, fact.at);
      // H14: after the close nothing that expired comes back.
      const draws = fact.late ? [] : draw(period, fact.credits);
      for (const d of draws) d.lot.drawn += d.credits;
      charges.push({ fact, period, covered: sum(draws.map((d) => d.credits)) });
    } else if (fact.type === 'PeriodClosed') {
      for (const lot of lots.filter((l) => same_period(l.period, fact))) lot.expired = remaining(lot, holds);
    }
  }
  return { lots, holds, charges };
}

export function live_hold(holds, authorization) {
  return holds.find((h) => h.live && h.fact.authorization === authorization);
}

export function held(lot, holds) {
  const draws = holds.filter((h) => h.live).flatMap((h) => h.draws);
  return sum(draws.filter((d) => d.lot === lot).map((d) => d.credits));
}

export function remaining(lot, holds) {
  return lot.fact.credits - lot.drawn - lot.expired - held(lot, holds);
}

// H12's figures, each from its own source, so that conservation is a finding and not a definition.
export function figures(facts, period, { lots, holds, charges } = tally(facts)) {
  const own_lots = lots.filter((l) => same_period(l.period, period));
  const own_charges = charges.filter((c) => same_period(c.period, period));
  const own_holds = holds.filter((h) => h.live && same_period(h.period, period));
  return {
    granted: sum(own_lots.map((l) => l.fact.credits)),
    consumed: sum(own_charges.map((c) => c.covered)),
    held: sum(own_holds.flatMap((h) => h.draws.map((d) => d.credits))),
    expired: close_of(facts, period)?.expired ?? 0n,
    remaining: sum(own_lots.map((l) => remaining(l, holds))),
    uncovered: sum(own_charges.map((c) => c.fact.credits - c.covered)),
    // H18 counts a live authorization with its full cost, whatever lots covered of it.
    authorized: sum(own_holds.map((h) => h.fact.credits)),
  };
}

export function close_of(facts, period) {
  return facts.find((f) => f.type === 'PeriodClosed' && same_period(f, period));
}

// AIS-3: opened is a period whose allotment was granted. One of 0 makes no event and is open once any event of the
// account from the term's start on is as late as the period's; `at` is the moment of a command being decided, which has opened it just so (H3).
export function is_opened(facts, term, period, at) {
  if (term.allotment > 0n) {
    return facts.some((f) => f.kind === 'allotment' && same_period(period_of_lot(f.lot), period));
  }
  return (at !== undefined && period.starts_at <= at) || facts.some((f) => f.version >= term.version && f.at >= period.starts_at);
}

// H1: what stood at `at` is what the last event said whose own `at` is no later.
export function standing(facts, type, at, about = () => true) {
  return facts.findLast((f) => f.type === type && f.at <= at && about(f));
}

// H6: no list admits everybody; a list admits nobody without an actor.
export function admits(facts, plan, actor, at) {
  const list = standing(facts, 'BuildersChanged', at, (f) => f.plan === plan)?.actors ?? 'everyone';
  return list === 'everyone' || list.includes(actor);
}

export function consents(facts, feature, at) {
  return standing(facts, 'ConsentChanged', at, (f) => f.feature === feature)?.granted ?? false;
}

export function accepted(facts, terms_id, at) {
  return standing(facts, 'TermsAccepted', at, (f) => f.terms === terms_id)?.accepted ?? false;
}

export function ai_allowed(facts, at) {
  return standing(facts, 'AccessChanged', at)?.allowed ?? true;
}
