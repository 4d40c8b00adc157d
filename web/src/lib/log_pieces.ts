// SPDX-License-Identifier: Apache-2.0
// Cuts a log of JSON Lines where one batch ends and another begins, so that it can be folded piece by piece.

import { FaultError } from '../core/fault';

export interface Piece {
  bytes: Uint8Array;
  /** Where it ends in the whole. */
  end: number;
  lines_before: number;
}

// About a tenth of a second of folding.
const piece_bytes = 4 << 20;
const newline = 10;
const brace = 123;

/** The pieces of a document that begins with "{"; any other document is one piece. */
export function* line_pieces(whole: Uint8Array, bytes_max = piece_bytes): Generator<Piece> {
  let lines_before = 0;
  for (let begin = 0; begin < whole.length || begin === 0;) {
    const end = whole[0] === brace ? cut(whole, begin + bytes_max) : whole.length;
    const bytes = whole.subarray(begin, end);
    yield { bytes, end, lines_before };
    if (end >= whole.length) return;
    for (const byte of bytes) if (byte === newline) lines_before += 1;
    begin = end;
  }
}

/** The first line start from `from` on whose event is of another command than the one before it. */
function cut(whole: Uint8Array, from: number): number {
  let at = whole.indexOf(newline, from) + 1;
  if (at === 0 || from >= whole.length) return whole.length;
  let before = batch_of(whole, whole.lastIndexOf(newline, at - 2) + 1, at);
  for (;;) {
    const next = whole.indexOf(newline, at) + 1 || whole.length;
    if (at >= whole.length) return whole.length;
    const batch = batch_of(whole, at, next);
    // A line that cannot be read is the core's to tell.
    if (batch === null || batch !== before) return at;
    before = batch;
    at = next;
  }
}

function batch_of(whole: Uint8Array, begin: number, end: number): string | null {
  try {
    const { account, key } = JSON.parse(new TextDecoder().decode(whole.subarray(begin, end))) as Record<string, unknown>;
    return JSON.stringify([account, key]);
  } catch {
    return null;
  }
}

/** A fault of a piece with the line it has in the whole. */
export function shift_line(thrown: unknown, lines_before: number): unknown {
  if (!(thrown instanceof FaultError) || thrown.fault.place === undefined) return thrown;
  const place = thrown.fault.place.replace(/^line (\d+)/, (_all, line: string) => `line ${Number(line) + lines_before}`);
  return new FaultError({ ...thrown.fault, place });
}
