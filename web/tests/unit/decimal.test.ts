// SPDX-License-Identifier: Apache-2.0
// Credits stay exact from string to string.

import { describe, expect, test } from 'vitest';
import { basis_points, credits_of, for_drawing, micro_of, number_printer, sum_credits, whole_steps } from '../../src/lib/decimal';

describe('credits', () => {
  test.each([
    ['0', 0n], ['1250', 1_250_000_000n], ['0.000125', 125n], ['-3.5', -3_500_000n],
    ['9223372036854.775807', 9_223_372_036_854_775_807n],
  ])('%s is %s micro-credits, and back', (text, amount) => {
    expect(micro_of(text)).toBe(amount);
    expect(credits_of(amount)).toBe(text);
  });

  test.each(['', '1.', '.5', '1.0000001', '1e3', ' 1', 'NaN'])('%j is not a number of credits', (text) => {
    expect(() => micro_of(text)).toThrow(RangeError);
  });

  test('sums are exact where doubles are not', () => {
    expect(sum_credits(['0.1', '0.2'])).toBe('0.3');
    expect(sum_credits(Array.from({ length: 1000 }, () => '9007199254.740993'))).toBe('9007199254740.993');
    expect(sum_credits([])).toBe('0');
  });

  test('shares are rounded half up and never beyond sense', () => {
    expect(basis_points(1n, 3n)).toBe(3333);
    expect(basis_points(2n, 3n)).toBe(6667);
    expect(basis_points(5n, 0n)).toBe(0);
    expect(basis_points(-1n, 3n)).toBe(0);
  });

  test('drawing takes a number of credits', () => {
    expect(for_drawing(1_500_000n)).toBe(1.5);
  });
});

describe('printed for a locale', () => {
  test('every digit, grouped', () => {
    expect(number_printer('en-US').exact('1234567.000125')).toBe('1,234,567.000125');
    expect(number_printer('de-DE').exact('1234567.5')).toBe('1.234.567,5');
    expect(number_printer('en-IN').exact('1234567')).toBe('12,34,567');
    expect(number_printer('en-US').exact('9223372036854.775807')).toBe('9,223,372,036,854.775807');
  });

  test('a minus is as wide as a digit', () => {
    expect(number_printer('en-US').exact('-0.5')).toBe('−0.5');
  });

  test('the digits that matter: none from a thousand up, two from one up, all below', () => {
    const { short } = number_printer('en-US');
    expect(short('12240.000001')).toBe('12,240');
    expect(short('12240.5')).toBe('12,241');
    expect(short('4.326')).toBe('4.33');
    expect(short('0.000125')).toBe('0.000125');
    expect(short('999.999')).toBe('1,000');
    expect(short('-4.326')).toBe('−4.33');
    expect(short('0')).toBe('0');
  });

  test('other scripts get Latin digits, so that a copy can be read by a program', () => {
    expect(number_printer('ar-EG').exact('1234.5')).toMatch(/^[\d.,٬٫]+$/);
    expect(number_printer('ar-EG').exact('1234.5')).toContain('234');
  });

  test('whole credits are cut off, never rounded up to what is not there', () => {
    expect(number_printer('en-US').whole('26700.999999')).toBe('26,700');
    expect(number_printer('en-US').whole('0.9')).toBe('0');
  });

  test('counts beyond 2^53 keep their digits', () => {
    expect(number_printer('en-US').count(9007199254740993n)).toBe('9,007,199,254,740,993');
  });

  test('shares have one digit after the point', () => {
    expect(number_printer('en-US').percent(800)).toBe('8.0%');
  });
});

test('what is typed becomes whole steps, towards zero, on both sides of it', () => {
  expect([-20, -90, 2.9, -2.9, 0].map((value) => whole_steps(value, 1))).toEqual([-20, -90, 2, -2, 0]);
  expect([9.99, 0.29, 1.005, 19.999].map((value) => whole_steps(value, 0.01))).toEqual([9.99, 0.29, 1, 19.99]);
});
