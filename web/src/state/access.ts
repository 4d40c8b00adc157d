// SPDX-License-Identifier: Apache-2.0
// The token this tab shows to the service. Kept for the tab alone, and gone when it is closed; never in a link.

import { createSignal } from 'solid-js';

const name = 'creditfold-token';

// A browser may forbid storage; the token then lasts as long as the page.
function remembered(): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

const [token, put_token] = createSignal(remembered());

export const access = {
  token,
  use(next: string | null): void {
    put_token(next);
    try {
      if (next === null) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, next);
    } catch {
      // Not remembered, still in use.
    }
  },
};
