// SPDX-License-Identifier: Apache-2.0
// Writes the service worker of a build: tools/sw.js with the build's files and a name made of their contents.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('./sw.js', import.meta.url));

export function offline(): Plugin {
  let folder = '';
  let failed = false;
  return {
    name: 'creditfold:offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    buildEnd(error) {
      failed = error !== undefined;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        if (failed) return;
        const files = files_of(folder);
        const hash = createHash('sha256');
        for (const file of files) hash.update(file).update(readFileSync(file));
        const kept = files.map((file) => `./${relative(folder, file)}`).filter((name) => name !== './index.html');
        const text = readFileSync(source, 'utf8').replace('__BUILD__', `creditfold-${hash.digest('hex').slice(0, 16)}`)
          .replace('__FILES__', JSON.stringify(['./', ...kept]));
        writeFileSync(join(folder, 'sw.js'), text);
      },
    },
  };
}

function files_of(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files_of(path) : [path]))
    .filter((path) => !/(\.(br|gz)|\/sw\.js)$/.test(path))
    .sort();
}
