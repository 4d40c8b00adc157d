// SPDX-License-Identifier: Apache-2.0
// What is written without the browser's formats is what they write.

import { expect, test } from 'vitest';
import { compact, group, is_plain_english, percent } from '../../src/lib/english';

const options = { numberingSystem: 'latn' } as const;

test('whole numbers are grouped as the browser groups them', () => {
  for (const locale of ['en', 'en-US', 'en-GB']) {
    expect(is_plain_english(locale)).toBe(true);
    const format = new Intl.NumberFormat(locale, options);
    for (const value of [0, 7, -7, 999, 1000, -1000, 12_345, 999_999, 1_000_000, -123_456_789, 4_294_967_296]) {
      expect(group(value)).toBe(format.format(value));
    }
    for (const value of [0n, 10n ** 18n, -(2n ** 63n), 9_999n]) expect(group(value)).toBe(format.format(value));
  }
});

test('shares have one digit, as the browser rounds it', () => {
  const format = new Intl.NumberFormat('en-US', { ...options, style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const points = [0, 1, 4, 5, 1_234_567, 99_999_995];
  for (let i = 0; i < 12_000; i += 7) points.push(i);
  for (const value of points) {
    expect(percent(value)).toBe(format.format(value / 10_000));
    if (value !== 0) expect(percent(-value)).toBe(format.format(-value / 10_000));
  }
});

test('labels of axes are as short as the browser makes them', () => {
  const format = new Intl.NumberFormat('en-US', { ...options, notation: 'compact', maximumFractionDigits: 2 });
  const values = [0, 0.25, 0.5, 1, 2.5, 12.34, 999, 999.4, 1000, 1500, 1250, 2_500, 99_999, 123_456, 999_994, 999_996, 1e6, 1.25e6, 5e6, 12_345_678, 1e9,
    2.5e9, 7.5e11, 1e12, 1.5e12, 999.999e12];
  for (let i = 1; i < 400; i += 1) values.push(i * 25, i * 12_500, i * 250_000);
  for (const value of values) {
    expect(compact(value)).toBe(format.format(value));
    if (value !== 0) expect(compact(-value)).toBe(format.format(-value));
  }
});

test('other kinds of English are left to the browser', () => {
  for (const locale of ['en-IN', 'en-ZA', 'de', 'eng', 'en-US-u-nu-arab']) expect(is_plain_english(locale)).toBe(false);
});
