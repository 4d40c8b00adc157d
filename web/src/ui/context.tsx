// SPDX-License-Identifier: Apache-2.0
// Hands the page's store to its parts, and derives what several of them need: the plan shown and its period.

import { createContext, useContext } from 'solid-js';
import type { Period, PlanOutlook, PlanTerm, Statement } from '../core/forms';
import type { Moment } from '../core/protocol';
import type { Page } from '../state/page';

export const PageContext = createContext<Page>();

export function use_page(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('a part of the page stands outside of it');
  return page;
}

/** A plan as its card shows it: one of its terms, the period that counts now, and what the outlook says of it. */
export interface PlanNow {
  plan: string;
  terms: PlanTerm[];
  term: PlanTerm;
  period: Period | null;
  outlook: PlanOutlook | null;
}

/** Plans in force first, highest rank first as the outlook has them; then the others by name. */
export function plans_now({ statement, outlook }: Moment): PlanNow[] {
  const names = [...new Set([...outlook.plans.map(({ plan }) => plan), ...statement.plans.map(({ plan }) => plan)])];
  return names.flatMap((plan) => {
    const terms = terms_of(statement, plan);
    const in_force = outlook.plans.find((line) => line.plan === plan) ?? null;
    const term = terms.find((one) => one.term === in_force?.term) ?? latest_begun(terms) ?? terms.at(-1);
    if (!term) return [];
    const period = term.periods.find((one) => one.period === in_force?.period) ?? latest_opened(term);
    return [{ plan, terms, term, period, outlook: in_force }];
  });
}

export function terms_of(statement: Statement, plan: string): PlanTerm[] {
  return statement.plans.filter((term) => term.plan === plan);
}

function latest_begun(terms: PlanTerm[]): PlanTerm | undefined {
  return terms.findLast((term) => term.periods.some(({ state }) => state !== 'upcoming'));
}

function latest_opened(term: PlanTerm): Period | null {
  return term.periods.findLast(({ state }) => state !== 'upcoming') ?? null;
}
