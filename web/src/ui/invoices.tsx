// SPDX-License-Identifier: Apache-2.0
// Invoice lines of the moment shown, with the numbers each amount is made of; an amount answers why. Above them the lever
// of seats.

import { createMemo, createResource, For, Show, type JSX } from 'solid-js';
import type { InvoiceLine, Money } from '../core/forms';
import { sums_of } from '../lib/invoices';
import { by_text } from '../lib/order';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Amount, PartLine } from './invoice_parts';
import { Nothing, Time } from './parts';
import { SeatsWhatIf } from './seats_what_if';
import { WhyButton } from './why_button';

const words = text.invoices;

export function Invoices(): JSX.Element {
  const page = use_page();
  const [lines] = createResource(() => ({ as_of: page.state.place.as_of, version: page.state.moment?.version }),
    async ({ as_of }) => (await page.client.ask('invoices', { as_of })).lines);
  const rows = (): InvoiceLine[] => (lines.state === 'errored' ? [] : lines.latest ?? []);
  const totals = createMemo((): Money[] => sums_of(rows().map(({ amount }) => amount)));
  const columns: ColumnOf<InvoiceLine>[] = [
    { id: 'line', title: words.line, cell: ({ line }) => printer.count(line) },
    { id: 'at', title: words.at, cell: ({ at }) => <Time value={at} form="bare" />, compare: by_text(({ at }) => at) },
    { id: 'name', title: words.name, cell: ({ name }) => name, compare: by_text(({ name }) => name) },
    // The parts in one column, or the amount would be out of sight.
    { id: 'parts', title: words.product, cell: (line) => <For each={line.parts}>{(part) => <PartLine part={part} />}</For> },
    { id: 'amount', title: words.amount, numeric: true,
      cell: (line) => (
        <WhyButton why={{ about: 'line', which: String(line.line) }} label={text.why.of_line(line.line)}>
          <Amount money={line.amount} testid="invoice-amount" />
        </WhyButton>
      ),
      total: () => <For each={totals()}>{(money) => (
        <span class="stacked"><Amount money={money} testid="invoice-total" /></span>
      )}</For> },
  ];
  return (
    <Show when={rows().length > 0} fallback={
      <Show when={lines.loading} fallback={<Nothing heading={words.empty} help={words.empty_help} />}>
        <p class="quiet log-none">{words.loading}</p>
      </Show>
    }>
      <SeatsWhatIf first={rows()[0]?.products[0]} />
      <DataTable caption={words.caption} columns={columns} rows={rows()} testid="invoices" footer
        row_testid={({ line }) => `invoice-${line}`} />
      <p class="table-note">{words.note}</p>
    </Show>
  );
}
