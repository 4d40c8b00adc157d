// SPDX-License-Identifier: Apache-2.0
// Figures as readers of American and British English write them, without the browser's formats: a phone takes fifteen
// milliseconds to make one, before anything is on the screen. tests/unit/english.test.ts holds them against each other.

/** Whether a locale's figures are these: India groups otherwise, South Africa with blanks. */
export function is_plain_english(locale: string): boolean {
  return /^en(-US|-GB)?$/i.test(locale);
}

/** "1,234,567", of a whole number. */
export function group(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Hundredths of a percent as "12.3%", half a tenth rounded away from zero. */
export function percent(points: number): string {
  const tenths = Math.round(Math.abs(points) / 10);
  return `${points < 0 ? '-' : ''}${group(Math.floor(tenths / 10))}.${tenths % 10}%`;
}

const sizes = [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'K'], [1, '']] as const;

/** "1.25M": at most two fraction digits, and the next letter from a thousand up. */
export function compact(value: number): string {
  const size = Math.abs(value);
  for (const [at, [unit, letter]] of sizes.entries()) {
    if (size < unit && unit > 1) continue;
    const rounded = Math.round((size * 100) / unit) / 100;
    const above = sizes[at - 1];
    const text = rounded >= 1000 && above ? `1${above[1]}` : `${rounded}${letter}`;
    return value < 0 ? `-${text}` : text;
  }
  return '0';
}
