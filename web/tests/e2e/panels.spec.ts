// SPDX-License-Identifier: Apache-2.0
// The drawer of why, invoices with the lever of seats, consents, and a ledger that asks for a token: what the page shows
// is what the command line says.

import { expect, test, type Page } from '@playwright/test';
import type { AccountHead, Consents, Explanation, Invoices } from '../../src/core/forms';
import { ask, balance, busiest_account, no_violations, open_page, run_program, start_service } from './ledger';

let head: AccountHead;
const place = (more = ''): string => `#account=${encodeURIComponent(head.account)}${more}`;

test.beforeAll(async () => {
  head = await busiest_account();
});

async function told_on(page: Page): Promise<{ answer: string; clauses: string[] }> {
  const drawer = page.getByTestId('why');
  await expect(drawer.getByTestId('why-answer')).toBeVisible();
  return {
    answer: (await drawer.getByTestId('why-answer').textContent()) ?? '',
    clauses: await drawer.locator('.why-clauses dt').allTextContents(),
  };
}

test('a lot answers why, as the command line does, and the keyboard is enough', async ({ page }) => {
  await open_page(page, place('&tab=lots'));
  const row = page.getByTestId('lots').locator('tbody tr').first();
  const lot = (await row.getAttribute('data-testid'))?.replace(/^lot-/, '') ?? '';
  const figure = row.locator('.why-button').first();
  await figure.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByTestId('why');
  await expect(drawer).toBeVisible();
  await expect(page).toHaveURL(/why=lot/);
  const said = ask<Explanation>('explain', head.account, ['--lot', lot], head.seq);
  const { answer, clauses } = await told_on(page);
  expect(answer).toBe(said.answer);
  expect(clauses).toEqual(said.clauses.map(({ id }) => id));
  await expect(drawer.getByTestId('why-wait')).toHaveCount(0);
  await expect(drawer.locator('.why-body')).toHaveAttribute('aria-busy', 'false');
  await no_violations(page, 'the drawer', '[data-testid=why]');
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(figure).toBeFocused();
});

test('an invoice line answers why, leads on and back, and a link opens the same question', async ({ page }) => {
  await open_page(page, place('&tab=invoices'));
  const { lines } = ask<Invoices>('invoices', head.account, [], head.seq);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    await expect(page.getByTestId(`invoice-${line.line}`).getByTestId('invoice-amount'))
      .toHaveAttribute('data-value', String(line.amount.minor));
  }
  const total = lines.reduce((sum, { amount }) => sum + BigInt(amount.minor), 0n);
  await expect(page.getByTestId('invoice-total')).toHaveAttribute('data-value', String(total));
  const last = lines.at(-1)!;
  await page.getByTestId(`invoice-${last.line}`).locator('.why-button').click();
  const said = ask<Explanation>('explain', head.account, ['--line', String(last.line)], head.seq);
  expect((await told_on(page)).answer).toBe(said.answer);
  await page.reload();
  expect((await told_on(page)).answer).toBe(said.answer);
  await page.getByTestId('why-close').click();
  await expect(page.getByTestId('why')).toBeHidden();
});

test('seats up by some: both products’ invoices, the very lines the command would make', async ({ page }) => {
  await open_page(page, place('&tab=invoices'));
  await page.getByTestId('seats-by').fill('7');
  await expect(page.getByTestId('seats-answer')).toContainText('ADD-2');
  const shown = Object.fromEntries(await page.getByTestId('seats-parts').locator('tbody [data-testid]').evaluateAll((cells) =>
    cells.map((cell) => [cell.getAttribute('data-testid')?.replace('seats-amount-', ''), cell.getAttribute('data-value')])));
  expect(Object.keys(shown).sort()).toEqual(['ekm', 'enterprise']);

  // The same change made for real, in a ledger of its own with the same demo.
  const { data, stop } = await start_service();
  try {
    const before = balance(head.account, head.seq);
    const seats = Number(before.seats.find(({ product }) => product === 'enterprise')?.seats);
    const file = test.info().outputPath('commands.jsonl');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, `${JSON.stringify({
      command: 'ChangeSeats', account: 'demo', key: 'seats', at: new Date().toISOString(), product: 'enterprise', seats: seats + 7,
    })}\n`);
    run_program('apply', '--data', data, file);
    const invoices = JSON.parse(run_program('invoices', '--json', '--data', data, '--account', 'demo')) as Invoices;
    const made = Object.fromEntries(invoices.lines.at(-1)!.parts.map(({ product, amount }) => [product, String(amount.minor)]));
    expect(shown).toEqual(made);
    await expect(page.getByTestId('seats-total')).toHaveAttribute('data-value', String(invoices.lines.at(-1)!.amount.minor));
  } finally {
    await stop();
  }
  await no_violations(page, 'the lever of seats', '[data-testid=seats-what-if]');

  // Fewer: nothing is invoiced before the renewal. An add-on follows its parent (EKM-4).
  await page.getByTestId('seats-by').fill('-5');
  await expect(page.getByTestId('seats-answer')).toContainText('H21');
  await expect(page.getByTestId('seats-parts')).toBeHidden();
  await page.getByTestId('seats-product').selectOption('ekm');
  await expect(page.getByTestId('seats-answer')).toContainText('EKM-4');
});

test('consents are those of the command line, now and in the past; training is never', async ({ page }) => {
  await open_page(page, place('&tab=consents'));
  const said = ask<Consents>('consents', head.account, [], head.seq);
  for (const { feature, state } of said.consents) {
    await expect(page.getByTestId(`consent-${feature}`).locator('.state')).toHaveClass(new RegExp(`consent-${state}`));
  }
  await expect(page.getByTestId('consent-training')).toContainText('Never');
  await expect(page.getByTestId('models').locator('tbody tr')).toHaveCount(said.models.length);
  await expect(page.getByTestId('access')).toHaveText(said.access.allowed ? 'Open' : 'Revoked');
  await page.getByTestId('scrubber').fill('1');
  await expect(page.getByTestId('as-of')).toBeVisible();
  await expect(page.getByTestId('consent-beta')).toContainText('Not given');
});

test('a ledger with tokens asks for one, opens with it, and forgets it', async ({ page }) => {
  const { url, data, stop } = await start_service();
  try {
    const made = JSON.parse(run_program('tokens', 'create', '--json', '--data', data, '--account', 'demo')) as { token: string };
    await page.goto(url);
    await expect(page.getByTestId('failed')).toContainText('asks for a token');
    await no_violations(page, 'the token');
    await page.getByTestId('token').fill('cf_wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('failed')).toContainText('not known');
    await page.getByTestId('token').fill(made.token);
    await page.keyboard.press('Enter');
    await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
    await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'same');
    await expect(page.locator('.link-state')).toHaveText('Live');
    expect(page.url()).not.toContain(made.token);
    await page.reload();
    await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
    await page.getByTestId('forget-token').click();
    await expect(page.getByTestId('failed')).toContainText('asks for a token');
  } finally {
    await stop();
  }
});
