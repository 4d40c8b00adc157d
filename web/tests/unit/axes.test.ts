// SPDX-License-Identifier: Apache-2.0
// Marks where a person would put them.

import { expect, test } from 'vitest';
import { amount_ticks, time_ticks } from '../../src/chart/axes';

const seconds = (time: string): number => Date.parse(time) / 1000;

test('days of a month, weeks of a quarter, months of a year', () => {
  const days = time_ticks(seconds('2026-11-01T00:00:00Z'), seconds('2026-12-01T00:00:00Z'), 16);
  expect(days.slice(0, 3).map(({ label }) => label)).toEqual(['1 Nov', '3 Nov', '5 Nov']);
  const weeks = time_ticks(seconds('2026-11-02T00:00:00Z'), seconds('2027-02-02T00:00:00Z'), 14);
  expect(weeks.every(({ at }) => new Date(at * 1000).getUTCDay() === 1)).toBe(true);
  expect(weeks.find(({ under }) => under)?.under).toBe('2027');
  const months = time_ticks(seconds('2026-01-15T00:00:00Z'), seconds('2027-01-15T00:00:00Z'), 12);
  expect(months.map(({ label }) => label).slice(0, 2)).toEqual(['Feb 2026', 'Mar 2026']);
  expect(months).toHaveLength(12);
});

test('hours carry their day where it begins', () => {
  const hours = time_ticks(seconds('2026-11-01T20:00:00Z'), seconds('2026-11-02T04:00:00Z'), 8);
  expect(hours.map(({ label, under }) => [label, under])).toEqual([
    ['20:00', '1 Nov'], ['21:00', undefined], ['22:00', undefined], ['23:00', undefined], ['00:00', '2 Nov'],
    ['01:00', undefined], ['02:00', undefined], ['03:00', undefined], ['04:00', undefined],
  ]);
});

test('round amounts from zero', () => {
  expect(amount_ticks(4_700_000, 5)).toEqual([0, 1e6, 2e6, 3e6, 4e6]);
  expect(amount_ticks(0.7, 4)).toEqual([0, 0.2, 0.4, 0.6000000000000001]);
  expect(amount_ticks(1, 1)).toEqual([0, 1]);
});
