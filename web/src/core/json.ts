// SPDX-License-Identifier: Apache-2.0
// Reads the core's JSON without losing a digit: integers beyond 2^53 come back as BigInt, all others as numbers.

// Sixteen digits are the first that a double may not hold.
const may_be_unsafe = /[:[,]\s*-?\d{16,}/;

export function parse_exact(text: string): unknown {
  if (!may_be_unsafe.test(text)) return JSON.parse(text);
  // `context.source` is the literal as written; TypeScript's library does not declare it yet.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** The reverse, for showing an event: BigInt as a plain JSON integer. */
export function print_exact(value: unknown): string {
  const marked = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `\u0000${part}` : part), 2);
  return marked.replace(/"\\u0000(-?\d+)"/g, '$1');
}
