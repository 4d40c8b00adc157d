// SPDX-License-Identifier: Apache-2.0
// Random commands of seats and parity add-ons. They keep to moments whose meaning the terms settle: seats never change
// backwards in time, nor in a term whose successor has been renewed already.

import { in_force } from './facts.mjs';
import { seats_at } from './seats.mjs';
import { DAY } from './stream.mjs';
import { add_months, show_time } from './values.mjs';

const ADD_ONS = ['compliance_management', 'ekm', 'permissions_management'];

function now(s, account) {
  const at = s.rounded(account.clock);
  account.seated = at > account.seated ? at : account.seated;
  return account.seated;
}

function seat_terms(s, account, product) {
  return s.terms(account).filter((t) => t.product === product);
}

function has(s, account, product, at) {
  return seats_at(s.facts(account), s.catalog, product, at) !== undefined;
}

function removal_waits(s, account, product) {
  const own = s.facts(account).filter((f) => f.product === product);
  const start = own.findLastIndex((f) => f.type === 'SeatsChanged' && f.from === 0n);
  return own.findLastIndex((f) => f.type === 'ProductRemoved') > start;
}

function start(s, account, at) {
  const r = s.random;
  const product = r.weighted([[8, 'enterprise'], [3, 'archive'], [1, 'nosuch'], [1, r.pick(ADD_ONS)]]);
  const last = seat_terms(s, account, product).at(-1);
  // A term after a gap would leave open which renewal is the next one; terms follow each other or overlap.
  const starts_at = last && last.ends_at > at ? last.ends_at - (last.ends_at - at > 30n * DAY ? 1n : 0n)
    : at + r.pick([0n, 0n, -3n * DAY, 10n * DAY, 12345n]);
  const ends_at = r.percent(60) ? add_months(starts_at, r.pick([3, 12])) : starts_at + r.big(DAY, 400n * DAY);
  return s.send(account, 'StartTerm', at, {
    product,
    starts_at: show_time(starts_at),
    ends_at: show_time(ends_at),
    seats: r.int(1, 300),
    seat_price: r.percent(30) ? { currency: 'USD', minor: r.int(0, 50_000) } : undefined,
  });
}

function change(s, account, at, product, count) {
  const r = s.random;
  const seats = r.weighted([[5, count + r.int(1, 60)], [3, Math.max(0, count - r.int(1, 40))], [2, count]]);
  return s.send(account, 'ChangeSeats', at, { product, seats });
}

function remove(s, account, at) {
  const r = s.random;
  const there = ADD_ONS.filter((p) => has(s, account, p, at) && !removal_waits(s, account, p));
  const product = r.percent(25) && there.length > 0 ? 'enterprise'
    : r.percent(10) ? 'nosuch' : r.pick(there) ?? r.pick(ADD_ONS.filter((p) => !has(s, account, p, at)));
  return product && s.send(account, 'RemoveProduct', at, { product });
}

function renew(s, account, at, product) {
  const r = s.random;
  const last = seat_terms(s, account, product).at(-1);
  const ends = last?.ends_at ?? at;
  const ends_at = r.percent(8) ? ends - r.big(0n, DAY) : add_months(ends, r.pick([1, 6, 12]));
  return s.send(account, 'RenewTerm', at, { product, ends_at: show_time(ends_at) });
}

function end(s, account, at, product, term) {
  const r = s.random;
  const waits = s.facts(account).findLast((f) => f.type === 'SeatsChanged' && f.product === product);
  if (waits && waits.to < waits.from) return change(s, account, at, product, Number(waits.to));
  const inside = at + r.big(1n, term.ends_at - at);
  const ends_at = r.weighted([[4, inside], [1, term.ends_at], [1, term.ends_at + 1n], [1, at - 1n], [1, at]]);
  return ends_at > term.starts_at && s.send(account, 'EndTerm', at, { product, ends_at: show_time(ends_at) });
}

export function seats(s, account) {
  const r = s.random;
  const product = r.percent(80) ? 'enterprise' : 'archive';
  const at = now(s, account);
  const all = seat_terms(s, account, product);
  const term = all.find((t) => in_force(t, at));
  if (r.percent(6) || (all.length === 0 && r.percent(75))) return start(s, account, at);
  const elsewhere = r.pick([product, 'nosuch', ...ADD_ONS]);
  if (!term) {
    return r.pick([
      () => renew(s, account, at, elsewhere),
      () => renew(s, account, at, product),
      () => s.send(account, 'ChangeSeats', at, { product: elsewhere, seats: r.int(0, 9) }),
      () => s.send(account, 'AddProduct', at, { product: r.pick([...ADD_ONS, 'nosuch']) }),
      () => s.send(account, 'EndTerm', at, { product: elsewhere, ends_at: show_time(at) }),
    ])();
  }
  if (all.at(-1) !== term) return r.percent(20) && start(s, account, at);
  const there = ADD_ONS.filter((p) => has(s, account, p, at));
  const count = Number(seats_at(s.facts(account), s.catalog, product, at));
  return r.weighted([
    [8, () => change(s, account, at, product, count)],
    [5, () => s.send(account, 'AddProduct', at, { product: r.percent(5) ? 'nosuch' : r.pick(ADD_ONS) })],
    [there.length > 0 ? 1 : 0, () => change(s, account, at, r.pick(there), count)],
    [there.length > 0 ? 4 : 1, () => remove(s, account, at)],
    [term.ends_at - at < 30n * DAY ? 12 : 0, () => renew(s, account, at, product)],
    [1, () => end(s, account, at, product, term)],
  ])();
}
