// SPDX-License-Identifier: Apache-2.0
// The three ways in, without a service behind the page: the demo, a file, a service elsewhere with a key; and all of it
// offline. What is opened is what the command line makes of the same bytes.

import { expect, test, type Page } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { AccountHead, Statement } from '../../src/core/forms';
import { busiest_account, compare, drop, no_violations, run_program, start_service } from './ledger';
import { serve_files, type StaticServer } from './static_server';

let files: StaticServer;
let head: AccountHead;

test.beforeAll(async () => {
  files = await serve_files();
  head = await busiest_account();
});
test.afterAll(() => files.stop());

const data = (): string => process.env['CREDITFOLD_DATA'] ?? '';

async function ready(page: Page): Promise<void> {
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
}

const exported = (format: string, file: string): void => {
  run_program('export', '--format', format, '--data', data(), '--account', head.account, '--output', file);
};

/** What the command line says of a log in a file, of its one account. */
function replayed(log: string, account: string): Statement {
  const { accounts } = JSON.parse(run_program('replay', '--json', log)) as { accounts: Statement[] };
  return accounts.find((statement) => statement.account === account)!;
}

test('a page without a service offers three ways in, and nobody is shut out', async ({ page }) => {
  const failed: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') failed.push(message.text());
  });
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(files.url);
    await expect(page.getByTestId('start')).toBeVisible();
    await no_violations(page, `the start in ${theme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(failed.filter((text) => !text.startsWith('Service Worker registration blocked'))).toEqual([]);
});

test('the demo is made in the browser, and the command line folds its log to the same state', async ({ page }, info) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(files.url);
  await page.getByTestId('start-demo').click();
  await ready(page);
  await expect(page).toHaveURL(/source=demo/);
  await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'local');
  await page.getByTestId('badge').click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the log' }).click();
  const log = info.outputPath('demo.cflog');
  await (await download).saveAs(log);
  await page.keyboard.press('Escape');
  const statement = replayed(log, 'demo');
  await expect(page.getByTestId('badge')).toHaveAttribute('data-page', statement.fingerprint);
  await compare(page, statement);
  expect(asked.filter((url) => !url.startsWith(files.url) && !url.startsWith('blob:'))).toEqual([]);
  // A link to it opens it.
  await page.reload();
  await ready(page);
});

for (const format of ['cflog', 'jsonl'] as const) {
  test(`a ${format} file opens by drop, and shows what the command line says`, async ({ page }, info) => {
    const log = info.outputPath(`log.${format}`);
    exported(format, log);
    await page.goto(files.url);
    await drop(page, log, `team.${format}`);
    await ready(page);
    await compare(page, replayed(log, head.account));
    // What the page has, it gives back: byte for byte where the file had marks of batches, and the same state where not.
    // Only the end may tell another position: a service's log goes on behind an account's newest event.
    const again = info.outputPath('again.cflog');
    await page.getByTestId('badge').click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the log' }).click();
    await (await download).saveAs(again);
    await page.keyboard.press('Escape');
    if (format === 'cflog') expect(without_end(readFileSync(again)).equals(without_end(readFileSync(log)))).toBe(true);
    expect(replayed(again, head.account)).toEqual(replayed(log, head.account));
    await page.getByTestId('open-other').click();
    await expect(page.getByTestId('start')).toBeVisible();
  });
}

/** A .cflog document up to its last section: kind (1), length (4), payload, check (8) each, behind 9 bytes. */
function without_end(document: Buffer): Buffer {
  let last = 9;
  for (let at = last; at < document.length; at += 13 + document.readUInt32BE(at + 1)) last = at;
  return document.subarray(0, last);
}

test('a damaged log is refused with its place and its value, and a stranger’s file with its name', async ({ page }, info) => {
  const log = info.outputPath('bad.jsonl');
  exported('jsonl', log);
  const lines = readFileSync(log, 'utf8').split('\n');
  lines[6] = lines[6]!.replace(/"version":\d+/, '"version":"seven"');
  writeFileSync(log, lines.join('\n'));
  await page.goto(files.url);
  await page.getByTestId('start-file').setInputFiles(log);
  await expect(page.getByTestId('failed')).toContainText('line 7, /version');
  await page.getByRole('button', { name: 'Open something else' }).click();
  const other = info.outputPath('picture.bin');
  writeFileSync(other, Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 1]));
  await page.getByTestId('start-file').setInputFiles(other);
  await expect(page.getByTestId('not-opened')).toContainText('picture.bin');
});

test('a broken file leaves the open ledger and its scenarios as they are, and is told with its name', async ({ page }, info) => {
  const log = info.outputPath('log.cflog');
  exported('cflog', log);
  const cut = info.outputPath('cut.cflog');
  writeFileSync(cut, readFileSync(log).subarray(0, -100));
  const other = info.outputPath('picture.bin');
  writeFileSync(other, Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 1]));
  await page.goto(files.url);
  await page.getByTestId('start-demo').click();
  await ready(page);
  await page.getByTestId('packs').fill('1');
  await page.getByTestId('packs').press('Enter');
  const scenario = page.getByTestId('scenario-1');
  const badge = page.getByTestId('badge');
  await expect(scenario).toHaveAttribute('aria-pressed', 'true');
  await expect(page).toHaveURL(/what=/);
  const before = { url: page.url(), print: (await badge.getAttribute('data-page'))! };

  const notice = page.getByTestId('not-opened');
  for (const [path, says] of [[cut, /^cut\.cflog is damaged and was not opened/], [other, /^picture\.bin is neither a log/]] as const) {
    await drop(page, path, basename(path));
    await expect(notice.getByRole('paragraph')).toHaveText(says);
    await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
    await expect(scenario).toHaveAttribute('aria-pressed', 'true');
    await expect(badge).toHaveAttribute('data-page', before.print);
    expect(page.url()).toBe(before.url);
    await no_violations(page, `the notice of ${path}`, '[data-testid=not-opened]');
    await notice.getByRole('button', { name: 'Close' }).click();
    await expect(notice).toBeHidden();
  }
  // It still answers.
  await page.getByTestId('scrubber').press('ArrowLeft');
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.getByTestId('now').click();

  // Chosen on the start, a broken file leaves the way back; a whole one is opened.
  await page.getByTestId('open-other').click();
  await page.getByTestId('start-file').setInputFiles(cut);
  await expect(notice).toContainText('cut.cflog');
  await page.getByRole('button', { name: 'Back to the ledger' }).click();
  await ready(page);
  await expect(notice).toBeHidden();
  await expect(scenario).toHaveAttribute('aria-pressed', 'true');
  await drop(page, log, 'log.cflog');
  await expect(badge).toHaveAttribute('data-page', replayed(log, head.account).fingerprint);
  await expect(scenario).toBeHidden();
});

test('usage as CSV is mapped, decided by the core, and bad rows are told with line and value', async ({ page }, info) => {
  const file = info.outputPath('usage.csv');
  writeFileSync(file, [
    'startTime;model;prompt_tokens;completion_tokens;project', '2026-01-05T10:00:00Z;gpt-4o-2024-11-20;1200;300;triage',
    '2026-01-06T10:00:00Z;house-model;1000;abc;triage', '2026-02-07 11:00:00;house-model;"2,000";10;"reports; weekly"', '',
  ].join('\n'));
  await page.goto(files.url);
  await page.getByTestId('start-file').setInputFiles(file);
  const mapper = page.getByTestId('mapper');
  await expect(mapper.getByTestId('map-at')).toHaveValue('0');
  await expect(mapper.getByTestId('map-input')).toHaveValue('2');
  await expect(mapper.getByTestId('map-found')).toContainText('2 of 3 rows');
  await expect(mapper.getByTestId('map-bad').locator('tbody tr')).toHaveText(/3\s*completion_tokens\s*abc\s*is no whole number/);
  await expect(mapper.getByTestId('map-model-gpt-4o-2024-11-20')).toHaveValue('gpt-4o');
  await expect(mapper.getByTestId('map-open')).toBeDisabled();
  await mapper.getByTestId('map-model-house-model').selectOption('gpt-4o-mini');
  await no_violations(page, 'the mapper', '[data-testid=mapper]');
  await mapper.getByTestId('map-open').click();
  await ready(page);
  await expect(page.locator('.link-state')).toHaveText('Supposed');
  // 1,200 × 25,000 and 300 × 200,000 a million tokens; then 2,000 × 5,000 and 10 × 50,000.
  const amounts = await page.getByTestId('usage-credits').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-value')));
  expect(amounts.sort()).toEqual(['10.5', '90']);
  await page.getByTestId('tab-periods').click();
  await expect(page.getByTestId('period-1-1').locator('.state')).toHaveText('Closed');
  // The file is not in a link: who follows one is asked for it.
  await page.reload();
  await expect(page.getByTestId('start')).toContainText('not in the browser any more');
});

test('a FOCUS export of a ledger is a table of usage too', async ({ page }, info) => {
  const file = info.outputPath('focus.csv');
  exported('focus', file);
  await page.goto(files.url);
  await page.getByTestId('start-file').setInputFiles(file);
  await expect(page.getByTestId('map-found')).toContainText('are uses');
  await expect(page.getByTestId('map-bad')).toBeHidden();
  await page.getByTestId('map-plan').selectOption('pro');
  await page.getByTestId('map-open').click();
  await ready(page);
  await expect(page.getByTestId('usage')).toContainText('request-triage');
});

test('a service elsewhere opens with its address and a key, and is followed live', async ({ page }) => {
  const { url, data: folder, stop } = await start_service(['--reader', files.url.slice(0, -1)]);
  try {
    const made = JSON.parse(run_program('tokens', 'create', '--json', '--data', folder, '--account', 'demo', '--write')) as { token: string };
    await page.goto(files.url);
    await page.getByTestId('service-url').fill('not an address');
    await page.getByTestId('service-connect').click();
    await expect(page.getByTestId('start')).toContainText('is not an address');
    await page.getByTestId('service-url').fill(url);
    await page.getByTestId('service-token').fill(made.token);
    await page.getByTestId('service-connect').click();
    await ready(page);
    await expect(page.locator('.link-state')).toHaveText('Live');
    await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'same');
    expect(page.url()).not.toContain(made.token);
    const before = Number(await page.getByTestId('scrubber').getAttribute('max'));
    const answer = await fetch(new URL('v1/commands', url), {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${made.token}` },
      body: JSON.stringify({ command: 'SetConsent', account: 'demo', key: 'live', at: new Date().toISOString(), feature: 'beta', granted: true }),
    });
    expect(answer.status, await answer.text()).toBe(200);
    await expect(page.getByTestId('scrubber')).toHaveAttribute('max', String(before + 1));
    // The page elsewhere reads; a command from it is refused, whatever the key may do.
    const sent = await page.evaluate(([to, key]) => fetch(`${to}v1/commands`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: '{}',
    }).then(() => 'answered', () => 'refused'), [url, made.token]);
    expect(sent).toBe('refused');
    const foreign = await fetch(new URL('v1/accounts', url), { headers: { origin: 'https://elsewhere.example', authorization: `Bearer ${made.token}` } });
    expect(foreign.status).toBe(403);
  } finally {
    await stop();
  }
});

test.describe('offline', () => {
  test.use({ serviceWorkers: 'allow' });

  test('the page and the demo open without a network, once they were opened', async ({ page, context }) => {
    await page.goto(files.url);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    const manifest = (await (await fetch(new URL('app.webmanifest', files.url))).json()) as { display: string; icons: unknown[] };
    expect(manifest.display).toBe('standalone');
    expect(manifest.icons.length).toBeGreaterThan(0);
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByTestId('start')).toBeVisible();
    await page.getByTestId('start-demo').click();
    await ready(page);
    await expect(page.getByTestId('sentence')).toContainText('Pro');
    // The module with the forecasts is kept too, though it is fetched later.
    await expect(page.getByTestId('compare-0').getByTestId('compare-chance')).toBeVisible();
  });
});
