// SPDX-License-Identifier: Apache-2.0
// Credits as exact decimals: parsed into micro-credits (BigInt), added, and printed grouped for a locale.
// A JavaScript number appears only in `for_drawing`, where a pixel is the finest digit anyway.

import { compact, group, is_plain_english, percent } from './english';
import { once } from './once';

/** Credits carry at most six fraction digits. */
export const fraction_digits = 6;
const micro = 10n ** BigInt(fraction_digits);
const drawn_micro = Number(micro);

const decimal_form = /^(-?)(\d+)(?:\.(\d{1,6}))?$/;

/** Micro-credits of a decimal string. Throws on anything that is not one. */
export function micro_of(credits: string): bigint {
  const match = decimal_form.exec(credits);
  if (!match) throw new RangeError(`not a number of credits: ${credits}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const size = BigInt(whole) * micro + BigInt(fraction.padEnd(fraction_digits, '0'));
  return sign ? -size : size;
}

/** The shortest decimal string of an amount in micro-credits: "1250", "0.000125". */
export function credits_of(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const whole = (size / micro).toString();
  const fraction = (size % micro).toString().padStart(fraction_digits, '0').replace(/0+$/, '');
  const sign = amount < 0n ? '-' : '';
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}

export function sum_credits(amounts: Iterable<string>): string {
  let total = 0n;
  for (const amount of amounts) total += micro_of(amount);
  return credits_of(total);
}

/** For drawing only: a double holds no more than 15 digits. */
export function for_drawing(amount: bigint): number {
  return Number(amount) / drawn_micro;
}

/** Hundredths of a percent that `part` is of `whole`, rounded half up; 0 of nothing. */
export function basis_points(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) return 0;
  return Number((part * 20000n + whole) / (whole * 2n));
}

/** Rounds half up (away from zero) to `digits` fraction digits. */
function round_micro(amount: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(fraction_digits - digits);
  const size = amount < 0n ? -amount : amount;
  const rounded = ((size + unit / 2n) / unit) * unit;
  return amount < 0n ? -rounded : rounded;
}

/** As many fraction digits as matter beside the whole part: none from 1,000 up, two from 1 up, all below. */
function digits_that_matter(amount: bigint): number {
  const size = amount < 0n ? -amount : amount;
  if (size >= 1000n * micro) return 0;
  return size >= micro ? 2 : fraction_digits;
}

export interface NumberPrinter {
  /** Every digit, grouped. */
  exact(credits: string): string;
  /** The digits that matter, grouped. */
  short(credits: string): string;
  /** Whole credits, the rest cut off: as the core's sentences say them. */
  whole(credits: string): string;
  /** A count or volume, grouped. */
  count(value: number | bigint): string;
  /** For axis labels: 1.2M. */
  axis(value: number): string;
  /** Hundredths of a percent as "12.3 %". */
  percent(points: number): string;
}

interface Forms {
  group(value: number | bigint): string;
  compact(value: number): string;
  percent(points: number): string;
  point(): string;
}

function forms_of(locale: string): Forms {
  if (is_plain_english(locale)) return { group, compact, percent, point: () => '.' };
  const whole = once(() => new Intl.NumberFormat(locale, latin));
  const short = once(() => new Intl.NumberFormat(locale, { ...latin, notation: 'compact', maximumFractionDigits: 2 }));
  const share = once(() => new Intl.NumberFormat(locale, { ...latin, style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }));
  return {
    group: (value) => whole().format(value),
    compact: (value) => short().format(value),
    percent: (points) => share().format(points / 10000),
    point: once(() => whole().formatToParts(1.5).find((part) => part.type === 'decimal')?.value ?? '.'),
  };
}

const latin = { numberingSystem: 'latn' } as const;

/** Grouping and separators of `locale`, Latin digits so that columns stay aligned and copies stay readable. */
export function number_printer(locale: string): NumberPrinter {
  const forms = forms_of(locale);
  const print = (credits: string): string => {
    const [whole = '0', fraction] = credits.replace('-', '').split('.');
    const text = forms.group(BigInt(whole));
    // U+2212, the minus sign as wide as a digit.
    const sign = credits.startsWith('-') ? '\u2212' : '';
    return sign + (fraction ? text + forms.point() + fraction : text);
  };
  return {
    exact: print,
    short(credits) {
      const amount = micro_of(credits);
      return print(credits_of(round_micro(amount, digits_that_matter(amount))));
    },
    whole: (credits) => print(credits.split('.')[0] ?? credits),
    count: (value) => forms.group(value),
    axis: (value) => forms.compact(value),
    percent: forms.percent,
  };
}

/** The part of `value` that is a multiple of `step`, towards zero; steps are 1, 0.1, 0.01 and so on. */
export function whole_steps(value: number, step: number): number {
  // By division: 0.01 is no binary fraction, 100 is.
  const parts = Math.round(1 / step);
  const scaled = value * parts;
  return Math.trunc(scaled + Math.sign(scaled) * 1e-6) / parts;
}
