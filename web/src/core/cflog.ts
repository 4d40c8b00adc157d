// SPDX-License-Identifier: Apache-2.0
// The newest event of a .cflog document as the bytes it was stored as: what its leaf hash is made of. Reading and checking
// the document otherwise is the core's; events/FORMAT.md has the bytes.

import { FaultError } from './fault';

export interface StoredEvent {
  seq: bigint;
  bytes: Uint8Array<ArrayBuffer>;
}

const magic_bytes = 9;
const check_bytes = 8;
const digest_bytes = 6;
const kinds = { header: 0, block: 1, end: 2 } as const;
const records = { event: 1, batch: 2, departed: 3 } as const;

class Reader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  at: number;

  constructor(bytes: Uint8Array<ArrayBuffer>, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new FaultError({ code: 'damaged', message: `The log ends within byte ${this.at}.` });
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  length(): number {
    const [a, b, c, d] = this.take(4);
    return a! * 0x1000000 + b! * 0x10000 + c! * 0x100 + d!;
  }

  id(): void {
    this.take(Number(this.varint()));
  }
}

/** null: the document has no event. */
export function newest_event(document: Uint8Array<ArrayBuffer>): StoredEvent | null {
  const reader = new Reader(document, magic_bytes);
  let newest: StoredEvent | null = null;
  let seq = 0n;
  for (;;) {
    const kind = reader.byte();
    const length = reader.length();
    const end = reader.at + length;
    if (kind === kinds.end) return newest;
    if (kind === kinds.header) seq = reader.varint();
    while (kind === kinds.block && reader.at < end) {
      const record = reader.byte();
      if (record === records.event) {
        seq += reader.varint();
        newest = { seq, bytes: reader.take(Number(reader.varint())) };
      } else if (record === records.batch) {
        reader.id();
        reader.id();
        reader.take(digest_bytes);
        reader.varint();
      } else if (record === records.departed) {
        reader.id();
        reader.id();
        seq += reader.varint();
      } else {
        throw new FaultError({ code: 'damaged', message: `The log has a record of kind ${record}.` });
      }
    }
    reader.at = end + check_bytes;
  }
}
