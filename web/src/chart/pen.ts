// SPDX-License-Identifier: Apache-2.0
// What all parts of the picture paint with: the frame, straight lines, and words that stand off the lines.

import type { Tick } from './axes';
import type { Model } from './burn_down';
import { line_extremes } from './forecast_lines';
import { LabelPlaces, type Align, type LineSpan } from './labels';
import { extremes_between, type Extremes } from './step_line';

/** Where the plot lies, in canvas pixels, and what they mean. */
export interface Frame {
  context: CanvasRenderingContext2D;
  /** Canvas pixels per CSS pixel. */
  unit: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Seconds at the two edges. */
  from: number;
  to: number;
  x(seconds: number): number;
  y(value: number): number;
  times: Tick[];
  amounts: number[];
}

/** Places for words: below the first 20 px, which the names of the periods have, and off every line where there is room. */
export function places_on(frame: Frame, model: Model): LabelPlaces {
  const { unit, left, right, top, bottom, from, to } = frame;
  const seconds = (x: number): number => from + ((x - left) / (right - left)) * (to - from);
  const line_at = (read: (begin: number, end: number) => Extremes | null): LineSpan => (begin, end) => {
    const found = read(seconds(begin), seconds(end));
    return found && { low: frame.y(found.high) - unit, high: frame.y(found.low) + unit };
  };
  const { arrays, forecasts } = model;
  const plot = { x: left + 4 * unit, y: top + 20 * unit, width: right - left - 8 * unit, height: bottom - top - 20 * unit };
  return new LabelPlaces(plot, [
    ...[arrays.left, arrays.uncovered].map((values) => line_at((begin, end) => extremes_between(arrays.seconds, values, begin, end))),
    ...forecasts.map((forecast) => line_at((begin, end) => line_extremes(forecast.seconds, forecast.p50, begin, end))),
  ]);
}

export function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

export interface Anchor {
  x: number;
  y: number;
  align: Align;
}

export function label(
  frame: Frame, model: Model, places: LabelPlaces, words: string, font: string, ink: string,
  anchors: Anchor[],
): void {
  const { context, unit } = frame;
  context.font = scaled(font, unit);
  const box = places.take(context.measureText(words).width + 4 * unit, 16 * unit, anchors);
  if (!box) return;
  // A rim around the letters and no box: a line that has to pass behind them is still seen.
  context.strokeStyle = model.inks.surface;
  context.lineWidth = 4 * unit;
  context.lineJoin = 'round';
  context.fillStyle = ink;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.strokeText(words, box.x + 2 * unit, box.y + box.height / 2);
  context.fillText(words, box.x + 2 * unit, box.y + box.height / 2);
}

/** A CSS font at canvas resolution. */
export function scaled(font: string, unit: number): string {
  return font.replace(/(\d+)px/, (_all, size: string) => `${Number(size) * unit}px`);
}
