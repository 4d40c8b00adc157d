// SPDX-License-Identifier: Apache-2.0
// Scenarios: levers decided by the core, forecasts on the one time line, side by side, undone, named, doubled, linked; and
// the three questions. What the page says is what `creditfold simulate` says of the same log and scenario.

import { expect, test, type Page } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import type { MovesAnswer, PlanAnswer, PurchaseAnswer, ScenarioForm, Simulation } from '../../src/core/forecast';
import type { AccountHead } from '../../src/core/forms';
import { line_of } from '../../src/lib/compare';
import { day_text } from '../../src/lib/time';
import { busiest_account, no_violations, open_page, run_program } from './ledger';

let head: AccountHead;
const place = (more = ''): string => `#account=${encodeURIComponent(head.account)}${more}`;

test.beforeAll(async () => {
  head = await busiest_account();
});

/** What the command line says of a scenario of the account, knowing what the page knew. */
function simulated(form: Partial<ScenarioForm>): Simulation {
  const scenario = test.info().outputPath('scenario.json');
  const log = test.info().outputPath('log.cflog');
  writeFileSync(scenario, JSON.stringify({ account: head.account, seed: 1, futures: 1000, days: 90, renew: true, levers: {}, ...form }));
  run_program('export', '--format', 'cflog', '--data', process.env['CREDITFOLD_DATA'] ?? '', '--account', head.account, '--output', log);
  return JSON.parse(run_program('simulate', '--json', log, scenario)) as Simulation;
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByTestId('compare')).toHaveAttribute('aria-busy', 'false');
  await expect(page.getByTestId('compare-0').getByTestId('compare-chance')).toBeVisible();
}

/** The row of a scenario, digit for digit. */
async function shown(page: Page, id: number): Promise<Record<string, string | null>> {
  const row = page.getByTestId(`compare-${id}`);
  return {
    chance: await row.getByTestId('compare-chance').getAttribute('value'),
    used: await row.getByTestId('compare-used').getAttribute('data-value'),
    expired: await row.getByTestId('compare-expired').getAttribute('data-value'),
    uncovered: await row.getByTestId('compare-uncovered').getAttribute('data-value'),
  };
}

function expected(form: Partial<ScenarioForm>): Record<string, string> {
  const { chance, used, expired, uncovered } = line_of(simulated(form));
  return { chance, used, expired, uncovered };
}

/** The points of the curve that is shown: how much, and the chance. */
async function curve(page: Page): Promise<(string | null)[][]> {
  const points = await page.getByTestId('trade-point').all();
  return Promise.all(points.map(async (point) => [await point.getAttribute('data-amount'), await point.getAttribute('data-chance')]));
}

/** Each row of an answer's table ends with its chance. */
async function in_table(page: Page, table: string, chances: string[]): Promise<void> {
  await expect(page.getByTestId(table).locator('tbody td:last-child')).toHaveText(chances.map((chance) => `${chance}\u00a0%`));
}

test('a figure of a forecast says what it is made of, in the command line’s figures', async ({ page }) => {
  await open_page(page, place());
  await settled(page);
  const told = simulated({});
  await page.getByTestId('compare-0').getByRole('button').first().click();
  const drawer = page.getByTestId('why');
  await expect(drawer.getByTestId('why-answer')).toContainText(`${told.futures.toLocaleString('en-US')} futures`);
  const step = (label: string) => drawer.locator('.why-step').filter({ hasText: label });
  for (const use of told.usage.filter(({ workflow }) => workflow !== undefined).slice(0, 3)) {
    await expect(step(`${use.workflow} · ${use.model}`).locator('data').first()).toHaveAttribute('value', use.total.p50);
  }
  await expect(drawer).toContainText(told.history.sentence);
  await no_violations(page, 'why of a forecast', '[data-testid=why]');
  // It leads on to what was used, and back; and stands in the link.
  await step(`${told.usage[0]!.workflow} · ${told.usage[0]!.model}`).getByRole('button').click();
  await expect(drawer).toHaveAttribute('data-why', /^use:/);
  await page.getByTestId('why-back').click();
  await expect(drawer).toHaveAttribute('data-why', 'forecast:0');
  await page.reload();
  await expect(page.getByTestId('why').getByTestId('why-answer')).toContainText('futures');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('why')).toHaveCount(0);
});

test('what is, and a pack more, are what the command line simulates', async ({ page }) => {
  await open_page(page, place());
  await settled(page);
  expect(await shown(page, 0)).toEqual(expected({}));
  await page.getByTestId('packs').fill('1');
  await page.getByTestId('packs').press('Enter');
  await expect(page.getByTestId('scenario-1')).toHaveAttribute('aria-pressed', 'true');
  await settled(page);
  const first = Number(await page.getByTestId('packs-first').inputValue());
  expect(await shown(page, 1)).toEqual(expected({ levers: { packs: [{ plan: 'pro', packs: 1 }] } }));
  expect(first).toBeGreaterThan(0);
  await expect(page.getByTestId('compare-table').locator('.against').first()).toBeVisible();
});

test('forecasts come with a module of their own, which nothing on the screen waits for', async ({ page }) => {
  let asked = 0;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/creditfold_forecast*.wasm', async (route) => {
    asked += 1;
    await released;
    await route.continue();
  });
  await open_page(page, place());
  await expect(page.getByTestId('chart').locator('canvas')).toBeVisible();
  await expect.poll(() => asked).toBeGreaterThan(0);
  await expect(page.getByTestId('short-0')).toHaveAttribute('data-running', 'true');
  await page.getByTestId('scrubber').press('ArrowLeft');
  await expect(page.getByTestId('as-of')).toBeVisible();
  release();
  await settled(page);
});

test('a pack the terms forbid is refused with its clause in the panel', async ({ page }) => {
  await open_page(page, place());
  await page.getByTestId('packs-first').selectOption('1');
  await page.getByTestId('packs-last').selectOption('1');
  const refused = page.getByTestId('refused-packs');
  await expect(refused).toBeVisible();
  const [answer] = simulated({ levers: { packs: [{ plan: 'pro', packs: 1, periods: { first: 1, last: 1 } }] } }).commands
    .filter((one) => one.answer.refused);
  await expect(refused).toContainText(answer!.answer.refused!.message);
  await expect(refused.locator('.clause')).toHaveText(answer!.answer.refused!.clause!);
});

test('levers of workflows, growth, seats, rates and policy pull, and come back', async ({ page }) => {
  await open_page(page, place());
  await page.getByTestId('levers-workflows').locator('> summary').click();
  const triage = page.getByTestId('workflow-request-triage');
  await triage.getByTestId('volume').fill('150');
  await triage.getByTestId('volume').press('Enter');
  await triage.getByTestId('move').selectOption('gpt-4o-mini');
  await page.getByTestId('levers-usage').locator('> summary').click();
  await page.getByTestId('all-growth').fill('5');
  await page.getByTestId('all-growth').press('Enter');
  await settled(page);
  expect(await shown(page, 1)).toEqual(expected({
    levers: { workflows: [{ workflow: 'request-triage', volume_percent: 150, move_to: 'gpt-4o-mini' }], growth_percent_per_month: 5 },
  }));
  await triage.getByTestId('volume').fill('');
  await triage.getByTestId('volume').press('Enter');
  await expect(triage.getByTestId('volume')).toHaveValue('100');
  await page.getByTestId('levers-seats').locator('> summary').click();
  await page.getByTestId('seats-enterprise').last().fill('150');
  await page.getByTestId('seats-enterprise').last().press('Enter');
  await page.getByTestId('levers-rates').locator('> summary').click();
  await page.getByTestId('rate-model').selectOption('gpt-4o');
  await page.getByTestId('rate-percent').fill('50');
  await page.getByTestId('rate-percent').press('Enter');
  await page.getByTestId('levers-policy').locator('> summary').click();
  await page.getByTestId('policy').selectOption('overage');
  await settled(page);
  expect(await shown(page, 1)).toEqual(expected({
    levers: {
      workflows: [{ workflow: 'request-triage', move_to: 'gpt-4o-mini' }], growth_percent_per_month: 5, seats: [{ product: 'enterprise', seats: 150 }],
      rates: [{ model: 'gpt-4o', query: '12500', input: '12500', output: '100000' }], policies: [{ plan: 'pro', on_exhaustion: 'overage' }],
    },
  }));
});

test('six side by side, named, doubled, undone; a link holds them all', async ({ page, context }) => {
  await open_page(page, place());
  await page.getByTestId('packs').fill('2');
  await page.getByTestId('packs').press('Enter');
  await page.getByTestId('scenario-naming').fill('Two packs');
  await page.getByTestId('scenario-naming').press('Enter');
  for (let n = 2; n <= 6; n += 1) await page.getByTestId('scenario-duplicate').click();
  await expect(page.getByTestId('scenario-add')).toBeDisabled();
  await expect(page.getByTestId('scenario-6')).toContainText('Two packs 6');
  await page.getByTestId('scenario-remove').click();
  await expect(page.getByTestId('scenario-6')).toBeHidden();
  await page.getByTestId('what-if-undo').click();
  await expect(page.getByTestId('scenario-6')).toBeVisible();
  await page.getByTestId('what-if-redo').click();
  await expect(page.getByTestId('scenario-6')).toBeHidden();
  await settled(page);
  const before = await shown(page, 1);
  await page.getByTestId('what-if-link').click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await settled(other);
  await expect(other.getByTestId('scenario-1')).toContainText('Two packs');
  expect(await shown(other, 1)).toEqual(before);
});

test('scenarios branch at any moment', async ({ page }) => {
  await open_page(page, place());
  const version = Math.ceil(head.version * 0.8);
  await page.getByTestId('scrubber').fill(String(version));
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.getByTestId('packs').fill('1');
  await page.getByTestId('packs').press('Enter');
  await settled(page);
  const seq = Number(new URL(page.url()).hash.match(/as_of=(\d+)/)?.[1]);
  expect(await shown(page, 1)).toEqual(expected({ as_of: seq, levers: { packs: [{ plan: 'pro', packs: 1 }] } }));
});

test('the smallest purchase, the cheapest plan and the first move are answered, and become scenarios', async ({ page }) => {
  test.slow();
  await open_page(page, place());
  await page.getByTestId('ask-smallest_purchase').click();
  const purchase = simulated({ asks: [{ ask: 'smallest_purchase', chance_percent: 5, plan: 'pro' }] }).answers[0] as PurchaseAnswer;
  await expect(page.getByTestId('answer-sentence')).toHaveText(purchase.sentence);
  expect(purchase.curve.length).toBeGreaterThan(1);
  expect(await curve(page)).toEqual(purchase.curve.map(({ packs, chance_percent }) => [String(packs), chance_percent]));
  await expect(page.locator('[data-testid=trade-point][data-chosen=true]')).toHaveAttribute('data-amount', String(purchase.packs));
  await page.locator('.answer-more > summary').click();
  await in_table(page, 'purchase-curve', purchase.curve.map(({ chance_percent }) => chance_percent));
  await page.getByTestId('ask-cheapest_plan').click();
  const plan = simulated({ asks: [{ ask: 'cheapest_plan', chance_percent: 5 }] }).answers[0] as PlanAnswer;
  // The page has a lever for what the core asks of who writes a scenario by hand.
  await expect(page.getByTestId('answer-sentence')).toHaveText(plan.sentence.replace(' Give `prices` to compare by cost.', ''));
  await expect(page.getByTestId('answer')).not.toContainText('`');
  await expect(page.getByTestId('compared-from')).toContainText(day_text(plan.from));
  await page.getByTestId('ask-model_moves').click();
  const moves = simulated({ asks: [{ ask: 'model_moves', moves: 10 }] }).answers[0] as MovesAnswer;
  await expect(page.getByTestId('answer-sentence')).toHaveText(moves.sentence);
  expect(await curve(page)).toEqual([
    ['0', moves.moves[0]!.chance_before_percent], ...moves.sequence.map(({ chance_percent }, at) => [String(at + 1), chance_percent]),
  ]);
  await in_table(page, 'moves-sequence', moves.sequence.map(({ chance_percent }) => chance_percent));
  await page.locator('.answer-more > summary').click();
  await in_table(page, 'moves-answer', moves.moves.slice(0, 8).map(({ chance_percent }) => chance_percent));
  await page.getByTestId('take').click();
  await expect(page.getByTestId('scenario-1')).toHaveAttribute('aria-pressed', 'true');
});

test('an answer fits into the panel, on a phone too, and reads in both themes', async ({ page }) => {
  test.slow();
  for (const [width, theme] of [[1440, 'light'], [390, 'dark']] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 3000 });
    await open_page(page, place());
    for (const ask of ['smallest_purchase', 'cheapest_plan', 'model_moves']) {
      await page.getByTestId(`ask-${ask}`).click();
      await expect(page.getByTestId('answer-sentence')).toBeVisible();
      for (const more of await page.locator('.answer-more > summary').all()) await more.click();
      for (const table of await page.locator('.answer .table-scroll').all()) {
        expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth), `${ask} at ${width}`).toBeLessThanOrEqual(0);
      }
      await no_violations(page, `${ask} in ${theme}`, '.answers');
    }
  }
});

test('each scenario is numbered, says what it supposes and what of it is refused, and what of its cost is not known', async ({ page }) => {
  await open_page(page, place());
  for (let n = 1; n <= 3; n += 1) {
    await page.getByTestId('scenario-add').click();
    await expect(page.getByTestId(`scenario-${n}`)).toContainText(`Scenario ${n}`);
  }
  await page.getByTestId('packs').fill('1');
  await page.getByTestId('packs').press('Enter');
  await page.getByTestId('packs-first').selectOption('1');
  await page.getByTestId('packs-last').selectOption('1');
  await page.getByTestId('scenario-2').click();
  await page.getByTestId('packs').fill('2');
  await page.getByTestId('packs').press('Enter');
  await settled(page);
  const row = (id: number) => page.getByTestId(`compare-${id}`);
  await expect(row(1)).toContainText('no lever pulled yet');
  await expect(row(2).getByTestId('says-2')).toHaveText(/^2 packs/);
  await expect(page.getByTestId('scenario-3').getByTestId('says-3')).toHaveText('1 pack in period 1');
  await expect(row(3).getByTestId('refusals-3')).toHaveText(/1 refused: AIS-5c/);
  await expect(row(1)).toContainText('none');
  await expect(row(2)).toContainText('not known');
  const { missing } = simulated({ levers: { packs: [{ plan: 'pro', packs: 2 }] } }).cost;
  await expect(page.getByTestId('compare-missing')).toContainText(`“Scenario 2”: ${missing[0]}`);
});

test('the picture goes on into the future, and its table has the numbers', async ({ page }) => {
  await open_page(page, place('&range=ahead&view=table'));
  await settled(page);
  const { plans, timeline } = simulated({});
  const pro = plans.find(({ plan }) => plan === 'pro')!;
  const table = page.getByTestId('forecast-table');
  await expect(table.locator('thead')).toContainText('P90');
  const rows = table.locator('tbody tr');
  expect(await rows.count()).toBeGreaterThanOrEqual(timeline.length);
  await expect(rows.first()).toContainText(Math.round(Number(pro.remaining.p50[0])).toLocaleString('en-US'));
});

for (const theme of ['light', 'dark'] as const) {
  test(`no one is shut out of the levers, in ${theme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1440, height: 5000 });
    await open_page(page, place());
    for (const group of ['plan', 'workflows', 'usage', 'seats', 'rates', 'policy', 'prices']) {
      await page.getByTestId(`levers-${group}`).locator('> summary').click();
    }
    await page.getByTestId('plan-to').selectOption('plus');
    await settled(page);
    await no_violations(page, `the levers in ${theme}`);
  });
}

test('the tour walks over the demo with the keyboard alone', async ({ page }) => {
  await open_page(page, place());
  await page.getByTestId('tour-open').focus();
  await page.keyboard.press('Enter');
  const tour = page.getByTestId('tour');
  for (let n = 1; n <= 7; n += 1) {
    await expect(tour).toContainText(`${n} of 7`);
    await expect(page.getByTestId('tour-next')).toBeFocused();
    if (n === 4) await no_violations(page, 'the tour', '[data-testid=tour]');
    await page.keyboard.press('Enter');
  }
  await expect(tour).toBeHidden();
  await expect(page.getByTestId('tour-open')).toBeFocused();
});
