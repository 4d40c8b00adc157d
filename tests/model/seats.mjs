// SPDX-License-Identifier: Apache-2.0
// Seats and what is invoiced (ADD-1, ADD-2, EKM-4, H20 to H22): questions asked of the flat list of facts, then the
// decisions of the commands that change seats.

import { in_force, terms } from './facts.mjs';
import { by_bytes } from './values.mjs';

const DAY = 86_400_000_000n;
const DAYS_OF_A_YEAR = 365n;

// A parity add-on has no term of its own, it shares its parent's (H20).
function owner(catalog, product) {
  return catalog.seat_product(product)?.parity_with ?? product;
}

function seat_terms(facts, catalog, product) {
  return terms(facts).filter((t) => t.product === owner(catalog, product));
}

export function seat_term_at(facts, catalog, product, at) {
  return seat_terms(facts, catalog, product).find((t) => in_force(t, at));
}

// A decrease waits for the next renewal (H21); everything else says how many seats there are from effective_at on.
function is_decrease(fact) {
  return fact.type === 'SeatsChanged' && fact.to < fact.from;
}

function counts_in(facts, product, term) {
  return facts.filter((f) => f.type === 'SeatsChanged' && f.product === product && !is_decrease(f)
    && f.effective_at >= term.starts_at && f.effective_at < term.ends_at);
}

// The seats of a product at a moment; undefined where it is not in force at all.
export function seats_at(facts, catalog, product, at) {
  const term = seat_term_at(facts, catalog, product, at);
  return term && counts_in(facts, product, term).findLast((f) => f.effective_at <= at)?.to;
}

// What waits for the next renewal: a decrease until an increase or a renewal comes after it, or the removal.
function waiting(facts, product) {
  const changes = facts.filter((f) => f.product === product
    && (f.type === 'SeatsChanged' || f.type === 'ProductRemoved'));
  const last_start = changes.findLastIndex((f) => f.type === 'SeatsChanged' && f.from === 0n);
  const removal = changes.findLastIndex((f) => f.type === 'ProductRemoved');
  const last = changes.findLast((f) => f.type === 'SeatsChanged');
  return {
    removal: removal > last_start ? changes[removal] : undefined,
    decrease: last && is_decrease(last) ? last : undefined,
  };
}

export function seats_shown(facts, catalog, at) {
  const products = new Set(facts.filter((f) => f.type === 'SeatsChanged').map((f) => f.product));
  return [...products].sort(by_bytes).map((product) => {
    const { removal, decrease } = waiting(facts, product);
    const pending = removal ? [{ seats: 0n, effective_at: removal.effective_at }]
      : decrease ? [{ seats: decrease.to, effective_at: decrease.effective_at }] : [];
    const later = facts
      .filter((f) => f.type === 'SeatsChanged' && f.product === product && !is_decrease(f))
      .map((f) => ({ seats: f.to, effective_at: f.effective_at }));
    const scheduled = [...later, ...pending].filter((s) => s.effective_at > at);
    scheduled.sort((a, b) => (a.effective_at < b.effective_at ? -1 : a.effective_at > b.effective_at ? 1 : 0));
    return { product, seats: seats_at(facts, catalog, product, at) ?? 0n, scheduled };
  });
}

// ADD-2: seats added x yearly price x days left in the term (begun days count) / 365, rounded half to even once.
function prorated(seats, minor, from, to) {
  const days = (to - from + DAY - 1n) / DAY;
  const numerator = seats * minor * days;
  const whole = numerator / DAYS_OF_A_YEAR;
  const twice = 2n * (numerator % DAYS_OF_A_YEAR);
  const up = twice > DAYS_OF_A_YEAR || (twice === DAYS_OF_A_YEAR && whole % 2n === 1n);
  return up ? whole + 1n : whole;
}

// One line for each product that gained seats, priced by the term as it stood when the event was written: a term that
// ends early later makes no credit note.
function seat_lines(facts, catalog) {
  const lines = [];
  facts.forEach((fact, n) => {
    if (fact.type !== 'SeatsChanged' || fact.to <= fact.from || !fact.seat_price) return;
    const term = seat_term_at(facts.slice(0, n + 1), catalog, fact.product, fact.effective_at);
    const { currency, minor } = fact.seat_price;
    const amount = prorated(fact.to - fact.from, minor, fact.effective_at, term.ends_at);
    const line = {
      at: fact.at, version: fact.version, key: fact.key, name: fact.billed_as ?? fact.name, renamed: !!fact.billed_as,
      products: [fact.product], billed_with: fact.billed_with, seats: fact.to - fact.from, currency, minor: amount,
    };
    // EKM-4: what is billed with a product of the same batch joins its line; the seats are the same seats.
    const partner = lines.find((l) => l.key === line.key
      && (l.products.includes(line.billed_with) || line.products.includes(l.billed_with)));
    if (!partner) { lines.push(line); return; }
    partner.products.push(fact.product);
    partner.minor += amount;
    if (line.renamed && !partner.renamed) Object.assign(partner, { name: line.name, renamed: true });
  });
  return lines;
}

// H22: priced by what the events carry.
export function invoice_lines(facts, catalog) {
  const studio = (f, credits, price) => ({
    at: f.at, version: f.version, name: f.name ?? f.plan, products: ['ai_studio'], credits,
    currency: price.currency, minor: price.minor,
  });
  const purchases = facts.filter((f) => f.kind === 'purchase' && f.price).map((f) => studio(f, f.credits, f.price));
  const overages = facts.filter((f) => f.overage).map((f) => studio(f, f.uncovered, f.overage));
  return [...seat_lines(facts, catalog), ...purchases, ...overages]
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.version - b.version));
}

// ---- decisions. `draft` is the batch being written: draft.facts, draft.at, draft.add, draft.refuse.

function change(draft, product, from, to, effective_at, seat_price) {
  const { name, billed_with, billed_as, parity_with } = draft.catalog.seat_product(product) ?? { name: product };
  draft.add('SeatsChanged', { product, from, to, effective_at, seat_price, name, billed_with, billed_as, parity_with });
}

// The price of the term: an order form's stands until the renewal.
function price_of(facts, product, term) {
  return counts_in(facts, product, term)[0].seat_price;
}

function add_ons_in_force(draft, parent, at) {
  return draft.catalog.add_ons_of(parent).map((p) => p.id).sort(by_bytes)
    .filter((id) => seats_at(draft.facts, draft.catalog, id, at) !== undefined);
}

export function parity_clause(product) {
  return product === 'ekm' ? 'EKM-4' : 'ADD-1';
}

export function start_seats(draft, command, term) {
  const price = command.seat_price ?? draft.catalog.seat_product(command.product).seat_price;
  change(draft, command.product, 0n, command.seats, term.starts_at, price);
}

// H21: a renewal invoices all its seats from 0, and the add-ons that were not removed come along.
export function renew_seats(draft, product, last, term) {
  const { facts, catalog } = draft;
  const seats = waiting(facts, product).decrease?.to ?? counts_in(facts, product, last).at(-1).to;
  const price = catalog.seat_product(product)?.seat_price ?? price_of(facts, product, last);
  const add_ons = catalog.add_ons_of(product).map((p) => p.id).sort(by_bytes)
    .filter((id) => counts_in(facts, id, last).length > 0 && !waiting(facts, id).removal);
  change(draft, product, 0n, seats, term.starts_at, price);
  for (const id of add_ons) change(draft, id, 0n, seats, term.starts_at, catalog.seat_product(id).seat_price);
}

export function change_seats(draft, { product, seats, at }) {
  const { facts, catalog } = draft;
  const term = seat_term_at(facts, catalog, product, at);
  if (!term) draft.refuse('outside_term');
  if (catalog.seat_product(product)?.parity_with) draft.refuse('seat_parity', parity_clause(product));
  const now = seats_at(facts, catalog, product, at);
  if (seats === now) return;
  const effective_at = seats > now ? at : seat_terms(facts, catalog, product).at(-1).ends_at;
  for (const id of [product, ...add_ons_in_force(draft, product, at)]) {
    change(draft, id, now, seats, effective_at, price_of(facts, id, term));
  }
}

export function add_product(draft, { product, at }) {
  const { facts, catalog } = draft;
  const parent = catalog.seat_product(product)?.parity_with;
  if (!parent) draft.refuse('unknown_product');
  if (!seat_term_at(facts, catalog, parent, at)) draft.refuse('outside_term');
  if (seats_at(facts, catalog, product, at) !== undefined) draft.refuse('term_overlap');
  const seats = seats_at(facts, catalog, parent, at);
  change(draft, product, 0n, seats, at, catalog.seat_product(product).seat_price);
}

export function remove_product(draft, { product, at }) {
  const { facts, catalog } = draft;
  if (!catalog.seat_product(product)) draft.refuse('unknown_product');
  if (seats_at(facts, catalog, product, at) === undefined) draft.refuse('outside_term');
  if (add_ons_in_force(draft, product, at).length > 0) draft.refuse('seat_parity', 'ADD-1');
  const effective_at = seat_terms(facts, catalog, product).at(-1).ends_at;
  draft.add('ProductRemoved', { product, effective_at });
}
