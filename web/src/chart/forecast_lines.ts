// SPDX-License-Identifier: Apache-2.0
// A simulated plan as lines of the picture: the credits left at each day's end, with the fall and the rise between periods
// where they happen and not somewhere on that day. A plan that ends for another one goes on as that one. What is drawn is
// read here too.

import type { ForecastPeriod, ForecastPlan, Simulation, Spread } from '../core/forecast';
import { for_drawing, micro_of } from '../lib/decimal';
import { micros_of, seconds_of } from '../lib/time';
import { after, type Extremes } from './step_line';

export interface ForecastLines {
  seconds: Float64Array;
  p10: Float64Array;
  p50: Float64Array;
  p90: Float64Array;
}

const seconds_at = (time: string): number => seconds_of(micros_of(time));
const drawn = (credits: string): number => for_drawing(micro_of(credits));

/** A plan's future; with the plan that takes its place, where one does. */
export interface PlanFuture {
  periods: ForecastPeriod[];
  remaining: Spread<string[]>;
  /** The plan it goes on with within the time simulated. */
  then: string | null;
}

/** null: the simulation has no such plan. */
export function plan_future(simulation: Simulation, plan: string): PlanFuture | null {
  const told = simulation.plans.find((one) => one.plan === plan);
  const change = told && change_of(simulation, told);
  if (!told || !change) return told ? { ...told, then: null } : null;
  const { at, to } = change;
  const from = simulation.timeline.findIndex((time) => seconds_at(time) >= at);
  const join = (of: keyof Spread): string[] =>
    (from < 0 ? told.remaining[of] : [...told.remaining[of].slice(0, from), ...to.remaining[of].slice(from)]);
  return {
    periods: [
      ...told.periods.filter(({ starts_at }) => seconds_at(starts_at) < at),
      ...to.periods.filter(({ starts_at }) => seconds_at(starts_at) >= at),
    ],
    remaining: { p10: join('p10'), p50: join('p50'), p90: join('p90') },
    then: to.plan,
  };
}

interface Change {
  at: number;
  to: ForecastPlan;
}

/** When and for which plan this one is ended; null: it is not, or only after all that is simulated. */
function change_of({ commands, plans, timeline }: Simulation, { plan, periods }: ForecastPlan): Change | null {
  const done = commands.filter(({ assumed, answer }) => !assumed && answer.accepted).map(({ command }) => command);
  const started = done.find(({ command }) => command === 'StartTerm');
  const to = started && plans.find((one) => one.plan === started['plan'] && one.plan !== plan);
  if (!to) return null;
  const at = seconds_at(String(started!['starts_at']));
  // Another plan may be the one that ends.
  const goes_on = periods.some(({ starts_at, ends_at }) => seconds_at(starts_at) >= at || seconds_at(ends_at) > at);
  return goes_on || at > seconds_at(timeline.at(-1) ?? '') ? null : { at, to };
}

/** null: the simulation has no such plan. */
export function forecast_lines(simulation: Simulation, plan: string): ForecastLines | null {
  const told = plan_future(simulation, plan);
  return told && future_lines(simulation, told);
}

export function future_lines(simulation: Simulation, told: PlanFuture): ForecastLines {
  const points: [number, number, number, number][] = [];
  const add = (at: number, { p10, p50, p90 }: Spread): void => {
    points.push([at, drawn(p10), drawn(p50), drawn(p90)]);
  };
  const gap = (at: number): void => {
    points.push([at, NaN, NaN, NaN]);
  };
  const bounds = told.periods.flatMap((period, index) => {
    const next = told.periods[index + 1];
    const follows = next !== undefined && next.starts_at === period.ends_at;
    return period.whole ? [{ at: seconds_at(period.ends_at), ends: period.remaining, begins: follows ? next.granted : null }] : [];
  });
  let bound = 0;
  simulation.timeline.forEach((time, index) => {
    const at = seconds_at(time);
    for (; bound < bounds.length && bounds[bound]!.at <= at; bound += 1) {
      const { at: when, ends, begins } = bounds[bound]!;
      add(when, ends);
      gap(when);
      if (begins !== null) add(when, { p10: begins, p50: begins, p90: begins });
    }
    const { remaining } = told;
    add(at, { p10: remaining.p10[index] ?? '0', p50: remaining.p50[index] ?? '0', p90: remaining.p90[index] ?? '0' });
  });
  const column = (of: number): Float64Array => Float64Array.from(points, (point) => point[of]!);
  return { seconds: column(0), p10: column(1), p50: column(2), p90: column(3) };
}

/** What a line shows at a moment, straight between two points as it is drawn; null: it is not there. */
export function read_line(seconds: Float64Array, values: Float64Array, at: number): number | null {
  let index = after(seconds, at) - 1;
  // A line that ends here says so until the moment has passed.
  while (index > 0 && seconds[index] === at && Number.isNaN(values[index]!)) index -= 1;
  const value = values[index];
  if (value === undefined || Number.isNaN(value)) return null;
  const begin = seconds[index]!;
  if (begin === at) return value;
  const next = values[index + 1];
  if (next === undefined || Number.isNaN(next)) return null;
  return value + (next - value) * ((at - begin) / (seconds[index + 1]! - begin));
}

export function read_forecast({ seconds, p10, p50, p90 }: ForecastLines, at: number): Spread<number> | null {
  const [low, middle, high] = [p10, p50, p90].map((values) => read_line(seconds, values, at));
  if (typeof low !== 'number' || typeof middle !== 'number' || typeof high !== 'number') return null;
  return { p10: low, p50: middle, p90: high };
}

/** Where a line is when it comes to a moment, before what begins there; or its end, if that is earlier. */
export function end_before(
  seconds: Float64Array, values: Float64Array, to: number,
): { seconds: number; value: number } | null {
  let index = seconds.findIndex((at) => at >= to);
  const next = values[index];
  if (index < 0) index = seconds.length;
  index -= 1;
  const last = values[index];
  if (next !== undefined && last !== undefined && !Number.isNaN(next) && !Number.isNaN(last)) {
    const begin = seconds[index]!;
    return { seconds: to, value: last + (next - last) * ((to - begin) / (seconds[index + 1]! - begin)) };
  }
  while (index >= 0 && Number.isNaN(values[index]!)) index -= 1;
  return index < 0 ? null : { seconds: seconds[index]!, value: values[index]! };
}

/** How low and how high a line goes between two moments; null: it is not there. */
export function line_extremes(seconds: Float64Array, values: Float64Array, from: number, to: number): Extremes | null {
  const inside = values.subarray(after(seconds, from), after(seconds, to));
  const found = [read_line(seconds, values, from), read_line(seconds, values, to), ...inside]
    .filter((value): value is number => value !== null && !Number.isNaN(value));
  return found.length === 0 ? null : { low: Math.min(...found), high: Math.max(...found) };
}
