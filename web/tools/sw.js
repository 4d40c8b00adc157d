// SPDX-License-Identifier: Apache-2.0
// Keeps the built page for offline: its files are fetched once for each build, addresses of a service are never touched.
const build = '__BUILD__';
const files = __FILES__;

addEventListener('install', (event) => {
  event.waitUntil(caches.open(build).then((cache) => cache.addAll(files)).then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== build).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const path = new URL(request.url).href.slice(registration.scope.length).split(/[?#]/)[0];
  if (!request.url.startsWith(registration.scope)) return;
  // The shell is asked for first, so that a new build shows at once; the rest has its content in its name.
  if (path === '' || path === 'index.html') event.respondWith(fetch(request).catch(() => caches.match('./')));
  else if (files.includes(`./${path}`)) event.respondWith(caches.match(`./${path}`).then((kept) => kept ?? fetch(request)));
});
