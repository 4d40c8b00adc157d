// SPDX-License-Identifier: Apache-2.0
// The numbers an invoiced amount is made of, as columns: for what, how many, at which price, for how long.

import type { JSX } from 'solid-js';
import type { InvoicePart, Money } from '../core/forms';
import { money_decimal, money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import type { ColumnOf } from './data_table';
import { Time } from './parts';

const words = text.invoices;

export const part_columns: ColumnOf<InvoicePart>[] = [
  { id: 'product', title: words.product, cell: product_of },
  { id: 'quantity', title: words.quantity, cell: quantity_of },
  { id: 'unit_price', title: words.unit_price, cell: unit_price_of },
  { id: 'time', title: words.time, cell: time_of },
];

/** One part of an amount in two lines that may wrap. */
export function PartLine(props: { part: InvoicePart }): JSX.Element {
  return (
    <span class="parts-cell">
      {product_of(props.part)}
      <span class="quiet">
        <span>{quantity_of(props.part)}</span> · <span>{unit_price_of(props.part)}</span> · <span>{time_of(props.part)}</span>
      </span>
    </span>
  );
}

export function Amount(props: { money: Money; testid?: string }): JSX.Element {
  return (
    <data class="credits" value={money_decimal(props.money)} data-value={String(props.money.minor)}
      data-testid={props.testid}>
      {money_text(props.money, printer)}
    </data>
  );
}

function time_of(part: InvoicePart): JSX.Element {
  const end = <Time value={part.ends_at} form="bare" />;
  return part.days === undefined ? <><Time value={part.starts_at} form="bare" /> – {end}</>
    : <>{words.days(printer.count(part.days))} – {end}</>;
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
