// SPDX-License-Identifier: Apache-2.0
// The picture on a canvas: uPlot for axes, steps and zoom; bands, cliffs, flags, the now line and the projection
// drawn over it. Knows nothing of the page; gets a model and tells which moment is pointed at.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { paint_over, paint_under } from './paint';
import type { Inks } from './inks';
import type { Curve, DrawArrays } from './series';
import type { Mark } from '../core/protocol';
import { text } from '../text';

export interface Projection {
  from: { seconds: number; left: number };
  to: { seconds: number; left: number };
  label: string;
  runs_out: boolean;
}

export interface Model {
  curve: Curve;
  arrays: DrawArrays;
  marks: Mark[];
  projection: Projection | null;
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
  resize(width: number, height: number): void;
  /** Shows the reading line at a moment; null hides it. */
  point(seconds: number | null): void;
  zoom(from: number, to: number): void;
  whole(): void;
  shown(): { from: number; to: number };
  destroy(): void;
}

export function create_chart(host: HTMLElement, first: Model, width: number, height: number, on: Pointing): Chart {
  let model = first;
  let zoomed: { from: number; to: number } | null = null;
  const span = (): { from: number; to: number } => zoomed ?? model;

  const plot = new uPlot(options(() => model, span, width, height, {
    ...on,
    on_zoom: (from, to) => zoom_to(from, to),
    on_whole: () => api.whole(),
  }), data_of(model), host);

  const zoom_to = (from: number, to: number): void => {
    const middle = (from + to) / 2;
    const half = Math.max(to - from, zoom_seconds_min) / 2;
    zoomed = { from: middle - half, to: middle + half };
    on.on_zoom(true);
    redraw();
  };
  const redraw = (): void => {
    plot.batch(() => {
      plot.setScale('x', { min: span().from, max: span().to });
    });
    plot.redraw(false, true);
  };
  const api: Chart = {
    update(next) {
      const moved = next.from !== model.from || next.to !== model.to;
      model = next;
      if (moved && zoomed) {
        zoomed = null;
        on.on_zoom(false);
      }
      plot.setData(data_of(model), false);
      redraw();
    },
    resize: (wide, high) => plot.setSize({ width: wide, height: high }),
    point(seconds) {
      if (seconds === null) plot.setCursor({ left: -10, top: -10 }, false);
      else plot.setCursor({ left: plot.valToPos(seconds, 'x'), top: 0 }, false);
    },
    zoom: zoom_to,
    whole() {
      zoomed = null;
      on.on_zoom(false);
      redraw();
    },
    shown: () => ({ ...span() }),
    destroy: () => plot.destroy(),
  };
  return api;
}

function data_of({ arrays }: Model): uPlot.AlignedData {
  return [arrays.seconds, arrays.left, arrays.uncovered];
}

// The axis has no finer labels than seconds.
const zoom_seconds_min = 20;

// A drag shorter than this is a click.
const drag_pixels_min = 6;

interface Inner {
  on_point(seconds: number | null): void;
  on_pick(seconds: number): void;
  on_zoom(from: number, to: number): void;
  on_whole(): void;
}

function options(
  model: () => Model, span: () => { from: number; to: number }, width: number, height: number, on: Inner,
): uPlot.Options {
  const stepped = uPlot.paths.stepped!({ align: 1 });
  const axis = (): string => model().inks.muted;
  const grid = { stroke: () => model().inks.line, width: 1 };
  return {
    width,
    height,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: {
      x: { time: true, range: () => [span().from, span().to] },
      y: { range: (plot) => [0, highest(plot, model(), span()) * 1.12] },
    },
    axes: [
      {
        stroke: axis, font: model().inks.font, grid: { show: false }, ticks: { ...grid, size: 4 }, values: x_values,
        size: (_plot, labels) => (labels?.some((label) => label.includes('\n')) ? 48 : 32),
      },
      {
        stroke: axis, font: model().inks.font, grid, ticks: { show: false }, size: 56, gap: 6,
        values: (_plot, splits) => splits.map((value) => model().axis(value)),
      },
    ],
    series: [
      {},
      { stroke: () => model().inks.left, fill: () => model().inks.left_fill, width: 2, paths: stepped, points: none },
      { stroke: () => model().inks.uncovered, width: 1.5, dash: [2, 2], paths: stepped, points: none },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: drag_pixels_min },
      bind: {
        // uPlot's own double click shows all data; here the whole range is the period's.
        dblclick: () => () => {
          on.on_whole();
          return null;
        },
      },
    },
    hooks: {
      drawClear: [(plot) => paint_under(plot, model())],
      draw: [(plot) => paint_over(plot, model())],
      setCursor: [(plot) => {
        const { left = -1 } = plot.cursor;
        // Moved by code (without an event) it is the keyboard's, which already knows.
        if (plot.cursor.event) on.on_point(left < 0 ? null : plot.posToVal(left, 'x'));
      }],
      setSelect: [(plot) => {
        const { left, width: wide } = plot.select;
        if (wide >= drag_pixels_min) on.on_zoom(plot.posToVal(left, 'x'), plot.posToVal(left + wide, 'x'));
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
      ready: [(plot) => {
        let pressed = 0;
        plot.over.addEventListener('mousedown', ({ clientX }) => {
          pressed = clientX;
        });
        plot.over.addEventListener('click', (event) => {
          const seconds = plot.posToVal(event.clientX - plot.rect.left, 'x');
          const moved = Math.abs(event.clientX - pressed) >= drag_pixels_min;
          // A finger has no hover: its tap reads, and the slider below folds.
          if ((event as PointerEvent).pointerType === 'touch') on.on_point(seconds);
          else if (!moved && event.detail === 1) on.on_pick(seconds);
        });
        plot.over.addEventListener('mouseleave', () => on.on_point(null));
      }],
    },
  };
}

const none = { show: false } as const;

/** The highest value within the range, so that a zoom fills the height. */
function highest(plot: uPlot, model: Model, span: { from: number; to: number }): number {
  const [seconds, left, uncovered] = plot.data as unknown as [number[], (number | null)[], (number | null)[]];
  let high = 0;
  let before = 0;
  for (let at = 0; at < seconds.length; at += 1) {
    const value = Math.max(left[at] ?? 0, uncovered[at] ?? 0);
    const when = seconds[at]!;
    if (when > span.to) break;
    if (when >= span.from) high = Math.max(high, value);
    else before = value;
  }
  const { projection } = model;
  if (projection && projection.from.seconds <= span.to) high = Math.max(high, projection.to.left);
  return Math.max(high, before) || 1;
}

const hour = 3600;
const pad = (value: number): string => String(value).padStart(2, '0');
const month = (time: Date): string => text.months[time.getUTCMonth()] ?? '';

/** Axis labels in UTC; the larger unit where it changes. */
function x_values(_plot: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] {
  let last_day = '';
  return splits.map((seconds) => {
    const time = new Date(seconds * 1000);
    const day = `${time.getUTCDate()} ${month(time)}`;
    if (step >= 24 * hour) {
      const year = time.getUTCMonth() === 0 && time.getUTCDate() === 1 ? `\n${time.getUTCFullYear()}` : '';
      return step >= 28 * 24 * hour ? `${month(time)} ${time.getUTCFullYear()}` : day + year;
    }
    const minute = `${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}`;
    const clock = step < 60 ? `${minute}:${pad(time.getUTCSeconds())}` : minute;
    const label = day === last_day ? clock : `${clock}\n${day}`;
    last_day = day;
    return label;
  });
}
