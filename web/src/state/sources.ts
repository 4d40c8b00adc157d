// SPDX-License-Identifier: Apache-2.0
// Where a ledger comes from, as a link names it and as the page says it.

import type { Source } from '../core/protocol';
import { time_of } from '../lib/time';
import { access, own_base } from './access';

/** What is open, in words that need no file in hand. */
export interface Opening {
  from: Source['from'];
  /** A file's name, or the address of a service that is not the page's own. */
  name: string | null;
}

// A file cannot be named in a link: who follows one chooses what to open.
export function source_of(named: string | null): Source {
  if (named === 'demo') return { from: 'demo', now: demo_now() };
  const base = named === null || named === 'log' || named === 'usage' ? own_base() : named;
  return { from: 'service', base, token: access.token(base) };
}

export function opening_of(source: Source): Opening {
  if (source.from === 'service') return { from: 'service', name: source.base === own_base() ? null : source.base };
  return { from: source.from, name: source.from === 'demo' ? null : source.file.name };
}

const minute_micros = 60_000_000n;

/** The demo ends at the last whole minute. */
export function demo_now(): string {
  const micros = BigInt(Date.now()) * 1000n;
  return time_of(micros - (micros % minute_micros));
}

// The service sends its policy as a header; a plain file server does not, and has nothing to be asked for.
let served: Promise<boolean> | undefined;
export function is_served(): Promise<boolean> {
  if (import.meta.env.DEV) return Promise.resolve(true);
  served ??= fetch(own_base(), { method: 'HEAD', cache: 'no-store' })
    .then((answer) => answer.headers.has('content-security-policy'), () => {
      served = undefined;
      return false;
    });
  return served;
}
