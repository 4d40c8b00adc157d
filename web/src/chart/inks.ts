// SPDX-License-Identifier: Apache-2.0
// The picture's colours, read from the design tokens so that canvas and page never disagree.

export interface Inks {
  ink: string;
  muted: string;
  line: string;
  band: string;
  surface: string;
  left: string;
  left_fill: string;
  uncovered: string;
  expired: string;
  accent: string;
  /** Of the forecasts: today's first, then one for each scenario. */
  scenarios: string[];
  font: string;
  font_strong: string;
}

export function read_inks(element: Element): Inks {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const family = style.fontFamily;
  return {
    ink: token('--ink'),
    muted: token('--ink-muted'),
    line: token('--line'),
    band: token('--band'),
    surface: token('--surface'),
    left: token('--series-left'),
    left_fill: token('--series-left-fill'),
    uncovered: token('--series-uncovered'),
    expired: token('--ink-muted'),
    accent: token('--accent'),
    scenarios: [0, 1, 2, 3, 4, 5, 6].map((at) => token(`--scenario-${at}`)),
    font: `12px ${family}`,
    font_strong: `600 12px ${family}`,
  };
}
