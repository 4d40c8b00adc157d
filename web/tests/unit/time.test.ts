// SPDX-License-Identifier: Apache-2.0
// Moments keep their microseconds and are shown in UTC, wherever the reader is.

import { describe, expect, test } from 'vitest';
import {
  ago_text, bare_text, between_text, bound_text, date_month_text, day_text, exact_text, micros_of, micros_of_seconds, minute_text, month_text, second_text, seconds_of, time_of, use_dates_of,
} from '../../src/lib/time';

describe('moments', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0n], ['2026-01-14T11:42:26.91075Z', 1_768_390_946_910_750n],
    ['1969-12-31T23:59:59.999999Z', -1n], ['2024-02-29T00:00:00.1Z', 1_709_164_800_100_000n],
  ])('%s is %s µs, and back', (time, micros) => {
    expect(micros_of(time)).toBe(micros);
    expect(time_of(micros)).toBe(time);
  });

  test.each(['2026-01-14', '2026-01-14T11:42:26+01:00', '2026-01-14T11:42:26.1234567Z', 'now'])(
    '%j is not a time in UTC', (time) => {
      expect(() => micros_of(time)).toThrow(RangeError);
    });

  test('the axis keeps microseconds', () => {
    const micros = 1_768_390_946_910_751n;
    expect(micros_of_seconds(seconds_of(micros))).toBe(micros);
  });
});

describe('said in English', () => {
  test('as exact as asked', () => {
    expect(minute_text('2023-11-16T18:17:03.97996Z')).toBe('16 Nov 2023, 18:17 UTC');
    expect(second_text('2023-11-16T18:17:03.97996Z')).toBe('16 Nov 2023, 18:17:03 UTC');
    expect(exact_text('2023-11-16T18:17:03.97996Z')).toBe('16 Nov 2023, 18:17:03.97996 UTC');
  });

  test('a bound at midnight is a day', () => {
    expect(bare_text('2026-03-01T00:00:00Z')).toBe('1 Mar 2026');
    expect(bound_text('2026-03-01T13:00:00Z')).toBe('1 Mar 2026, 13:00 UTC');
  });

  test('a span names the year once when it can', () => {
    expect(between_text('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')).toBe('1 Mar – 1 Apr 2026 UTC');
    expect(between_text('2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z')).toBe('1 Dec 2025 – 1 Jan 2026 UTC');
    expect(between_text('2026-03-01T13:00:00Z', '2026-04-01T13:00:00Z'))
      .toBe('1 Mar 2026, 13:00 – 1 Apr 2026, 13:00 UTC');
  });

  test('how long ago, in the largest whole unit', () => {
    const now = Date.UTC(2026, 2, 16, 12);
    const ago = (seconds: number): string => ago_text(time_of(BigInt(now - seconds * 1000) * 1000n), now);
    expect(ago(-5)).toBe('just now');
    expect(ago(59)).toBe('just now');
    expect(ago(60)).toBe('1 minute ago');
    expect(ago(3 * 3600)).toBe('3 hours ago');
    expect(ago(5 * 86400)).toBe('5 days ago');
    expect(ago(240 * 86400)).toBe('7 months ago');
    expect(ago(1100 * 86400)).toBe('3 years ago');
  });
});

test('days are written as the reader’s language does, English ones with letters and no doubt', () => {
  const day = '2026-11-28T00:00:00Z';
  use_dates_of('de-DE');
  expect([day_text(day), date_month_text(10, 28), month_text(10)]).toEqual(['28. Nov. 2026', '28. Nov.', 'Nov']);
  use_dates_of('ja-JP');
  expect(day_text(day)).toBe('2026年11月28日');
  use_dates_of('en-US');
  expect([day_text(day), date_month_text(10, 28), month_text(10)]).toEqual(['28 Nov 2026', '28 Nov', 'Nov']);
});
