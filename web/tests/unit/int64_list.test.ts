// SPDX-License-Identifier: Apache-2.0
// What was pushed is there, however many; beside it there is nothing.

import { expect, test } from 'vitest';
import { Int64List } from '../../src/lib/int64_list';

test('numbers of 64 bits come back, also after it grew', () => {
  const list = new Int64List();
  const numbers = Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 1n : -1n) * BigInt(i) * 1_000_000_000_000n);
  for (const number of [...numbers, 2n ** 63n - 1n, -(2n ** 63n)]) list.push(number);
  expect(list.length).toBe(5002);
  expect(numbers.map((_, i) => list.at(i))).toEqual(numbers);
  expect([list.at(5000), list.at(5001)]).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
  expect([list.at(-1), list.at(5002)]).toEqual([undefined, undefined]);
});
