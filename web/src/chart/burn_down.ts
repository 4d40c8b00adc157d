// SPDX-License-Identifier: Apache-2.0
// The picture on a canvas: axes, bands, the step line, forecasts and what is written over them, zoomed and pointed at. Knows
// nothing of the page; gets a model and tells which moment is pointed at.

import { amount_ticks, time_ticks } from './axes';
import type { ForecastLines } from './forecast_lines';
import type { Inks } from './inks';
import { paint } from './paint';
import type { Frame } from './pen';
import type { Curve, DrawArrays } from './series';
import { highest_between } from './step_line';
import type { Mark } from '../core/protocol';

export interface Projection {
  from: { seconds: number; left: number };
  to: { seconds: number; left: number };
  label: string;
  runs_out: boolean;
}

/** What may come: the middle future, and the band that eight of ten stay in. NaN: a gap. */
export interface Forecast extends ForecastLines {
  name: string;
  /** Which of the scenario colours; 0 is today's. */
  colour: number;
  /** The band is drawn of one forecast at a time. */
  band: boolean;
  /** Where the middle future first runs out, and what to say of it there. */
  out: { seconds: number; label: string } | null;
}

export interface Model {
  curve: Curve;
  arrays: DrawArrays;
  marks: Mark[];
  projection: Projection | null;
  forecasts: Forecast[];
  /** Range shown when nothing is zoomed, in seconds. */
  from: number;
  to: number;
  moment: number;
  moment_label: string;
  inks: Inks;
  print_credits: (micros: bigint) => string;
  axis: (value: number) => string;
}

export interface Pointing {
  /** The pointer rests on a moment (seconds), or left. */
  on_point(seconds: number | null): void;
  on_pick(seconds: number): void;
  on_zoom(zoomed: boolean): void;
}

export interface Chart {
  update(model: Model): void;
  /** Draws at once what waits for the next frame: paper does not wait. */
  flush(): void;
  resize(width: number, height: number): void;
  /** Shows the reading line at a moment; null hides it. */
  point(seconds: number | null): void;
  zoom(from: number, to: number): void;
  whole(): void;
  shown(): { from: number; to: number };
  /** Where a moment stands, in CSS pixels from the left. */
  pixel(seconds: number): number;
  destroy(): void;
}

// The axis has no finer labels than seconds.
const zoom_seconds_min = 20;
// A drag shorter than this is a click.
const drag_pixels_min = 6;
// Room around the plot, in CSS pixels.
const margin = { left: 56, right: 28, top: 8, bottom: 40 };
const label_pixels = 76;
const row_pixels = 52;

export function create_chart(host: HTMLElement, first: Model, width: number, height: number, on: Pointing): Chart {
  let model = first;
  let zoomed: { from: number; to: number } | null = null;
  let pointed: number | null = null;
  let asked = 0;
  const canvas = host.appendChild(document.createElement('canvas'));
  const line = host.appendChild(element('chart-line'));
  const selection = host.appendChild(element('chart-selection'));
  const span = (): { from: number; to: number } => zoomed ?? model;
  const plot_width = (): number => Math.max(1, width - margin.left - margin.right);
  const at_pixel = (x: number): number => {
    const { from, to } = span();
    return from + ((x - margin.left) / plot_width()) * (to - from);
  };
  const pixel_of = (seconds: number): number => {
    const { from, to } = span();
    return margin.left + ((seconds - from) / (to - from)) * plot_width();
  };

  const draw = (): void => {
    asked = 0;
    const unit = devicePixelRatio;
    const wide = Math.round(width * unit);
    const high = Math.round(height * unit);
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    const context = canvas.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, wide, high);
    paint(frame_of(context, model, span(), width, height, unit), model);
    // A reading that is kept stands where its moment does by now.
    api.point(pointed);
  };
  // However often it is asked for, a frame is drawn once.
  const redraw = (): void => {
    asked ||= requestAnimationFrame(draw);
  };
  const zoom_to = (from: number, to: number): void => {
    const middle = (from + to) / 2;
    const half = Math.max(to - from, zoom_seconds_min) / 2;
    zoomed = { from: middle - half, to: middle + half };
    on.on_zoom(true);
    redraw();
  };
  const api: Chart = {
    update(next) {
      const moved = next.from !== model.from || next.to !== model.to;
      model = next;
      if (moved && zoomed) {
        zoomed = null;
        on.on_zoom(false);
      }
      redraw();
    },
    flush() {
      if (asked === 0) return;
      cancelAnimationFrame(asked);
      draw();
    },
    resize(next_width, next_height) {
      width = next_width;
      height = next_height;
      redraw();
    },
    point(seconds) {
      pointed = seconds;
      const x = seconds === null ? -1 : pixel_of(seconds);
      line.hidden = x < margin.left - 1 || x > width - margin.right + 1;
      line.style.transform = `translateX(${x}px)`;
    },
    zoom: zoom_to,
    whole() {
      zoomed = null;
      on.on_zoom(false);
      redraw();
    },
    shown: () => ({ ...span() }),
    pixel: pixel_of,
    destroy() {
      cancelAnimationFrame(asked);
      deafen();
      host.replaceChildren();
    },
  };
  const deafen = listen(host, selection, at_pixel, api, on);
  selection.hidden = true;
  draw();
  return api;
}

function element(name: string): HTMLElement {
  const made = document.createElement('div');
  made.className = name;
  return made;
}

/** Answers how to stop listening to what happens outside `host`. */
function listen(host: HTMLElement, selection: HTMLElement, at_pixel: (x: number) => number, chart: Chart, on: Pointing): () => void {
  let pressed: number | null = null;
  // Where a finger came down, if the last was one: not every browser's click says so.
  let finger: PointerEvent | null = null;
  let finger_reads = false;
  const x_of = (event: MouseEvent): number => event.clientX - host.getBoundingClientRect().left;
  const inside = (x: number): number => Math.min(Math.max(x, margin.left), host.clientWidth - margin.right);
  const read = (seconds: number | null): void => {
    chart.point(seconds);
    on.on_point(seconds);
  };
  // A finger has no hover: its tap or drag reads until a tap elsewhere, and the slider below folds.
  const read_finger = (event: MouseEvent): void => {
    if (finger) read(at_pixel(inside(x_of(event))));
  };
  host.addEventListener('pointermove', (event) => {
    const x = x_of(event);
    if (event.pointerType === 'touch') {
      if (!finger) return;
      // Up and down it scrolls the page.
      finger_reads ||= Math.abs(event.clientX - finger.clientX) >= Math.max(drag_pixels_min, Math.abs(event.clientY - finger.clientY));
      if (finger_reads) read_finger(event);
      return;
    }
    if (pressed !== null && Math.abs(x - pressed) >= drag_pixels_min) {
      const [from, to] = [inside(pressed), inside(x)].sort((a, b) => a - b) as [number, number];
      selection.hidden = false;
      selection.style.transform = `translateX(${from}px)`;
      selection.style.width = `${to - from}px`;
    }
    read(inside(x) === x ? at_pixel(x) : null);
  });
  host.addEventListener('pointerdown', (event) => {
    const touch = event.pointerType === 'touch';
    // Two fingers zoom the page.
    finger = touch && event.isPrimary ? event : null;
    finger_reads = false;
    if (touch || event.button !== 0) return;
    pressed = x_of(event);
    host.setPointerCapture(event.pointerId);
  });
  host.addEventListener('pointerup', (event) => {
    read_finger(event);
    const from = pressed;
    pressed = null;
    selection.hidden = true;
    if (from === null) return;
    const to = x_of(event);
    if (Math.abs(to - from) >= drag_pixels_min) {
      const [left, right] = [at_pixel(inside(from)), at_pixel(inside(to))].sort((a, b) => a - b) as [number, number];
      chart.zoom(left, right);
    } else if (event.detail <= 1) {
      on.on_pick(at_pixel(to));
    }
  });
  host.addEventListener('pointercancel', () => {
    pressed = null;
    finger = null;
    selection.hidden = true;
  });
  // Once more: the tap may have taken the focus from the keyboard's cursor, which forgets its reading.
  host.addEventListener('click', read_finger);
  host.addEventListener('dblclick', () => chart.whole());
  host.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch') read(null);
  });
  const leave = ({ target }: Event): void => {
    if (!host.contains(target as Node)) read(null);
  };
  document.addEventListener('pointerup', leave);
  return () => document.removeEventListener('pointerup', leave);
}

function frame_of(
  context: CanvasRenderingContext2D, model: Model, { from, to }: { from: number; to: number }, width: number, height: number,
  unit: number,
): Frame {
  const left = margin.left * unit;
  const right = (width - margin.right) * unit;
  const top = margin.top * unit;
  const bottom = (height - margin.bottom) * unit;
  const high = highest(model, from, to) * 1.12;
  return {
    context, unit, left, right, top, bottom, from, to,
    x: (seconds) => left + ((seconds - from) / (to - from)) * (right - left),
    y: (value) => bottom - (value / high) * (bottom - top),
    times: time_ticks(from, to, (right - left) / unit / label_pixels),
    amounts: amount_ticks(high, (bottom - top) / unit / row_pixels),
  };
}

/** The highest value within the range, so that a zoom fills the height. */
function highest(model: Model, from: number, to: number): number {
  const { arrays, projection, forecasts } = model;
  let high = Math.max(highest_between(arrays.seconds, arrays.left, from, to), highest_between(arrays.seconds, arrays.uncovered, from, to));
  // What begins at the very edge is not drawn.
  for (const { seconds, p50, p90, band } of forecasts) high = Math.max(high, highest_between(seconds, band ? p90 : p50, from, to - 1));
  if (projection && projection.from.seconds <= to) high = Math.max(high, projection.to.left);
  return high || 1;
}
