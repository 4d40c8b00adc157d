// SPDX-License-Identifier: Apache-2.0
// The page's Content-Security-Policy, written into index.html so that it holds wherever the files are served from.
// A service may send the same as a header; then its worker is held to it too.

import type { Plugin } from 'vite';

const policy = [
  "default-src 'none'",
  // The core is WebAssembly; nothing else is compiled at run time.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function content_security_policy(): Plugin {
  return {
    name: 'creditfold:policy',
    // The development server injects styles inline.
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
    ],
  };
}
