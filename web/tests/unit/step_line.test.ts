// SPDX-License-Identifier: Apache-2.0
// The step line on a canvas: as many corners as there are pixels, and not one pixel less than the whole line touches.

import { describe, expect, test } from 'vitest';
import { after, highest_between, trace_steps, type Pen, type Scale } from '../../src/chart/step_line';

class Sheet implements Pen {
  readonly touched = new Set<string>();
  #x = 0;
  #y = 0;
  moveTo(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }
  // Every corner goes straight across or straight up: whole pixels are enough.
  lineTo(x: number, y: number): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x - this.#x), Math.abs(y - this.#y))));
    for (let n = 0; n <= steps; n += 1) {
      this.touched.add(`${Math.floor(this.#x + ((x - this.#x) * n) / steps)},${Math.floor(this.#y + ((y - this.#y) * n) / steps)}`);
    }
    this.#x = x;
    this.#y = y;
  }
}

const scale = { x: (seconds: number) => seconds / 100, y: (value: number) => 100 - value };

/** The same line, every point of it. */
function whole(pen: Pen, moments: Float64Array, values: Float64Array, of: Scale = scale): void {
  moments.forEach((moment, at) => {
    const before = values[at - 1] ?? NaN;
    const value = values[at]!;
    if (Number.isNaN(value)) return;
    if (Number.isNaN(before)) pen.moveTo(of.x(moment), of.y(value));
    else pen.lineTo(of.x(moment), of.y(before));
    pen.lineTo(of.x(moment), of.y(value));
  });
}

describe('a step line', () => {
  test('of a hundred thousand points touches the pixels all of them touch, with a few corners a column', () => {
    const moments = Float64Array.from({ length: 100_000 }, (_none, n) => n);
    // A fixed zigzag with a lonely peak and a lonely valley.
    const values = Float64Array.from(moments, (n) => (n === 54_321 ? 99 : n === 12_345 ? 1 : 40 + ((n * 7919) % 13)));
    const all = new Sheet();
    const few = new Sheet();
    whole(all, moments, values);
    const corners = trace_steps(few, moments, values, 0, 100_000, scale);
    expect(corners).toBeLessThanOrEqual(4 * 1001);
    const missed = [...all.touched].filter((pixel) => !few.touched.has(pixel));
    expect(missed).toEqual([]);
  });

  test('touches the same pixels with gaps in it, at every zoom', () => {
    // Crowds and pauses, now and then a gap; a generator, so that every run draws the same line.
    let state = 1;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % limit;
    };
    let now = 0;
    const moments = Float64Array.from({ length: 20_000 }, () => (now += below(50) === 0 ? below(2000) : below(9)));
    const values = Float64Array.from(moments, () => (below(3000) === 0 ? NaN : below(1000) === 0 ? below(100) : 30 + below(20)));
    for (const width of [3, 40, 700, 5000]) {
      const of = { x: (seconds: number) => (seconds / now) * width, y: scale.y };
      const all = new Sheet();
      const few = new Sheet();
      whole(all, moments, values, of);
      const corners = trace_steps(few, moments, values, 0, now, of);
      const gaps = values.filter(Number.isNaN).length;
      expect(corners).toBeLessThanOrEqual(4 * (width + 1 + gaps));
      expect([...all.touched].filter((pixel) => !few.touched.has(pixel))).toEqual([]);
      expect([...few.touched].filter((pixel) => !all.touched.has(pixel))).toEqual([]);
    }
  });

  test('is cut to the range shown, with what holds at its beginning', () => {
    const moments = Float64Array.from([0, 1000, 2000, 3000]);
    const values = Float64Array.from([10, 20, 30, 40]);
    const corners: [number, number][] = [];
    trace_steps({ moveTo: (x, y) => corners.push([x, y]), lineTo: (x, y) => corners.push([x, y]) }, moments, values, 1500, 1800, scale);
    expect(corners).toEqual([[10, 80], [10, 80], [20, 80], [20, 70]]);
  });

  test('breaks at a gap and closes an area down to its floor', () => {
    const corners: string[] = [];
    const pen: Pen = { moveTo: (x, y) => corners.push(`M${x},${y}`), lineTo: (x, y) => corners.push(`L${x},${y}`) };
    trace_steps(pen, Float64Array.from([0, 100, 200, 300]), Float64Array.from([10, NaN, 20, 20]), 0, 400, scale, 100);
    expect(corners.filter((corner) => corner.startsWith('M'))).toEqual(['M0,100', 'M2,100']);
    expect(corners.at(-1)).toBe('L3,100');
  });
});

test('finds moments and heights in a range', () => {
  const moments = Float64Array.from([1, 2, 2, 5]);
  expect(after(moments, 0)).toBe(0);
  expect(after(moments, 2)).toBe(3);
  expect(after(moments, 9)).toBe(4);
  const values = Float64Array.from([9, 1, NaN, 3]);
  expect(highest_between(moments, values, 2, 4)).toBe(0);
  expect(highest_between(moments, values, 2, 5)).toBe(3);
  expect(highest_between(moments, values, 1.5, 9)).toBe(9);
  const many = Float64Array.from({ length: 1000 }, (_none, n) => (n === 500 ? NaN : n === 777 ? 9 : n === 501 ? 8 : 1));
  const every = Float64Array.from(many, (_value, n) => n);
  expect(highest_between(every, many, 0, 999)).toBe(9);
  expect(highest_between(every, many, 0, 776)).toBe(8);
  expect(highest_between(every, many, 502, 776)).toBe(1);
  expect(highest_between(new Float64Array(0), new Float64Array(0), 0, 9)).toBe(0);
});
