// SPDX-License-Identifier: Apache-2.0
// The built page in a real browser, against a real service: its numbers are the command line's, at any moment.

import { expect, test } from '@playwright/test';
import type { AccountHead, Inclusion } from '../../src/core/forms';
import { balance, busiest_account, checkpoint_of_demo, compare, no_violations, open_page } from './ledger';

let head: AccountHead;
const place = (more = ''): string => `#account=${encodeURIComponent(head.account)}${more}`;

test.beforeAll(async () => {
  head = await busiest_account();
});

// Whatever a test does, the browser has nothing to complain about.
let complaints: string[] = [];
test.beforeEach(({ page }) => {
  complaints = [];
  page.on('console', (message) => {
    // What these tests block themselves is no complaint.
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Service Worker registration blocked')) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
test.afterEach(() => {
  expect(complaints).toEqual([]);
});

test('the page shows what the command line says, to the last digit', async ({ page }) => {
  await open_page(page, place());
  await compare(page, balance(head.account, head.seq));
});

test('the fingerprints of page and server are the same, character for character', async ({ page }) => {
  await open_page(page, place());
  await page.getByTestId('badge').click();
  await expect(page.getByTestId('proof-verdict')).toHaveClass(/same/);
  const mine = await page.getByTestId('fingerprint-page').textContent();
  expect(mine).toMatch(/^[0-9a-f]{32}$/);
  expect(await page.getByTestId('fingerprint-server').textContent()).toBe(mine);
  expect(mine).toBe(head.fingerprint);
  expect(mine).toBe(balance(head.account, head.seq).fingerprint);
  await expect(page.getByTestId('proof-events')).toHaveAttribute('data-value', String(head.version));
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('the newest event is proved in the checkpoint the command line has, by the browser’s own cryptography', async ({ page }) => {
  await open_page(page, place());
  await page.getByTestId('badge').click();
  const signed = page.getByTestId('signed');
  await expect(signed).toHaveAttribute('data-state', 'proved');
  await expect(signed).toHaveAttribute('data-included', 'true');
  await expect(signed).toHaveAttribute('data-signature', 'good');
  const checkpoint = checkpoint_of_demo();
  await expect(signed).toHaveAttribute('data-size', String(checkpoint.size));
  await expect(signed).toContainText(`proved in the checkpoint of ${checkpoint.size.toLocaleString('en')} events`);
  await expect(signed).toContainText(`creditfold/us’s, by the key ${checkpoint.vkey.split('+')[1]}`);
  expect(checkpoint.size).toBeGreaterThanOrEqual(head.seq);
});

test('a proof that leads elsewhere, or that somebody else signed, is not taken', async ({ page }) => {
  const verdict = async (change: (proof: Inclusion) => void): Promise<(string | null)[]> => {
    await page.unrouteAll();
    await page.route('**/proof?*', async (route) => {
      const response = await route.fetch();
      const proof = (await response.json()) as Inclusion;
      change(proof);
      await route.fulfill({ response, json: proof });
    });
    await page.goto('about:blank');
    await open_page(page, place());
    await page.getByTestId('badge').click();
    const signed = page.getByTestId('signed');
    await expect(signed).toHaveAttribute('data-state', 'not');
    return [await signed.getAttribute('data-included'), await signed.getAttribute('data-signature')];
  };
  expect(await verdict((proof) => proof.path.reverse())).toEqual(['false', 'good']);
  expect(await verdict((proof) => {
    proof.checkpoint.note = proof.checkpoint.note.replace(/\n\d+\n/, `\n${proof.checkpoint.size + 1}\n`);
  })).toEqual([expect.any(String), 'bad']);
});

test('folded to an event in the middle, the page shows what the command line says as of it', async ({ page }) => {
  await open_page(page, place());
  const middle = Math.ceil(head.version / 2);
  await page.getByTestId('scrubber').fill(String(middle));
  await expect(page.getByTestId('as-of')).toBeVisible();
  await expect(page).toHaveURL(/as_of=\d+/);
  const seq = Number(new URL(page.url()).hash.match(/as_of=(\d+)/)?.[1]);
  const statement = balance(head.account, seq);
  expect(statement.version).toBe(middle);
  await compare(page, statement);
  // The same link opens the same moment.
  await page.reload();
  await expect(page.getByTestId('as-of')).toBeVisible();
  await compare(page, statement);
  await page.getByTestId('now').click();
  await expect(page.getByTestId('as-of')).toBeHidden();
  await compare(page, balance(head.account, head.seq));
});

test('the keyboard is enough', async ({ page }) => {
  await open_page(page, place());
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();

  // Time travel: a step back, the beginning, the end.
  await page.getByTestId('scrubber').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('scrubber')).toHaveJSProperty('value', String(head.version - 1));
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('as-of')).toContainText('event 1,');
  await page.keyboard.press('End');
  await expect(page.getByTestId('as-of')).toBeHidden();

  // The picture: read a moment, fold to it, come back.
  const cursor = page.getByTestId('chart-cursor');
  await cursor.focus();
  const before = await cursor.getAttribute('aria-valuetext');
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  expect(await cursor.getAttribute('aria-valuetext')).not.toBe(before);
  // The end is in the future, where the forecasts are read; two events back from there is before now.
  await expect(page.locator('.key-forecast')).toBeVisible();
  await page.keyboard.press('End');
  await expect(cursor).toHaveAttribute('aria-valuetext', /; As it is: [\d,]+ left, P10 [\d,]+, P90 [\d,]+$/);
  await expect(page.getByTestId('reading')).toContainText(/As it is\s*[\d,]+ left\s*P10/);
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.getByTestId('now').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('as-of')).toBeHidden();

  // Tabs, sorting, and an event opened in the log.
  await page.getByTestId('tab-usage').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('tab-lots')).toBeFocused();
  await expect(page.getByTestId('lots')).toBeVisible();
  await page.keyboard.press('End');
  const list = page.getByTestId('log');
  await expect(list.getByRole('button').first()).toBeVisible();
  await list.getByRole('button').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const shown = JSON.parse((await page.getByTestId('log-json').textContent()) ?? '{}') as { version: number };
  expect(shown.version).toBe(head.version - 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await expect(list.locator('[data-rank="0"] button')).toBeFocused();
});

test('the log can be filtered by type', async ({ page }) => {
  await open_page(page, place('&tab=log'));
  const total = page.getByTestId('log-total');
  await expect(total).toHaveAttribute('data-value', String(head.version));
  await page.getByTestId('log-type').selectOption('TermStarted');
  await expect(total).not.toHaveAttribute('data-value', String(head.version));
  const count = Number(await total.getAttribute('data-value'));
  expect(count).toBeGreaterThan(0);
  await expect(page.getByTestId('log').getByRole('button')).toHaveCount(count);
  await expect(page.getByTestId('log').getByRole('button').first()).toHaveText('Term started');
});

test('RES-1: a migration is decided by the core, with what would move and what stays, and nothing is sent', async ({ page }) => {
  const posts: string[] = [];
  page.on('request', (request) => {
    if (!['GET', 'HEAD'].includes(request.method())) posts.push(request.url());
  });
  await open_page(page, place('&tab=residency'));
  await expect(page.getByTestId('region')).toHaveText('us');
  await expect(page.getByTestId('stays').locator('tbody tr')).toHaveCount(4);
  await page.getByTestId('migrate-to').selectOption('eu');
  const decision = page.getByTestId('decision');
  await expect(decision).toContainText('A migration would be refused');
  await expect(page.getByTestId('decision-code')).toHaveText('product_required');
  await expect(decision).toContainText('RES-1');
  await expect(page.getByTestId('moves')).toContainText(`${head.version.toLocaleString('en-US')} events`);
  await page.getByTestId('migrate-to').selectOption('us');
  await expect(decision).toContainText('nothing to move');
  await expect(page.getByTestId('moves')).toBeHidden();
  expect(posts).toEqual([]);
});

test('a copied amount has every digit', async ({ page }) => {
  await open_page(page, place());
  const amount = page.getByTestId('usage-total');
  const exact = await amount.getAttribute('data-value');
  await amount.evaluate((element) => getSelection()?.selectAllChildren(element));
  await page.keyboard.press('Control+C');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(exact);
});

test('usage by workflow, by model and by who adds up to the same, now and in the past', async ({ page }) => {
  await open_page(page, place());
  const add_up = async (statement: ReturnType<typeof balance>): Promise<void> => {
    const micro = (credits: string): bigint => BigInt(Math.round(Number(credits) * 1e6));
    const total = statement.usage.reduce((sum, { credits }) => sum + micro(credits), 0n);
    for (const view of ['Workflow', 'Model', 'Who']) {
      await page.locator('.usage-tools').getByRole('button', { name: view, exact: true }).click();
      await expect.poll(async () => micro((await page.getByTestId('group-total').getAttribute('data-value')) ?? '0')).toBe(total);
    }
  };
  await add_up(balance(head.account, head.seq));
  await page.getByTestId('scrubber').fill(String(Math.ceil(head.version / 3)));
  await expect(page).toHaveURL(/as_of=\d+/);
  await add_up(balance(head.account, Number(new URL(page.url()).hash.match(/as_of=(\d+)/)?.[1])));
});

test('the picture has its numbers as a table', async ({ page }) => {
  await open_page(page, place('&view=table&range=history'));
  await expect(page.getByTestId('picture-table').locator('tbody tr').first()).toBeVisible();
});

test.describe('with a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('a tap or a drag reads the picture until a tap elsewhere, and up and down still scrolls', async ({ page, context }) => {
    await open_page(page, place());
    const chart = page.getByTestId('chart');
    const line = page.locator('.chart-line');
    const reading = page.getByTestId('reading');
    await expect(chart.locator('canvas')).toBeVisible();
    await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'false');
    await expect(page.locator('.key-forecast')).toBeVisible();
    await chart.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const now = (await reading.textContent())!;
    const { x: left, y: top } = (await chart.boundingBox())!;
    const touch = await context.newCDPSession(page);
    const drag = async (from: number, to: number, up: number): Promise<void> => {
      const steps = 10;
      for (let step = 0; step <= steps; step += 1) {
        const at = { x: left + from + ((to - from) * step) / steps, y: top + 150 - (up * step) / steps };
        await touch.send('Input.dispatchTouchEvent', { type: step === 0 ? 'touchStart' : 'touchMove', touchPoints: [at] });
      }
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };

    await drag(200, 80, 10);
    await expect(line).toBeVisible();
    await expect(reading).not.toHaveText(now);
    const dragged = (await reading.textContent())!;
    // A forecast has more to say, and nothing moves under the finger.
    await page.touchscreen.tap(left + 250, top + 100);
    await expect(reading).toContainText('P10');
    const tapped = (await reading.textContent())!;
    expect((await chart.boundingBox())!.y).toBe(top);

    const scrolled = await page.evaluate(() => scrollY);
    await drag(200, 204, 120);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(scrolled);
    await expect(reading).toHaveText(tapped);
    await page.locator('#picture-heading').tap();
    await expect(line).toBeHidden();
    await expect(reading).toHaveText(now);

    // It is what a mouse reads there.
    await page.mouse.move(left + 80, (await chart.boundingBox())!.y + 100);
    await expect(reading).toHaveText(dragged);
  });
});

test('a link to nothing says so and offers a way on', async ({ page }) => {
  await page.goto('#account=there-is-no-such-account');
  await expect(page.getByTestId('failed')).toBeVisible();
  await page.getByRole('button', { name: 'Open the first account' }).click();
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
});

for (const theme of ['light', 'dark'] as const) {
  test(`no one is shut out, in ${theme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    // So high that the bars cover nothing: what is half under them is too small a target until it is scrolled.
    await page.setViewportSize({ width: 1440, height: 2600 });
    await open_page(page, place());
    for (const tab of ['usage', 'lots', 'periods', 'invoices', 'consents', 'keys', 'residency', 'log']) {
      await page.getByTestId(`tab-${tab}`).click();
      await no_violations(page, `${tab} in ${theme}`);
    }
    await page.getByTestId('log').getByRole('button').first().click();
    await page.getByTestId('scrubber').press('ArrowLeft');
    await expect(page.getByTestId('as-of')).toBeVisible();
    await no_violations(page, `the past in ${theme}`);
    await page.getByTestId('badge').click();
    await expect(page.getByTestId('proof-verdict')).toBeVisible();
    await no_violations(page, `the proof in ${theme}`);
  });
}

for (const width of [390, 1024]) {
  test(`nothing sticks out at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open_page(page, place());
    for (const tab of ['usage', 'lots', 'periods', 'invoices', 'consents', 'keys', 'residency', 'log']) {
      await page.getByTestId(`tab-${tab}`).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), tab).toBe(width);
    }
  });
}

test('the theme chosen is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open_page(page, place());
  await page.getByTestId('theme').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

// How long it takes is printed, never asserted: the rule is a second on an ordinary machine, and a test machine is busy.
test('it opens, and says how fast', async ({ page }) => {
  await open_page(page, place());
  const begun = Date.now();
  await page.reload();
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
  console.log(`opened in ${Date.now() - begun} ms`);
});
