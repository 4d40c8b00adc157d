// SPDX-License-Identifier: Apache-2.0
// splitmix64 in integers only, so that a seed means the same stream on every machine and in every year.

const MASK = (1n << 64n) - 1n;

export class Random {
  constructor(seed) { this.state = BigInt(seed) & MASK; }

  next() {
    this.state = (this.state + 0x9e3779b97f4a7c15n) & MASK;
    let z = this.state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  }

  // From low to high, both included. The bias of the remainder does not matter here.
  big(low, high) { return low + this.next() % (high - low + 1n); }

  int(low, high) { return Number(this.big(BigInt(low), BigInt(high))); }

  percent(n) { return this.int(0, 99) < n; }

  // Undefined from an empty list.
  pick(list) { return list.length === 0 ? undefined : list[this.int(0, list.length - 1)]; }

  // REQUIRES: pairs of weight and anything, at least one weight above 0.
  weighted(pairs) {
    let n = this.int(0, pairs.reduce((total, [weight]) => total + weight, 0) - 1);
    for (const [weight, thing] of pairs) {
      n -= weight;
      if (n < 0) return thing;
    }
    throw new Error('weights');
  }
}
