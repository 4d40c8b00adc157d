// SPDX-License-Identifier: Apache-2.0
// Writes a .br and a .gz beside every file of dist/ that gets smaller by it, and holds the page to its size.

import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { after_build, files_of } from './built';

// What a first visit may cost in all, compressed: a second on a slow office line. 300 kB until the module learned to
// forecast, which takes 49 kB (DECISIONS.md).
const page_bytes_max = 340_000;
// Below this a header costs more than compression saves.
const file_bytes_min = 256;

export function compress(): Plugin {
  return after_build('creditfold:compress', function (folder) {
    let total = 0;
    for (const file of files_of(folder)) total += compress_file(folder, file);
    console.log(`${'in all'.padEnd(44)} ${String(total).padStart(9)} bytes compressed, of ${page_bytes_max}`);
    if (total > page_bytes_max) this.error(`The page has ${total} bytes compressed, more than ${page_bytes_max}.`);
  });
}

/** Bytes the file costs a browser that takes brotli. */
function compress_file(folder: string, file: string): number {
  const bytes = readFileSync(file);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  const smaller = bytes.length >= file_bytes_min && brotli.length < bytes.length;
  if (smaller) {
    writeFileSync(`${file}.br`, brotli);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
  const cost = smaller ? brotli.length : bytes.length;
  console.log(`${relative(folder, file).padEnd(44)} ${String(bytes.length).padStart(9)} -> ${cost}`);
  return cost;
}
