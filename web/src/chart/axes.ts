// SPDX-License-Identifier: Apache-2.0
// Where the picture's axes have their marks: round amounts, and moments in UTC that a person would name.

import { date_month_text, month_text } from '../lib/time';

export interface Tick {
  at: number;
  label: string;
  /** A second line, where the larger unit changes. */
  under?: string;
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const steps = [1, 5, 15, 30, minute, 5 * minute, 15 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day];
const week = 7 * day;
const month_steps = [1, 3, 6, 12, 24, 60];
// 1970-01-05 was a Monday.
const monday = 4 * day;

const pad = (value: number): string => String(value).padStart(2, '0');
const month = (time: Date): string => month_text(time.getUTCMonth());

/** About `count` marks between two moments in seconds. */
export function time_ticks(from: number, to: number, count: number): Tick[] {
  const least = (to - from) / Math.max(1, count);
  const step = steps.find((size) => size >= least);
  if (step !== undefined) return even_ticks(from, to, step, 0);
  if (least <= 2 * week) return even_ticks(from, to, least <= week ? week : 2 * week, monday);
  const months = month_steps.find((size) => size * 31 * day >= least) ?? 120;
  return month_ticks(from, to, months);
}

function even_ticks(from: number, to: number, step: number, anchor: number): Tick[] {
  const ticks: Tick[] = [];
  let last_day = '';
  for (let at = Math.ceil((from - anchor) / step) * step + anchor; at <= to; at += step) {
    const time = new Date(at * 1000);
    const date = date_month_text(time.getUTCMonth(), time.getUTCDate());
    if (step >= day) {
      const year = ticks.length > 0 && new Date((at - step) * 1000).getUTCFullYear() !== time.getUTCFullYear();
      ticks.push(year ? { at, label: date, under: String(time.getUTCFullYear()) } : { at, label: date });
      continue;
    }
    const clock = `${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}${step < minute ? `:${pad(time.getUTCSeconds())}` : ''}`;
    ticks.push(date === last_day ? { at, label: clock } : { at, label: clock, under: date });
    last_day = date;
  }
  return ticks;
}

function month_ticks(from: number, to: number, months: number): Tick[] {
  const begin = new Date(from * 1000);
  const ticks: Tick[] = [];
  const first = Math.floor((begin.getUTCFullYear() * 12 + begin.getUTCMonth()) / months) * months;
  for (let number = first; ; number += months) {
    const time = new Date(Date.UTC(Math.floor(number / 12), number % 12));
    const at = time.getTime() / 1000;
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, label: months < 12 ? `${month(time)} ${time.getUTCFullYear()}` : String(time.getUTCFullYear()) });
  }
}

/** Round amounts from 0 to `high`, about `count` of them. */
export function amount_ticks(high: number, count: number): number[] {
  const rough = high / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 2.5, 5, 10].map((size) => size * power).find((size) => size >= rough * 0.8) ?? power * 10;
  const ticks: number[] = [];
  for (let n = 0; n * step <= high * (1 + 1e-9); n += 1) ticks.push(n * step);
  return ticks;
}
