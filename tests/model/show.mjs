// SPDX-License-Identifier: Apache-2.0
// Facts as the outside sees them: each field in its JSON form, told by its name. Adds nothing, leaves nothing out.

import { show_credits, show_time, whole } from './values.mjs';

const MOMENTS = ['at', 'starts_at', 'ends_at', 'expires_at', 'effective_at'];
const CREDITS = [
  'credits', 'allotment', 'increment', 'granted', 'consumed', 'held', 'expired', 'remaining', 'uncovered',
];

export function show_money({ currency, minor }) {
  return { currency, minor: whole(minor) };
}

function show_field(name, value) {
  if (MOMENTS.includes(name)) return show_time(value);
  if (typeof value === 'bigint') return CREDITS.includes(name) ? show_credits(value) : whole(value);
  if (value !== null && typeof value === 'object' && 'minor' in value) return show_money(value);
  return value;
}

export function show_event(event) {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, show_field(name, value)]));
}

export const show_row = show_event;
