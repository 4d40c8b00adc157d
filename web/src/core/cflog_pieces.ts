// SPDX-License-Identifier: Apache-2.0
// Cuts .cflog documents where their sections end, so that the core reads a log of any size without holding its bytes.
// What a section says is the core's to check; events/FORMAT.md has the bytes.

/** A part of .cflog documents that ends where a section does; `last`: nothing comes after it. */
export interface Piece {
  bytes: Uint8Array;
  last: boolean;
}

/** A piece has about so many bytes: more than any section may have. */
export const piece_bytes = 4 << 20;

const magic_bytes = 9;
const head_bytes = 5;
const check_bytes = 8;
const end_kind = 2;

/**
 * Yields the bytes of `chunks` in pieces, each of which is there until the next one is asked for: they share one buffer. Bytes that
 * hold no section where one should begin are the last piece.
 */
export async function* cflog_pieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, size = piece_bytes,
): AsyncGenerator<Piece> {
  const sections = new Sections();
  let buffer = new Uint8Array(2 * size);
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length > buffer.length) buffer = grown(buffer.subarray(0, length), length + chunk.length + size);
    buffer.set(chunk, length);
    length += chunk.length;
    if (length < size) continue;
    const border = sections.border(buffer.subarray(0, length));
    if (border === 0 && length < piece_bytes) continue;
    if (border === 0) break; // no section is that long
    yield { bytes: buffer.subarray(0, border), last: false };
    buffer.copyWithin(0, border, length);
    length -= border;
  }
  yield { bytes: buffer.subarray(0, length), last: true };
}

/** Bytes that are there already, without a copy of all of them. */
export function* chunks_of(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece_bytes) yield bytes.subarray(at, at + piece_bytes);
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}

class Sections {
  #in_document = false;

  /** Where the last section that is whole ends. */
  border(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (;;) {
      const begin = this.#in_document ? at : at + magic_bytes;
      if (begin + head_bytes > bytes.length) return at;
      const end = begin + head_bytes + view.getUint32(begin + 1) + check_bytes;
      if (end > bytes.length) return at;
      this.#in_document = bytes[begin] !== end_kind;
      at = end;
    }
  }
}
