// SPDX-License-Identifier: Apache-2.0
// What one reader prefers, remembered in this browser: colours and how many digits. Never anything of an account.

import { createSignal } from 'solid-js';
import { number_printer } from '../lib/decimal';
import { use_dates_of } from '../lib/time';

export type Theme = 'light' | 'dark';

// `theme.js` reads the same name before the first paint.
const theme_name = 'creditfold-theme';
const exact_name = 'creditfold-exact';

// A browser may forbid storage; preferences then last as long as the page.
function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Not remembered, still in force.
  }
}

const system = matchMedia('(prefers-color-scheme: dark)');
const system_theme = (): Theme => (system.matches ? 'dark' : 'light');
const chosen = remembered(theme_name);
const [theme, put_theme] = createSignal<Theme>(chosen === 'dark' || chosen === 'light' ? chosen : system_theme());
const [exact, put_exact] = createSignal(remembered(exact_name) === 'yes');

system.addEventListener('change', () => {
  if (remembered(theme_name) === null) apply(system_theme());
});

function apply(next: Theme): void {
  document.documentElement.dataset['theme'] = next;
  put_theme(next);
}

// Paper is white whatever the screen is.
addEventListener('beforeprint', () => {
  document.documentElement.dataset['theme'] = 'light';
  put_theme('light');
});
addEventListener('afterprint', () => {
  const kept = remembered(theme_name);
  apply(kept === 'dark' || kept === 'light' ? kept : system_theme());
});

export const settings = {
  theme,
  exact,
  choose_theme(next: Theme): void {
    // The system's own choice needs no memory, and then keeps following the system.
    remember(theme_name, next === system_theme() ? null : next);
    apply(next);
  },
  choose_exact(next: boolean): void {
    remember(exact_name, next ? 'yes' : null);
    put_exact(next);
  },
};

export const printer = number_printer(navigator.language);
use_dates_of(navigator.language);
