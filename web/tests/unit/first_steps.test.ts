// SPDX-License-Identifier: Apache-2.0
// What the page tells a person to paste is what a shell and the ledger understand.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { open_account } from '../../src/lib/first_steps';

test('a shell turns it into one command a line, whatever the account is called', () => {
  const line = open_account("o'brien & co", new Date('2026-11-23T21:00:00Z')).replace(/ \| creditfold.*$/, '');
  const commands = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).trimEnd().split('\n')
    .map((text) => JSON.parse(text) as Record<string, string>);
  expect(commands.map(({ command, account }) => [command, account])).toEqual(
    [['OpenAccount', "o'brien & co"], ['StartTerm', "o'brien & co"]]);
  expect(commands[1]).toMatchObject({ starts_at: '2026-11-01T00:00:00Z', ends_at: '2027-11-01T00:00:00Z' });
});
