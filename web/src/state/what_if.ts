// SPDX-License-Identifier: Apache-2.0
// The scenarios of the page and what the core says of each: asked again whenever one of them, the moment or the log changes.

import { createEffect, createMemo, createSignal, on, untrack } from 'solid-js';
import { fault_of, type Fault } from '../core/fault';
import type { Ask, AskedAnswer, Levers, ScenarioForm, Simulation } from '../core/forecast';
import type { Catalog } from '../core/forms';
import { begin_history, empty_board, pull, read_board, redo, scenario_of, step, undo, write_board, type Board, type Scenario } from '../lib/scenarios';
import { faults, text } from '../text';
import { start_forecaster, type Client } from './client';
import { replaced, type Past } from './learning';
import { create_pool } from './pool';

/** What is known of one scenario, or of today (0). `told` stays while a newer answer is on its way. */
export interface Outcome {
  told: Simulation | null;
  fault: Fault | null;
  running: boolean;
}

export interface WhatIf {
  board(): Board;
  chosen(): Scenario | undefined;
  /** The levers shown: of the chosen scenario, or none. */
  levers(): Levers;
  catalog(): Catalog | null;
  outcome(id: number): Outcome;
  /** How much of a long log the forecasts have learned, 0 to 1; null: they are not learning. */
  learning(): number | null;
  /** Changes the board; `of` joins changes of one control into one step. */
  turn(next: Board, of?: string): void;
  pull(of: string, turn: (levers: Levers) => Levers): void;
  undo(): void;
  redo(): void;
  can_undo(): boolean;
  can_redo(): boolean;
  /** Whether there is a moment to ask about, and the picture of it is there. */
  ready(): boolean;
  /** Asks the chosen scenario a question that is not asked all the time. */
  ask(question: Ask): Promise<AskedAnswer>;
  /** Takes what a link says; without a step to undo. */
  reset(text: string | null): void;
}

/** Of what the scenarios are asked: the account's log up to a moment. null: nothing is open. */
export interface Ground {
  /** Which log; the same one while it only grows. */
  ledger: string;
  account: string;
  /** Position of the account's newest event. */
  tip: bigint;
  /** Position they branch at; null: the end. */
  as_of: bigint | null;
}

// The same futures each time, so that a difference is the levers' alone.
const seed = 1;
const futures = 1000;
// Enough to see where it goes while the rest is worked out.
const futures_first = 200;
// A hand that moves a slider is not asked about at every millimetre.
const settle_ms = 60;

const nothing: Outcome = { told: null, fault: null, running: false };

export function create_what_if(client: Client, ground: () => Ground | null, note: (text: string | null) => void, first: string | null): WhatIf {
  const [learning, put_learning] = createSignal<number | null>(null);
  const pool = create_pool(navigator.hardwareConcurrency || 1, start_forecaster, put_learning);
  const [history, put_history] = createSignal(begin_history(read_board(first)));
  const [outcomes, put_outcomes] = createSignal<ReadonlyMap<number, Outcome>>(new Map());
  const [catalog, put_catalog] = createSignal<Catalog | null>(null);
  const board = (): Board => history().present;
  const chosen = createMemo(() => scenario_of(board(), board().chosen));
  // What each scenario is to be asked, what it was last asked, and which of them are still waiting. An answer that comes
  // while a hand moves on is shown, and is not yet the one to this.
  const wanted = new Map<number, string>();
  const forms = new Map<number, string>();
  const busy = new Set<number>();

  const turn_to = (next: ReturnType<typeof history>): void => {
    put_history(next);
    note(write_board(next.present));
  };

  const form_of = (on_ground: Ground, levers: Levers, asks: Ask[] = []): ScenarioForm => ({
    ...(on_ground.as_of === null ? {} : { as_of: Number(on_ground.as_of) }),
    seed, futures, days: board().days, renew: true, levers, ...(asks.length > 0 ? { asks } : {}),
  });

  const key_of = (on_ground: Ground, levers: Levers): string => JSON.stringify([on_ground.ledger, String(on_ground.tip), form_of(on_ground, levers)]);

  // The rules of an opened ledger stay what they are.
  let rules: { ledger: string; catalog: Promise<Catalog> } | undefined;
  const rules_of = (ledger: string): Promise<Catalog> => {
    if (rules?.ledger !== ledger) {
      rules = { ledger, catalog: client.ask('catalog', { shipped: false }) };
      rules.catalog.catch(() => {
        rules = undefined;
      });
    }
    return rules.catalog;
  };
  const past_of = ({ ledger, account, tip, as_of }: Ground): Past => {
    const to = as_of ?? tip;
    return {
      ledger, account, to,
      catalog: () => rules_of(ledger),
      read: (after) => client.ask('log', { of: 'account', after, to }),
    };
  };
  const simulate = (name: string, on_ground: Ground, form: ScenarioForm): Promise<Simulation> =>
    pool.simulate(name, form, past_of(on_ground));

  const put = (id: number, change: Partial<Outcome>): void => {
    const next = new Map(outcomes());
    next.set(id, { ...(next.get(id) ?? nothing), ...change });
    put_outcomes(next);
  };

  // To be asked again once it is settled what is looked at.
  const forget = (id: number): void => {
    forms.delete(id);
    busy.delete(id);
  };

  async function tell(id: number, on_ground: Ground, levers: Levers): Promise<void> {
    const form = form_of(on_ground, levers);
    const key = key_of(on_ground, levers);
    if (forms.get(id) === key) return;
    forms.set(id, key);
    busy.add(id);
    put(id, { running: true });
    try {
      if (id === board().chosen) {
        const first = await simulate(String(id), on_ground, { ...form, futures: futures_first });
        if (forms.get(id) !== key) return;
        put(id, { told: first });
        // The rest of it would turn all back to a moment that is looked at no more.
        const now = ground();
        if (!now || key_of(now, levers) !== key) return forget(id);
      }
      const told = await simulate(String(id), on_ground, form);
      if (forms.get(id) !== key) return;
      busy.delete(id);
      put(id, { told, fault: null, running: wanted.get(id) !== key });
    } catch (thrown) {
      if (forms.get(id) !== key) return;
      if (thrown === replaced) {
        forget(id);
        const now = ground();
        // Back where it was before anybody noticed.
        if (now && key_of(now, levers) === key && wanted.get(id) === key) void tell(id, now, levers);
        return;
      }
      busy.delete(id);
      const fault = fault_of(thrown);
      const said = fault.code === 'memory' ? { ...fault, message: faults.too_long } : fault;
      put(id, { told: null, fault: said, running: wanted.get(id) !== key });
    }
  }

  createEffect(on(() => ground()?.ledger, (ledger) => {
    wanted.clear();
    forms.clear();
    busy.clear();
    put_outcomes(new Map());
    if (ledger !== undefined) void rules_of(ledger).then(put_catalog, () => {});
  }));
  let settling: ReturnType<typeof setTimeout> | undefined;
  createEffect(on([board, ground], () => {
    clearTimeout(settling);
    const on_ground = untrack(ground);
    if (!on_ground) return;
    // Said at once: what is shown is not yet of these levers.
    for (const { id, levers } of [{ id: 0, levers: {} }, ...board().scenarios]) {
      const key = key_of(on_ground, levers);
      wanted.set(id, key);
      put(id, { running: busy.has(id) || forms.get(id) !== key });
    }
    settling = setTimeout(() => {
      const { scenarios } = board();
      for (const id of [...forms.keys()]) {
        if (id === 0 || scenarios.some((scenario) => scenario.id === id)) continue;
        wanted.delete(id);
        forms.delete(id);
        busy.delete(id);
        const rest = new Map(outcomes());
        rest.delete(id);
        put_outcomes(rest);
      }
      // What is looked at comes first.
      const sorted = [...scenarios].sort((a, b) => Number(b.id === board().chosen) - Number(a.id === board().chosen));
      if (forms.get(0) === undefined) void tell(0, on_ground, {});
      for (const { id, levers } of sorted) void tell(id, on_ground, levers);
      void tell(0, on_ground, {});
    }, settle_ms);
  }));
  return {
    board,
    chosen,
    levers: () => chosen()?.levers ?? {},
    catalog,
    outcome: (id) => outcomes().get(id) ?? nothing,
    learning,
    ready: () => ground() !== null,
    turn: (next, of) => turn_to(step(history(), next, of ?? null)),
    pull: (of, turn) => turn_to(step(history(), pull(board(), text.what_if.first_name, turn), `${board().chosen} ${of}`)),
    undo: () => turn_to(undo(history())),
    redo: () => turn_to(redo(history())),
    can_undo: () => history().past.length > 0,
    can_redo: () => history().future.length > 0,
    async ask(question) {
      for (;;) {
        const on_ground = ground();
        if (!on_ground) throw new Error('nothing is open');
        const levers = chosen()?.levers ?? {};
        try {
          const { answers } = await simulate(`ask ${question.ask}`, on_ground, form_of(on_ground, levers, [question]));
          const [answer] = answers;
          if (!answer) throw new Error(`the core gave no answer to ${question.ask}`);
          return answer;
        } catch (thrown) {
          // The moment moved on, or the log did: then the question is of what is shown now.
          if (thrown !== replaced || ground() === on_ground) throw thrown;
        }
      }
    },
    reset: (link) => put_history(begin_history(link === null ? empty_board : read_board(link))),
  };
}
