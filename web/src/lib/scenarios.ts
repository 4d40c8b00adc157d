// SPDX-License-Identifier: Apache-2.0
// Scenarios side by side: what is supposed in each, made, named, doubled, undone, and held whole by a link. Pure values; what
// they come to is the core's to say.

import type { Levers, PackLever, PolicyLever, RateLever, SeatLever, WorkflowLever } from '../core/forecast';

export const scenarios_max = 6;
export const name_length_max = 60;

export interface Scenario {
  /** 1 to `scenarios_max`: also its colour and its dashes, which it keeps while it lives. */
  id: number;
  name: string;
  levers: Levers;
}

export interface Board {
  scenarios: Scenario[];
  /** The scenario whose levers are shown; 0: today, without any. */
  chosen: number;
  /** How far ahead, in days. */
  days: number;
}

export const days_choices = [30, 90, 180, 365] as const;

export const empty_board: Board = { scenarios: [], chosen: 0, days: 90 };

export const has_room = ({ scenarios }: Board): boolean => scenarios.length < scenarios_max;

export function scenario_of(board: Board, id: number): Scenario | undefined {
  return board.scenarios.find((scenario) => scenario.id === id);
}

function free_id({ scenarios }: Board): number {
  for (let id = 1; ; id += 1) if (!scenarios.some((scenario) => scenario.id === id)) return id;
}

/** A new one, chosen; the same board where there is no room. */
export function add(board: Board, name: string, levers: Levers = {}): Board {
  if (!has_room(board)) return board;
  const id = free_id(board);
  return { ...board, scenarios: [...board.scenarios, { id, name: unique(board, name), levers }], chosen: id };
}

export function duplicate(board: Board, id: number): Board {
  const from = scenario_of(board, id);
  return from ? add(board, from.name, structuredClone(from.levers)) : board;
}

export function rename(board: Board, id: number, name: string): Board {
  const trimmed = name.trim().slice(0, name_length_max);
  return trimmed === '' ? board : change(board, id, (scenario) => ({ ...scenario, name: trimmed }));
}

export function remove(board: Board, id: number): Board {
  const scenarios = board.scenarios.filter((scenario) => scenario.id !== id);
  return { ...board, scenarios, chosen: board.chosen === id ? scenarios.at(-1)?.id ?? 0 : board.chosen };
}

export const choose = (board: Board, id: number): Board => ({ ...board, chosen: scenario_of(board, id) ? id : 0 });

/** Changes the chosen scenario's levers; with none chosen, a new scenario of that name begins with the change. */
export function pull(board: Board, name: string, turn: (levers: Levers) => Levers): Board {
  const begun = scenario_of(board, board.chosen) ? board : add(board, name);
  return change(begun, begun.chosen, (scenario) => ({ ...scenario, levers: without_nothing(turn(scenario.levers)) }));
}

function change(board: Board, id: number, turn: (scenario: Scenario) => Scenario): Board {
  return { ...board, scenarios: board.scenarios.map((scenario) => (scenario.id === id ? turn(scenario) : scenario)) };
}

function unique(board: Board, name: string): string {
  const taken = new Set(board.scenarios.map((scenario) => scenario.name));
  if (!taken.has(name)) return name;
  const stem = name.replace(/ \d+$/, '');
  for (let n = 2; ; n += 1) if (!taken.has(`${stem} ${n}`)) return `${stem} ${n}`;
}

// A lever that was put back is no lever: what changes nothing is not in the link.
function without_nothing(levers: Levers): Levers {
  const kept: Levers = {};
  for (const [name, value] of Object.entries(levers) as [keyof Levers, unknown][]) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    (kept as Record<string, unknown>)[name] = value;
  }
  return kept;
}

export const is_today = (levers: Levers): boolean => Object.keys(levers).length === 0;

/** Replaces the entry that `same` holds of, or appends it; null takes it out. */
function put<T>(list: readonly T[] | undefined, same: (entry: T) => boolean, next: T | null): T[] {
  const rest = list ?? [];
  const at = rest.findIndex(same);
  const kept = rest.filter((entry) => !same(entry));
  if (next === null) return kept;
  return at < 0 ? [...kept, next] : rest.map((entry, index) => (index === at ? next : entry));
}

export function with_packs(levers: Levers, next: PackLever): Levers {
  return { ...levers, packs: put(levers.packs, ({ plan }) => plan === next.plan, next.packs === 0 ? null : next) };
}

export function with_seats(levers: Levers, next: SeatLever, now: number): Levers {
  return { ...levers, seats: put(levers.seats, ({ product }) => product === next.product, next.seats === now ? null : next) };
}

/** A workflow's lever with some of its fields changed; undefined puts a field back. */
export function with_workflow(levers: Levers, workflow: string, fields: Partial<Record<keyof WorkflowLever, unknown>>): Levers {
  const before = levers.workflows?.find((entry) => entry.workflow === workflow) ?? { workflow };
  const next = Object.fromEntries(Object.entries({ ...before, ...fields })
    .filter(([name, value]) => value !== undefined && !(name === 'volume_percent' && value === 100)
      && !(name === 'growth_percent_per_month' && value === 0))) as unknown as WorkflowLever;
  const nothing = Object.keys(next).length === 1;
  return { ...levers, workflows: put(levers.workflows, (entry) => entry.workflow === workflow, nothing ? null : next) };
}

export function with_rate(levers: Levers, next: RateLever | { model: string; back: true }): Levers {
  return { ...levers, rates: put(levers.rates, ({ model }) => model === next.model, 'back' in next ? null : next) };
}

export function with_policy(levers: Levers, next: PolicyLever | { plan: string; back: true }): Levers {
  return { ...levers, policies: put(levers.policies, ({ plan }) => plan === next.plan, 'back' in next ? null : next) };
}

// Undo.

export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the last change was of: another of the same goes into the same step. */
  of: string | null;
}

// A person undoes a few steps, not a day.
const steps_max = 100;

export const begin_history = <T>(present: T): History<T> => ({ past: [], present, future: [], of: null });

/** `of`: changes of the same kind right after one another are one step, as those of a slider are. */
export function step<T>(history: History<T>, next: T, of: string | null = null): History<T> {
  if (next === history.present) return history;
  if (of !== null && of === history.of) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present].slice(-steps_max), present: next, future: [], of };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], of: null };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, of: null };
}

// Links.

/** The board as a link holds it: base64url of its JSON; null when there is nothing to hold. */
export function write_board(board: Board): string | null {
  if (board.scenarios.length === 0 && board.days === empty_board.days) return null;
  const text = JSON.stringify([board.days, board.chosen, ...board.scenarios.map(({ id, name, levers }) => [id, name, levers])]);
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** What a link holds; anything that is none of it falls away, so that an old or broken link still opens. */
export function read_board(text: string | null): Board {
  if (text === null) return empty_board;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
    const [days, chosen, ...rest] = JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    const scenarios = rest.map(read_scenario).filter((scenario): scenario is Scenario => scenario !== null)
      .filter(({ id }, at, all) => all.findIndex((other) => other.id === id) === at).slice(0, scenarios_max);
    const board = { ...empty_board, scenarios, days: days_choices.find((choice) => choice === days) ?? empty_board.days };
    return choose(board, typeof chosen === 'number' ? chosen : 0);
  } catch {
    return empty_board;
  }
}

function read_scenario(given: unknown): Scenario | null {
  if (!Array.isArray(given)) return null;
  const [id, name, levers] = given as unknown[];
  if (!Number.isInteger(id) || (id as number) < 1 || (id as number) > scenarios_max) return null;
  if (typeof name !== 'string' || name.trim() === '' || typeof levers !== 'object' || levers === null) return null;
  return { id: id as number, name: name.slice(0, name_length_max), levers: read_levers(levers as Record<string, unknown>) };
}

const lists = ['packs', 'seats', 'workflows', 'calendar', 'rates', 'prices', 'policies'] as const;
const numbers = ['growth_percent_per_month', 'seasonality_percent'] as const;
const is_entry = (given: unknown): boolean => typeof given === 'object' && given !== null && !Array.isArray(given);

// The form of what is inside is the core's to check: it names the place that is wrong.
function read_levers(given: Record<string, unknown>): Levers {
  const levers: Record<string, unknown> = {};
  if (is_entry(given['plan'])) levers['plan'] = given['plan'];
  for (const name of lists) {
    const list = given[name];
    if (Array.isArray(list) && list.every(is_entry)) levers[name] = list;
  }
  for (const name of numbers) if (Number.isInteger(given[name])) levers[name] = given[name];
  return without_nothing(levers as Levers);
}
