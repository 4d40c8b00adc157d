// SPDX-License-Identifier: Apache-2.0
// Writes a .br and a .gz beside every file of dist/ that gets smaller by it, and holds the page to its size.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { after_build, files_of } from './built';

// What a first visit may cost until everything is on the screen, compressed: a second on a slow office line.
const page_bytes_max = 300_000;
// What is fetched after that, for forecasts: a module of its own with its worker (DECISIONS.md).
const forecast_bytes_max = 200_000;
const of_forecasts = /forecast/;
// Below this a header costs more than compression saves.
const file_bytes_min = 256;

export function compress(): Plugin {
  return after_build('creditfold:compress', function (folder) {
    let page = 0;
    let forecasts = 0;
    for (const file of files_of(folder)) {
      const cost = compress_file(folder, file);
      if (of_forecasts.test(basename(file))) forecasts += cost;
      else page += cost;
    }
    for (const [what, bytes, most] of [['The page', page, page_bytes_max], ['What forecasts need', forecasts, forecast_bytes_max]] as const) {
      console.log(`${what.padEnd(44)} ${String(bytes).padStart(9)} bytes compressed, of ${most}`);
      if (bytes > most) this.error(`${what} has ${bytes} bytes compressed, more than ${most}.`);
    }
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
