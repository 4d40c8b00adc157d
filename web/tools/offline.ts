// SPDX-License-Identifier: Apache-2.0
// Writes the service worker of a build: tools/sw.js with the build's files and a name made of their contents.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { after_build, files_of } from './built';

const source = fileURLToPath(new URL('./sw.js', import.meta.url));

export function offline(): Plugin {
  return after_build('creditfold:offline', (folder) => {
    const worker = join(folder, 'sw.js');
    const files = files_of(folder).filter((file) => file !== worker);
    const hash = createHash('sha256');
    for (const file of files) hash.update(file).update(readFileSync(file));
    const kept = files.map((file) => `./${relative(folder, file)}`).filter((name) => name !== './index.html');
    const text = readFileSync(source, 'utf8').replace('__BUILD__', `creditfold-${hash.digest('hex').slice(0, 16)}`)
      .replace('__FILES__', JSON.stringify(['./', ...kept]));
    writeFileSync(worker, text);
  });
}
