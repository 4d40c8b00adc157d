// SPDX-License-Identifier: Apache-2.0
// What the page knows and what can be done with it: one store, read by every part, changed only here.

import { batch, createMemo, createSignal } from 'solid-js';
import { spans_of } from '../chart/series';
import { createStore, reconcile, unwrap } from 'solid-js/store';
import { fault_of, type Fault } from '../core/fault';
import type { Names, WhyLink } from '../core/forms';
import type { Check, Moment, PictureData, Source, Stage, Tiding, Tip } from '../core/protocol';
import { home, read_place, write_place, type Place } from '../lib/hash';
import { same_why } from '../lib/why';
import { micros_of } from '../lib/time';
import { create_what_if, type Ground, type WhatIf } from './what_if';
import { access, own_base } from './access';
import { start_worker, type Client } from './client';
import { create_opener, type Opener } from './opener';
import { is_served, opening_of, source_of, type Opening } from './sources';
import { create_turns, type Part } from './turns';

/** `start`: nothing is open, and the reader chooses what to open. */
export type Phase = 'start' | 'loading' | 'ready' | 'empty' | 'failed';

export interface PageState {
  phase: Phase;
  progress: { stage: Stage; loaded: number; total: number | null };
  fault: Fault | null;
  opening: Opening;
  accounts: string[];
  account: string | null;
  place: Place;
  tip: Tip;
  moment: Moment | null;
  /** The questions the drawer was led through, the one shown last. */
  trail: WhyLink[];
  /** What the directory calls the account's ids; empty where it offers nothing. */
  names: Names;
  /** Times the event index was completed; parts that read events ask again when it moves. */
  indexed: number;
  live: boolean | null;
  /** null: not compared yet; `unknown`: the service could not be asked. */
  check: Check | 'unknown' | null;
}

export interface Page {
  state: PageState;
  /** How often a log was opened: what was asked of one is no answer about another. */
  openings(): number;
  client: Client;
  what_if: WhatIf;
  /** The plan shown: the one asked for if the account has it, else the highest in rank in force, else the first. */
  plan(): string | null;
  /** The time line of the plan shown; null: not there yet. Of an earlier moment while the next one is on its way. */
  picture(): PictureData | null;
  /** How much of the time line that is waited for is read, from 0 to 1; null: not known. */
  drawing(): number | null;
  at_now(): boolean;
  /** The stop of the tour; null: there is none. */
  tour(): number | null;
  put_tour(stop: number | null): void;
  /** Whether there is room for a part of the page by now. */
  there(part: Part): boolean;
  open(account: string | null, is_prepared?: boolean): Promise<void>;
  retry(): Promise<void>;
  /** Opens the first account of another source; of one that the worker has prepared, without reading it again. */
  open_source(source: Source, is_prepared?: boolean): Promise<void>;
  opener: Opener;
  /** Shows the choice of what to open. */
  start(): void;
  /** Opens with a token, which this tab remembers until it is closed; null forgets it. */
  use_token(token: string | null): Promise<void>;
  has_token(): boolean;
  go(change: Partial<Place>): void;
  /** Opens the drawer with a question; from inside it, `walk` leads on and `step_back` to the one before. */
  explain(why: WhyLink): void;
  walk(why: WhyLink): void;
  step_back(): void;
  stop_explaining(): void;
  /** Folds to a version of the account; the newest means now and keeps following. */
  scrub(version: number): void;
  /** Folds to a position in the log. */
  fold_to(seq: bigint): void;
  now(): void;
  refresh_accounts(): Promise<void>;
}

const no_names: Names = { people: {}, workflows: {}, models: {} };

// How long the next moment waits for the picture of this one.
const pictures_wait_ms = 250;
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type FoldTarget = { version: number } | { seq: bigint } | 'now';

export function create_page(): Page {
  const [state, set] = createStore<PageState>({
    phase: 'loading',
    progress: { stage: 'connecting', loaded: 0, total: null },
    fault: null, opening: { from: 'service', name: null }, accounts: [], account: null, place: read_place(location.hash), tip: { seq: 0n, version: 0 },
    moment: null, names: no_names, trail: [], indexed: 0, live: null, check: null,
  });
  if (state.place.why) set('trail', [state.place.why]);
  const [picture, put_picture] = createSignal<PictureData | null>(null);
  const [drawing, put_drawing] = createSignal<number | null>(null);
  const [tour, put_tour] = createSignal<number | null>(null);
  const client = start_worker(hear);
  let opening = 0;
  const [openings, put_openings] = createSignal(0);
  // Not in the store: it may hold a file.
  let source: Source = source_of(state.place.source);
  set('opening', opening_of(source));

  function hear(tiding: Tiding): void {
    switch (tiding.tell) {
      case 'progress':
        set('progress', { stage: tiding.stage, loaded: tiding.loaded, total: tiding.total });
        return;
      case 'drawing':
        put_drawing(Number(tiding.seq) / Number(tiding.up_to));
        return;
      case 'indexed':
        set('indexed', (times) => times + 1);
        void draw(true);
        return;
      case 'grown':
        set('tip', tiding.tip);
        if (page.at_now()) fold('now');
        return;
      case 'begun':
        void page.open(null);
        return;
      case 'moved':
        // Positions of the old region mean nothing in the new one.
        set('place', 'as_of', null);
        void page.open(state.account);
        return;
      case 'link':
        set('live', tiding.live);
        return;
      case 'check':
        set('check', tiding.check ?? 'unknown');
        return;
      case 'fault':
        set({ phase: 'failed', fault: tiding.fault });
    }
  }

  // The newest wish wins: while one fold is under way only the last of the others is kept.
  let folding = false;
  let wish: FoldTarget | null = null;
  function fold(target: FoldTarget): void {
    wish = target;
    if (!folding) void fold_wishes();
  }
  async function fold_wishes(): Promise<void> {
    folding = true;
    const mine = opening;
    try {
      while (wish !== null && mine === opening) {
        const target = wish;
        wish = null;
        const moment = await client.ask('fold', target === 'now' ? {} : target);
        // A picture that is quickly made comes before the next moment; one of a long log is not waited for.
        if (mine === opening) await Promise.race([show(moment, target), rest(pictures_wait_ms)]);
      }
    } catch (thrown) {
      if (mine === opening) fail(thrown);
    } finally {
      folding = false;
      if (wish !== null && mine !== opening) void fold_wishes();
    }
  }

  function show(moment: Moment, target: FoldTarget): Promise<void> {
    const now = target === 'now' || moment.version >= state.tip.version;
    batch(() => {
      set('moment', moment);
      set('place', 'as_of', now ? null : moment.seq);
    });
    write(false);
    return draw(target === 'now');
  }

  /**
   * Asks for the plan's time line when the plan or the moment changed or the log grew. The newest wish of a person wins; a log
   * that grew (`patient`) lets the picture that is being made be finished, or one that grows fast would never be seen.
   */
  let drawn = '';
  let being_made: string | null = null;
  let once_more = false;
  async function draw(patient = false): Promise<void> {
    const plan = page.plan();
    const { moment } = state;
    if (plan === null || moment === null) return;
    const mine = opening;
    const wanted = `${mine}/${state.indexed}/${plan}/${moment.seq}`;
    if (wanted === drawn) return;
    const of = `${mine}/${plan}`;
    if (patient && being_made === of) {
      once_more = true;
      return;
    }
    drawn = wanted;
    being_made = of;
    once_more = false;
    try {
      const terms = unwrap(moment).statement.plans.filter((term) => term.plan === plan);
      const next = await client.ask('picture', {
        plan, up_to: moment.seq, moment: micros_of(moment.statement.at), spans: spans_of(terms),
      });
      if (mine === opening && wanted === drawn) put_picture(next);
    } catch (thrown) {
      // One that nobody waits for any more was given up.
      if (mine === opening && wanted === drawn) fail(thrown);
    } finally {
      if (wanted === drawn) {
        put_drawing(null);
        being_made = null;
        if (once_more) void draw(true);
      }
    }
  }

  function fail(thrown: unknown): void {
    set({ phase: 'failed', fault: fault_of(thrown) });
  }

  // Places a person chose get a step in the history; moments passed while scrubbing do not.
  function write(step: boolean): void {
    const fragment = write_place(state.place);
    if (fragment === location.hash) return;
    const url = fragment || location.pathname + location.search;
    if (step) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }

  function lead(trail: WhyLink[]): void {
    batch(() => {
      set('trail', trail);
      set('place', { why: trail.at(-1) ?? null });
    });
    write(true);
  }

  // Scenarios branch at the moment shown; when all parts are on the screen, as forecasts keep every core busy, and the picture
  // too: it is looked at first.
  const there = create_turns(() => state.phase === 'ready');
  const ground = createMemo((): Ground | null => {
    if (state.phase !== 'ready' || !there('overlays') || state.account === null || state.moment === null) return null;
    if (drawing() !== null && picture() === null) return null;
    return { ledger: `${openings()}/${state.account}`, account: state.account, tip: state.tip.seq, as_of: state.place.as_of };
  }, null, { equals: (a, b) => a?.ledger === b?.ledger && a?.tip === b?.tip && a?.as_of === b?.as_of });
  const what_if = create_what_if(client, ground, (link) => {
    set('place', 'what', link);
    write(false);
  }, state.place.what);

  const page: Page = {
    state,
    openings,
    there,
    client,
    what_if,
    plan() {
      const { moment, place } = state;
      if (!moment) return null;
      const plans = moment.statement.plans.map(({ plan }) => plan);
      if (place.plan !== null && plans.includes(place.plan)) return place.plan;
      return moment.outlook.plans[0]?.plan ?? plans[0] ?? null;
    },
    picture,
    drawing,
    tour,
    put_tour,
    at_now: () => state.place.as_of === null,

    async open(account, is_prepared = false) {
      page.opener.forget();
      opening += 1;
      const mine = opening;
      put_openings(mine);
      const as_of = state.place.as_of;
      put_picture(null);
      set({
        phase: 'loading', fault: null, moment: null, check: null, indexed: 0, live: null,
        progress: { stage: 'connecting', loaded: 0, total: null },
      });
      try {
        if (source.from === 'service') {
          // A file named in a link is not here any more.
          if (state.place.source === 'log' || state.place.source === 'usage') {
            set({ phase: 'start' });
            return;
          }
          if (source.base === own_base() && !(await is_served())) {
            if (mine === opening) set({ phase: 'start' });
            return;
          }
          source = { ...source, token: access.token(source.base) };
        }
        const opened = await client.ask('open', { source, account, as_of, is_prepared });
        if (mine !== opening) return;
        if (!opened) {
          set({ phase: 'empty', accounts: [] });
          return;
        }
        batch(() => {
          set({ phase: 'ready', accounts: opened.accounts, account: opened.account, tip: opened.tip, moment: opened.moment });
          set('place', {
            account: opened.account,
            as_of: opened.moment.version < opened.tip.version ? opened.moment.seq : null,
          });
        });
        write(false);
        void draw();
        const names = await client.ask('names', {}).catch(() => no_names);
        if (mine === opening) set('names', reconcile(names));
      } catch (thrown) {
        if (mine === opening) fail(thrown);
      }
    },
    retry: () => page.open(state.place.account),
    open_source(next, is_prepared) {
      // A link to a file cannot bring the file: who opens it again finds the link's scenarios.
      const what = next.from !== 'service' && state.place.source === next.from && state.phase !== 'ready' ? state.place.what : null;
      source = next;
      set({ opening: opening_of(next), trail: [], accounts: [], account: null });
      const from = next.from === 'service' ? (next.base === own_base() ? null : next.base) : next.from;
      set('place', { source: from, account: null, plan: null, as_of: null, what, why: null });
      what_if.reset(what);
      write(true);
      return page.open(null, is_prepared);
    },
    opener: create_opener(() => page),
    start() {
      page.opener.forget();
      opening += 1;
      set({ phase: 'start', moment: null });
      void client.ask('leave', {});
    },
    use_token(token) {
      if (source.from === 'service') access.use(source.base, token);
      return page.retry();
    },
    has_token: () => source.from === 'service' && access.token(state.opening.name ?? own_base()) !== null,

    go(change) {
      const before = { ...state.place };
      const account_changes = change.account !== undefined && change.account !== state.place.account;
      if (account_changes) set('trail', []);
      if (account_changes) what_if.reset(null);
      set('place', account_changes ? { plan: null, as_of: null, what: null, why: null, ...change } : change);
      write(true);
      if (account_changes) void page.open(state.place.account);
      else if (before.plan !== state.place.plan) void draw();
    },
    explain: (why) => lead([why]),
    walk: (why) => lead([...state.trail, why]),
    step_back: () => lead(state.trail.slice(0, -1)),
    stop_explaining: () => lead([]),
    scrub: (version) => fold(version >= state.tip.version ? 'now' : { version }),
    fold_to: (seq) => fold(seq >= state.tip.seq ? 'now' : { seq }),
    now: () => fold('now'),
    async refresh_accounts() {
      try {
        const accounts = await client.ask('accounts', {});
        if (accounts.length > 0) set('accounts', accounts);
      } catch {
        // The list shown stays; being offline is said elsewhere.
      }
    },
  };

  // Back to a question of the trail shortens it; any other begins a new one.
  function follow_trail(why: WhyLink | null): void {
    const at = why ? state.trail.findIndex((step) => same_why(step, why)) : -1;
    set('trail', why === null ? [] : at >= 0 ? state.trail.slice(0, at + 1) : [why]);
  }

  // Back, forward, or an edited address.
  addEventListener('popstate', () => {
    const next = read_place(location.hash);
    const before = { ...state.place };
    set('place', { ...home, ...next });
    if (next.source !== before.source) {
      source = source_of(next.source);
      set({ opening: opening_of(source), trail: [], accounts: [] });
      void page.open(next.account);
      return;
    }
    follow_trail(next.why);
    if (next.what !== before.what) what_if.reset(next.what);
    if (next.account !== null && next.account !== before.account) void page.open(next.account);
    else if (state.phase === 'ready' && next.as_of !== before.as_of) {
      fold(next.as_of === null ? 'now' : { seq: next.as_of });
    } else void draw();
  });
  return page;
}
