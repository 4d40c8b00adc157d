// SPDX-License-Identifier: Apache-2.0
// Who learns of the log and who simulates: once for a moment, in parts, and nothing for a moment that nobody looks at any more.

import { expect, test } from 'vitest';
import type { ScenarioForm, Simulation } from '../../src/core/forecast';
import type { Catalog } from '../../src/core/forms';
import type { ForecastQuestions } from '../../src/core/protocol';
import type { Client } from '../../src/state/client';
import type { Past } from '../../src/state/learning';
import { create_pool, worker_count } from '../../src/state/pool';

const form = { days: 30 } as unknown as ScenarioForm;
const part_events = 10n;
const sleep = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A worker that knows how far it has learned and what it has taken, and says all it is asked. */
function worker(said: string[], fails: (name: string) => string | null): Client<ForecastQuestions> {
  let lost = false;
  let covered = 0n;
  let ledger = '';
  let to = 0n;
  let taken = '';
  const answers: { [Name in keyof ForecastQuestions]: (ask: ForecastQuestions[Name]['ask']) => ForecastQuestions[Name]['answer'] } = {
    learn_from(ask) {
      if (ledger !== ask.ledger) covered = 0n;
      ({ ledger, to } = ask);
      if (covered > to) covered = 0n;
      said.push(`from ${covered} to ${to}`);
      return covered;
    },
    learn({ document }) {
      covered = BigInt(new TextDecoder().decode(document));
      said.push(`learn ${covered}`);
      return {};
    },
    learned() {
      if (covered < to) throw new Error('not read that far');
      said.push('learned');
      return new TextEncoder().encode(`${ledger}/${covered}`);
    },
    take({ branch }) {
      taken = new TextDecoder().decode(branch);
      said.push(`take ${taken}`);
      return {};
    },
    simulate: () => ({ account: taken }) as Simulation,
  };
  return {
    is_lost: () => lost,
    async ask(name, ask) {
      await sleep();
      if (lost) await new Promise(() => {});  // nobody answers any more
      const why = fails(name as string);
      lost = why === 'lost';
      if (why !== null) throw new Error(why);
      return answers[name](ask as never) as never;
    },
  };
}

interface Bench {
  said: string[];
  shares: (number | null)[];
  workers: number;
  /** Parts asked for that were not answered yet. */
  ahead: number;
  fails: (name: string) => string | null;
  past(ledger: string, to: bigint): Past;
  simulate(name: string, past: Past): Promise<string>;
}

function bench(cores: number): Bench {
  const of: Bench = {
    said: [], shares: [], workers: 0, ahead: 0, fails: () => null,
    past: (ledger, to) => ({
      ledger, account: 'a', to,
      catalog: async () => ({}) as Catalog,
      async read(after) {
        of.ahead += 1;
        await sleep();
        of.ahead -= 1;
        if (of.ahead > 1) throw new Error('more than one part is written ahead');
        const seq = after + part_events < to ? after + part_events : to;
        return { document: new TextEncoder().encode(String(seq)), seq, last: seq === to };
      },
    }),
    simulate: async (name, past) => (await pool.simulate(name, form, past)).account,
  };
  const pool = create_pool(cores, () => {
    of.workers += 1;
    return worker(of.said, (name) => of.fails(name));
  }, (share) => of.shares.push(share));
  return of;
}

test('one learns, in parts, and all take what it learned', async () => {
  const { said, shares, past, simulate, ...of } = bench(3);
  const now = past('log', 25n);
  expect(worker_count(3)).toBe(2);
  expect(await Promise.all([simulate('0', now), simulate('1', now), simulate('2', now)])).toEqual(['log/25', 'log/25', 'log/25']);
  expect(said).toEqual(['from 0 to 25', 'learn 10', 'learn 20', 'learn 25', 'learned', 'take log/25', 'take log/25']);
  expect(shares).toEqual([0.4, 0.8, null]);
  expect(of.fails('')).toBeNull();
});

test('a log that fits into one part says nothing of how far it is', async () => {
  const { shares, past, simulate } = bench(1);
  await simulate('0', past('log', 9n));
  expect(shares).toEqual([null]);
});

test('what was learned is not learned again, and a log that grew goes on from there', async () => {
  const { said, past, simulate } = bench(2);
  await simulate('0', past('log', 9n));
  await simulate('0', past('log', 9n));
  expect(await simulate('0', past('log', 12n))).toBe('log/12');
  expect(said).toEqual(['from 0 to 9', 'learn 9', 'learned', 'take log/9', 'from 9 to 12', 'learn 12', 'learned', 'take log/12']);
});

test('another moment takes the place of one that is being learned, and of all that wait for it', async () => {
  const { said, past, simulate } = bench(2);
  const [long, waits] = [simulate('0', past('log', 1000n)), simulate('1', past('log', 1000n))].map((asked) => asked.catch((thrown: Error) => thrown.message));
  await sleep(10);
  expect(await simulate('0', past('log', 5n))).toBe('log/5');
  expect(await long).toBe('a newer question took its place');
  expect(await waits).toBe('a newer question took its place');
  expect(said).not.toContain('learn 1000');
  // What it had learned by then it did not have to learn again, had it been of use.
  expect(said.filter((each) => each.startsWith('take'))).toEqual(['take log/5']);
});

test('another log is learned from its beginning', async () => {
  const { said, past, simulate } = bench(2);
  await simulate('0', past('log', 5n));
  expect(await simulate('0', past('other', 7n))).toBe('other/7');
  expect(said.slice(4)).toEqual(['from 0 to 7', 'learn 7', 'learned', 'take other/7']);
});

test('what failed is said, and tried again when it is asked for again', async () => {
  const of = bench(2);
  of.fails = (name) => (name === 'learn' ? 'out of memory' : null);
  await expect(of.simulate('0', of.past('log', 25n))).rejects.toThrow('out of memory');
  of.fails = () => null;
  expect(await of.simulate('0', of.past('log', 25n))).toBe('log/25');
});

test('a worker that is lost leaves its place to another', async () => {
  const of = bench(2);
  of.fails = (name) => (name === 'learn' ? 'lost' : null);
  await expect(of.simulate('0', of.past('log', 25n))).rejects.toThrow('lost');
  of.fails = () => null;
  expect(await of.simulate('0', of.past('log', 25n))).toBe('log/25');
  expect(of.workers).toBe(2);
  of.fails = (name) => (name === 'simulate' ? 'lost' : null);
  await expect(of.simulate('0', of.past('log', 25n))).rejects.toThrow('lost');
  of.fails = () => null;
  expect(await of.simulate('0', of.past('log', 25n))).toBe('log/25');
  expect(of.workers).toBe(3);
});

test('a newer question takes the place of one that waits under its name', async () => {
  const { past, simulate } = bench(1);
  const now = past('log', 5n);
  const asked = ['0', '1', '1'].map((name) => simulate(name, now).catch((thrown: Error) => thrown.message));
  expect(await Promise.all(asked)).toEqual(['log/5', 'a newer question took its place', 'log/5']);
});
