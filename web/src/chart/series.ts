// SPDX-License-Identifier: Apache-2.0
// Turns the core's timeline records into the curve of the picture: per Credit Period a riser, steps and a cliff.
// Pure arithmetic on BigInt; only `draw_arrays` makes numbers, for pixels. Done in the worker.

import { timeline_width } from '../core/ledger';
import type { PlanTerm } from '../core/forms';
import type { Mark } from '../core/protocol';
import { for_drawing, micro_of } from '../lib/decimal';
import { at_once, type Steps } from '../lib/steps';
import { micros_of, seconds_of } from '../lib/time';

/** A Credit Period as the picture needs it. */
export interface Span {
  term: number;
  period: number;
  starts_at: bigint;
  ends_at: bigint;
  closed: boolean;
  expired: bigint;
  granted: bigint;
  /** Of what was granted, the allotment. */
  allotted: bigint;
}

/** What is true from `at` on, until the next point. */
export interface Point {
  at: bigint;
  left: bigint;
  uncovered: bigint;
  /** The event that made it so. */
  seq: bigint;
}

/** Points packed by column, by moment: a hundred thousand of them go from the worker to the page without a copy. */
export interface Points {
  at: BigInt64Array<ArrayBuffer>;
  left: BigInt64Array<ArrayBuffer>;
  uncovered: BigInt64Array<ArrayBuffer>;
  seq: BigInt64Array<ArrayBuffer>;
}

export function point_at(points: Points, index: number): Point | null {
  const at = points.at[index];
  if (at === undefined) return null;
  return { at, left: points.left[index]!, uncovered: points.uncovered[index]!, seq: points.seq[index]! };
}

export const points_end = (points: Points): Point | null => point_at(points, points.at.length - 1);

/** The points of a stretch one by one, for a reader and not for a drawing. */
export function points_list(points: Points): Point[] {
  return Array.from(points.at, (_at, index) => point_at(points, index)!);
}

function columns(length: number): Points {
  const column = (): BigInt64Array<ArrayBuffer> => new BigInt64Array(length);
  return { at: column(), left: column(), uncovered: column(), seq: column() };
}

function put(points: Points, index: number, at: bigint, left: bigint, uncovered: bigint, seq: bigint): void {
  points.at[index] = at;
  points.left[index] = left;
  points.uncovered[index] = uncovered;
  points.seq[index] = seq;
}

/** How many points are at or before a moment. */
function count_until({ at: moments }: Points, at: bigint): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (moments[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One period's part of the curve, and how it ended if it has. */
export interface Stretch {
  span: Span;
  points: Points;
  ended: boolean;
}

export interface Curve {
  stretches: Stretch[];
  /** The moment the page shows. */
  moment: bigint;
}

/** The plan's opened periods over all its terms, by start. Upcoming ones have no curve. */
export function spans_of(terms: readonly PlanTerm[]): Span[] {
  const spans = terms.flatMap(({ term, periods, lots }) => periods
    .filter(({ state }) => state !== 'upcoming')
    .map((period): Span => ({
      term, period: period.period, starts_at: micros_of(period.starts_at), ends_at: micros_of(period.ends_at),
      closed: period.state === 'closed', expired: micro_of(period.expired), granted: micro_of(period.granted),
      allotted: lots.filter(({ kind, starts_at }) => kind === 'allotment' && starts_at === period.starts_at)
        .reduce((sum, { granted }) => sum + micro_of(granted), 0n),
    })));
  return spans.sort((a, b) => by_moment(a.starts_at, b.starts_at));
}

// A period while its records are read, in log order: what was so after each. Columns, because there may be half a million of
// them and the picture waits. Row 0 is left free for the period's own start.
interface Reading {
  rows: Points;
  /** Row of the newest record. */
  last: number;
  /** Whether no record happened before one that was read earlier. */
  in_order: boolean;
}

// Records between two steps: some 20 ms of work.
const step_records = 65_536;

/** `curve_steps` at once. */
export function build_curve(
  records: BigInt64Array, up_to: bigint, moment: bigint, spans: readonly Span[], marks: readonly Mark[],
): Curve {
  return at_once(curve_steps(records, up_to, moment, spans, marks));
}

/**
 * Builds the curve from the records with seq <= `up_to`. Records come in log order and say what was left after each;
 * their moments may run backwards. The curve puts every change where it happened: at a moment it shows what was left
 * counting all that is known. What is recorded after a period's close moves only what is uncovered.
 */
export function* curve_steps(
  records: BigInt64Array, up_to: bigint, moment: bigint, spans: readonly Span[], marks: readonly Mark[],
): Steps<Curve> {
  const closes = new Map(marks.flatMap((mark) =>
    (mark.mark === 'close' ? [[`${mark.term}/${mark.period}`, mark.seq] as const] : [])));
  const close_of = spans.map(({ term, period }) => closes.get(`${term}/${period}`) ?? null);
  const grants = new Set(marks.flatMap((mark) =>
    (mark.mark === 'grant' && mark.kind !== 'allotment' ? [mark.seq] : [])));
  const places = yield* places_of(records, up_to, spans);
  const sizes = new Int32Array(spans.length);
  for (const place of places) if (place >= 0) sizes[place]! += 1;
  const readings = Array.from(sizes, (size): Reading => ({ rows: columns(size + 1), last: 0, in_order: true }));
  for (let index = 0; index < places.length; index += 1) {
    if (step_ends(index)) yield;
    const place = places[index]!;
    if (place < 0) continue;
    const span = spans[place]!;
    const reading = readings[place]!;
    const close = close_of[place] ?? null;
    const { rows, last } = reading;
    const record = index * timeline_width;
    const seq = records[record + 3]!;
    let at = records[record]!;
    let left = records[record + 1]!;
    // A period is opened before anything else happens in it: its allotment is there from its start.
    if (close !== null && seq > close) left = last === 0 ? span.allotted : rows.left[last]!;
    // What was bought beforehand shows with the period's first record, unless that is a grant itself.
    if (last === 0 && left > span.allotted && !grants.has(seq)) at = span.starts_at;
    if (last > 0 && at < rows.at[last]!) reading.in_order = false;
    reading.last += 1;
    put(rows, reading.last, at, left, records[record + 2]!, seq);
  }
  const stretches: Stretch[] = [];
  for (const [index, span] of spans.entries()) {
    stretches.push({ span, points: yield* points_of(span, readings[index]!), ended: span.ends_at <= moment });
  }
  return { stretches, moment };
}

const step_ends = (index: number): boolean => index > 0 && index % step_records === 0;

/** The period of each record with seq <= `up_to`; -1: none that is known. */
function* places_of(records: BigInt64Array, up_to: bigint, spans: readonly Span[]): Steps<Int32Array> {
  const places = new Int32Array(Math.floor(records.length / timeline_width));
  let place = -1;
  for (let index = 0; index < places.length; index += 1) {
    if (step_ends(index)) yield;
    if (records[index * timeline_width + 3]! > up_to) return places.subarray(0, index);
    const at = records[index * timeline_width]!;
    // Mostly that of the record before.
    const span = spans[place];
    if (!span || at < span.starts_at || at >= span.ends_at) place = span_index(spans, at);
    places[index] = place;
  }
  return places;
}

function* points_of(span: Span, reading: Reading): Steps<Points> {
  const { rows, last } = reading;
  // Untouched: what was granted lies there from beginning to end.
  if (last === 0) put(rows, 0, span.starts_at, span.granted, 0n, 0n);
  else if (!reading.in_order) set_right(span, rows, last);
  const starts = last > 0 && rows.at[1]! > span.starts_at;
  if (starts) put(rows, 0, span.starts_at, span.allotted, 0n, rows.seq[1]!);
  // Of several rows at one moment the last one is what is true from then on.
  const first = last === 0 || starts ? 0 : 1;
  let end = first + 1;
  for (let row = first + 1; row <= last; row += 1) {
    if (step_ends(row)) yield;
    if (rows.at[row]! !== rows.at[end - 1]!) end += 1;
    if (end - 1 !== row) put(rows, end - 1, rows.at[row]!, rows.left[row]!, rows.uncovered[row]!, rows.seq[row]!);
  }
  const cut = (column: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> => column.subarray(first, end);
  return { at: cut(rows.at), left: cut(rows.left), uncovered: cut(rows.uncovered), seq: cut(rows.seq) };
}

/** Puts every change where it happened, when some were recorded late: rows 1 to `last` from log order into that of moments. */
function set_right(span: Span, rows: Points, last: number): void {
  const changes = Array.from({ length: last }, (_none, index) => ({
    at: rows.at[index + 1]!, seq: rows.seq[index + 1]!,
    left: rows.left[index + 1]! - (index === 0 ? span.allotted : rows.left[index]!),
    uncovered: rows.uncovered[index + 1]! - (index === 0 ? 0n : rows.uncovered[index]!),
  }));
  changes.sort((a, b) => by_moment(a.at, b.at));
  let left = span.allotted;
  let uncovered = 0n;
  changes.forEach((change, index) => {
    left += change.left;
    uncovered += change.uncovered;
    // A late charge may have drawn what was bought only after it happened.
    put(rows, index + 1, change.at, left > 0n ? left : 0n, uncovered, change.seq);
  });
}

function by_moment(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function span_index(spans: readonly Span[], at: bigint): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.starts_at <= at) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span && at < span.ends_at ? low - 1 : -1;
}

/** The newest point at or before a moment; null between periods, before the first and after the moment shown. */
export function read_curve(curve: Curve, at: bigint): Point | null {
  if (at > curve.moment) return null;
  const stretch = curve.stretches.find(({ span }) => at >= span.starts_at && at < span.ends_at);
  return stretch ? point_at(stretch.points, count_until(stretch.points, at) - 1) : null;
}

/** The moment of the change next to `at`, before or after it; null: there is none. */
export function neighbour_of(curve: Curve, at: bigint, direction: 1 | -1): bigint | null {
  const stretches = direction > 0 ? curve.stretches : curve.stretches.toReversed();
  for (const { points } of stretches) {
    const index = direction > 0 ? count_until(points, at) : count_until(points, at - 1n) - 1;
    const found = points.at[index];
    if (found !== undefined) return found;
  }
  return null;
}

/** A step line: NaN where there is none. */
export interface DrawArrays {
  seconds: Float64Array<ArrayBuffer>;
  left: Float64Array<ArrayBuffer>;
  uncovered: Float64Array<ArrayBuffer>;
  /** Whether any credit was ever uncovered; if not, that series is not drawn. */
  any_uncovered: boolean;
}

/** `draw_steps` at once. */
export function draw_arrays(curve: Curve): DrawArrays {
  return at_once(draw_steps(curve));
}

/** Arrays for a step line of every point: up from zero at a period's start, down to zero at its end, a gap between periods. */
export function* draw_steps(curve: Curve): Steps<DrawArrays> {
  // A stretch has a riser, a point where uncovered begins, and three for its end.
  const room = curve.stretches.reduce((sum, { points }) => sum + points.at.length + 5, 0);
  const seconds = new Float64Array(room);
  const left = new Float64Array(room);
  const uncovered = new Float64Array(room);
  let length = 0;
  let any_uncovered = false;
  const add = (at: number, is_left: number, is_uncovered: number): void => {
    seconds[length] = at;
    left[length] = is_left;
    uncovered[length] = is_uncovered;
    length += 1;
  };
  for (const { span, points, ended } of curve.stretches) {
    add(seconds_of(span.starts_at), 0, NaN);
    // Uncovered credits have a line only from where there are any.
    let seen = false;
    for (let index = 0; index < points.at.length; index += 1) {
      if (step_ends(index)) yield;
      const at = seconds_of(points.at[index]!);
      const is_uncovered = for_drawing(points.uncovered[index]!);
      if (!seen && is_uncovered > 0) {
        add(at, for_drawing(points.left[index - 1] ?? 0n), 0);
        seen = true;
      }
      add(at, for_drawing(points.left[index]!), seen ? is_uncovered : NaN);
    }
    any_uncovered ||= seen;
    const last = points_end(points)!;
    const end = seconds_of(ended ? span.ends_at : curve.moment > last.at ? curve.moment : last.at);
    add(end, for_drawing(last.left), seen ? for_drawing(last.uncovered) : NaN);
    if (ended) add(end, 0, seen ? 0 : NaN);
    add(end, NaN, NaN);
  }
  const cut = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => column.subarray(0, length);
  return { seconds: cut(seconds), left: cut(left), uncovered: cut(uncovered), any_uncovered };
}

export interface TableRow {
  at: bigint;
  point: Point;
}

/** Rows of the table view: every change while they are few, else one at each regular step. */
export interface Table {
  rows: TableRow[];
  every_change: boolean;
}

const rows_max = 120;
const second = 1_000_000n;
// Steps a person would choose, in seconds.
const steps = [1n, 5n, 15n, 60n, 300n, 900n, 3600n, 21600n, 86400n, 604800n, 2592000n].map((step) => step * second);

/** The moments from `from` to before `to`. */
export function table_rows(curve: Curve, from: bigint, to: bigint): Table {
  const ranges = curve.stretches.map(({ points }) => ({ points, begin: count_until(points, from - 1n), end: count_until(points, to - 1n) }));
  const count = ranges.reduce((sum, range) => sum + Math.max(0, range.end - range.begin), 0);
  if (count <= rows_max) {
    const rows = ranges.flatMap(({ points, begin, end }) =>
      Array.from({ length: Math.max(0, end - begin) }, (_none, n) => point_at(points, begin + n)!));
    return { every_change: true, rows: rows.map((point) => ({ at: point.at, point })) };
  }
  const filled = ranges.filter((range) => range.end > range.begin);
  const first_inside = point_at(filled[0]!.points, filled[0]!.begin)!;
  const last_inside = point_at(filled.at(-1)!.points, filled.at(-1)!.end - 1)!;
  const end = to < curve.moment ? to : curve.moment;
  const first = first_inside.at > from ? first_inside.at : from;
  const step = steps.find((size) => (end - first) / size < BigInt(rows_max)) ?? (end - first) / BigInt(rows_max) + 1n;
  const rows: TableRow[] = [];
  for (let at = (first / step + 1n) * step; at < end; at += step) {
    const point = read_curve(curve, at);
    if (point) rows.push({ at, point });
  }
  // At the end of the range itself the next period may already have begun.
  const last = (end < to ? read_curve(curve, end) : null) ?? last_inside;
  rows.push({ at: end, point: last });
  return { every_change: false, rows };
}
