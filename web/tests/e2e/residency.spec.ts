// SPDX-License-Identifier: Apache-2.0
// An account that moves while its page is open, and names that the directory has for its ids.

import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { open_page } from './ledger';

const url = (path: string): string => new URL(path, process.env['CREDITFOLD_URL']).href;
const account = `moving-${Date.now()}`;
const now = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19) + 'Z';

async function send(command: Record<string, unknown>): Promise<void> {
  const response = await fetch(url('v1/commands'), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ account, at: now, ...command }),
  });
  expect(response.status, await response.text()).toBe(200);
}

test.beforeAll(async () => {
  await send({ command: 'OpenAccount', key: 'o', environment: 'commercial', region: 'us' });
  await send({
    command: 'StartTerm', key: 't', product: 'ai_studio', plan: 'plus', cadence: 'monthly', starts_at: now,
    ends_at: `${Number(now.slice(0, 4)) + 1}${now.slice(4)}`.replace('-02-29', '-03-01'),
  });
  await send({
    command: 'RecordUsage', key: 'u', usage: 'u-1', workflow: 'triage', model: 'gpt-4o', query: 0, input: 4000,
    output: 100, actor: 'u-101',
  });
  await send({ command: 'AddProduct', key: 'r', product: 'data_residency', region: 'eu' });
});

test('RES-1: a page follows its account to another region, without a word from anybody', async ({ page }) => {
  await open_page(page, `#account=${account}&tab=residency`);
  await page.getByTestId('migrate-to').selectOption('eu');
  await expect(page.getByTestId('decision')).toContainText('would be accepted');
  await send({ command: 'MigrateRegion', key: 'm', region: 'eu', scope: 'organization' });
  await expect(page.getByTestId('region')).toHaveText('eu');
  await expect(page.getByTestId('migrations').locator('tbody tr')).toHaveCount(1);
  await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'same');
  // New events are followed under the positions of the new region.
  await send({ command: 'SetConsent', key: 'c', feature: 'beta', granted: true });
  await page.getByTestId('tab-log').click();
  await expect(page.getByTestId('log').getByRole('button').first()).toHaveText('Consent changed');
  await page.getByTestId('log').getByRole('button').first().click();
  expect(JSON.parse((await page.getByTestId('log-json').textContent()) ?? '{}')).toMatchObject({ partition: 'eu' });
});

test('RES-2: names come from the directory, and only where it has some', async ({ page }) => {
  const bin = process.env['CREDITFOLD_BIN'] ?? '';
  const entries = [
    { organization: `o-${account}`, name: 'Example', accounts: [account] },
    { person: 'u-101', name: 'Ana Lima', email: 'ana@example.com', organizations: [`o-${account}`] },
    { label: 'workflow', account, id: 'triage', name: 'Triage inbox' },
  ];
  execFileSync(bin, ['directory', 'put', '--data', process.env['CREDITFOLD_DATA'] ?? ''], {
    input: entries.map((entry) => JSON.stringify(entry)).join('\n'),
  });
  await open_page(page, `#account=${account}`);
  await expect(page.getByTestId('usage')).toContainText('Triage inbox');
  await expect(page.getByTestId('usage')).toContainText('gpt-4o');
  await page.getByTestId('tab-log').click();
  await expect(page.getByTestId('log')).toContainText('Ana Lima');
  expect(await page.content()).not.toContain('ana@example.com');
});
