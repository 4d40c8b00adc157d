// SPDX-License-Identifier: Apache-2.0
// A log of 200,000 events from a file: a bar says how far it is, and it can be stopped at any time, because the page and
// its worker answer meanwhile, also while the picture is made. Its forecasts are learned in parts and are those of the
// command line, of an earlier moment too. Prints how long redraws of it take; no time is asserted.

import { expect, test, type Page } from '@playwright/test';
import { rmSync, writeFileSync } from 'node:fs';
import type { Simulation } from '../../src/core/forecast';
import type { Statement } from '../../src/core/forms';
import { line_of } from '../../src/lib/compare';
import { drop, run_program, temporary_folder } from './ledger';
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

test('is read beside the ledger that is open, which goes on when that is stopped', async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto(files.url);
  await page.getByTestId('start-demo').click();
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
  const print = await page.getByTestId('badge').getAttribute('data-page');
  await page.evaluate(() => {
    const shares: number[] = [];
    Object.assign(window, { shares });
    new MutationObserver((_changes, observer) => {
      const strip = document.querySelector('[data-testid=reading-file]');
      const bar = strip?.querySelector<HTMLProgressElement>('progress[value]');
      if (!bar || bar.value === 0 || bar.value === 1) return;
      shares.push(bar.value);
      observer.disconnect();
      strip!.querySelector('button')!.click();
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await drop(page, log, 'large.cflog');
  await expect.poll(async () => (await shares_seen(page)).length, { timeout: 120_000 }).toBe(1);
  await expect(page.getByTestId('reading-file')).toBeHidden();
  await page.getByTestId('scrubber').press('ArrowLeft');
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.getByTestId('now').click();
  await expect(page.getByTestId('badge')).toHaveAttribute('data-page', print!);
  await drop(page, log, 'large.cflog');
  await expect(page.getByTestId('account')).toHaveValue('large', { timeout: 120_000 });
});

test('answers while the picture is made, and says how far that is', async ({ page }) => {
  test.setTimeout(180_000);
  await page.addInitScript(() => {
    const order: string[] = [];
    const shares: number[] = [];
    Object.assign(window, { order, shares });
    const { postMessage } = Worker.prototype;
    // With the first picture another question, which is asked after it.
    const other = 1e9;
    let picture = 0;
    Worker.prototype.postMessage = function post(this: Worker, message: { id: number; name: string }, ...rest: never[]) {
      postMessage.call(this, message, ...rest);
      if (message.name !== 'picture' || picture !== 0) return;
      picture = message.id;
      this.addEventListener('message', ({ data }: MessageEvent<{ id?: number; fault?: unknown }>) => {
        if (data.id === picture || data.id === other) order.push(`${data.id === other ? 'another' : 'picture'}${data.fault ? ' failed' : ''}`);
      });
      postMessage.call(this, { id: other, name: 'fold', ask: { version: 1000 } });
    };
    new MutationObserver(() => {
      const bar = document.querySelector<HTMLProgressElement>('.picture-wait progress');
      if (bar && bar.value !== shares.at(-1)) shares.push(bar.value);
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.goto(files.url);
  await page.getByTestId('start-file').setInputFiles(log);
  await expect(page.getByTestId('chart').locator('canvas')).toBeVisible({ timeout: 120_000 });
  expect(await page.evaluate(() => (window as unknown as { order: string[] }).order)).toEqual(['another', 'picture']);
  const shares = await shares_seen(page);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

/** What the command line says of the log as it is, up to a position. */
function simulated(as_of: number | null): Record<string, string> {
  const scenario = `${folder}/scenario.json`;
  writeFileSync(scenario, JSON.stringify({ ...(as_of === null ? {} : { as_of }), seed: 1, futures: 1000, days: 90, renew: true, levers: {} }));
  const { chance, used, expired, uncovered } = line_of(JSON.parse(run_program('simulate', '--json', log, scenario)) as Simulation);
  return { chance, used, expired, uncovered };
}

async function forecast(page: Page): Promise<Record<string, string | null>> {
  await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'false', { timeout: 120_000 });
  const row = page.getByTestId('compare-0');
  const figure = (name: string): Promise<string | null> => row.getByTestId(`compare-${name}`).getAttribute('data-value');
  return {
    chance: await row.getByTestId('compare-chance').getAttribute('value'),
    used: await figure('used'), expired: await figure('expired'), uncovered: await figure('uncovered'),
  };
}

test('learns its forecasts with a bar, and of an earlier moment without reading all again', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto(files.url);
  await page.evaluate(() => {
    const shares: number[] = [];
    Object.assign(window, { shares });
    new MutationObserver(() => {
      const bar = document.querySelector<HTMLProgressElement>('[data-testid=learning] progress');
      if (bar && bar.value !== shares.at(-1)) shares.push(bar.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await page.getByTestId('start-file').setInputFiles(log);
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready', { timeout: 120_000 });
  await expect(page.getByTestId('compare-0').getByTestId('compare-chance')).toBeVisible({ timeout: 120_000 });
  expect(await forecast(page)).toEqual(simulated(null));
  const shares = await shares_seen(page);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  await expect(page.getByTestId('learning')).toHaveCount(0);

  // Left before it is learned, then looked at: only the last one counts.
  const versions = [150_000, 60_000, 60_001, 190_000, 90_000];
  for (const version of versions) await page.getByTestId('scrubber').fill(String(version));
  await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'true');
  expect(await forecast(page)).toEqual(simulated(versions.at(-1)!));
  await page.getByTestId('now').click();
  await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'true');
  expect(await forecast(page)).toEqual(simulated(null));

  // The log leaves the page in parts too, which are the log.
  await page.getByTestId('badge').click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the log' }).click();
  const again = `${folder}/again.cflog`;
  await (await download).saveAs(again);
  expect(run_program('replay', '--json', again)).toBe(run_program('replay', '--json', log));
});
