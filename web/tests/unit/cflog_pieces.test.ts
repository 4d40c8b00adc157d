// SPDX-License-Identifier: Apache-2.0
// Pieces of a log, put together, are its bytes; each but the last ends where a section does; what is no log is one piece.

import { expect, test } from 'vitest';
import { cflog_pieces, chunks_of, type Piece } from '../../src/core/cflog_pieces';

const magic = [0x89, 0x43, 0x46, 0x4c, 0x4f, 0x47, 0x0d, 0x0a, 2];
const section = (kind: number, length: number): number[] =>
  [kind, 0, 0, length >> 8, length & 255, ...Array.from({ length: length + 8 }, (_, i) => (i * 7) & 255)];

const borders: number[] = [];
const log = new Uint8Array([1, 2].flatMap(() => [magic, section(0, 2), section(1, 300), section(1, 70), section(2, 3)])
  .reduce((bytes: number[], part) => {
    bytes.push(...part);
    if (part !== magic) borders.push(bytes.length);
    return bytes;
  }, []));

async function pieces_of(bytes: Uint8Array, chunk: number, size: number): Promise<Piece[]> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  const pieces: Piece[] = [];
  for await (const piece of cflog_pieces(chunks, size)) pieces.push({ bytes: piece.bytes.slice(), last: piece.last });
  return pieces;
}

const together = (pieces: Piece[]): number[] => pieces.flatMap(({ bytes }) => [...bytes]);

test('whatever the chunks and sizes, nothing is lost and pieces end with sections', async () => {
  for (const chunk of [1, 7, 64, 333, 10_000]) {
    for (const size of [1, 50, 320, 400, 10_000]) {
      const pieces = await pieces_of(log, chunk, size);
      expect(together(pieces)).toEqual([...log]);
      expect(pieces.map(({ last }) => last)).toEqual(pieces.map((_, i) => i === pieces.length - 1));
      let at = 0;
      for (const { bytes, last } of pieces) {
        at += bytes.length;
        if (!last) expect(borders).toContain(at);
      }
    }
  }
  expect((await pieces_of(log, 64, 50)).length).toBeGreaterThan(4);
});

test('bytes that are cut short, damaged or no log come whole, for the core to say so', async () => {
  const cut = log.subarray(0, borders[1]! + 100);
  expect(together(await pieces_of(cut, 64, 50))).toEqual([...cut]);
  const damaged = log.slice();
  damaged[borders[0]! + 1] = 0x7f;
  const pieces = await pieces_of(damaged, 64, 50);
  expect(together(pieces)).toEqual([...damaged]);
  expect(pieces.at(-1)?.last).toBe(true);
  expect(await pieces_of(new Uint8Array(0), 64, 50)).toEqual([{ bytes: new Uint8Array(0), last: true }]);
});

test('a log that stops being one is not held to its end', async () => {
  const long = new Uint8Array(20_000_000).fill(0xff);
  long.set(log.subarray(0, borders[1]));
  let given = 0;
  const chunks = (function* () {
    for (const chunk of chunks_of(long)) {
      given += 1;
      yield chunk;
    }
  })();
  const pieces: Piece[] = [];
  for await (const piece of cflog_pieces(chunks)) pieces.push(piece);
  expect(pieces.length).toBe(2);
  expect(given).toBeLessThan(4);
});

test('chunks of bytes that are there are those bytes', () => {
  const bytes = new Uint8Array(10_000_000).map((_, i) => i & 255);
  const chunks = [...chunks_of(bytes)];
  expect(chunks.length).toBe(3);
  expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
  expect(chunks[1]?.[0]).toBe(bytes[chunks[0]!.length]);
});
