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
  // A service that a reader names. The service's own header, where it serves the page, leaves only itself.
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "worker-src 'self'",
  "manifest-src 'self'",
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
