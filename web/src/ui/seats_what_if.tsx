// SPDX-License-Identifier: Apache-2.0
// The lever of seats: by so many more or fewer, what each product would be invoiced, or when it would take effect. Decided
// by the same core as a real change; nothing is recorded.

import { createMemo, createResource, createSignal, createUniqueId, For, Show, type JSX } from 'solid-js';
import type { InvoicePart, Money, Refusal, SeatLine, Supposed } from '../core/forms';
import { added_lines, sums_of } from '../lib/invoices';
import { day_text } from '../lib/time';
import { money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Amount, part_columns } from './invoice_parts';

const words = text.seats;
// Beyond this the arithmetic of the terms refuses anyway, and a keyboard slip is likelier than a customer.
const seats_change_max = 1_000_000;

export function SeatsWhatIf(props: { first: string | undefined }): JSX.Element {
  const page = use_page();
  const [chosen, choose] = createSignal<string | null>(null);
  const [by, put_by] = createSignal(0);
  const product_id = createUniqueId();
  const by_id = createUniqueId();
  const seats = (): SeatLine[] => page.state.moment?.statement.seats ?? [];
  const line = (): SeatLine | undefined =>
    seats().find(({ product }) => product === (chosen() ?? props.first)) ?? seats()[0];
  // null: there is nothing to suppose. Asked again when the account grows or another moment is shown.
  const asked = createMemo(() => {
    const { account, moment, place } = page.state;
    const of = line();
    if (!of || !moment || by() === 0) return null;
    const command = { command: 'ChangeSeats', product: of.product, seats: Number(of.seats) + by() };
    const at = page.at_now() ? null : moment.statement.at;
    return { account, version: moment.version, as_of: place.as_of, at, commands: [command] };
  });
  const [supposed] = createResource(asked, ({ as_of, at, commands }) => page.client.ask('what_if', { as_of, at, commands }));
  const answer = (): Supposed | undefined =>
    (asked() === null || supposed.state === 'errored' ? undefined : supposed.latest);
  const set_by = (given: string): void => {
    const wanted = Math.trunc(Number(given));
    const least = -Number(line()?.seats ?? 0);
    put_by(Number.isFinite(wanted) ? Math.min(Math.max(wanted, least), seats_change_max) : 0);
  };
  return (
    <Show when={line()}>{(of) => (
      <fieldset class="what-if" data-testid="seats-what-if">
        <legend>{words.legend}</legend>
        <label for={product_id}>{words.product}</label>
        <select id={product_id} value={of().product} data-testid="seats-product" onChange={(event) => choose(event.target.value)}>
          <For each={seats()}>{({ product }) => <option value={product}>{product}</option>}</For>
        </select>
        <label for={by_id}>{words.by}</label>
        <input id={by_id} type="number" step="1" value={by()} class="seats-by" data-testid="seats-by"
          onInput={(event) => set_by(event.target.value)} />
        <span class="quiet">{words.now(printer.count(of().seats))}</span>
        <Show when={answer()} fallback={
          <p classList={{ bad: supposed.state === 'errored' }}>
            {supposed.state === 'errored' ? words.failed : words.nothing}
          </p>
        }>{(told) => <Answer of={of()} supposed={told()} />}</Show>
      </fieldset>
    )}</Show>
  );
}

function Answer(props: { of: SeatLine; supposed: Supposed }): JSX.Element {
  const refused = (): Refusal | undefined => props.supposed.answers.find((answer) => answer.refused)?.refused;
  const lines = createMemo(() => added_lines(props.supposed));
  const parts = (): InvoicePart[] => lines().flatMap((line) => line.parts);
  const total = (): Money[] => sums_of(lines().map(({ amount }) => amount));
  const after = (): SeatLine | undefined => props.supposed.after.seats.find(({ product }) => product === props.of.product);
  const sentence = (): string => {
    const to = after();
    const later = to?.scheduled.at(-1);
    if (later) return words.fewer(props.of.product, printer.count(later.seats), day_text(later.effective_at));
    return words.more(printer.count(props.of.seats), printer.count(to?.seats ?? props.of.seats), props.of.product,
      total().map((money) => money_text(money, printer)).join(' + '));
  };
  const columns: ColumnOf<InvoicePart>[] = [
    ...part_columns,
    { id: 'amount', title: words.part_amount, numeric: true,
      cell: (part) => <Amount money={part.amount} testid={`seats-amount-${part.product}`} />,
      total: () => <For each={total()}>{(money) => <span class="stacked"><Amount money={money} testid="seats-total" /></span>}</For> },
  ];
  return (
    <Show when={!refused()} fallback={
      <p class="bad" aria-live="polite" data-testid="seats-answer">
        {words.refused(refused()?.clause ?? '')} {refused()?.message}
      </p>
    }>
      <p aria-live="polite" data-testid="seats-answer">
        {sentence()} <span class="clause">{parts().length > 0 ? words.more_clause : words.fewer_clause}</span>
      </p>
      <Show when={parts().length > 0}>
        <div class="what-if-table">
          <DataTable caption={words.caption([...new Set(lines().map(({ name }) => name))].join(', '))} columns={columns}
            rows={parts()} testid="seats-parts" footer />
        </div>
      </Show>
    </Show>
  );
}
