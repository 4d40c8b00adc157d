// SPDX-License-Identifier: Apache-2.0
// Invoice lines of the moment shown, with the numbers each amount is made of; an amount answers why.

import { createMemo, createResource, For, Show, type JSX } from 'solid-js';
import type { InvoiceLine, InvoicePart, Money } from '../core/forms';
import { by_text } from '../lib/order';
import { money_decimal, money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Nothing, Time } from './parts';
import { WhyButton } from './why_button';

const words = text.invoices;

export function Invoices(): JSX.Element {
  const page = use_page();
  const [lines] = createResource(() => ({ as_of: page.state.place.as_of, version: page.state.moment?.version }),
    async ({ as_of }) => (await page.client.ask('invoices', { as_of })).lines);
  const rows = (): InvoiceLine[] => (lines.state === 'errored' ? [] : lines.latest ?? []);
  const totals = createMemo((): Money[] => {
    const sums = new Map<string, bigint>();
    for (const { amount } of rows()) sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + BigInt(amount.minor));
    return [...sums].map(([currency, minor]) => ({ currency, minor }));
  });
  const stacked = (id: string, title: string, cell: (part: InvoicePart) => JSX.Element): ColumnOf<InvoiceLine> => ({
    id, title, cell: (line) => <For each={line.parts}>{(part) => <span class="stacked">{cell(part)}</span>}</For>,
  });
  const columns: ColumnOf<InvoiceLine>[] = [
    { id: 'line', title: words.line, cell: ({ line }) => printer.count(line) },
    { id: 'at', title: words.at, cell: ({ at }) => <Time value={at} form="bare" />, compare: by_text(({ at }) => at) },
    { id: 'name', title: words.name, cell: ({ name }) => name, compare: by_text(({ name }) => name) },
    stacked('product', words.product, product_of),
    stacked('quantity', words.quantity, quantity_of),
    stacked('unit_price', words.unit_price, unit_price_of),
    stacked('time', words.time, (part) => (part.days === undefined
      ? <><Time value={part.starts_at} form="bare" /> – <Time value={part.ends_at} form="bare" /></>
      : <>{words.days(printer.count(part.days))} – <Time value={part.ends_at} form="bare" /></>)),
    { id: 'amount', title: words.amount, numeric: true,
      cell: (line) => (
        <WhyButton why={{ about: 'line', which: String(line.line) }} label={text.why.of_line(line.line)}>
          <Amount money={line.amount} testid="invoice-amount" />
        </WhyButton>
      ),
      total: () => <For each={totals()}>{(money) => <span class="stacked"><Amount money={money} /></span>}</For> },
  ];
  return (
    <Show when={rows().length > 0} fallback={
      <Show when={lines.loading} fallback={<Nothing heading={words.empty} help={words.empty_help} />}>
        <p class="quiet log-none">{words.loading}</p>
      </Show>
    }>
      <DataTable caption={words.caption} columns={columns} rows={rows()} testid="invoices" footer
        row_testid={({ line }) => `invoice-${line}`} />
      <p class="table-note">{words.note}</p>
    </Show>
  );
}

function Amount(props: { money: Money; testid?: string }): JSX.Element {
  return (
    <data class="credits" value={money_decimal(props.money)} data-value={String(props.money.minor)}
      data-testid={props.testid}>
      {money_text(props.money, printer)}
    </data>
  );
}

function product_of(part: InvoicePart): string {
  if (part.lot !== undefined) return part.lot;
  return part.plan !== undefined && part.period !== undefined ? words.period(part.plan, part.period) : part.name ?? part.product;
}

function quantity_of(part: InvoicePart): string {
  if (part.seats !== undefined) return words.seats(printer.count(part.seats));
  if (part.increments === undefined) return words.credits(printer.short(part.credits ?? '0'));
  return words.increments(printer.count(part.increments), printer.short(part.increment ?? '0'));
}

function unit_price_of(part: InvoicePart): string {
  if (part.unit_price === undefined) return text.none;
  return `${money_text(part.unit_price, printer)} ${part.seats === undefined ? words.each : words.a_year}`;
}
