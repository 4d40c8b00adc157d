// SPDX-License-Identifier: Apache-2.0
// H12 as a question with a yes or a sentence: of a list of facts, and of a balance as shown to the outside.

import { figures, periods, studio_terms, tally } from './facts.mjs';
import { parse_credits } from './values.mjs';

function broken(where, { granted, consumed, held, expired, remaining, uncovered }) {
  const all = [granted, consumed, held, expired, remaining, uncovered];
  if (all.some((n) => n < 0n)) return `${where}: less than nothing`;
  const right = consumed + held + expired + remaining;
  return granted === right ? undefined : `${where}: granted ${granted}, accounted for ${right} (micro-credits)`;
}

export function broken_in_facts(facts) {
  const tallied = tally(facts);
  return studio_terms(facts).flatMap(periods)
    .map((p) => broken(`${p.plan}/${p.term}/${p.period}`, figures(facts, p, tallied)))
    .find((found) => found !== undefined);
}

// REQUIRES: a balance as plain JSON, the core's or the model's.
export function broken_in_balance({ plans }) {
  const of = (thing, ...names) => Object.fromEntries(names.map((name) => [name, parse_credits(thing[name])]));
  return plans.flatMap((plan) => [
    ...plan.periods.map((p) => broken(`${plan.plan}/${plan.term}/${p.period}`,
      of(p, 'granted', 'consumed', 'held', 'expired', 'remaining', 'uncovered'))),
    // A lot's drawn part is not shown, so it is what the other figures leave.
    ...plan.lots.map((lot) => {
      const { granted, remaining, held, expired } = of(lot, 'granted', 'remaining', 'held', 'expired');
      return broken(lot.lot, {
        granted, remaining, held, expired, consumed: granted - remaining - held - expired, uncovered: 0n,
      });
    }),
  ]).find((found) => found !== undefined);
}
