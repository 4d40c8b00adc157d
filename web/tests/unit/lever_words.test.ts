// SPDX-License-Identifier: Apache-2.0
// What a scenario supposes, in words; and what of it was refused.

import { describe, expect, test } from 'vitest';
import type { Levers, Simulation, SupposedAnswer } from '../../src/core/forecast';
import { number_printer } from '../../src/lib/decimal';
import { lever_words, refusals_of, refused_words } from '../../src/lib/lever_words';

const printer = number_printer('en-US');
const says = (levers: Levers, told: Simulation | null = null): string => lever_words(levers, printer, told, { enterprise: 'Enterprise' });
const command = (name: string, more: Record<string, unknown> = {}, refused: string | null | undefined = undefined, assumed = false): SupposedAnswer => ({
  assumed, command: { command: name, ...more },
  answer: { key: null, ...(refused === undefined ? { accepted: [] } : { refused: { code: 'period_closed', clause: refused, message: 'No.', details: {} } }) },
});
const told = (...commands: SupposedAnswer[]): Simulation => ({ commands }) as unknown as Simulation;

describe('a scenario', () => {
  test('without a lever says so', () => {
    expect(says({})).toBe('no lever pulled yet');
  });

  test('says its packs, their plan where there are several, and their periods', () => {
    expect(says({ packs: [{ plan: 'pro', packs: 1 }] })).toBe('1 pack');
    expect(says({ packs: [{ plan: 'pro', packs: 3, periods: { first: 2, last: 2 } }] })).toBe('3 packs in period 2');
    expect(says({ packs: [{ plan: 'pro', packs: 3, periods: { first: 2, last: 4 } }, { plan: 'plus', packs: 1 }] }))
      .toBe('3 packs of Pro in each of periods 2 to 4, 1 pack of Plus');
  });

  test('says its plan and from when, as its lever says or as the core decided', () => {
    const levers: Levers = { plan: { plan: 'plus', cadence: 'monthly' } };
    expect(says(levers)).toBe('Plus monthly');
    expect(says(levers, told(command('StartTerm', { plan: 'plus', starts_at: '2027-02-03T00:00:00Z' })))).toBe('Plus monthly from 3 Feb 2027');
    expect(says({ plan: { ...levers.plan!, starts_at: '2027-03-01T00:00:00Z' } })).toBe('Plus monthly from 1 Mar 2027');
  });

  test('says what its workflows do', () => {
    expect(says({ workflows: [
      { workflow: 'request-triage', volume_percent: 200, move_to: 'gpt-4o-mini', starts_at: '2027-02-03T00:00:00Z' },
      { workflow: 'brief-summaries', model: 'gpt-4o', move_to: 'gpt-4o-mini' },
      { workflow: 'weekly-status', volume_percent: 50, growth_percent_per_month: -5 },
      { workflow: 'nightly', model: 'gpt-4o', per_day: { query: 0, input: 1, output: 1 } },
    ] })).toBe('request-triage ×2, request-triage on gpt-4o-mini from 3 Feb 2027, brief-summaries from gpt-4o to gpt-4o-mini, '
      + 'weekly-status ×0.5, weekly-status −5 % a month, new nightly');
  });

  test('says all else that is pulled', () => {
    expect(says({
      growth_percent_per_month: 5, seasonality_percent: 150, calendar: [{ from: '2026-12-24T00:00:00Z', to: '2027-01-02T00:00:00Z', percent: 20 }],
      seats: [{ product: 'enterprise', seats: 1500 }], rates: [{ model: 'gpt-4o', input: '1' }], policies: [{ plan: 'pro', on_exhaustion: 'overage' }],
      prices: [{ plan: 'pro' }],
    })).toBe('all use +5 % a month, weekdays and hours at 150 %, 20 % of use from 24 Dec 2026 until 2 Jan 2027, Enterprise with 1,500 seats, '
      + 'other rates of gpt-4o, Pro runs on as overage, prices of Pro');
  });
});

describe('a refusal', () => {
  test('is counted with its clauses, each once; what nobody asked for is none', () => {
    const refusals = refusals_of(told(command('PurchaseCredits', {}, 'AIS-5c'), command('PurchaseCredits', {}, 'AIS-5c'), command('RenewTerm', {}, 'X', true)));
    expect(refused_words(refusals, printer)).toBe('2 refused: AIS-5c');
    expect(refused_words(refusals_of(told(command('StartTerm', {}, null))), printer)).toBe('1 refused: period_closed');
    expect(refusals_of(null)).toEqual([]);
  });
});
