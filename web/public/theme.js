// SPDX-License-Identifier: Apache-2.0
// Sets the colours a reader chose before the first paint. A file of its own, so that no inline script is needed.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('creditfold-theme');
  } catch {
    // Storage is forbidden: the system's colours it is.
  }
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
