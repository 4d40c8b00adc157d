// SPDX-License-Identifier: Apache-2.0
// A simulated plan as lines of the picture: the credits left at each day's end, with the fall and the rise between periods
// where they happen and not somewhere on that day.

import type { Simulation, Spread } from '../core/forecast';
import { for_drawing, micro_of } from '../lib/decimal';
import { micros_of, seconds_of } from '../lib/time';

export interface ForecastLines {
  seconds: Float64Array;
  p10: Float64Array;
  p50: Float64Array;
  p90: Float64Array;
}

const seconds_at = (time: string): number => seconds_of(micros_of(time));
const drawn = (credits: string): number => for_drawing(micro_of(credits));

/** null: the simulation has no such plan. */
export function forecast_lines(simulation: Simulation, plan: string): ForecastLines | null {
  const told = simulation.plans.find((one) => one.plan === plan);
  if (!told) return null;
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
