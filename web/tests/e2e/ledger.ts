// SPDX-License-Identifier: Apache-2.0
// The other side of every comparison: what the command line and the service say of the account under test.

import AxeBuilder from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { serve } from '../../../tests/serving.mjs';
import type { AccountHead, AccountLine, Period, PlanTerm, Statement } from '../../src/core/forms';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests need a running service and its data directory`);
  return value;
};

/** What a command of the command line answers with --json about an account, as of a position where one is given. */
export function ask<T>(command: string, account: string, words: string[] = [], as_of?: number): T {
  const json = execFileSync(need('CREDITFOLD_BIN'), [
    command, '--json', '--data', need('CREDITFOLD_DATA'), '--account', account, ...words,
    ...(as_of === undefined ? [] : ['--as-of', String(as_of)]),
  ], { encoding: 'utf8', maxBuffer: 256 << 20 });
  return JSON.parse(json) as T;
}

export const balance = (account: string, as_of: number): Statement => ask('balance', account, [], as_of);

/** The newest checkpoint as the command line has it, and who signs. */
export function checkpoint_of_demo(): { size: number; note: string; vkey: string } {
  const json = execFileSync(need('CREDITFOLD_BIN'), ['checkpoint', '--json', '--data', need('CREDITFOLD_DATA')], { encoding: 'utf8' });
  return JSON.parse(json) as { size: number; note: string; vkey: string };
}

/** A service of its own on a fresh demo, for a test that changes what all would see. */
export async function start_service(more: string[] = []): Promise<{ url: string; data: string; stop(): Promise<void> }> {
  const data = temporary_folder();
  const service = await serve(need('CREDITFOLD_BIN'), ['--data', data, '--demo', ...more]);
  const stop = async (): Promise<void> => {
    await service.stop();
    rmSync(data, { recursive: true, force: true });
  };
  return { url: `${service.url}/`, data, stop };
}

/** For the test to remove again. */
export const temporary_folder = (): string => mkdtempSync(join(tmpdir(), 'creditfold-e2e-'));

export function run_program(...words: string[]): string {
  return execFileSync(need('CREDITFOLD_BIN'), words, { encoding: 'utf8' });
}

/** `part`: only what is inside it. What lies half under the fixed bars is too small a target to axe until it is scrolled. */
export async function no_violations(page: Page, where: string, part = 'html'): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(part)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`), where).toEqual([]);
}

/** Drops a file onto the page as a hand would. */
export async function drop(page: Page, path: string, name: string): Promise<void> {
  const bytes = readFileSync(path).toString('base64');
  const transfer = await page.evaluateHandle(([text, as]) => {
    const bytes_of = Uint8Array.from(atob(text!), (letter) => letter.charCodeAt(0));
    const handed = new DataTransfer();
    handed.items.add(new File([bytes_of], as!));
    return handed;
  }, [bytes, name]);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop to open')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(new URL(path, need('CREDITFOLD_URL')));
  expect(response.ok, path).toBe(true);
  return (await response.json()) as T;
}

/** The account with the most events: the one worth looking at. */
export async function busiest_account(): Promise<AccountHead> {
  const { accounts } = await get<{ accounts: AccountLine[] }>('v1/accounts');
  const busiest = accounts.reduce((most, line) => (line.version > most.version ? line : most));
  return get<AccountHead>(`v1/accounts/${encodeURIComponent(busiest.account)}`);
}

/** Opens the page on a place and waits until it shows a ledger that was compared with the service. */
export async function open_page(page: Page, fragment: string): Promise<void> {
  await page.goto(fragment);
  await expect(page.locator('main')).toHaveAttribute('data-phase', 'ready');
  await expect(page.getByTestId('badge')).toHaveAttribute('data-state', 'same');
}

export const figures = ['granted', 'consumed', 'held', 'expired', 'remaining', 'uncovered'] as const;

export type ShownFigures = Record<(typeof figures)[number], string>;

/** What the plan's card shows, digit for digit, and of which term and period. */
export async function card(page: Page, plan: string): Promise<{ term: number; period: number; shown: ShownFigures }> {
  const element = page.getByTestId(`plan-${plan}`);
  const shown: Partial<ShownFigures> = {};
  for (const figure of figures) {
    shown[figure] = (await element.getByTestId(`${plan}-${figure}`).getAttribute('data-value')) ?? '';
  }
  return {
    term: Number(await element.getAttribute('data-term')),
    period: Number(await element.getAttribute('data-period')),
    shown: shown as ShownFigures,
  };
}

export function period_of(statement: Statement, plan: string, term: number, period: number): Period | undefined {
  return statement.plans.find((one: PlanTerm) => one.plan === plan && one.term === term)
    ?.periods.find((one) => one.period === period);
}

export function figures_of(period: Period | undefined): ShownFigures {
  return Object.fromEntries(figures.map((figure) => [figure, period?.[figure] ?? ''])) as unknown as ShownFigures;
}

/** Every card, every period, every lot and every usage line of the page against a statement. */
export async function compare(page: Page, statement: Statement): Promise<void> {
  const plans = [...new Set(statement.plans.map(({ plan }) => plan))];
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) {
    const { term, period, shown } = await card(page, plan);
    if (Number.isNaN(period)) continue;
    expect(shown, `${plan} ${term}/${period}`).toEqual(figures_of(period_of(statement, plan, term, period)));
  }
  await compare_usage(page, statement);
  await compare_tables(page, statement, plans[0]!);
}

async function compare_usage(page: Page, statement: Statement): Promise<void> {
  await page.getByTestId('tab-usage').click();
  if (statement.usage.length === 0) return;
  const rows = await page.getByTestId('usage').locator('tbody tr').evaluateAll((found) => found.map((row) => [
    row.children[0]?.textContent, row.children[1]?.textContent,
    ...[...row.querySelectorAll('[data-value]')].map((cell) => cell.getAttribute('data-value')),
  ].join(' ')));
  const expected = statement.usage.map((line) =>
    [line.workflow, line.model, line.credits, line.charges, line.query, line.input, line.output].join(' '));
  expect(rows.sort()).toEqual(expected.sort());
}

async function compare_tables(page: Page, statement: Statement, plan: string): Promise<void> {
  await page.getByTestId(`plan-${plan}`).locator('.plan-name').click();
  const terms = statement.plans.filter((one) => one.plan === plan);
  await page.getByTestId('tab-periods').click();
  for (const { term, periods } of terms) {
    for (const period of periods) {
      const row = page.getByTestId(`period-${term}-${period.period}`);
      for (const figure of figures) {
        await expect(row.getByTestId(`period-${figure}`)).toHaveAttribute('data-value', period[figure]);
      }
    }
  }
  await page.getByTestId('tab-lots').click();
  for (const lot of terms.flatMap(({ lots }) => lots)) {
    const values = await page.getByTestId(`lot-${lot.lot}`).locator('[data-value]').evaluateAll((cells) =>
      cells.map((cell) => cell.getAttribute('data-value')));
    expect([values[0], values[2], values[3], values[4]], lot.lot)
      .toEqual([lot.granted, lot.held, lot.expired, lot.remaining]);
  }
}
