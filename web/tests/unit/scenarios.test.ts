// SPDX-License-Identifier: Apache-2.0
// Scenarios as values: up to six, named, doubled, undone, and whole in a link.

import { describe, expect, test } from 'vitest';
import {
  add, begin_history, choose, duplicate, empty_board, is_today, pull, read_board, redo, remove, rename, scenario_of, scenarios_max, step,
  undo, with_packs, with_policy, with_rate, with_seats, with_workflow, write_board, type Board,
} from '../../src/lib/scenarios';

const two = add(add(empty_board, 'Scenario'), 'Scenario');

describe('a board', () => {
  test('has room for six, each with a name of its own and the first free place', () => {
    expect(two.scenarios.map(({ id, name }) => [id, name])).toEqual([[1, 'Scenario'], [2, 'Scenario 2']]);
    expect(two.chosen).toBe(2);
    let board = empty_board;
    for (let n = 0; n < 9; n += 1) board = add(board, 'Scenario');
    expect(board.scenarios).toHaveLength(scenarios_max);
    expect(add(board, 'more')).toBe(board);
    const room = add(remove(board, 3), 'again');
    expect(scenario_of(room, 3)?.name).toBe('again');
  });

  test('doubles, renames and removes', () => {
    const pulled = pull(two, 'x', (levers) => with_packs(levers, { plan: 'plus', packs: 2 }));
    const doubled = duplicate(pulled, 2);
    expect(doubled.scenarios[2]).toEqual({ id: 3, name: 'Scenario 3', levers: { packs: [{ plan: 'plus', packs: 2 }] } });
    const changed = pull(doubled, 'x', (levers) => with_packs(levers, { plan: 'plus', packs: 5 }));
    expect(scenario_of(changed, 2)?.levers.packs?.[0]?.packs).toBe(2);
    expect(rename(two, 1, '  Two packs ').scenarios[0]?.name).toBe('Two packs');
    expect(rename(two, 1, ' ')).toBe(two);
    expect(remove(two, 2).chosen).toBe(1);
    expect(remove(remove(two, 2), 1).chosen).toBe(0);
    expect(choose(two, 9).chosen).toBe(0);
  });

  test('begins a scenario when a lever is pulled with none chosen', () => {
    const board = pull(empty_board, 'What if', (levers) => ({ ...levers, growth_percent_per_month: 10 }));
    expect(board).toMatchObject({ chosen: 1, scenarios: [{ id: 1, name: 'What if', levers: { growth_percent_per_month: 10 } }] });
  });
});

describe('levers', () => {
  test('that are put back are gone', () => {
    expect(with_packs(with_packs({}, { plan: 'plus', packs: 1 }), { plan: 'plus', packs: 0 })).toEqual({ packs: [] });
    const board = pull(pull(two, '', (l) => with_packs(l, { plan: 'plus', packs: 1 })), '', (l) => with_packs(l, { plan: 'plus', packs: 0 }));
    expect(is_today(scenario_of(board, 2)!.levers)).toBe(true);
    expect(with_seats({}, { product: 'enterprise', seats: 5 }, 5).seats).toEqual([]);
    expect(with_workflow({}, 'triage', { volume_percent: 100, move_to: undefined }).workflows).toEqual([]);
    expect(with_rate(with_rate({}, { model: 'm', input: '1' }), { model: 'm', back: true }).rates).toEqual([]);
    expect(with_policy(with_policy({}, { plan: 'p', on_exhaustion: 'overage' }), { plan: 'p', back: true }).policies).toEqual([]);
  });

  test('of several workflows stand beside each other, in the order they were pulled', () => {
    const first = with_workflow({}, 'a', { volume_percent: 150 });
    const second = with_workflow(first, 'b', { move_to: 'gpt-4o-mini' });
    const third = with_workflow(second, 'a', { growth_percent_per_month: 5 });
    expect(third.workflows).toEqual([
      { workflow: 'a', volume_percent: 150, growth_percent_per_month: 5 }, { workflow: 'b', move_to: 'gpt-4o-mini' },
    ]);
  });
});

describe('undo', () => {
  const history = begin_history<Board>(empty_board);

  test('goes back and forth, and a slider is one step', () => {
    const drag = [1, 2, 3].reduce((so_far, growth) =>
      step(so_far, pull(so_far.present, 'g', (l) => ({ ...l, growth_percent_per_month: growth })), 'growth'), step(history, two));
    expect(drag.past).toHaveLength(2);
    const back = undo(drag);
    expect(back.present).toBe(two);
    expect(undo(undo(back)).present).toBe(empty_board);
    expect(redo(back).present).toBe(drag.present);
    expect(redo(redo(back))).toEqual(redo(back));
  });

  test('what is done after an undo takes the place of what was undone', () => {
    const anew = step(undo(step(history, two)), add(empty_board, 'other'));
    expect(anew.future).toEqual([]);
    expect(undo(anew).present).toBe(empty_board);
    expect(step(history, history.present)).toBe(history);
  });
});

describe('a link', () => {
  test('holds the whole board', () => {
    const board: Board = {
      chosen: 2, days: 180,
      scenarios: [
        { id: 2, name: 'Zwei Päckchen – 今', levers: { packs: [{ plan: 'pro', packs: 2, periods: { first: 2, last: 3 } }], seasonality_percent: 0 } },
        { id: 5, name: 'B', levers: { plan: { plan: 'max', cadence: 'monthly' }, workflows: [{ workflow: 'a b', move_to: 'm' }] } },
      ],
    };
    const text = write_board(board);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(read_board(text)).toEqual(board);
    expect(write_board(empty_board)).toBeNull();
    expect(read_board(null)).toEqual(empty_board);
  });

  test('that is broken opens without what is broken', () => {
    const link = (value: unknown): string => btoa(JSON.stringify(value));
    expect(read_board('%%%')).toEqual(empty_board);
    expect(read_board(link([90, 1, [1, 'A', { packs: 'no', growth_percent_per_month: 1.5, seats: [{ product: 'e', seats: 3 }] }], [0, 'B', {}], [1, 'C', {}], 7])))
      .toEqual({ chosen: 1, days: 90, scenarios: [{ id: 1, name: 'A', levers: { seats: [{ product: 'e', seats: 3 }] } }] });
    expect(read_board(link([77, 3]))).toEqual(empty_board);
  });
});
