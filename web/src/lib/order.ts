// SPDX-License-Identifier: Apache-2.0
// Orders for sortable columns, on exact values.

import { micro_of } from './decimal';
import { once } from './once';

const collator = once(() => new Intl.Collator('en', { numeric: true }));

export function by_text<Row>(field: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => collator().compare(field(a), field(b));
}

export function by_amount<Row>(field: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => compare(micro_of(field(a)), micro_of(field(b)));
}

export function by_volume<Row>(field: (row: Row) => number | bigint): (a: Row, b: Row) => number {
  return (a, b) => compare(BigInt(field(a)), BigInt(field(b)));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
