// SPDX-License-Identifier: Apache-2.0
// The picture as it was looked at and found good: the demo of one fixed moment, with two scenarios over it. Only the picture
// is compared, and with room for other fonts.

import { expect, test } from '@playwright/test';
import { add, empty_board, pull, with_packs, with_workflow, write_board } from '../../src/lib/scenarios';
import { serve_files, type StaticServer } from './static_server';

let files: StaticServer;
test.beforeAll(async () => {
  files = await serve_files();
});
test.afterAll(() => files.stop());

const packs = pull(add(empty_board, 'Two packs'), '', (levers) => with_packs(levers, { plan: 'pro', packs: 2 }));
const board = pull(add(packs, 'Cheaper model'), '', (levers) => with_workflow(levers, 'request-triage', { move_to: 'gpt-4o-mini' }));

for (const [name, theme, width, range] of [
  ['ahead-light', 'light', 1440, 'ahead'], ['history-dark', 'dark', 1440, 'history'], ['phone', 'light', 390, 'period'],
] as const) {
  test(`the picture, ${name}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await page.clock.setFixedTime(new Date('2026-11-24T12:00:00Z'));
    await page.goto(`${files.url}#source=demo&range=${range}&what=${write_board(board)}`);
    await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
    await expect(page.getByTestId('compare-2').getByTestId('compare-chance')).toBeVisible({ timeout: 20_000 });
    await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'false');
    await expect(page.getByTestId('chart')).toHaveScreenshot(`${name}.png`, { maxDiffPixelRatio: 0.04 });
  });
}
