// SPDX-License-Identifier: Apache-2.0
// The token this tab shows to a service. Kept for the tab alone, and gone when it is closed; never in a link.

import { createSignal } from 'solid-js';

const stem = 'creditfold-token';
// The page's own service has the bare name; another is named by its address.
const name_of = (base: string): string => (base === own_base() ? stem : `${stem} ${base}`);

/** The service the page came from, if it came from one. */
export const own_base = (): string => new URL('./', document.baseURI).href;

// A browser may forbid storage; the token then lasts as long as the page.
function remembered(base: string): string | null {
  try {
    return sessionStorage.getItem(name_of(base));
  } catch {
    return null;
  }
}

const [tokens, put_tokens] = createSignal<Record<string, string | null>>({});

export const access = {
  token(base: string): string | null {
    const known = tokens()[base];
    return known === undefined ? remembered(base) : known;
  },
  use(base: string, next: string | null): void {
    put_tokens({ ...tokens(), [base]: next });
    try {
      if (next === null) sessionStorage.removeItem(name_of(base));
      else sessionStorage.setItem(name_of(base), next);
    } catch {
      // Not remembered, still in use.
    }
  },
};
