// SPDX-License-Identifier: Apache-2.0
// The curve of the picture: risers, steps, cliffs, late records, and the table of the same numbers.

import { describe, expect, test } from 'vitest';
import { build_curve, draw_arrays, neighbour_of, points_list, read_curve, spans_of, table_rows, type Point, type Span, type Stretch } from '../../src/chart/series';
import type { PlanTerm } from '../../src/core/forms';
import type { Mark } from '../../src/core/protocol';
import { micros_of } from '../../src/lib/time';

const credit = 1_000_000n;
const at = (time: string): bigint => micros_of(`2026-${time}:00:00Z`);

const march: Span = {
  term: 1, period: 1, starts_at: at('03-01T00'), ends_at: at('04-01T00'), closed: true, expired: 30n * credit,
  granted: 100n * credit, allotted: 100n * credit,
};
const april: Span = {
  term: 1, period: 2, starts_at: at('04-01T00'), ends_at: at('05-01T00'), closed: false, expired: 0n,
  granted: 100n * credit, allotted: 100n * credit,
};
const spans = [march, april];

const points_of = (stretch: Stretch | undefined): Point[] => (stretch ? points_list(stretch.points) : []);

// moment, left, uncovered, seq
function records(...rows: [string, bigint, bigint, bigint][]): BigInt64Array {
  return new BigInt64Array(rows.flatMap(([when, left, uncovered, seq]) =>
    [at(when), left * credit, uncovered * credit, seq]));
}
const plain = records(
  ['03-02T06', 100n, 0n, 3n], ['03-02T07', 80n, 0n, 4n], ['03-20T00', 30n, 0n, 5n],
  ['04-02T00', 100n, 0n, 8n], ['04-03T00', 90n, 0n, 9n],
);
const close: Mark = {
  mark: 'close', plan: 'plus', seq: 7n, at: at('04-02T00'), term: 1, period: 1, expired: '30',
};

describe('the curve', () => {
  const curve = build_curve(plain, 100n, at('04-10T00'), spans, [close]);

  test('credits are there from the start of their period, however late it was opened', () => {
    expect(points_of(curve.stretches[0])[0]).toEqual({ at: march.starts_at, left: 100n * credit, uncovered: 0n, seq: 3n });
    expect(read_curve(curve, at('03-01T12'))?.left).toBe(100n * credit);
  });

  test('an event at the very start of a period is its first point, not its second', () => {
    const prompt = build_curve(records(['03-01T00', 100n, 0n, 3n]), 9n, at('03-02T00'), [march], []);
    expect(points_of(prompt.stretches[0])).toEqual([{ at: march.starts_at, left: 100n * credit, uncovered: 0n, seq: 3n }]);
  });

  test('reads what was true at a moment', () => {
    expect(read_curve(curve, at('03-02T07'))?.seq).toBe(4n);
    expect(read_curve(curve, at('03-15T00'))?.left).toBe(80n * credit);
    expect(read_curve(curve, at('04-01T00'))?.left).toBe(100n * credit);
  });

  test('knows nothing outside its periods and after its moment', () => {
    expect(read_curve(curve, at('02-01T00'))).toBeNull();
    expect(read_curve(curve, at('04-11T00'))).toBeNull();
  });

  test('shows only what had been recorded by then', () => {
    const then = build_curve(plain, 4n, at('03-02T07'), [march], []);
    expect(then.stretches).toHaveLength(1);
    expect(points_of(then.stretches[0]).at(-1)?.seq).toBe(4n);
    expect(then.stretches[0]?.ended).toBe(false);
  });

  test('a charge that came in late is put where it happened', () => {
    const late = build_curve(records(['03-02T06', 100n, 0n, 3n], ['03-20T00', 70n, 0n, 4n], ['03-10T00', 60n, 0n, 5n]),
      9n, at('03-21T00'), spans, []);
    expect(points_of(late.stretches[0]).map((point) => [point.at, point.left, point.seq])).toEqual([
      [march.starts_at, 100n * credit, 3n], [at('03-02T06'), 100n * credit, 3n],
      [at('03-10T00'), 90n * credit, 5n], [at('03-20T00'), 60n * credit, 4n],
    ]);
  });

  test('what a late charge drew from a later purchase is never shown as less than nothing', () => {
    const late = build_curve(records(['03-02T00', 0n, 0n, 3n], ['03-20T00', 50n, 0n, 4n], ['03-10T00', 20n, 0n, 5n]),
      9n, at('03-21T00'), [{ ...march, granted: 150n * credit }], []);
    expect(points_of(late.stretches[0]).map((point) => point.left / credit)).toEqual([100n, 0n, 0n, 20n]);
  });

  test('what was bought beforehand is there from the start, with the allotment', () => {
    const rich = build_curve(records(['03-02T06', 250n, 0n, 3n], ['03-03T00', 240n, 0n, 4n]), 9n, at('03-04T00'),
      [{ ...march, granted: 250n * credit }], []);
    expect(points_of(rich.stretches[0]).map((point) => [point.at, point.left / credit])).toEqual(
      [[march.starts_at, 250n], [at('03-03T00'), 240n]]);
  });

  test('a period in which nothing happened is a flat line', () => {
    const flat = build_curve(records(), 9n, at('04-10T00'), [march], []);
    expect(points_of(flat.stretches[0])).toEqual([{ at: march.starts_at, left: 100n * credit, uncovered: 0n, seq: 0n }]);
    expect(flat.stretches[0]?.ended).toBe(true);
  });

  test('after the close a late charge moves only what is uncovered', () => {
    const late = build_curve(
      new BigInt64Array([...plain, ...records(['03-25T00', 0n, 12n, 10n])]), 100n, at('04-10T00'), spans, [close]);
    expect(points_of(late.stretches[0]).at(-1)).toEqual(
      { at: at('03-25T00'), left: 30n * credit, uncovered: 12n * credit, seq: 10n });
  });
});

test('the change before and after a moment, over the periods', () => {
  const curve = build_curve(plain, 100n, at('04-10T00'), spans, [close]);
  expect(neighbour_of(curve, at('03-02T07'), 1)).toBe(at('03-20T00'));
  expect(neighbour_of(curve, at('03-02T07'), -1)).toBe(at('03-02T06'));
  expect(neighbour_of(curve, at('03-20T00'), 1)).toBe(at('04-01T00'));
  expect(neighbour_of(curve, at('04-03T00'), 1)).toBeNull();
  expect(neighbour_of(curve, at('03-01T00'), -1)).toBeNull();
});

describe('drawn', () => {
  test('rises from zero, falls to zero at the end, and leaves a gap', () => {
    const { seconds, left } = draw_arrays(build_curve(plain, 100n, at('04-10T00'), spans, [close]));
    expect([...left.slice(0, 2)]).toEqual([0, 100]);
    const end = left.findIndex(Number.isNaN);
    expect([...left.slice(end - 2, end)]).toEqual([30, 0]);
    expect(left.at(-2)).toBe(90);
    expect([...seconds]).toEqual([...seconds].sort((a, b) => a - b));
  });

  test('uncovered has a line only where there is some', () => {
    const without = draw_arrays(build_curve(plain, 100n, at('04-10T00'), spans, [close]));
    expect(without.any_uncovered).toBe(false);
    expect(without.uncovered.every(Number.isNaN)).toBe(true);
    const some = draw_arrays(build_curve(
      records(['03-02T06', 10n, 0n, 3n], ['03-03T00', 0n, 5n, 4n]), 9n, at('03-04T00'), spans, []));
    expect(some.any_uncovered).toBe(true);
    expect([...some.uncovered].filter((value) => !Number.isNaN(value))).toEqual([0, 5, 5]);
  });

  test('holds every point, however many there are', () => {
    const rows = Array.from({ length: 90_000 }, (_none, n): bigint[] =>
      [march.starts_at + BigInt(n) * credit, (n === 45_001 ? 500n : 100n) * credit, 0n, BigInt(n + 1)]);
    const { left } = draw_arrays(build_curve(new BigInt64Array(rows.flat()), 1_000_000n, at('03-31T00'), spans, []));
    expect(left.length).toBeGreaterThan(90_000);
    expect(left).toContain(500);
  });
});

describe('as a table', () => {
  test('lists every change while they are few', () => {
    const { rows, every_change } = table_rows(
      build_curve(plain, 100n, at('04-10T00'), spans, [close]), march.starts_at, march.ends_at);
    expect(every_change).toBe(true);
    expect(rows.map(({ point }) => point.seq)).toEqual([3n, 3n, 4n, 5n]);
  });

  test('samples at steps a person would choose, and ends with the moment shown', () => {
    const rows = Array.from({ length: 5000 }, (_none, n): bigint[] =>
      [march.starts_at + BigInt(n) * 400n * credit, BigInt(9000 - n) * credit, 0n, BigInt(n + 1)]);
    const moment = march.starts_at + 4999n * 400n * credit;
    const curve = build_curve(new BigInt64Array(rows.flat()), 9000n, moment, spans, []);
    const table = table_rows(curve, march.starts_at, march.ends_at);
    expect(table.every_change).toBe(false);
    expect(table.rows.length).toBeLessThanOrEqual(121);
    expect(table.rows[0]?.at).toBe(march.starts_at + 6n * 3600n * credit);
    expect(table.rows.at(-1)).toEqual({ at: moment, point: read_curve(curve, moment) });
  });
});

test('spans are the opened periods of all terms, by start', () => {
  const period = (starts_at: string, ends_at: string, state: 'open' | 'closed' | 'upcoming', number: number) => ({
    period: number, starts_at, ends_at, state, granted: '1', consumed: '0', held: '0', expired: '0', remaining: '1',
    uncovered: '0',
  });
  const term = (number: number, periods: PlanTerm['periods']): PlanTerm => ({
    plan: 'plus', term: number, starts_at: '', ends_at: '', cadence: 'monthly', periods, lots: [],
  });
  const found = spans_of([
    term(2, [period('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', 'open', 1),
      period('2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z', 'upcoming', 2)]),
    term(1, [period('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', 'closed', 1)]),
  ]);
  expect(found.map((span) => [span.term, span.period, span.closed])).toEqual([[1, 1, true], [2, 1, false]]);
});
