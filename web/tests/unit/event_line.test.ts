// SPDX-License-Identifier: Apache-2.0
// EKM-5: free text that is sealed is said to be, and is never shown as an object.

import { describe, expect, test } from 'vitest';
import { event_types } from '../../src/core/catalogue';
import type { EventType, LedgerEvent } from '../../src/core/forms';
import { number_printer } from '../../src/lib/decimal';
import { event_line } from '../../src/lib/event_line';

const printer = number_printer('en');
const event = (type: EventType, fields: Record<string, unknown>): LedgerEvent => ({
  type, seq: 1, account: 'a', version: 1, at: '2026-01-01T00:00:00Z', recorded_at: '2026-01-01T00:00:00Z', key: 'k',
  credits: '1', ...fields,
});

describe('EKM-5: free text in the event list', () => {
  const fields = event_types.flatMap(({ type, fields: of_type }) =>
    of_type.filter((field) => 'free_text' in field).map(({ name }) => ({ type, name })));

  test('the catalogue says which fields are free text', () => {
    expect(fields.map(({ type, name }) => `${type}.${name}`)).toEqual([
      'CreditsGranted.reason', 'CreditsConsumed.memo', 'KeyRotated.reason', 'KeyRevoked.reason', 'AccessChanged.reason',
    ]);
  });

  test.each(fields)('$type.$name reads, and reads as sealed', ({ type, name }) => {
    expect(event_line(event(type, { [name]: 'some words' }), printer)).toContain('some words');
    const sealed = event_line(event(type, { [name]: { sealed: 'ff01aa' } }), printer);
    expect(sealed).toContain('(sealed)');
    expect(sealed).not.toContain('object');
  });
});
