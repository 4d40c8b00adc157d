// SPDX-License-Identifier: Apache-2.0
// What the picture draws itself, under and over uPlot's lines: period bands, closes, cliffs, flags, now, projection.

import type uPlot from 'uplot';
import { text } from '../text';
import { for_drawing, micro_of } from '../lib/decimal';
import { seconds_of } from '../lib/time';
import type { Model } from './burn_down';
import { LabelPlaces, type Align } from './labels';

/** Canvas pixels of a moment and of an amount. */
interface Frame {
  plot: uPlot;
  context: CanvasRenderingContext2D;
  /** Canvas pixels per CSS pixel. */
  unit: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  x(seconds: number): number;
  y(value: number): number;
}

function frame_of(plot: uPlot): Frame {
  const { left, top, width, height } = plot.bbox;
  return {
    plot,
    context: plot.ctx,
    unit: devicePixelRatio,
    left, top, right: left + width, bottom: top + height,
    x: (seconds) => plot.valToPos(seconds, 'x', true),
    y: (value) => plot.valToPos(value, 'y', true),
  };
}

/** Bands of the Credit Periods, every second one tinted, with their names along the top. */
export function paint_under(plot: uPlot, model: Model): void {
  const frame = frame_of(plot);
  const { context } = frame;
  context.save();
  clip(frame);
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
  context.restore();
}

export function paint_over(plot: uPlot, model: Model): void {
  const frame = frame_of(plot);
  const { context, unit } = frame;
  context.save();
  clip(frame);
  // uPlot leaves the last series' dashes behind.
  context.setLineDash([]);
  // The names of the periods have the first 20 px.
  const places = new LabelPlaces({
    x: frame.left + 4 * unit, y: frame.top + 20 * unit,
    width: frame.right - frame.left - 8 * unit, height: frame.bottom - frame.top - 20 * unit,
  });
  paint_now(frame, model, places);
  paint_projection(frame, model, places);
  paint_cliffs(frame, model, places);
  paint_grants(frame, model, places);
  paint_closes(frame, model);
  context.restore();
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
    const last = points.at(-1);
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

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function label(
  frame: Frame, model: Model, places: LabelPlaces, words: string, font: string, ink: string,
  anchors: { x: number; y: number; align: Align }[],
): void {
  const { context, unit } = frame;
  context.font = scaled(font, unit);
  const box = places.take(context.measureText(words).width + 4 * unit, 16 * unit, anchors);
  if (!box) return;
  context.globalAlpha = 0.85;
  context.fillStyle = model.inks.surface;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(words, box.x + 2 * unit, box.y + box.height / 2);
}

/** A CSS font at canvas resolution. */
function scaled(font: string, unit: number): string {
  return font.replace(/(\d+)px/, (_all, size: string) => `${Number(size) * unit}px`);
}
