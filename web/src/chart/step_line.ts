// SPDX-License-Identifier: Apache-2.0
// A step line of any length on a canvas of so many pixels: of all the points in one column the first, the lowest, the
// highest and the last are drawn, which is every pixel the whole line would have touched. They are found without a look at
// every point: columns by bisection, heights by blocks.

/** What a path needs of a canvas. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

export interface Scale {
  /** Grows with the moment. */
  x(seconds: number): number;
  /** Falls as the value grows, as pixels do. */
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

// Points whose heights are known together.
const block = 128;

/** The lowest and highest value of each block; NaN where it has a gap. */
interface Heights {
  low: Float64Array;
  high: Float64Array;
}

// Made when a line is first drawn; it is drawn again with every zoom and every turn of a lever.
const known = new WeakMap<Float64Array, Heights>();

function heights_of(values: Float64Array): Heights {
  const made = known.get(values);
  if (made) return made;
  const count = Math.ceil(values.length / block);
  const heights = { low: new Float64Array(count), high: new Float64Array(count) };
  for (let at = 0; at < count; at += 1) {
    let low = Infinity;
    let high = -Infinity;
    const end = Math.min(values.length, (at + 1) * block);
    for (let index = at * block; index < end; index += 1) {
      const value = values[index]!;
      // Not a comparison, which a gap would pass unseen.
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    heights.low[at] = low;
    heights.high[at] = high;
  }
  known.set(values, heights);
  return heights;
}

// The extremes of values[from, to) go here; a pair made anew for each pixel column would be garbage.
const found = { low: 0, high: 0 };

/** Whether there is no gap in values[from, to); their extremes are then in `found`. */
function find_extremes(values: Float64Array, from: number, to: number): boolean {
  const heights = heights_of(values);
  let low = Infinity;
  let high = -Infinity;
  for (let at = from; at < to;) {
    const number = at / block;
    if (Number.isInteger(number) && at + block <= to) {
      low = Math.min(low, heights.low[number]!);
      high = Math.max(high, heights.high[number]!);
      at += block;
    } else {
      low = Math.min(low, values[at]!);
      high = Math.max(high, values[at]!);
      at += 1;
    }
  }
  found.low = low;
  found.high = high;
  return !Number.isNaN(low);
}

/** The first index from `begin` on, and before `end`, whose pixel column is another than `pixel`. */
function column_end(moments: Float64Array, begin: number, end: number, pixel: number, scale: Scale): number {
  let low = begin;
  let high = begin;
  for (let step = 1; high < end && Math.floor(scale.x(moments[high]!)) === pixel; step *= 2) {
    low = high + 1;
    high += step;
  }
  high = Math.min(high, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Math.floor(scale.x(moments[middle]!)) === pixel) low = middle + 1;
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
  for (let at = begin; at < end;) {
    const value = values[at]!;
    if (Number.isNaN(value)) {
      flush();
      if (floor !== null && !Number.isNaN(column)) line(x, floor);
      column = NaN;
      at += 1;
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
      // A gap lies further on in this column: point by point up to it.
      lowest = Math.min(lowest, y);
      highest = Math.max(highest, y);
      last = y;
      x = here;
      at += 1;
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
    const next = column_end(moments, at + 1, end, pixel, scale);
    if (next > at + 1 && find_extremes(values, at, next)) {
      lowest = scale.y(found.high);
      highest = scale.y(found.low);
      last = scale.y(values[next - 1]!);
      x = scale.x(moments[next - 1]!);
      at = next;
    } else {
      at += 1;
    }
  }
  flush();
  if (floor !== null && !Number.isNaN(column)) line(x, floor);
  return corners;
}

export interface Extremes {
  low: number;
  high: number;
}

/** The lowest and highest value that holds anywhere between two moments; null when there is none. */
export function extremes_between(moments: Float64Array, values: Float64Array, from: number, to: number): Extremes | null {
  const begin = Math.max(0, after(moments, from) - 1);
  const end = after(moments, to);
  const heights = heights_of(values);
  let low = Infinity;
  let high = -Infinity;
  for (let at = begin; at < end;) {
    const number = at / block;
    const whole = Number.isInteger(number) && at + block <= end && !Number.isNaN(heights.high[number]!);
    const least = whole ? heights.low[number]! : values[at]!;
    const most = whole ? heights.high[number]! : values[at]!;
    if (least < low) low = least;
    if (most > high) high = most;
    at += whole ? block : 1;
  }
  return high < low ? null : { low, high };
}

/** The highest value that holds anywhere between two moments; 0 when there is none. */
export function highest_between(moments: Float64Array, values: Float64Array, from: number, to: number): number {
  return Math.max(0, extremes_between(moments, values, from, to)?.high ?? 0);
}
