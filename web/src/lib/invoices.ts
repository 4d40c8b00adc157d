// SPDX-License-Identifier: Apache-2.0
// Sums of money, and what a supposition adds to the invoices.

import type { InvoiceLine, Money, Supposed } from '../core/forms';

/** One sum for each currency, in the order first met. */
export function sums_of(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, bigint>();
  for (const { currency, minor } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(minor));
  return [...sums].map(([currency, minor]) => ({ currency, minor }));
}

/** The lines only the supposition has: their parts come from events behind the last one known. */
export function added_lines({ version, invoices_after, invoices_before }: Supposed): InvoiceLine[] {
  const known = new Set(invoices_before.lines.flatMap(({ parts }) => parts.map(({ seq }) => String(seq))));
  if (version === 0) return invoices_after.lines;
  return invoices_after.lines.flatMap((line) => {
    const parts = line.parts.filter(({ seq }) => !known.has(String(seq)));
    return parts.length > 0 ? [{ ...line, parts }] : [];
  });
}
