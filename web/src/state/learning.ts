// SPDX-License-Identifier: Apache-2.0
// What scenarios are run on is learned of the log once for all workers, by one of them: it is handed the log in parts, one
// while the next is written, and none is kept. Another moment takes the place of one that is still being learned.

import type { Catalog } from '../core/forms';
import type { LogPart } from '../core/ledger';
import type { ForecastQuestions } from '../core/protocol';
import type { Client } from './client';

/** A moment of an account, as its log tells it. */
export interface Past {
  /** Which log; the same one while it only grows. */
  ledger: string;
  account: string;
  /** Position up to which the log is known. */
  to: bigint;
  catalog(): Promise<Catalog>;
  /** The next part of the account's log behind a position. */
  read(after: bigint): Promise<LogPart>;
}

export const name_of = ({ ledger, to }: Past): string => `${ledger}/${to}`;

/** Said to who waits for something that nobody wants any more. */
export const replaced = new Error('a newer question took its place');

export interface Learning {
  /** Of the moment before nothing is learned any more, and who waits for it hears `replaced`. */
  turn_to(past: Past): void;
  /** What was learned of the moment turned to; asked for again it is there. */
  learned(past: Past): Promise<Uint8Array<ArrayBuffer>>;
}

/** `on_share`: hears how much of a log that comes in several parts is learned, 0 to 1; null: none is being learned. */
export function create_learning(worker: () => Client<ForecastQuestions>, on_share: (share: number | null) => void): Learning {
  let wanted = '';
  let known: Promise<Uint8Array<ArrayBuffer>> | undefined;
  // One at a time: they share what the worker has learned so far.
  let before: Promise<unknown> = Promise.resolve();

  async function learn(past: Past): Promise<Uint8Array<ArrayBuffer>> {
    const still = (): void => {
      if (wanted !== name_of(past)) throw replaced;
    };
    still();
    const { ledger, account, to } = past;
    const catalog = await past.catalog();
    const client = worker();
    const from = await client.ask('learn_from', { ledger, account, catalog, to });
    let next = from < to ? past.read(from) : undefined;
    while (next) {
      const { document, seq, last } = await next;
      still();
      next = last ? undefined : past.read(seq);
      next?.catch(() => {}); // heard of when it is waited for, if it still is
      await client.ask('learn', { document }, [document.buffer]);
      still();
      if (next) on_share(Number(seq - from) / Number(to - from));
    }
    return client.ask('learned', {});
  }

  return {
    turn_to(past) {
      if (wanted === name_of(past)) return;
      wanted = name_of(past);
      known = undefined;
    },
    learned(past) {
      if (known) return known;
      const mine = before.then(() => learn(past));
      known = mine;
      before = mine.then(() => {}, () => {
        // Learned anew when it is asked for again.
        if (known === mine) known = undefined;
      }).then(() => on_share(null));
      return mine;
    },
  };
}
