// SPDX-License-Identifier: Apache-2.0
// What the page knows and what can be done with it: one store, read by every part, changed only here.

import { batch } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import { fault_of, type Fault } from '../core/fault';
import type { AccountLine, Names, WhyLink } from '../core/forms';
import type { Check, Moment, PictureData, Stage, Tiding, Tip } from '../core/protocol';
import { home, read_place, write_place, type Place } from '../lib/hash';
import { same_why } from '../lib/why';
import { access } from './access';
import { start_worker, type Client } from './client';

export type Phase = 'loading' | 'ready' | 'empty' | 'failed';

export interface PageState {
  phase: Phase;
  progress: { stage: Stage; loaded: number; total: number | null };
  fault: Fault | null;
  accounts: AccountLine[];
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
  picture: PictureData | null;
  live: boolean | null;
  /** null: not compared yet; `unknown`: the service could not be asked. */
  check: Check | 'unknown' | null;
}

export interface Page {
  state: PageState;
  client: Client;
  /** The plan shown: the one asked for if the account has it, else the highest in rank in force, else the first. */
  plan(): string | null;
  at_now(): boolean;
  open(account: string | null): Promise<void>;
  retry(): Promise<void>;
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

type FoldTarget = { version: number } | { seq: bigint } | 'now';

export function create_page(): Page {
  const [state, set] = createStore<PageState>({
    phase: 'loading',
    progress: { stage: 'connecting', loaded: 0, total: null },
    fault: null, accounts: [], account: null, place: read_place(location.hash), tip: { seq: 0n, version: 0 },
    moment: null, names: no_names, trail: [], indexed: 0, picture: null, live: null, check: null,
  });
  if (state.place.why) set('trail', [state.place.why]);
  const client = start_worker(hear);
  let opening = 0;

  function hear(tiding: Tiding): void {
    switch (tiding.tell) {
      case 'progress':
        set('progress', { stage: tiding.stage, loaded: tiding.loaded, total: tiding.total });
        return;
      case 'indexed':
        set('indexed', (times) => times + 1);
        void draw();
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
        if (mine === opening) show(moment, target);
      }
    } catch (thrown) {
      if (mine === opening) fail(thrown);
    } finally {
      folding = false;
      if (wish !== null && mine !== opening) void fold_wishes();
    }
  }

  function show(moment: Moment, target: FoldTarget): void {
    const now = target === 'now' || moment.version >= state.tip.version;
    batch(() => {
      set('moment', moment);
      set('place', 'as_of', now ? null : moment.seq);
    });
    write(false);
    void draw();
  }

  /** Asks for the plan's time line when the plan changed or the log grew. */
  let drawn = '';
  async function draw(): Promise<void> {
    const plan = page.plan();
    if (plan === null) return;
    const mine = opening;
    const wanted = `${mine}/${state.indexed}/${plan}`;
    if (wanted === drawn) return;
    drawn = wanted;
    try {
      const picture = await client.ask('picture', { plan });
      if (mine === opening && page.plan() === plan) set('picture', picture);
    } catch (thrown) {
      if (mine === opening) fail(thrown);
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

  const page: Page = {
    state,
    client,
    plan() {
      const { moment, place } = state;
      if (!moment) return null;
      const plans = moment.statement.plans.map(({ plan }) => plan);
      if (place.plan !== null && plans.includes(place.plan)) return place.plan;
      return moment.outlook.plans[0]?.plan ?? plans[0] ?? null;
    },
    at_now: () => state.place.as_of === null,

    async open(account) {
      opening += 1;
      const mine = opening;
      const as_of = state.place.as_of;
      set({
        phase: 'loading', fault: null, moment: null, picture: null, check: null, indexed: 0, live: null,
        progress: { stage: 'connecting', loaded: 0, total: null },
      });
      try {
        const opened = await client.ask('open', {
          base: new URL('./', document.baseURI).href, account, as_of, token: access.token(),
        });
        if (mine !== opening) return;
        if (!opened) {
          set({ phase: 'empty', accounts: [] });
          return;
        }
        batch(() => {
          set({
            phase: 'ready', accounts: opened.accounts, account: opened.account, tip: opened.tip,
            moment: opened.moment,
          });
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
    use_token(token) {
      access.use(token);
      return page.retry();
    },
    has_token: () => access.token() !== null,

    go(change) {
      const before = { ...state.place };
      const account_changes = change.account !== undefined && change.account !== state.place.account;
      if (account_changes) set('trail', []);
      set('place', account_changes ? { plan: null, as_of: null, why: null, ...change } : change);
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
    follow_trail(next.why);
    if (next.account !== null && next.account !== before.account) void page.open(next.account);
    else if (state.phase === 'ready' && next.as_of !== before.as_of) {
      fold(next.as_of === null ? 'now' : { seq: next.as_of });
    } else void draw();
  });
  return page;
}
