// SPDX-License-Identifier: Apache-2.0
// Makes plain JavaScript of the page's seam to the module, so that Node.js loads creditfold.wasm through the same file.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const [from, to] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from).filter((entry) => entry.endsWith('.ts'))) {
  const code = stripTypeScriptTypes(readFileSync(`${from}/${name}`, 'utf8'), { mode: 'transform' });
  // Node.js wants the file's ending in an import; a bundler does not.
  const named = code.replace(/(from\s+')(\.\/[\w-]+)(')/g, '$1$2.mjs$3');
  writeFileSync(`${to}/${name.replace(/\.ts$/, '.mjs')}`, named);
}
