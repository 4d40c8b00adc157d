// SPDX-License-Identifier: Apache-2.0
// A simulation in one line: above all, which of its prices are not known.

import { expect, test } from 'vitest';
import type { Simulation } from '../../src/core/forecast';
import { line_of, missing_by_reason } from '../../src/lib/compare';

const simulation = (change: Partial<Simulation>): Simulation =>
  ({ plans: [], unplaced: null, commands: [], cost: { known: true, amounts: [], missing: [] }, ...change }) as unknown as Simulation;
const start = (refused: boolean): Simulation['commands'] => [{
  assumed: false, command: { command: 'StartTerm', plan: 'plus' },
  answer: { key: null, ...(refused ? { refused: { code: 'c', clause: null, message: '', details: {} } } : { accepted: [] }) },
}];

test('a cost is known only where each price is; a plan that begins has none', () => {
  expect(line_of(simulation({})).cost_missing).toEqual([]);
  expect(line_of(simulation({ cost: { known: false, amounts: [], missing: ['No price of a pack.'] } })).cost_missing).toEqual(['No price of a pack.']);
  expect(line_of(simulation({ commands: start(false) })).cost_missing).toEqual(['What Plus itself costs is not in the figures.']);
  expect(line_of(simulation({ commands: start(true) })).cost_missing).toEqual([]);
});

test('a reason is said once for all scenarios it is true of', () => {
  const line = line_of(simulation({ cost: { known: false, amounts: [], missing: ['No price.'] } }));
  expect(missing_by_reason([{ name: 'A', line }, { name: 'B', line: null }, { name: 'C', line }])).toEqual([{ reason: 'No price.', names: ['A', 'C'] }]);
});
