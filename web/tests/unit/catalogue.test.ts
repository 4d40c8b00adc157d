// SPDX-License-Identifier: Apache-2.0
// The page has words for every event the core can hand it.

import { expect, test } from 'vitest';
import { event_types } from '../../src/core/catalogue';
import type { LedgerEvent } from '../../src/core/forms';
import { number_printer } from '../../src/lib/decimal';
import { event_line } from '../../src/lib/event_line';
import { text } from '../../src/text';

test('tags run from 1 without gaps', () => {
  expect(event_types.map(({ tag }) => tag)).toEqual(event_types.map((_none, at) => at + 1));
});

test.each(event_types.map(({ type }) => type))('%s has a name', (type) => {
  expect(text.event_words[type]).toMatch(/^[A-Z][a-z]+ [a-z]+$/);
});

test('a charge says what it cost, where and why', () => {
  const event: LedgerEvent = {
    type: 'CreditsConsumed', seq: 41, account: 'acme', version: 7, at: '2026-03-01T00:00:00Z',
    recorded_at: '2026-03-01T00:00:00Z', key: 'k', usage: 'u', plan: 'plus', workflow: 'triage', model: 'gpt-4o',
    query: 0, input: 1, output: 2, rate_card: 'r', credits: '1250.5', late: true, flags: ['revoked'],
  };
  expect(event_line(event, number_printer('en-US')))
    .toBe('1,251 credits · plus · triage · gpt-4o · late · revoked');
});
