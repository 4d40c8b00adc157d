// SPDX-License-Identifier: Apache-2.0
// Who and what used credits, day by day: one small record for each charge, summed up to any version when asked.

import type { LedgerEvent } from '../core/forms';
import type { UsageBy, UsageGroup } from '../core/protocol';
import { credits_of, for_drawing, micro_of } from '../lib/decimal';
import { Int64List } from '../lib/int64_list';
import { day, micros_of } from '../lib/time';

class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  number_of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

// What a spark line shows.
const spark_days = 60;

export class UsageIndex {
  readonly #names: Record<UsageBy, Names> = { workflow: new Names(), model: new Names(), actor: new Names() };
  readonly #versions: number[] = [];
  readonly #days: number[] = [];
  readonly #credits = new Int64List();
  readonly #of: Record<UsageBy, number[]> = { workflow: [], model: [], actor: [] };

  add(event: LedgerEvent): void {
    if (event.type !== 'CreditsConsumed') return;
    this.#versions.push(event.version);
    this.#days.push(Number(micros_of(event.at) / day));
    this.#credits.push(micro_of(String(event['credits'])));
    this.#of.workflow.push(this.#names.workflow.number_of(String(event['workflow'])));
    this.#of.model.push(this.#names.model.number_of(String(event['model'])));
    this.#of.actor.push(this.#names.actor.number_of(event.actor ?? ''));
  }

  /** Charges up to a version, by what they have in common; what has no actor is under ''. */
  by(by: UsageBy, up_to: number): UsageGroup[] {
    const { list } = this.#names[by];
    const sums = list.map(() => ({ charges: 0, credits: 0n, days: new Float64Array(spark_days) }));
    let last_day = 0;
    let count = 0;
    for (; count < this.#versions.length && this.#versions[count]! <= up_to; count += 1) last_day = Math.max(last_day, this.#days[count]!);
    for (let at = 0; at < count; at += 1) {
      const sum = sums[this.#of[by][at]!]!;
      sum.charges += 1;
      const credits = this.#credits.at(at)!;
      sum.credits += credits;
      const place = spark_days - 1 - (last_day - this.#days[at]!);
      if (place >= 0) sum.days[place]! += for_drawing(credits);
    }
    return sums.flatMap(({ charges, credits, days }, number) => (charges === 0 ? []
      : [{ name: list[number]!, charges, credits: credits_of(credits), days }]));
  }
}
