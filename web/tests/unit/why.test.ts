// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { number_printer } from '../../src/lib/decimal';
import { expression_text, money_decimal, money_text, read_why, same_why, unit_text, write_why } from '../../src/lib/why';

test('a question of why goes into a link and back', () => {
  for (const why of [
    { about: 'lot', which: 'plus/1/1/1' },
    { about: 'usage', which: 'a:b@3 c', as_of: 41n },
    { about: 'forecast', which: '3' },
    { about: 'use', which: '{"workflow":"w:1","model":"m\\n"}' },
  ] as const) expect(read_why(write_why(why))).toEqual(why);
  for (const text of [null, '', 'lot', 'lot:', 'colour:red', 'usage@0:x', 'usage@x:y']) expect(read_why(text)).toBeNull();
  expect(same_why(null, null)).toBe(true);
  expect(same_why({ about: 'lot', which: 'a/1/1/1' }, null)).toBe(false);
  expect(same_why({ about: 'line', which: '1' }, { about: 'line', which: '1', as_of: 2 })).toBe(false);
});

test('figures of an expression are grouped, moments short; ids and words stay', () => {
  const printer = number_printer('en-US');
  expect(expression_text('1200000 × 25000 ÷ 1000000', printer)).toBe('1,200,000 × 25,000 ÷ 1,000,000');
  expect(expression_text('0.000000333333 + (1000, 2000)', printer)).toBe('0.000000333333 + (1,000, 2,000)');
  expect(expression_text('2026-01-01T00:00:00Z to 2026-02-01T12:30:00Z, begun', printer))
    .toBe('1 Jan 2026 to 1 Feb 2026, 12:30, begun');
  expect(expression_text('rate card 2025-10, lot plus/1000/1/1', printer)).toBe('rate card 2025-10, lot plus/1000/1/1');
  expect(expression_text('1234567.5 − 1000', number_printer('de-DE'))).toBe('1.234.567,5 − 1.000');
  expect(unit_text('1', 'increments')).toBe('increment');
  expect(unit_text('2', 'increments')).toBe('increments');
});

test('money is written in the units of its currency, to the last digit', () => {
  const printer = number_printer('en-US');
  expect(money_text({ currency: 'USD', minor: 37536 }, printer)).toBe('375.36 USD');
  expect(money_text({ currency: 'JPY', minor: 1234 }, printer)).toBe('1,234 JPY');
  expect(money_text({ currency: 'USD', minor: -5 }, printer)).toBe('\u22120.05 USD');
  expect(money_text({ currency: 'USD', minor: 9007199254740993n }, printer)).toBe('90,071,992,547,409.93 USD');
  expect(money_decimal({ currency: 'USD', minor: -120005 })).toBe('-1200.05');
});
