// SPDX-License-Identifier: Apache-2.0
// Browser tests against a running service: CREDITFOLD_URL names it, CREDITFOLD_BIN is the command line and
// CREDITFOLD_DATA the data directory the service was started on.

import { defineConfig } from '@playwright/test';

// Chromium refuses to run as root with its sandbox, and otherwise talks to its maker in the background.
const quiet = [
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export default defineConfig({
  testDir: 'tests/e2e',
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  reporter: 'list',
  // A machine that builds beside it, or is one of many on the same iron, is slow, not wrong.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  use: {
    baseURL: process.env['CREDITFOLD_URL'] ?? 'http://127.0.0.1:8080/',
    locale: 'en-US',
    timezoneId: 'Asia/Kathmandu',
    viewport: { width: 1440, height: 900 },
    // A worker in between would answer before a test's own routes; the test about being offline lets it be.
    serviceWorkers: 'block',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet,
    },
  },
});
