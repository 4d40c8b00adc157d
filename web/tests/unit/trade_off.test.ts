// SPDX-License-Identifier: Apache-2.0
// The trade-off curve's geometry: one step for each point, the goal's line, words only where they have room.

import { describe, expect, test } from 'vitest';
import { first_within, trade_off, trade_size, type TradePoint } from '../../src/lib/trade_off';

const packs: TradePoint[] = ['100', '77.4', '13.8', '1.4', '0.4', '0.1', '0'].map((chance, amount) => ({ amount, chance }));

describe('a trade-off curve', () => {
  test('goes from the first point at the left to the last at the right, down by a step at each', () => {
    const { points, path } = trade_off(packs, 5, 3);
    expect([points[0]!.x, points[0]!.y]).toEqual([trade_size.left, trade_size.top]);
    expect([points.at(-1)!.x, points.at(-1)!.y]).toEqual([trade_size.right, trade_size.bottom]);
    expect(path.match(/H/g)).toHaveLength(6);
    expect(path.startsWith(`M${points[0]!.x} ${points[0]!.y}H${points[1]!.x}V${points[1]!.y}`)).toBe(true);
  });

  test('keeps the distances of amounts that are left out', () => {
    const { points } = trade_off([{ amount: 0, chance: '50' }, { amount: 30, chance: '9' }, { amount: 40, chance: '4' }], 5, 2);
    expect((points[1]!.x - points[0]!.x) / (points[2]!.x - points[1]!.x)).toBeCloseTo(3, 0);
  });

  test('marks the chosen point and tells it, whatever else has room', () => {
    const { points } = trade_off(packs, 5, 3);
    expect(points.filter(({ chosen }) => chosen).map(({ amount, told, counted }) => [amount, told, counted])).toEqual([[3, true, true]]);
    expect(points.filter(({ told }) => told).map(({ chance }) => chance)).toEqual(expect.arrayContaining(['100', '77.4', '13.8', '1.4', '0']));
    const many = trade_off(Array.from({ length: 40 }, (_, amount) => ({ amount, chance: String(40 - amount) })), 5, 35).points;
    expect(many[35]).toMatchObject({ told: true, counted: true });
    expect(many.filter(({ counted }) => counted).length).toBeLessThan(20);
  });

  test('has the goal between its ticks, and no tick beneath the goal’s own figure', () => {
    const { goal_y, ticks } = trade_off(packs, 5, 3);
    expect(goal_y).toBeLessThan(trade_size.bottom);
    expect(ticks.map(({ percent }) => percent)).toEqual([50, 100]);
    expect(trade_off(packs, 20, 2).ticks.map(({ percent }) => percent)).toEqual([0, 50, 100]);
    // Little chance needs no axis up to a hundred.
    expect(trade_off([{ amount: 0, chance: '8' }, { amount: 1, chance: '2' }], 5, 1).ticks.map(({ percent }) => percent)).toEqual([0, 10]);
  });

  test('finds the first point that is enough, or none', () => {
    expect(first_within(packs, 5)).toBe(3);
    expect(first_within(packs, 0)).toBe(6);
    expect(first_within(packs.slice(0, 3), 5)).toBe(-1);
    expect(trade_off(packs.slice(0, 3), 5, -1).points.some(({ chosen }) => chosen)).toBe(false);
  });
});
