// SPDX-License-Identifier: Apache-2.0
// Paints what may come: the forecasts' bands and lines, where the chosen one runs out, and their names.

import type { Model } from './burn_down';
import { end_before, read_line } from './forecast_lines';
import type { LabelPlaces } from './labels';
import { label, type Anchor, type Frame } from './pen';

export function paint_forecast_lines(frame: Frame, model: Model): void {
  const { context, unit } = frame;
  // The dashes tell forecasts apart without their colours.
  for (const { colour, seconds: moments, p50, band } of model.forecasts) {
    context.beginPath();
    trace_line(context, moments, p50, frame);
    context.strokeStyle = model.inks.scenarios[colour] ?? model.inks.left;
    context.lineWidth = (band ? 2 : 1.5) * unit;
    context.setLineDash(dashes[colour % dashes.length]!.map((length) => length * unit));
    context.stroke();
    context.setLineDash([]);
  }
}

const dashes = [[5, 4], [], [8, 3, 2, 3], [2, 3], [12, 4], [8, 3, 2, 3, 2, 3]];

export function paint_forecast_bands(frame: Frame, model: Model): void {
  const { context } = frame;
  for (const { colour, seconds, p10, p90, band } of model.forecasts) {
    if (!band) continue;
    context.fillStyle = model.inks.scenarios[colour] ?? model.inks.left;
    context.globalAlpha = 0.16;
    for (const [begin, end] of stretches_of(p90)) {
      if (seconds[begin]! >= frame.to) break;
      context.beginPath();
      for (let at = begin; at < end; at += 1) context.lineTo(frame.x(seconds[at]!), frame.y(p90[at]!));
      for (let at = end - 1; at >= begin; at -= 1) context.lineTo(frame.x(seconds[at]!), frame.y(p10[at]!));
      context.fill();
    }
    context.globalAlpha = 1;
  }
}

/** Index ranges without a gap. */
function stretches_of(values: Float64Array): [number, number][] {
  const found: [number, number][] = [];
  let begin = -1;
  for (let at = 0; at <= values.length; at += 1) {
    const gap = at === values.length || Number.isNaN(values[at]!);
    if (!gap && begin < 0) begin = at;
    if (gap && begin >= 0) {
      found.push([begin, at]);
      begin = -1;
    }
  }
  return found;
}

function trace_line(context: CanvasRenderingContext2D, seconds: Float64Array, values: Float64Array, frame: Frame): void {
  for (const [begin, end] of stretches_of(values)) {
    // What begins at the edge is the next period's: it would be a dot.
    if (seconds[begin]! >= frame.to) break;
    context.moveTo(frame.x(seconds[begin]!), frame.y(values[begin]!));
    for (let at = begin + 1; at < end; at += 1) context.lineTo(frame.x(seconds[at]!), frame.y(values[at]!));
  }
}

/** Where the chosen forecast runs out: a ring on the axis and the day. */
export function paint_run_out(frame: Frame, model: Model, places: LabelPlaces): void {
  const { context, unit } = frame;
  const chosen = model.forecasts.find(({ band }) => band);
  if (!chosen?.out) return;
  const x = frame.x(chosen.out.seconds);
  if (x < frame.left || x > frame.right) return;
  const y = frame.bottom - unit;
  context.fillStyle = model.inks.surface;
  context.strokeStyle = model.inks.scenarios[chosen.colour] ?? model.inks.left;
  context.lineWidth = 1.5 * unit;
  context.beginPath();
  context.arc(x, y, 4 * unit, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  // On the axis beside the ring, else over it, else wherever the edge has room.
  const beside = [10, 35, 60, 90].flatMap((gap): Anchor[] =>
    [{ x: x + gap * unit, y: y - 12 * unit, align: 'left' }, { x: x - gap * unit, y: y - 12 * unit, align: 'right' }]);
  const over = [30, 46, 62, 78].flatMap((up): Anchor[] =>
    (['center', 'left', 'right'] as const).map((align) => ({ x, y: y - up * unit, align })));
  const edge = [30, 46, 62].map((up): Anchor => ({ x: frame.right - 10 * unit, y: y - up * unit, align: 'right' }));
  label(frame, model, places, chosen.out.label, model.inks.font_strong, model.inks.ink, [...beside, ...over, ...edge]);
}

// Where a name may stand: beside its line's end, or before it. What is close to its own line comes first, or it would be read
// as another's.
const name_spots = [0, 60, 120, 180, 240, 300, 360, 420]
  .flatMap((back) => [-12, 12, -28, 28, -44, 44].map((off) => ({ back, off, far: Math.abs(off) + back / 7 })))
  .sort((a, b) => a.far - b.far);

/** A scenario's name stands at its line's end: no legend to look up. */
export function paint_forecast_names(frame: Frame, model: Model, places: LabelPlaces): void {
  const { unit } = frame;
  if (model.forecasts.length < 2) return;
  for (const { name, colour, seconds, p50 } of model.forecasts) {
    const end = end_before(seconds, p50, frame.to);
    if (!end || end.seconds < frame.from) continue;
    const right = Math.min(frame.x(end.seconds), frame.right) - 6 * unit;
    const anchors = name_spots.flatMap(({ back, off }): Anchor[] => {
      const x = right - back * unit;
      // What has been is not the scenario's.
      if (x < frame.x(seconds[0]!)) return [];
      const moment = frame.from + ((x - frame.left) / (frame.right - frame.left)) * (frame.to - frame.from);
      const y = frame.y(back === 0 ? end.value : read_line(seconds, p50, moment) ?? end.value) + off * unit;
      return [{ x, y, align: 'right' }, { x, y, align: 'left' }];
    });
    label(frame, model, places, name, model.inks.font_strong, model.inks.scenarios[colour] ?? model.inks.ink, anchors);
  }
}
