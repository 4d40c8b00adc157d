// SPDX-License-Identifier: Apache-2.0
// No digit of the core's JSON is lost on its way through the page.

import { expect, test } from 'vitest';
import { parse_exact, print_exact } from '../../src/core/json';

test('integers beyond 2^53 come back as BigInt, all others as numbers', () => {
  expect(parse_exact('{"input":9007199254740993,"output":12,"rate":0.5}'))
    .toEqual({ input: 9007199254740993n, output: 12, rate: 0.5 });
  expect(parse_exact('[9007199254740991]')).toEqual([9007199254740991]);
});

test('strings that look like large numbers stay strings', () => {
  expect(parse_exact('{"memo":":9007199254740993","n":9007199254740993}'))
    .toEqual({ memo: ':9007199254740993', n: 9007199254740993n });
});

test('an event is printed with the integers it came with', () => {
  const text = '{\n  "input": 9007199254740993,\n  "usage": "u"\n}';
  expect(print_exact(parse_exact(text))).toBe(text);
});
