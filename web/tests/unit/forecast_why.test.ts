// SPDX-License-Identifier: Apache-2.0
// What a forecast is made of, told from the simulation's own figures.

import { describe, expect, test } from 'vitest';
import type { ForecastPeriod, LearnedUse, Simulation, Spread } from '../../src/core/forecast';
import type { WhyStep } from '../../src/core/forms';
import { number_printer } from '../../src/lib/decimal';
import { forecast_why } from '../../src/lib/forecast_why';

const printer = number_printer('en-US');
const same = (value: string): Spread => ({ p10: value, p50: value, p90: value });
const nothing: Spread<string[]> = { p10: [], p50: ['0'], p90: [] };

const period = (change: Partial<ForecastPeriod>): ForecastPeriod => ({
  term: 1, period: 2, starts_at: '2026-11-03T00:00:00Z', ends_at: '2027-02-03T00:00:00Z', on_exhaustion: 'stop', granted: '7000000', consumed_before: '1967545.445',
  consumed: { p10: '4896257.5', p50: '5032454.555', p90: '5032454.555' }, uncovered: { p10: '0', p50: '705514.763675', p90: '1909104.796899' },
  expired: same('0'), remaining: { p10: '0', p50: '0', p90: '130786.635084' }, whole: true,
  runs_out: { chance_percent: '85.1', p10: '2027-01-17T15:11:34.105629Z', p50: '2027-01-26T12:19:38.889839Z', p90: null }, ...change,
});

const triage: LearnedUse = {
  workflow: 'request-triage', model: 'gpt-4o-mini', supposed: false, charges: 378, days: 115, credits_per_day: '13067.342303', trend_percent_per_month: '11.4',
  bursts: { days: 2, share_percent: '1.9' }, total: { p10: '591399.6144', p50: '1216317.006226', p90: '2514392.895995' },
};

const simulation = (change: Partial<Simulation> = {}): Simulation => ({
  notice: 'Estimates promise nothing.', account: 'demo', at: '2026-11-29T06:44:33Z', version: 2092, futures: 1000, days: 90,
  history: { enough: 'full', sentence: 'Learned from 2,050 charges.' }, usage: [triage], commands: [], timeline: [], demand: nothing,
  plans: [{ plan: 'pro', chance_percent: '85.1', remaining: nothing, consumed: nothing, uncovered: nothing, expired: nothing, out_percent: [], periods: [period({})] }],
  unplaced: null, cost: { known: true, amounts: [], missing: [] }, answers: [], ...change,
});

const told = (change: Partial<Simulation> = {}) => forecast_why('3', simulation(change), printer);
const of_part = (change: Partial<Simulation>, part: RegExp): WhyStep[] => told(change).steps.filter((step) => part.test(step.part));

describe('the answer', () => {
  test('says how many futures run out, and when the middle and an early one do', () => {
    expect(told().answer).toBe('In 85.1 % of 1,000 futures credits run out in the next 90 days: in the middle one on 26\u00a0Jan\u00a02027, in one of ten by 17\u00a0Jan\u00a02027.');
  });

  test('leaves out what no future comes to', () => {
    const seldom = simulation().plans.map((plan) => ({ ...plan, chance_percent: '0.5', periods: [period({ runs_out: { chance_percent: '0.5', p10: null, p50: null, p90: null } })] }));
    expect(told({ plans: seldom }).answer).toBe('In 0.5 % of 1,000 futures credits run out in the next 90 days.');
    const never = seldom.map((plan) => ({ ...plan, chance_percent: '0' }));
    expect(told({ plans: never }).answer).toBe('In none of 1,000 futures do credits run out in the next 90 days.');
    expect(told({ plans: [] }).answer).toContain('No plan');
  });
});

describe('the steps', () => {
  test('tell a period by its own figures, with a link where it has begun', () => {
    const steps = of_part({}, /^Pro, Credit Period 2$/);
    expect(steps.map(({ value }) => value)).toEqual(['7000000', '1967545.445', '5032454.555', '0', '705514.763675', '26\u00a0Jan\u00a02027']);
    expect(steps[0]?.link).toEqual({ about: 'period', which: 'pro/1/2' });
    expect(steps[2]?.expression).toBe('8 futures of 10: 4,896,258 to 5,032,455');
    expect(steps.at(-1)?.expression).toBe('in 85.1 % of the futures; in one of ten by 17\u00a0Jan\u00a02027');
    expect(of_part({ plans: simulation().plans.map((plan) => ({ ...plan, periods: [period({ remaining: same('7') })] })) }, /^Pro/)
      .find(({ value }) => value === '7')).not.toHaveProperty('expression');
    const ahead = simulation().plans.map((plan) => ({ ...plan, periods: [period({ starts_at: '2027-02-03T00:00:00Z', consumed_before: '0', whole: false })] }));
    const later = of_part({ plans: ahead }, /^Pro/);
    expect(later[0]?.link).toBeUndefined();
    expect(later.map(({ label }) => label)).toContain('Left at the end of the forecast');
  });

  test('tell the largest uses first, what they were learned from, and how many more there are', () => {
    const small = Array.from({ length: 14 }, (_, i): LearnedUse => ({ ...triage, workflow: `w${i}`, total: same(String(i)) }));
    const steps = of_part({ usage: [...small, triage] }, /^Use to come/);
    expect(steps).toHaveLength(13);
    expect(steps[0]).toMatchObject({
      label: 'request-triage · gpt-4o-mini', value: '1216317.006226', link: { about: 'use', which: '{"workflow":"request-triage","model":"gpt-4o-mini"}' },
      expression: '8 futures of 10: 591,400 to 2,514,393; 13,067 a day now; 11.4 % more each month; 2 days far above, 1.9 % of the use; learned from 378 charges on 115 days',
    });
    expect(steps.at(-1)?.label).toBe('and 3 smaller');
  });

  test('name what was supposed, and a rest without a name', () => {
    const steps = of_part({
      usage: [
        { supposed: true, workflow: 'new', model: 'm', total: same('3') }, { supposed: false, total: same('2') },
        { supposed: false, workflow: 'w', model: 'm', moved_to: 'n', trend_percent_per_month: '-2.5', total: same('1') },
      ],
    }, /^Use to come/);
    expect(steps.map(({ label }) => label)).toEqual(['new · m', 'All smaller ones together', 'w · n in place of m']);
    expect(steps[0]?.link).toBeUndefined();
    expect(steps[0]?.expression).toContain('supposed by a lever');
    expect(steps[2]?.expression).toContain('2.5 % less each month');
  });

  test('tell of each lever what the core decided, with its clause where it said no', () => {
    const refused = { code: 'pack_wrong_plan', clause: 'AIS-3b', message: 'Not on this plan.', values: {} };
    const steps = of_part({
      commands: [
        { assumed: true, command: { command: 'RenewTerm' }, answer: { key: 'a', accepted: [] } },
        { assumed: false, command: { command: 'PurchaseCredits' }, answer: { key: 'b', refused } },
      ] as unknown as Simulation['commands'],
    }, /^What is supposed$/);
    expect(steps[0]).toMatchObject({ label: 'Renew term', value: 'accepted', expression: 'assumed: nobody asked for it' });
    expect(steps[1]).toMatchObject({ label: 'Purchase credits', value: 'refused', expression: 'Not on this plan.', clause: 'AIS-3b' });
  });

  test('end with how it was made, and with the clauses that say it is an estimate', () => {
    expect(of_part({}, /^How/).map(({ value, expression }) => value ?? expression)).toContain('1,000');
    expect(told().clauses.map(({ id }) => id)).toEqual(['AIS-4c', 'AI-6']);
    expect(told()).toMatchObject({ about: 'forecast', which: '3', account: 'demo', version: 2092 });
  });
});
