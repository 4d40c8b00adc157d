// SPDX-License-Identifier: Apache-2.0
// Sums of money, and what a supposition adds to the invoices.

import type { InvoiceLine, Money, Supposed } from '../core/forms';

/** One sum for each currency, in the order first met. */
export function sums_of(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, bigint>();
  for (const { currency, minor } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(minor));
  return [...sums].map(([currency, minor]) => ({ currency, minor }));
}

/** The lines only the supposition has: positions of supposed events lie behind all that are known. */
export function added_lines({ invoices_after, invoices_before }: Supposed): InvoiceLine[] {
  const known = new Set(invoices_before.lines.flatMap(({ parts }) => parts.map(({ seq }) => seq)));
  return invoices_after.lines.filter(({ parts }) => parts.every(({ seq }) => !known.has(seq)));
}
