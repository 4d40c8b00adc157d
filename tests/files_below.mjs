// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const is_source = (name) => !['node_modules', 'build', 'dist'].includes(name) && !name.startsWith('.');

// The paths of the files below a folder whose names match; what is built or installed is left out.
export function* files_below(folder, names) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (is_source(entry.name)) yield* files_below(path, names);
    } else if (names.test(entry.name)) yield path;
  }
}
