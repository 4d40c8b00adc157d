// SPDX-License-Identifier: Apache-2.0
// Paints the picture: axes, period bands, the step line, forecasts, closes, cliffs, flags, now, projection.

import { text } from '../text';
import { for_drawing, micro_of } from '../lib/decimal';
import { seconds_of } from '../lib/time';
import type { Model } from './burn_down';
import type { LabelPlaces } from './labels';
import { paint_forecast_bands, paint_forecast_lines, paint_forecast_names, paint_run_out } from './paint_forecasts';
import { label, line, places_on, scaled, type Frame } from './pen';
import { points_end } from './series';
import { trace_steps } from './step_line';

export function paint(frame: Frame, model: Model): void {
  const { context } = frame;
  paint_axes(frame, model);
  context.save();
  clip(frame);
  paint_bands(frame, model);
  paint_grid(frame, model);
  paint_forecast_bands(frame, model);
  paint_lines(frame, model);
  paint_forecast_lines(frame, model);
  const places = places_on(frame, model);
  paint_now(frame, model, places);
  if (model.forecasts.length === 0) paint_projection(frame, model, places);
  paint_run_out(frame, model, places);
  paint_forecast_names(frame, model, places);
  paint_cliffs(frame, model, places);
  paint_grants(frame, model, places);
  paint_closes(frame, model);
  context.restore();
}

function paint_axes(frame: Frame, model: Model): void {
  const { context, unit, left, right, bottom } = frame;
  context.font = scaled(model.inks.font, unit);
  context.fillStyle = model.inks.muted;
  context.strokeStyle = model.inks.line;
  context.lineWidth = unit;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const amount of frame.amounts) context.fillText(model.axis(amount), left - 6 * unit, frame.y(amount));
  context.textBaseline = 'top';
  context.textAlign = 'center';
  let free = -Infinity;
  for (const { at, label: words, under } of frame.times) {
    const x = frame.x(at);
    if (x < left - 1 || x > right + 1) continue;
    line(context, x, bottom, x, bottom + 4 * unit);
    const half = context.measureText(words).width / 2;
    if (x - half < free) continue;
    free = x + half + 6 * unit;
    context.fillText(words, x, bottom + 8 * unit);
    if (under !== undefined) context.fillText(under, x, bottom + 23 * unit);
  }
}

function paint_grid({ context, unit, left, right, amounts, y }: Frame, model: Model): void {
  context.strokeStyle = model.inks.line;
  context.lineWidth = unit;
  for (const amount of amounts) {
    const at = Math.round(y(amount)) + 0.5;
    line(context, left, at, right, at);
  }
}

/** Bands of the Credit Periods, every second one tinted, with their names along the top. */
function paint_bands(frame: Frame, model: Model): void {
  const { context } = frame;
  const visible = model.curve.stretches.filter(({ span }) =>
    frame.x(seconds_of(span.starts_at)) < frame.right && frame.x(seconds_of(span.ends_at)) > frame.left);
  visible.forEach(({ span }, index) => {
    const begin = Math.max(frame.left, frame.x(seconds_of(span.starts_at)));
    const end = Math.min(frame.right, frame.x(seconds_of(span.ends_at)));
    if (end <= begin) return;
    if (index % 2 === 1) {
      context.fillStyle = model.inks.band;
      context.fillRect(begin, frame.top, end - begin, frame.bottom - frame.top);
    }
    context.font = scaled(model.inks.font, frame.unit);
    context.fillStyle = model.inks.muted;
    context.textAlign = 'left';
    context.textBaseline = 'top';
    const name = text.picture.period(span.period);
    const room = 8 * frame.unit;
    if (context.measureText(name).width + 2 * room < end - begin) {
      context.fillText(name, begin + room, frame.top + 4 * frame.unit);
    }
  });
}

function paint_lines(frame: Frame, model: Model): void {
  const { context, unit, bottom } = frame;
  const { seconds, left, uncovered, any_uncovered } = model.arrays;
  context.beginPath();
  trace_steps(context, seconds, left, frame.from, frame.to, frame, bottom);
  context.fillStyle = model.inks.left_fill;
  context.fill();
  context.lineJoin = 'bevel';
  context.beginPath();
  trace_steps(context, seconds, left, frame.from, frame.to, frame);
  context.strokeStyle = model.inks.left;
  context.lineWidth = 2 * unit;
  context.stroke();
  if (any_uncovered) {
    context.beginPath();
    trace_steps(context, seconds, uncovered, frame.from, frame.to, frame);
    context.strokeStyle = model.inks.uncovered;
    context.lineWidth = 1.5 * unit;
    context.setLineDash([2 * unit, 2 * unit]);
    context.stroke();
    context.setLineDash([]);
  }
}

function clip({ context, left, top, right, bottom }: Frame): void {
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
}

function paint_now(frame: Frame, model: Model, places: LabelPlaces): void {
  const { context, unit } = frame;
  const x = Math.round(frame.x(model.moment)) + 0.5;
  if (x < frame.left || x > frame.right + 1) return;
  context.strokeStyle = model.inks.ink;
  context.lineWidth = unit;
  line(context, x, frame.top, x, frame.bottom);
  const gap = 6 * unit;
  const y = frame.bottom - 14 * unit;
  places.block({ x: x - unit, y: frame.top, width: 2 * unit, height: frame.bottom - frame.top });
  label(frame, model, places, model.moment_label, model.inks.font_strong, model.inks.ink, [
    { x: x + gap, y, align: 'left' }, { x: x - gap, y, align: 'right' },
    { x: x + gap, y: frame.top + 30 * unit, align: 'left' }, { x: x - gap, y: frame.top + 30 * unit, align: 'right' },
  ]);
}

function paint_projection(frame: Frame, model: Model, places: LabelPlaces): void {
  const { projection } = model;
  if (!projection) return;
  const { context, unit } = frame;
  const begin = { x: frame.x(projection.from.seconds), y: frame.y(projection.from.left) };
  const end = { x: frame.x(projection.to.seconds), y: frame.y(projection.to.left) };
  context.strokeStyle = model.inks.left;
  context.lineWidth = 1.5 * unit;
  context.setLineDash([5 * unit, 4 * unit]);
  line(context, begin.x, begin.y, end.x, end.y);
  context.setLineDash([]);
  if (end.x > frame.right + unit) return;
  const y = Math.min(end.y, frame.bottom - unit);
  context.fillStyle = model.inks.surface;
  context.beginPath();
  context.arc(end.x, y, 4 * unit, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  const gap = 10 * unit;
  const above = y - 14 * unit;
  label(frame, model, places, projection.label, model.inks.font_strong, model.inks.ink, [
    { x: end.x + gap, y: above, align: 'left' }, { x: end.x - gap, y: above, align: 'right' },
    { x: end.x, y: above - 14 * unit, align: 'center' }, { x: frame.right - gap, y: above - 16 * unit, align: 'right' },
    { x: frame.right - gap, y: above - 34 * unit, align: 'right' },
    { x: end.x - gap, y: y + 14 * unit, align: 'right' },
  ]);
}

/** What was lost at a period's end, written beside the fall. */
function paint_cliffs(frame: Frame, model: Model, places: LabelPlaces): void {
  const { unit } = frame;
  for (const { span, points, ended } of model.curve.stretches) {
    const last = points_end(points);
    const lost = span.closed ? span.expired : last?.left ?? 0n;
    if (!ended || !last || lost === 0n) continue;
    const x = frame.x(seconds_of(span.ends_at));
    const half = frame.y(for_drawing(last.left) / 2);
    const says = span.closed ? text.picture.expired : text.picture.ended;
    label(frame, model, places, says(model.print_credits(lost)), model.inks.font, model.inks.muted, [
      { x: x - 6 * unit, y: half, align: 'right' }, { x: x - 6 * unit, y: frame.bottom - 12 * unit, align: 'right' },
    ]);
  }
}

/** Allotments as a mark at the foot of their riser, everything else that was granted as a flag. */
function paint_grants(frame: Frame, model: Model, places: LabelPlaces): void {
  const { context, unit } = frame;
  for (const mark of model.marks) {
    if (mark.mark !== 'grant' || mark.kind === 'allotment') continue;
    // A grant for a later period takes effect when that begins.
    const at = mark.at > mark.starts_at ? mark.at : mark.starts_at;
    const x = frame.x(seconds_of(at));
    if (x < frame.left || x > frame.right) continue;
    const top = frame.top + 24 * unit;
    context.strokeStyle = model.inks.accent;
    context.fillStyle = model.inks.accent;
    context.lineWidth = unit;
    context.setLineDash([2 * unit, 3 * unit]);
    line(context, x, top, x, frame.bottom);
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x + 9 * unit, top + 4 * unit);
    context.lineTo(x, top + 8 * unit);
    context.fill();
    const amount = text.picture.plus(model.print_credits(micro_of(mark.credits)));
    label(frame, model, places, amount, model.inks.font, model.inks.ink, [
      { x: x + 13 * unit, y: top + 4 * unit, align: 'left' }, { x: x - 4 * unit, y: top + 4 * unit, align: 'right' },
    ]);
  }
}

function paint_closes(frame: Frame, model: Model): void {
  const { context, unit } = frame;
  context.strokeStyle = model.inks.ink;
  context.lineWidth = 1.5 * unit;
  for (const { span } of model.curve.stretches) {
    if (!span.closed) continue;
    const x = frame.x(seconds_of(span.ends_at));
    line(context, x, frame.bottom - 7 * unit, x, frame.bottom);
  }
}
