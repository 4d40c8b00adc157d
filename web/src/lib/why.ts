// SPDX-License-Identifier: Apache-2.0
// Questions of why in a link to the page, and the figures of explanations as a reader sees them.

import { once_each } from './once';
import type { Money, WhyAbout, WhyLink } from '../core/forms';
import type { NumberPrinter } from './decimal';
import { bare_text } from './time';

const form = /^(lot|usage|line|period|use|refusal|forecast)(?:@([1-9]\d{0,18}))?:(.+)$/s;

/** "lot:plus/1/1/1"; "usage@41:run-7" is asked as known at position 41. */
export function write_why({ about, which, as_of }: WhyLink): string {
  return `${about}${as_of === undefined ? '' : `@${as_of}`}:${which}`;
}

export function read_why(text: string | null): WhyLink | null {
  const match = form.exec(text ?? '');
  if (!match) return null;
  const [, about, as_of, which = ''] = match;
  const link: WhyLink = { about: about as WhyAbout, which };
  return as_of === undefined ? link : { ...link, as_of: BigInt(as_of) };
}

export function same_why(a: WhyLink | null, b: WhyLink | null): boolean {
  return (a && write_why(a)) === (b && write_why(b));
}

const figure_form = /^-?\d+(?:\.\d+)?$/;
const time_form = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function word_text(word: string, printer: NumberPrinter): string {
  if (figure_form.test(word)) return printer.exact(word);
  return time_form.test(word) ? bare_text(word) : word;
}

/** An expression of the core with its figures grouped and its moments short: "1,200 × 25,000 ÷ 1,000,000". */
export function expression_text(expression: string, printer: NumberPrinter): string {
  return expression.split(' ').map((word) => {
    const [, open = '', inner = '', end = ''] = /^(\(?)(.*?)([),]*)$/s.exec(word) ?? [];
    return open + word_text(inner, printer) + end;
  }).join(' ');
}

/** A unit after its figure: one credit is no plural. */
export function unit_text(value: string, unit: string): string {
  return value === '1' && unit.endsWith('s') ? unit.slice(0, -1) : unit;
}

const digits_of = once_each((currency) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2);

/** An amount in its currency's own units as a plain decimal: ISO 4217 knows how many digits. */
export function money_decimal({ currency, minor }: Money): string {
  const digits = digits_of(currency);
  const size = minor < 0 ? -BigInt(minor) : BigInt(minor);
  const unit = 10n ** BigInt(digits);
  const fraction = digits === 0 ? '' : `.${(size % unit).toString().padStart(digits, '0')}`;
  return `${minor < 0 ? '-' : ''}${size / unit}${fraction}`;
}

export function money_text(money: Money, printer: NumberPrinter): string {
  return `${printer.exact(money_decimal(money))} ${money.currency}`;
}
