// SPDX-License-Identifier: Apache-2.0
// EKM-5 on the page: which key, what is sealed, what would read after a revocation, and what does when it came.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open_page } from './ledger';

const account = 'keys-on-the-page';
const one = 'arn:aws:kms:eu-central-1:111122223333:key/one';
const two = 'arn:aws:kms:eu-central-1:111122223333:alias/two';

async function send(command: Record<string, unknown>): Promise<void> {
  const response = await fetch(new URL('v1/commands', process.env['CREDITFOLD_URL']), {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ account, at: '2026-02-01T00:00:00Z', key: crypto.randomUUID(), ...command }),
  });
  expect(response.ok, await response.text()).toBe(true);
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  await send({ command: 'OpenAccount', environment: 'commercial', region: 'us' });
  await send({
    command: 'StartTerm', product: 'enterprise', seats: 3, starts_at: '2026-01-01T00:00:00Z', ends_at: '2036-01-01T00:00:00Z',
  });
});

test('EKM-1: without a key the page says how to bring one', async ({ page }) => {
  await send({ command: 'SetAccess', allowed: true, reason: 'written in the clear' });
  await open_page(page, `#account=${account}&tab=keys`);
  await expect(page.getByTestId('keys')).toContainText('no key of its own');
  await expect(page.getByTestId('keys')).toContainText('creditfold keys rotate');
  await expect(page.getByTestId('class-video')).toContainText('EKM-2');
  await expect(page.getByTestId('class-directory_profile')).toContainText('EKM-3');
  await expect(page.getByTestId('class-customer_free_text')).toContainText('Sealed');
});

test('EKM-5: with a key it shows what is sealed, and what would read after a revocation', async ({ page }) => {
  await send({ command: 'AddProduct', product: 'ekm' });
  await send({ command: 'RotateKey', key_arn: one, reason: 'a secret reason' });
  await send({ command: 'RotateKey', key_arn: two });
  await open_page(page, `#account=${account}&tab=keys`);
  await expect(page.getByTestId('key-arn')).toHaveText(two);
  await expect(page.getByTestId('key-state')).toHaveText('Active');
  await expect(page.getByTestId('key-rotations')).toHaveAttribute('data-value', '1');
  await expect(page.getByTestId('key-history')).toContainText('(sealed)');
  await expect(page.getByTestId('texts-KeyRotated-sealed')).toHaveAttribute('data-value', '1');
  await expect(page.getByTestId('texts-AccessChanged-plain')).toHaveAttribute('data-value', '1');
  await page.getByTestId('what-if-rotated').check();
  await expect(page.getByTestId('what-if-answer')).toContainText('reads as before');
  await expect(page.getByTestId('texts-KeyRotated-would_read')).toHaveAttribute('data-value', '1');
  await page.getByTestId('what-if-revoked').check();
  await expect(page.getByTestId('what-if-answer')).toContainText('1 text would never read again');
  await expect(page.getByTestId('texts-KeyRotated-would_read')).toHaveAttribute('data-value', '0');
  await expect(page.getByTestId('texts-AccessChanged-would_read')).toHaveAttribute('data-value', '1');
  await page.screenshot({ path: 'test-results/keys-what-if.png', fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test('EKM-5: a revocation arrives by itself; sealed text reads as sealed and the fold is the server’s', async ({ page }) => {
  await open_page(page, `#account=${account}&tab=keys`);
  await send({ command: 'RevokeKey' });
  await expect(page.getByTestId('key-state')).toHaveText('Revoked');
  await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'same');
  await expect(page.getByTestId('texts-KeyRotated-reads')).toHaveAttribute('data-value', '0');
  await page.getByTestId('what-if-rotated').check();
  await expect(page.getByTestId('what-if-answer')).toContainText('Refused, EKM-5');
  await page.screenshot({ path: 'test-results/keys-revoked.png', fullPage: true });
  await page.getByTestId('tab-log').click();
  await expect(page.getByTestId('log')).toContainText('(sealed)');
});
