// SPDX-License-Identifier: Apache-2.0
// Tells what a file is by how it begins: a log (.cflog or JSON Lines), a table with a header, or neither.

import { delimiter_of } from './csv';

export type FileKind = 'log' | 'table' | 'unknown';

const begins_with = (bytes: Uint8Array, word: string): boolean =>
  [...word].every((letter, at) => bytes[at] === letter.charCodeAt(0));

/** Enough of a file to tell what it is. */
export const head_bytes = 4096;

export async function kind_of_file(file: Blob): Promise<FileKind> {
  return kind_of_head(new Uint8Array(await file.slice(0, head_bytes).arrayBuffer()));
}

export function kind_of_head(bytes: Uint8Array): FileKind {
  if (is_cflog(bytes)) return 'log';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, last_whole(bytes)));
  } catch {
    return 'unknown';
  }
  if (text.includes('\u0000')) return 'unknown';
  if (text.trimStart().startsWith('{')) return 'log';
  const [first = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  return first.split(delimiter_of(text)).length > 1 ? 'table' : 'unknown';
}

/** The first bytes of a .cflog document. */
const cflog_magic = '\u0089CFLOG\r\n';

export const is_cflog = (bytes: Uint8Array): boolean => begins_with(bytes, cflog_magic);

// A head may end inside a character of UTF-8.
function last_whole(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && (bytes[end - 1]! & 0xc0) === 0x80) end -= 1;
  return end > 0 && bytes[end - 1]! >= 0xc0 ? end - 1 : bytes.length;
}
