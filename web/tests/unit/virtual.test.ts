// SPDX-License-Identifier: Apache-2.0
// The long list draws only what is in sight, and finds every row, open or not.

import { describe, expect, test } from 'vitest';
import {
  overscan, row_at, row_top, scroll_to_show, total_height, visible_span, type ListShape,
} from '../../src/lib/virtual';

const closed: ListShape = { rows: 10_000, row_height: 36, open: -1, detail_height: 400 };
const opened: ListShape = { ...closed, open: 10 };

describe('a long list', () => {
  test('is as high as its rows and what is open', () => {
    expect(total_height(closed)).toBe(360_000);
    expect(total_height(opened)).toBe(360_400);
    expect(total_height({ ...closed, rows: 0 })).toBe(0);
  });

  test('every row is found at its own top and just above the next', () => {
    for (const shape of [closed, opened]) {
      for (const row of [0, 1, 9, 10, 11, 12, 500, 9999]) {
        expect(row_at(shape, row_top(shape, row))).toBe(row);
        expect(row_at(shape, row_top(shape, row + 1) - 1)).toBe(row);
      }
    }
  });

  test('the detail belongs to the open row', () => {
    expect(row_at(opened, 11 * 36 + 200)).toBe(10);
    expect(row_top(opened, 10)).toBe(360);
    expect(row_top(opened, 11)).toBe(11 * 36 + 400);
  });

  test('draws the rows in sight and a few beyond', () => {
    const { first, end } = visible_span(closed, 36_000, 560);
    expect(first).toBe(1000 - overscan);
    expect(end).toBe(1016 + overscan);
    expect(visible_span(closed, 0, 560).first).toBe(0);
    expect(visible_span(closed, 10_000_000, 560).end).toBe(10_000);
    expect(visible_span({ ...closed, rows: 0 }, 0, 560)).toEqual({ first: 0, end: 0 });
  });

  test('scrolls no further than needed to show a row', () => {
    expect(scroll_to_show(closed, 5, 0, 560)).toBe(0);
    expect(scroll_to_show(closed, 20, 0, 560)).toBe(21 * 36 - 560);
    expect(scroll_to_show(closed, 2, 500, 560)).toBe(72);
    // Higher than the list itself: its beginning.
    expect(scroll_to_show({ ...opened, detail_height: 900 }, 10, 0, 560)).toBe(360);
  });
});
