// SPDX-License-Identifier: Apache-2.0
// Builds the page into dist/: relative URLs, hashed assets, a Content-Security-Policy, compressed siblings.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import solid from 'vite-plugin-solid';
import { defineConfig, type Plugin } from 'vite';
import { compress } from './tools/compress.ts';
import { offline } from './tools/offline.ts';
import { content_security_policy } from './tools/policy.ts';

export const core_wasm = fileURLToPath(new URL('../build/wasm/creditfold.wasm', import.meta.url));
const forecast_wasm = fileURLToPath(new URL('../build/wasm/creditfold_forecast.wasm', import.meta.url));

/** One clear sentence instead of a failed import deep in the bundler. */
function need_core(): Plugin {
  return {
    name: 'creditfold:need-core',
    apply: 'build',
    buildStart() {
      const missing = [core_wasm, forecast_wasm].find((file) => !existsSync(file));
      if (missing !== undefined) this.error(`The core is not built: ${missing} is missing; run scripts/build first.`);
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [need_core(), solid(), content_security_policy(), offline(), compress()],
  resolve: {
    alias: [
      { find: /^@core-wasm(?=\?)/, replacement: core_wasm },
      { find: /^@forecast-wasm(?=\?)/, replacement: forecast_wasm },
      { find: /^@core-catalog(?=\?)/, replacement: fileURLToPath(new URL('../ledger/catalog.json', import.meta.url)) },
    ],
  },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  // The service under development; the page itself asks its own origin.
  server: { fs: { allow: ['..'] }, proxy: { '/v1': process.env['CREDITFOLD_URL'] ?? 'http://127.0.0.1:8080' } },
});
