// SPDX-License-Identifier: Apache-2.0
// Uses that another system measured, as the commands of a ledger that could have been: an account with one plan, its
// periods closed an hour after their ends, and every use reported at its own time. The core decides them like any others.

import type { Use } from './usage_file';
import { micros_of, time_of } from './time';

export interface Supposition {
  account: string;
  plan: string;
  cadence: 'monthly' | 'quarterly';
}

const hour = 3_600_000_000n;
const term_months = 12;

function month_start(at: bigint): Date {
  const day = new Date(Number(at / 1000n));
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth()));
}

function months_on(from: Date, months: number): bigint {
  return BigInt(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months)) * 1000n;
}

/** JSON, one command each, in the order of their moments. `uses` may come in any order; there must be one at least. */
export function hypothetical_commands(uses: readonly Use[], { account, plan, cadence }: Supposition): string[] {
  const sorted = [...uses].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.line - b.line));
  const first = sorted[0]!.at;
  const last = sorted.at(-1)!.at;
  const start = month_start(first);
  const lines: string[] = [];
  const send = (command: string, key: string, at: bigint, fields: object): void => {
    lines.push(JSON.stringify({ command, account, key, at: time_of(at), ...fields }));
  };
  const begin = months_on(start, 0);
  send('OpenAccount', 'open', begin, { environment: 'commercial', region: 'us' });
  send('StartTerm', 'term', begin, {
    product: 'ai_studio', plan, cadence, starts_at: time_of(begin), ends_at: time_of(months_on(start, term_months)),
  });
  const step = cadence === 'monthly' ? 1 : 3;
  let months = 0;
  const bounds_until = (at: bigint): void => {
    for (;;) {
      const end = months_on(start, months + step);
      if (end + hour > at) return;
      months += step;
      if (months % term_months === 0) {
        send('RenewTerm', `renew-${months / term_months}`, end - hour, {
          product: 'ai_studio', plan, ends_at: time_of(months_on(start, months + term_months)),
        });
      }
      send('ClosePeriods', `close-${months}`, end + hour, {});
    }
  };
  for (const use of sorted) {
    // A term is renewed before the first use after its end, closes come an hour later.
    if (use.at >= months_on(start, months + step)) bounds_until(use.at + hour);
    send('RecordUsage', `row-${use.line}`, use.at, {
      usage: use.id ?? `row-${use.line}`, workflow: use.workflow, model: use.model, query: Number(use.query),
      input: Number(use.input), output: Number(use.output), ...(use.actor === null ? {} : { actor: use.actor }),
    });
  }
  bounds_until(last);
  return lines;
}

/** The moment the commands are decided at: none of them lies in its future. */
export function decided_at(commands: readonly string[]): bigint {
  return commands.reduce((latest, line) => {
    const at = micros_of((JSON.parse(line) as { at: string }).at);
    return at > latest ? at : latest;
  }, 0n);
}
