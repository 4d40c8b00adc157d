// SPDX-License-Identifier: Apache-2.0
// Made when first asked for, and no second time, whatever it is.

import { expect, test } from 'vitest';
import { once, once_each } from '../../src/lib/once';

test('made once, also when it is nothing', () => {
  let made = 0;
  const nothing = once(() => {
    made += 1;
    return null;
  });
  expect(made).toBe(0);
  expect([nothing(), nothing()]).toEqual([null, null]);
  expect(made).toBe(1);
});

test('once for each key', () => {
  const asked: string[] = [];
  const length_of = once_each((key) => {
    asked.push(key);
    return key.length;
  });
  expect([length_of('EUR'), length_of('yen'), length_of('EUR')]).toEqual([3, 3, 3]);
  expect(asked).toEqual(['EUR', 'yen']);
});

test('what failed is tried again', () => {
  let tries = 0;
  const second = once(() => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  expect(second).toThrow('not yet');
  expect(second()).toBe(2);
});
