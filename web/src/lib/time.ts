// SPDX-License-Identifier: Apache-2.0
// Moments: RFC 3339 in UTC to and from BigInt microseconds, and their English forms. No local time zone anywhere.

import { once } from './once';
import { text } from '../text';

const second = 1_000_000n;
export const day = 86_400n * second;

const time_form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$/;

/** µs since 1970 of an RFC 3339 time in UTC. Throws on anything else. */
export function micros_of(time: string): bigint {
  const match = time_form.exec(time);
  if (!match) throw new RangeError(`not a time in UTC: ${time}`);
  const [, year, month, date, hour, minute, whole, fraction = ''] = match;
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(whole));
  return BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

/** The shortest RFC 3339 form, as the core writes it. */
export function time_of(micros: bigint): string {
  const whole = micros >= 0n || micros % second === 0n ? micros / second : micros / second - 1n;
  const fraction = (micros - whole * second).toString().padStart(6, '0').replace(/0+$/, '');
  const stem = new Date(Number(whole) * 1000).toISOString().slice(0, 19);
  return fraction ? `${stem}.${fraction}Z` : `${stem}Z`;
}

/** Seconds for the picture's time axis. A double keeps microseconds until the year 2255. */
export function seconds_of(micros: bigint): number {
  return Number(micros) / 1_000_000;
}

export function micros_of_seconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1_000_000));
}

interface Parts {
  year: string;
  month: string;
  date: string;
  minute: string;
  second: string;
  fraction: string;
}

function parts_of(time: string): Parts {
  const [day_text = '', clock = ''] = time.replace('Z', '').split('T');
  const [year = '', month = '1', date = '1'] = day_text.split('-');
  const [whole = '', fraction = ''] = clock.split('.');
  return {
    year,
    month: text.months[Number(month) - 1] ?? month,
    date: String(Number(date)),
    minute: whole.slice(0, 5),
    second: whole,
    fraction,
  };
}

// English dates have their month in letters, whoever reads them; other languages their own forms.
type Dates = () => Intl.DateTimeFormat | null;
let day_format: Dates = () => null;
let date_month_format: Dates = () => null;
let month_format: Dates = () => null;

/** How days are written from now on: as readers of this language do. */
export function use_dates_of(locale: string): void {
  const common = { timeZone: 'UTC', numberingSystem: 'latn' } as const;
  const english = /^en\b/i.test(locale);
  const make = (options: Intl.DateTimeFormatOptions): Dates =>
    once(() => (english ? null : new Intl.DateTimeFormat(locale, { ...common, ...options })));
  day_format = make({ day: 'numeric', month: 'short', year: 'numeric' });
  date_month_format = make({ day: 'numeric', month: 'short' });
  month_format = make({ month: 'short' });
}

/** "16 Nov 2023" */
export function day_text(time: string): string {
  const { year, month, date } = parts_of(time);
  return day_format()?.format(Number(micros_of(time) / 1000n)) ?? `${date} ${month} ${year}`;
}

/** "Nov", of a month from 0. */
export function month_text(month: number): string {
  return month_format()?.format(Date.UTC(2000, month)) ?? text.months[month] ?? '';
}

/** "16 Nov" */
export function date_month_text(month: number, date: number): string {
  return date_month_format()?.format(Date.UTC(2000, month, date)) ?? `${date} ${month_text(month)}`;
}

/** "16 Nov 2023, 18:17 UTC" */
export function minute_text(time: string): string {
  return `${day_text(time)}, ${parts_of(time).minute} ${text.utc}`;
}

/** "16 Nov 2023, 18:17:03 UTC" */
export function second_text(time: string): string {
  return `${day_text(time)}, ${parts_of(time).second} ${text.utc}`;
}

/** A bound, for a column that says UTC: the day alone when it falls on midnight, else with its minute. */
export function bare_text(time: string): string {
  return time.endsWith('T00:00:00Z') ? day_text(time) : `${day_text(time)}, ${parts_of(time).minute}`;
}

/** "1 Mar 2026 UTC" */
export function bound_text(time: string): string {
  return `${bare_text(time)} ${text.utc}`;
}

/** "1 Mar – 1 Apr 2026 UTC"; with `days_only` whatever the hour. */
export function between_text(from: string, to: string, days_only = false): string {
  const begin = days_only ? day_text(from) : bare_text(from);
  const end = days_only ? day_text(to) : bare_text(to);
  const year = ` ${parts_of(to).year}`;
  const short = begin.endsWith(year) && end.endsWith(year) ? begin.slice(0, -year.length) : begin;
  return `${short} – ${end} ${text.utc}`;
}

/** Every digit the ledger holds: "16 Nov 2023, 18:17:03.979960 UTC" */
export function exact_text(time: string): string {
  const { second: clock, fraction } = parts_of(time);
  return `${day_text(time)}, ${clock}${fraction ? `.${fraction}` : ''} ${text.utc}`;
}

/** How long ago a moment was, in its largest whole unit; the future counts as now. */
export function ago_text(time: string, now_millis: number): string {
  const minutes = Math.floor((now_millis - Number(micros_of(time) / 1000n)) / 60_000);
  if (minutes < 1) return text.ago.now;
  if (minutes < 60) return text.ago.minutes(minutes);
  if (minutes < 60 * 48) return text.ago.hours(Math.floor(minutes / 60));
  if (minutes < 60 * 24 * 60) return text.ago.days(Math.floor(minutes / (60 * 24)));
  if (minutes < 60 * 24 * 730) return text.ago.months(Math.floor(minutes / (60 * 24 * 30.44)));
  return text.ago.years(Math.floor(minutes / (60 * 24 * 365.25)));
}
