// SPDX-License-Identifier: Apache-2.0
// What a plugin needs that works on a finished build: its folder and its files, and nothing after a build that failed.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rollup } from 'vite';

/** Calls `work` once the build has been written; what lies in the folder after a failed one is an older build's. */
export function after_build(name: string, work: (this: Rollup.PluginContext, folder: string) => void): Plugin {
  let folder = '';
  let failed = false;
  return {
    name,
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
        if (!failed) work.call(this, folder);
      },
    },
  };
}

/** The files of a build, by name, without those compressed. */
export function files_of(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files_of(path) : [path]))
    .filter((path) => !/\.(br|gz)$/.test(path))
    .sort();
}
