// SPDX-License-Identifier: Apache-2.0
// A simulation as lines and as one line of a table.

import { describe, expect, test } from 'vitest';
import { end_before, forecast_lines, line_extremes, plan_future, read_forecast, read_line } from '../../src/chart/forecast_lines';
import type { ForecastPeriod, Simulation, Spread } from '../../src/core/forecast';
import { difference, line_of } from '../../src/lib/compare';
import { micros_of } from '../../src/lib/time';

const same = (value: string): Spread => ({ p10: value, p50: value, p90: value });
const many = (...values: string[]): Spread<string[]> => ({ p10: values, p50: values, p90: values });
const seconds = (time: string): number => Number(micros_of(time)) / 1e6;

const period = (change: Partial<ForecastPeriod>): ForecastPeriod => ({
  term: 1, period: 1, starts_at: '2026-03-01T00:00:00Z', ends_at: '2026-04-01T06:00:00Z', on_exhaustion: 'stop', granted: '100',
  consumed_before: '0', consumed: same('90'), uncovered: same('0'), expired: same('10'), remaining: { p10: '5', p50: '10', p90: '20' }, whole: true,
  runs_out: { chance_percent: '12.5', p10: '2026-03-30T00:00:00Z', p50: null, p90: null }, ...change,
});

const simulation: Simulation = {
  notice: '', account: 'a', at: '2026-03-31T12:00:00Z', version: 3, futures: 1000, days: 2, history: { enough: 'full', sentence: '' }, usage: [],
  commands: [], timeline: ['2026-03-31T12:00:00Z', '2026-04-01T12:00:00Z', '2026-04-02T12:00:00Z'], demand: many('0', '5', '5'),
  plans: [{
    plan: 'plus', chance_percent: '12.5', remaining: { p10: ['8', '98', '90'], p50: ['12', '99', '95'], p90: ['25', '100', '98'] },
    consumed: many('0', '3', '8'), uncovered: many('0', '0', '1'), expired: many('0', '10', '10'), out_percent: ['0', '0', '0'],
    periods: [period({}), period({ period: 2, starts_at: '2026-04-01T06:00:00Z', ends_at: '2026-05-01T00:00:00Z', whole: false, runs_out: { chance_percent: '0', p10: null, p50: null, p90: null } })],
  }],
  unplaced: null, cost: { known: true, amounts: [{ currency: 'USD', committed: 5000, overage: { p10: 0, p50: 100, p90: 900 } }], missing: [] }, answers: [],
};

describe('a plan’s future', () => {
  test('falls and rises where its periods meet, between two days', () => {
    const lines = forecast_lines(simulation, 'plus')!;
    expect([...lines.seconds]).toEqual(['2026-03-31T12:00:00Z', '2026-04-01T06:00:00Z', '2026-04-01T06:00:00Z', '2026-04-01T06:00:00Z',
      '2026-04-01T12:00:00Z', '2026-04-02T12:00:00Z'].map(seconds));
    expect([...lines.p50]).toEqual([12, 10, NaN, 100, 99, 95]);
    expect([...lines.p90]).toEqual([25, 20, NaN, 100, 100, 98]);
  });

  test('is none of a plan that is not in it', () => {
    expect(forecast_lines(simulation, 'pro')).toBeNull();
  });

  test('ends with the last period where nothing follows', () => {
    const { plans: [plus] } = simulation;
    const lines = forecast_lines({ ...simulation, plans: [{ ...plus!, periods: [plus!.periods[0]!] }] }, 'plus')!;
    expect([...lines.p50]).toEqual([12, 10, NaN, 99, 95]);
  });
});

describe('a future is read as it is drawn', () => {
  const lines = forecast_lines(simulation, 'plus')!;
  const bound = seconds('2026-04-01T06:00:00Z');

  test('straight between two points, the new period’s where one begins, nothing outside', () => {
    expect(read_forecast(lines, seconds('2026-03-31T12:00:00Z'))).toEqual({ p10: 8, p50: 12, p90: 25 });
    expect(read_forecast(lines, seconds('2026-03-31T21:00:00Z'))).toEqual({ p10: 6.5, p50: 11, p90: 22.5 });
    expect(read_forecast(lines, bound)).toEqual({ p10: 100, p50: 100, p90: 100 });
    expect(read_forecast(lines, seconds('2026-04-02T00:00:00Z'))).toEqual({ p10: 94, p50: 97, p90: 99 });
    expect(read_forecast(lines, seconds('2026-04-02T12:00:00Z'))).toEqual({ p10: 90, p50: 95, p90: 98 });
    expect(read_forecast(lines, seconds('2026-04-02T12:00:01Z'))).toBeNull();
    expect(read_forecast(lines, seconds('2026-03-31T11:00:00Z'))).toBeNull();
  });

  test('where a period ends and none follows, its end', () => {
    const { plans: [plus] } = simulation;
    const { seconds: at, p50 } = forecast_lines({ ...simulation, plans: [{ ...plus!, periods: [plus!.periods[0]!] }] }, 'plus')!;
    expect(read_line(at, p50, bound)).toBe(10);
    expect(read_line(at, p50, bound + 1)).toBeNull();
  });

  test('at the edge of what is shown it is what was left before it', () => {
    expect(end_before(lines.seconds, lines.p50, bound)).toEqual({ seconds: bound, value: 10 });
    expect(end_before(lines.seconds, lines.p50, seconds('2026-04-02T00:00:00Z'))?.value).toBe(97);
    expect(end_before(lines.seconds, lines.p50, seconds('2027-01-01T00:00:00Z'))).toEqual({ seconds: seconds('2026-04-02T12:00:00Z'), value: 95 });
    expect(end_before(lines.seconds, lines.p50, seconds('2026-01-01T00:00:00Z'))).toBeNull();
  });

  test('its lowest and highest, with the fall between two periods', () => {
    expect(line_extremes(lines.seconds, lines.p50, bound - 3600, bound + 3600)).toEqual({ low: 10, high: 100 });
    expect(line_extremes(lines.seconds, lines.p50, 0, 1)).toBeNull();
  });
});

describe('a plan that ends for another', () => {
  const { plans: [plus] } = simulation;
  const start = { assumed: false, command: { command: 'StartTerm', plan: 'pro', starts_at: '2026-04-01T06:00:00Z' }, answer: { key: null, accepted: [] } };
  const pro = { ...plus!, plan: 'pro', remaining: { p10: ['0', '40', '30'], p50: ['0', '44', '33'], p90: ['0', '48', '39'] },
    periods: [period({ granted: '50', starts_at: '2026-04-01T06:00:00Z', ends_at: '2026-05-01T06:00:00Z', whole: false })] };
  const moved: Simulation = { ...simulation, commands: [start], plans: [{ ...plus!, periods: [plus!.periods[0]!] }, pro] };

  test('is drawn until then, and goes on as the new one', () => {
    expect(plan_future(moved, 'plus')?.then).toBe('pro');
    expect([...forecast_lines(moved, 'plus')!.p50]).toEqual([12, 10, NaN, 50, 44, 33]);
  });

  test('stays itself where the term is refused, begins after all that is simulated, or another plan ends', () => {
    const refused = { code: 'outside_term', clause: 'AIS-2', message: '', details: {} };
    expect(plan_future({ ...moved, commands: [{ ...start, answer: { key: null, refused } }] }, 'plus')?.then).toBeNull();
    expect(plan_future({ ...moved, commands: [{ ...start, command: { ...start.command, starts_at: '2026-09-01T00:00:00Z' } }] }, 'plus')?.then).toBeNull();
    expect(plan_future({ ...moved, plans: [plus!, pro] }, 'plus')?.then).toBeNull();
  });
});

test('in one line: the greatest chance, the earliest moments, sums to the end, cost', () => {
  expect(line_of(simulation)).toEqual({
    chance: '12.5', runs_out: null, early: '2026-03-30T00:00:00Z', used: '9', expired: '10', uncovered: '1',
    cost: [{ currency: 'USD', committed: 5000n, overage: 100n, overage_high: 900n }], cost_missing: [],
  });
  const unplaced = line_of({ ...simulation, unplaced: { total: same('4'), code: 'outside_term', clause: 'AIS-2', message: '' } });
  expect(unplaced.uncovered).toBe('5');
  expect(difference('1.5', '2')).toBe('-0.5');
});
