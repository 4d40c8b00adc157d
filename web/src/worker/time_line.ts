// SPDX-License-Identifier: Apache-2.0
// A plan's time line as far as it was asked for: read from the core part by part, and read on when the log has grown.

import { timeline_width, type Ledger, type TimelinePart } from '../core/ledger';

const room_least = 1024;

export class TimeLine {
  readonly plan: string;
  readonly #ledger: Pick<Ledger, 'timeline_part'>;
  readonly #account: string;
  #records = new BigInt64Array(room_least * timeline_width);
  #length = 0;
  #seq = 0n;

  constructor(ledger: Pick<Ledger, 'timeline_part'>, account: string, plan: string) {
    this.#ledger = ledger;
    this.#account = account;
    this.plan = plan;
  }

  /**
   * Records in log order (see `TimelinePart`), at least those up to a position. `versions`: how many events the account has,
   * and so how many there can be. `pause` lets others ask between two parts, hears how far it is, and stops it by throwing;
   * whoever asks next goes on from there.
   */
  async read(up_to: bigint, versions: number, pause: (seq: bigint) => Promise<void>): Promise<BigInt64Array> {
    while (this.#seq < up_to) {
      const { records, seq, last } = this.#next();
      this.#add(records, versions);
      this.#seq = seq;
      if (last || seq >= up_to) break;
      await pause(seq);
    }
    return this.#records.subarray(0, this.#length);
  }

  // What failed halfway is begun anew, here as in the module.
  #next(): TimelinePart {
    try {
      return this.#ledger.timeline_part(this.#account, this.plan, this.#seq);
    } catch (thrown) {
      this.#seq = 0n;
      this.#length = 0;
      throw thrown;
    }
  }

  #add(records: BigInt64Array, versions: number): void {
    const length = this.#length + records.length;
    if (length > this.#records.length) {
      const larger = new BigInt64Array(Math.max(length, Math.min(2 * length, versions * timeline_width)));
      larger.set(this.#records.subarray(0, this.#length));
      this.#records = larger;
    }
    this.#records.set(records, this.#length);
    this.#length = length;
  }
}
