// SPDX-License-Identifier: Apache-2.0
// A step line of any length on a canvas of so many pixels: of all the points in one column the first, the lowest, the
// highest and the last are drawn, which is every pixel the whole line would have touched.

/** What a path needs of a canvas. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

export interface Scale {
  x(seconds: number): number;
  y(value: number): number;
}

/** First index whose moment is later than `seconds`; moments ascend. */
export function after(moments: Float64Array, seconds: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (moments[middle]! <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Traces the values (NaN: a gap) between two moments as steps: a value holds until the next. `area`: closed down to
 * `floor`, for filling. Returns how many corners were drawn.
 */
export function trace_steps(
  pen: Pen, moments: Float64Array, values: Float64Array, from: number, to: number, scale: Scale, floor: number | null = null,
): number {
  const begin = Math.max(0, after(moments, from) - 1);
  const end = Math.min(moments.length, after(moments, to) + 1);
  let corners = 0;
  let column = NaN;
  let lowest = 0;
  let highest = 0;
  let last = NaN;
  let x = 0;
  const line = (px: number, py: number): void => {
    pen.lineTo(px, py);
    corners += 1;
  };
  // What happened inside one column becomes one upright stroke.
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    if (lowest !== highest) {
      line(x, lowest);
      line(x, highest);
    }
    line(x, last);
  };
  for (let at = begin; at < end; at += 1) {
    const value = values[at]!;
    if (Number.isNaN(value)) {
      flush();
      if (floor !== null && !Number.isNaN(column)) line(x, floor);
      column = NaN;
      continue;
    }
    const here = scale.x(moments[at]!);
    const y = scale.y(value);
    const pixel = Math.floor(here);
    if (Number.isNaN(column)) {
      pen.moveTo(here, floor ?? y);
      if (floor !== null) line(here, y);
      corners += 1;
    } else if (pixel === column) {
      if (y < lowest) lowest = y;
      if (y > highest) highest = y;
      last = y;
      x = here;
      continue;
    } else {
      flush();
      line(here, last);
    }
    column = pixel;
    x = here;
    lowest = y;
    highest = y;
    last = y;
  }
  flush();
  if (floor !== null && !Number.isNaN(column)) line(x, floor);
  return corners;
}

/** The highest value that holds anywhere between two moments; 0 when there is none. */
export function highest_between(moments: Float64Array, values: Float64Array, from: number, to: number): number {
  let high = 0;
  const end = after(moments, to);
  for (let at = Math.max(0, after(moments, from) - 1); at < end; at += 1) {
    if (values[at]! > high) high = values[at]!;
  }
  return high;
}
