// SPDX-License-Identifier: Apache-2.0
// Putting an answer or a balance of the core beside the model's: what need not be equal is taken out, the rest is
// compared as JSON values with whole numbers of any size.

import { parse_json, same } from './values.mjs';

// JSON text of a model's answer; a BigInt is written as the integer it is.
export function to_text(value) {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(to_text).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${to_text(v)}`).join(',')}}`;
}

function without(map, ...names) {
  return map instanceof Map ? new Map([...map].filter(([name]) => !names.includes(name))) : map;
}

// An answer of the model's without the positions of its events: a migration gives them others.
export function without_positions(answer) {
  const accepted = answer.accepted?.map(({ seq, partition, ...event }) => event);
  return accepted ? { ...answer, accepted } : answer;
}

// The same of an answer as text.
export function answer_without_positions(text) {
  const answer = new Map(parse_json(text));
  if (answer.has('accepted')) {
    answer.set('accepted', answer.get('accepted').map((event) => without(event, 'seq', 'partition')));
  }
  return answer;
}

// What no two runs share (recorded_at, the hash over it), and what is free text (a refusal's message and details).
export function answer_to_compare(text) {
  const answer = parse_json(text);
  if (!(answer instanceof Map)) return answer;
  const out = new Map(answer);
  if (Array.isArray(out.get('accepted'))) {
    out.set('accepted', out.get('accepted').map((event) => without(event, 'recorded_at', 'hash')));
  }
  if (out.has('refused')) out.set('refused', without(out.get('refused'), 'message', 'details'));
  return out;
}

export function balance_to_compare(text) {
  return without(parse_json(text), 'fingerprint', 'key');
}

// Where two values first part, as a path; undefined where they do not.
export function first_difference(a, b, path = '') {
  if (same(a, b)) return undefined;
  const inner = (names, get) => names
    .map((name) => first_difference(get(a, name), get(b, name), `${path}.${name}`))
    .find((found) => found !== undefined);
  if (a instanceof Map && b instanceof Map) {
    return inner([...new Set([...a.keys(), ...b.keys()])], (map, name) => map.get(name));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return inner([...Array(Math.max(a.length, b.length)).keys()], (list, n) => list[n]);
  }
  return path === '' ? '.' : path;
}
