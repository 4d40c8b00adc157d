// SPDX-License-Identifier: Apache-2.0
// Command lines that a person can paste to get a ledger going: terms begin with the month of `now`, and last a year.

/** Opens an account and starts a Product Term of Plus. */
export function open_account(account: string, now: Date): string {
  const at = month_start(now, 0);
  return apply([{ command: 'OpenAccount', account, key: 'open', environment: 'commercial', region: 'us', at },
    term(account, now)]);
}

/** Starts the first term of an account that is open. */
export function start_term(account: string, now: Date): string {
  return apply([term(account, now)]);
}

function term(account: string, now: Date): object {
  const starts_at = month_start(now, 0);
  return {
    command: 'StartTerm', account, key: 'first-term', product: 'ai_studio', plan: 'plus', cadence: 'monthly', starts_at,
    ends_at: month_start(now, 12), at: starts_at,
  };
}

function month_start(now: Date, months_on: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months_on)).toISOString().replace('.000', '');
}

// Single quotes end a shell's string; an account's name may hold one.
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function apply(commands: object[]): string {
  return `printf '%s\\n' ${commands.map((command) => quoted(JSON.stringify(command))).join(' ')}`
    + ' | creditfold apply --data DIR';
}
