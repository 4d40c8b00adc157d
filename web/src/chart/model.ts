// SPDX-License-Identifier: Apache-2.0
// Gathers what the picture shows of one plan at one moment: curve, marks, range, projection and its words.

import type { PlanOutlook } from '../core/forms';
import type { Mark, Moment, PictureData } from '../core/protocol';
import { for_drawing, micro_of } from '../lib/decimal';
import type { Range } from '../lib/hash';
import { between_text, day_text, micros_of, seconds_of, time_of } from '../lib/time';
import { text } from '../text';
import type { Projection } from './burn_down';
import { points_end, type Curve, type DrawArrays, type Span } from './series';

export interface Scene {
  curve: Curve;
  arrays: DrawArrays;
  marks: Mark[];
  /** The period that contains the moment, or the last one before it. */
  span: Span | null;
  from: bigint;
  to: bigint;
  projection: Projection | null;
  /** When the projected line reaches zero or the period's end. */
  outlook: PlanOutlook | null;
}

export function scene_of(
  picture: PictureData, moment: Moment, range: Range, ahead: bigint, print_whole: (credits: string) => string,
): Scene {
  const { curve, arrays } = picture;
  const spans = curve.stretches.map((stretch) => stretch.span);
  const at = micros_of(moment.statement.at);
  const marks = picture.marks.filter(({ seq }) => seq <= moment.seq);
  const span = spans.findLast(({ starts_at }) => starts_at <= at) ?? null;
  const outlook = moment.outlook.plans.find(({ plan }) => plan === picture.plan) ?? null;
  const { from, to } = bounds(curve, span, spans, range, ahead);
  const projection = outlook ? projection_of(outlook, at, print_whole) : null;
  return { curve, arrays, marks, span, from, to, projection, outlook };
}

/** `ahead`: where forecasts end. */
function bounds(curve: Curve, span: Span | null, spans: Span[], range: Range, ahead: bigint): { from: bigint; to: bigint } {
  const first = spans[0];
  const last = spans.at(-1);
  if (!span || !first || !last) return { from: curve.moment - 1n, to: curve.moment };
  if (range === 'history') return { from: first.starts_at, to: last.ends_at > ahead ? last.ends_at : ahead };
  if (range === 'ahead') {
    // Enough of the past to see where it comes from.
    const from = curve.moment - (ahead - curve.moment) / 2n;
    return { from: from > first.starts_at ? from : first.starts_at, to: ahead };
  }
  if (range === 'period') return { from: span.starts_at, to: span.ends_at };
  return activity(curve, span);
}

// Less than a minute of activity is no picture; the period then is.
const activity_min = 60_000_000n;

/** From the first to the last change within the period, with a little air. */
function activity(curve: Curve, span: Span): { from: bigint; to: bigint } {
  const points = curve.stretches.find((stretch) => stretch.span === span)?.points;
  // A point at the period's start may be the curve's own.
  const begin = points?.at.find((at) => at > span.starts_at) ?? span.starts_at;
  const end = (points && points_end(points))?.at ?? span.ends_at;
  if (end - begin < activity_min) return { from: span.starts_at, to: span.ends_at };
  const air = (end - begin) / 20n + 1_000_000n;
  return {
    from: begin - air > span.starts_at ? begin - air : span.starts_at,
    to: end + air < span.ends_at ? end + air : span.ends_at,
  };
}

function projection_of(outlook: PlanOutlook, at: bigint, print_whole: (credits: string) => string): Projection | null {
  const left = micro_of(outlook.remaining);
  if (left <= 0n) return null;
  const from = { seconds: seconds_of(at), left: for_drawing(left) };
  if (outlook.runs_out_at !== null) {
    return {
      from, to: { seconds: seconds_of(micros_of(outlook.runs_out_at)), left: 0 },
      label: text.picture.runs_out(day_text(outlook.runs_out_at)), runs_out: true,
    };
  }
  const unused = for_drawing(micro_of(outlook.expires_unused));
  return {
    from, to: { seconds: seconds_of(micros_of(outlook.ends_at)), left: unused }, runs_out: false,
    label: text.picture.unused(print_whole(outlook.expires_unused)),
  };
}

/** "period 3, 1 Mar 2026 – 1 Apr 2026", or the whole history's bounds. */
export function span_text(scene: Scene, range: Range): string {
  const first = scene.curve.stretches[0]?.span;
  const last = scene.curve.stretches.at(-1)?.span;
  if ((range === 'history' || range === 'ahead') && first && last) {
    return between_text(time_of(scene.from), time_of(scene.to), true);
  }
  if (!scene.span) return '';
  const { period, starts_at, ends_at } = scene.span;
  return `${text.picture.period(period)}, ${between_text(time_of(starts_at), time_of(ends_at))}`;
}
