// SPDX-License-Identifier: Apache-2.0
// A list of 64-bit numbers, eight bytes each: an array of BigInts takes four times that, and logs are long.

const room_least = 1024;

export class Int64List {
  #numbers = new BigInt64Array(room_least);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(number: bigint): void {
    if (this.#length === this.#numbers.length) {
      const larger = new BigInt64Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  at(index: number): bigint | undefined {
    return index < 0 || index >= this.#length ? undefined : this.#numbers[index];
  }
}
