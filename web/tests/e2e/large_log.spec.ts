// SPDX-License-Identifier: Apache-2.0
// A log of 200,000 events from a file: a bar says how far it is, and it can be stopped at any time, because the page and its
// worker answer meanwhile. Prints how long redraws of it take; no time is asserted.

import { expect, test, type Page } from '@playwright/test';
import { rmSync, writeFileSync } from 'node:fs';
import type { Statement } from '../../src/core/forms';
import { run_program, temporary_folder } from './ledger';
import { serve_files, type StaticServer } from './static_server';

const charges = 200_000;
const begin = Date.UTC(2026, 0, 1);
const minute = 60_000;

let files: StaticServer;
let folder: string;
let log: string;

/** A charge every other minute, over nine Credit Periods. */
function trace(): string {
  const rows = Array.from({ length: charges }, (_none, n) => {
    const at = new Date(begin + 2 * minute * (n + 1)).toISOString().replace('T', ' ').slice(0, 19);
    return `${at}.0000000,${100 + ((n * 7919) % 2500)},${10 + ((n * 104_729) % 400)}`;
  });
  return `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('\n')}\n`;
}

test.beforeAll(async () => {
  test.setTimeout(300_000);
  files = await serve_files();
  folder = temporary_folder();
  log = `${folder}/large.cflog`;
  const of = { account: 'large', at: new Date(begin).toISOString() };
  writeFileSync(`${folder}/opening.jsonl`, [
    { ...of, command: 'OpenAccount', key: 'open', environment: 'commercial', region: 'us' },
    { ...of, command: 'StartTerm', key: 'term', product: 'ai_studio', plan: 'plus', cadence: 'monthly', starts_at: of.at,
      ends_at: new Date(begin + 365 * 24 * 60 * minute).toISOString() },
  ].map((line) => JSON.stringify(line)).join('\n'));
  writeFileSync(`${folder}/trace.csv`, trace());
  run_program('apply', '--data', `${folder}/data`, `${folder}/opening.jsonl`);
  run_program('import', '--data', `${folder}/data`, '--format', 'azure-llm', '--account', 'large', `${folder}/trace.csv`);
  run_program('export', '--data', `${folder}/data`, '--format', 'cflog', '--output', log);
});
test.afterAll(async () => {
  await files.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Notes how far the bar is while events are folded; `stop`: presses the button the first time it is on its way. */
async function watch(page: Page, stop: boolean): Promise<void> {
  await page.evaluate((stops) => {
    const shares: number[] = [];
    Object.assign(window, { shares });
    new MutationObserver((_changes, observer) => {
      const bar = document.querySelector<HTMLProgressElement>('.stage progress[value]');
      if (!bar || bar.value === 0 || bar.value === 1 || bar.value === shares.at(-1)) return;
      if (!document.querySelector('.stage')!.textContent!.includes('Folding')) return;
      shares.push(bar.value);
      if (!stops) return;
      observer.disconnect();
      document.querySelector<HTMLButtonElement>('[data-testid=stop-opening]')!.click();
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  }, stop);
}

const shares_seen = (page: Page): Promise<number[]> => page.evaluate(() => (window as unknown as { shares: number[] }).shares);

test('shows how far it is, can be stopped on the way, and opens to what the command line says', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto(files.url);
  await expect(page.getByTestId('start')).toBeVisible();
  await watch(page, true);
  await page.getByTestId('start-file').setInputFiles(log);
  await expect.poll(async () => (await shares_seen(page)).length, { timeout: 120_000 }).toBe(1);
  await expect(page.getByTestId('start')).toBeVisible();
  // The worker has left the log where it was and opens another ledger at once.
  await page.getByTestId('start-demo').click();
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
  await page.getByTestId('open-other').click();
  await expect(page.getByTestId('start')).toBeVisible();
  await watch(page, false);
  await page.getByTestId('start-file').setInputFiles(log);
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready', { timeout: 120_000 });
  const shares = await shares_seen(page);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  const { accounts: [statement] } = JSON.parse(run_program('replay', '--json', log)) as { accounts: Statement[] };
  await expect(page.getByTestId('badge')).toHaveAttribute('data-page', statement!.fingerprint);

  await expect(page.getByTestId('chart').locator('canvas')).toBeVisible({ timeout: 60_000 });
  const cursor = page.getByTestId('chart-cursor');
  const times: number[] = [];
  for (const key of ['0', '+', '+', '-', '0', '+', '0']) {
    await cursor.press(key);
    times.push(await page.evaluate(() => new Promise<number>((done) => {
      requestAnimationFrame(() => {
        const painted = performance.now();
        requestAnimationFrame(() => done(performance.now() - painted));
      });
    })));
  }
  console.log(`redraws of ${charges} points, frame to frame: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`);
});
