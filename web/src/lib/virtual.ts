// SPDX-License-Identifier: Apache-2.0
// Arithmetic of a long list of which only the rows in sight exist: every row as high as the next, one of them
// possibly open with a detail of known height below it. Pure; the list itself is in ui/log.tsx.

export interface ListShape {
  rows: number;
  row_height: number;
  /** Index of the open row, -1 for none. */
  open: number;
  /** Height of what is shown below the open row. */
  detail_height: number;
}

export interface Span {
  /** First row to draw. */
  first: number;
  /** One past the last. */
  end: number;
}

/** Rows drawn beyond each edge, so that a fast scroll does not show gaps. */
export const overscan = 6;

export function total_height(shape: ListShape): number {
  return shape.rows * shape.row_height + (has_open(shape) ? shape.detail_height : 0);
}

/** Where row `index` begins. */
export function row_top(shape: ListShape, index: number): number {
  return index * shape.row_height + (has_open(shape) && index > shape.open ? shape.detail_height : 0);
}

/** The row at a height, the open row's detail counting as part of it. */
export function row_at(shape: ListShape, y: number): number {
  const last = Math.max(0, shape.rows - 1);
  const clamp = (index: number): number => Math.min(last, Math.max(0, index));
  if (has_open(shape)) {
    const detail_top = (shape.open + 1) * shape.row_height;
    if (y >= detail_top) {
      const below = y - shape.detail_height;
      return below < detail_top ? clamp(shape.open) : clamp(Math.floor(below / shape.row_height));
    }
  }
  return clamp(Math.floor(y / shape.row_height));
}

/** Rows to draw for a viewport of `height` scrolled to `top`. */
export function visible_span(shape: ListShape, top: number, height: number): Span {
  if (shape.rows === 0) return { first: 0, end: 0 };
  return {
    first: Math.max(0, row_at(shape, top) - overscan),
    end: Math.min(shape.rows, row_at(shape, top + height) + 1 + overscan),
  };
}

/** The scroll position nearest to `top` that shows the whole of row `index`. */
export function scroll_to_show(shape: ListShape, index: number, top: number, height: number): number {
  const begin = row_top(shape, index);
  const end = begin + shape.row_height + (index === shape.open ? shape.detail_height : 0);
  if (begin < top || end - begin > height) return begin;
  return end > top + height ? end - height : top;
}

function has_open(shape: ListShape): boolean {
  return shape.open >= 0 && shape.open < shape.rows;
}
