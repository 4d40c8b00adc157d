// SPDX-License-Identifier: Apache-2.0
// A simulation as lines and as one line of a table.

import { describe, expect, test } from 'vitest';
import { forecast_lines } from '../../src/chart/forecast_lines';
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

test('in one line: the greatest chance, the earliest moments, sums to the end, cost', () => {
  expect(line_of(simulation)).toEqual({
    chance: '12.5', runs_out: null, early: '2026-03-30T00:00:00Z', used: '9', expired: '10', uncovered: '1',
    cost: [{ currency: 'USD', committed: 5000n, overage: 100n, overage_high: 900n }], cost_known: true,
  });
  const unplaced = line_of({ ...simulation, unplaced: { total: same('4'), code: 'outside_term', clause: 'AIS-2', message: '' } });
  expect(unplaced.uncovered).toBe('5');
  expect(difference('1.5', '2')).toBe('-0.5');
});
