// SPDX-License-Identifier: Apache-2.0
// Every state has a link, and an old or broken link still opens.

import { describe, expect, test } from 'vitest';
import { home, read_place, service_base, write_place, type Place } from '../../src/lib/hash';

describe('links', () => {
  test('a place comes back as it was', () => {
    const place: Place = {
      source: 'http://127.0.0.1:8080/team/', account: 'acme & co / ü', plan: 'plus', tab: 'log', as_of: 9007199254740993n, range: 'history', view: 'table', what: 'WzkwLDBd',
      why: { about: 'usage', which: 'run 7 & more', as_of: 41n },
    };
    expect(read_place(write_place(place))).toEqual(place);
  });

  test('defaults are left out', () => {
    expect(write_place(home)).toBe('');
    expect(write_place({ ...home, account: 'demo' })).toBe('#account=demo');
  });

  test('what is unknown or malformed falls back', () => {
    expect(read_place('#account=demo&tab=nowhere&as_of=-4&range=&view=x&else=1')).toEqual({ ...home, account: 'demo' });
    expect(read_place('#as_of=1e3').as_of).toBeNull();
    expect(read_place('#as_of=0').as_of).toBeNull();
    expect(read_place('#why=colour:red').why).toBeNull();
    expect(read_place('')).toEqual(home);
  });
});

test('addresses of services end in a slash, and what is none is none', () => {
  expect(service_base('ledger.example.com')).toBe('https://ledger.example.com/');
  expect(service_base('http://127.0.0.1:8080/team?x=1#y')).toBe('http://127.0.0.1:8080/team/');
  for (const bad of ['not an address', 'ftp://x', 'https://user:pw@x', '', 'javascript:alert(1)']) expect(service_base(bad), bad).toBeNull();
});
