// SPDX-License-Identifier: Apache-2.0
// What a simulation comes to in one line, to stand beside another: over all its plans, or of one.

import type { ForecastPlan, Simulation } from '../core/forecast';
import type { Time } from '../core/forms';
import { text } from '../text';
import { credits_of, micro_of, sum_credits } from './decimal';

export interface Line {
  /** Percent, as the core writes it: that some plan runs out inside the horizon. */
  chance: string;
  /** When the middle future runs out; null: it does not. */
  runs_out: Time | null;
  /** When one in ten has run out. */
  early: Time | null;
  used: string;
  expired: string;
  uncovered: string;
  /** Minor units by currency: what the commands commit to, and overage of the middle and of a bad future. */
  cost: { currency: string; committed: bigint; overage: bigint; overage_high: bigint }[];
  /** A sentence for each price that is not known; none: all of the cost is. */
  cost_missing: string[];
}

const last = (credits: readonly string[]): string => credits.at(-1) ?? '0';

// Without the spread of a single future, medians of several plans are added up: what stands there is about one pool of many.
function sum(plans: readonly ForecastPlan[], of: (plan: ForecastPlan) => string): string {
  return sum_credits(plans.map(of));
}

export function line_of({ plans, cost, unplaced, commands }: Simulation): Line {
  const chances = plans.map(({ chance_percent }) => chance_percent);
  const moments = (of: 'p10' | 'p50'): Time | null => plans.flatMap(({ periods }) => periods.map(({ runs_out }) => runs_out[of]))
    .filter((time): time is Time => time !== null).sort()[0] ?? null;
  // The core's cost is of invoice lines and overage: a plan that would begin is priced by neither.
  const plan_prices = commands.filter(({ assumed, command, answer }) => !assumed && !answer.refused && command.command === 'StartTerm')
    .map(({ command }) => text.compare.plan_price(text.plan_name(String(command['plan']))));
  return {
    chance: chances.sort((a, b) => Number(b) - Number(a))[0] ?? '0',
    runs_out: moments('p50'),
    early: moments('p10'),
    used: sum(plans, ({ consumed, uncovered }) => sum_credits([last(consumed.p50), last(uncovered.p50)])),
    expired: sum(plans, ({ expired }) => last(expired.p50)),
    uncovered: sum_credits([sum(plans, ({ uncovered }) => last(uncovered.p50)), unplaced?.total.p50 ?? '0']),
    cost: cost.amounts.map(({ currency, committed, overage }) => ({
      currency, committed: BigInt(committed), overage: BigInt(overage.p50), overage_high: BigInt(overage.p90),
    })),
    cost_missing: [...cost.missing, ...plan_prices],
  };
}

/** Scenarios by the sentence of a price that is not known of them. */
export function missing_by_reason(rows: readonly { name: string; line: Line | null }[]): { reason: string; names: string[] }[] {
  const names = new Map<string, string[]>();
  for (const { name, line } of rows) {
    for (const reason of line?.cost_missing ?? []) names.set(reason, [...names.get(reason) ?? [], name]);
  }
  return [...names].map(([reason, of]) => ({ reason, names: of }));
}

/** `a - b`, for a difference that is shown with its sign. */
export function difference(a: string, b: string): string {
  return credits_of(micro_of(a) - micro_of(b));
}
