// SPDX-License-Identifier: Apache-2.0
// An index over one account's events: position, type and the marks of the picture, by version. Built in slices so
// that the worker stays free to answer, and extended when the log grows. Holds no event itself.

import { event_types } from '../core/catalogue';
import type { EventType, LedgerEvent, LotKind } from '../core/forms';
import type { Ledger } from '../core/ledger';
import type { Mark, TypeCounts } from '../core/protocol';
import { Int64List } from '../lib/int64_list';
import { micros_of } from '../lib/time';
import { UsageIndex } from './usage_index';

// Events asked of the core at a time: about 5 ms of work.
const slice_events = 1000;

export class EventIndex {
  readonly #ledger: Ledger;
  readonly #account: string;
  readonly #seqs = new Int64List();
  // Versions of each type, ascending.
  readonly #versions = new Map<EventType, number[]>(event_types.map(({ type }) => [type, []]));
  readonly marks: Mark[] = [];
  readonly usage = new UsageIndex();

  constructor(ledger: Ledger, account: string) {
    this.#ledger = ledger;
    this.#account = account;
  }

  get version(): number {
    return this.#seqs.length;
  }

  /** Indexes the events up to `version`, giving the worker a breath after each slice. */
  async extend(version: number, breathe: () => Promise<void>): Promise<void> {
    while (this.version < version) {
      const limit = Math.min(slice_events, version - this.version);
      const events = this.#ledger.events(this.#account, this.version + 1, limit);
      if (events.length === 0) return;
      for (const event of events) this.#add(event);
      await breathe();
    }
  }

  /** Position of the event with this version; asks the core when the index is not that far yet. */
  seq_of(version: number): bigint {
    const known = this.#seqs.at(version - 1);
    if (known !== undefined) return known;
    const [event] = this.#ledger.events(this.#account, version, 1);
    return event ? BigInt(event.seq) : 0n;
  }

  event(version: number): LedgerEvent | undefined {
    return this.#ledger.events(this.#account, version, 1)[0];
  }

  counts(up_to: number): TypeCounts {
    const counts: TypeCounts = {};
    for (const [type, versions] of this.#versions) {
      const count = count_up_to(versions, up_to);
      if (count > 0) counts[type] = count;
    }
    return counts;
  }

  /** Events of a type (or all), oldest first, from the `first`-th on. */
  rows(type: EventType | null, first: number, limit: number): LedgerEvent[] {
    if (type === null) return this.#ledger.events(this.#account, first + 1, limit);
    return this.#events((this.#versions.get(type) ?? []).slice(first, first + limit));
  }

  #add(event: LedgerEvent): void {
    this.#seqs.push(BigInt(event.seq));
    this.#versions.get(event.type)?.push(event.version);
    this.usage.add(event);
    if (event.type === 'CreditsGranted') {
      this.marks.push({
        mark: 'grant', plan: String(event['plan']), seq: BigInt(event.seq), at: micros_of(event.at),
        kind: event['kind'] as LotKind, credits: String(event['credits']),
        starts_at: micros_of(String(event['starts_at'])),
      });
    }
    if (event.type === 'PeriodClosed') {
      this.marks.push({
        mark: 'close', plan: String(event['plan']), seq: BigInt(event.seq), at: micros_of(event.at),
        term: Number(event['term']), period: Number(event['period']), expired: String(event['expired']),
      });
    }
  }

  // Neighbours are asked for together.
  #events(versions: readonly number[]): LedgerEvent[] {
    const found: LedgerEvent[] = [];
    for (let begin = 0; begin < versions.length;) {
      let end = begin + 1;
      while (end < versions.length && versions[end]! === versions[end - 1]! + 1) end += 1;
      found.push(...this.#ledger.events(this.#account, versions[begin]!, end - begin));
      begin = end;
    }
    return found;
  }
}

/** How many of the ascending versions are <= `up_to`. */
function count_up_to(versions: readonly number[], up_to: number): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (versions[middle]! <= up_to) low = middle + 1;
    else high = middle;
  }
  return low;
}
