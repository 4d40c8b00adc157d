// SPDX-License-Identifier: Apache-2.0
// What a parser passes over in silence: keys repeated in a JSON file, and in the API's description guarded addresses
// that do not say how they refuse, and references to nothing.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

import { files_below } from './files_below.mjs';

const guard_answers = ['401', '403', '429'];

// Of JSON, or JSON Lines. What is not JSON is for its parser to refuse.
function repeated_keys(text) {
  const found = [];
  const open = [];  // the keys of each object around the token; null for a list
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (key !== undefined) {
      const name = JSON.parse(key);
      if (open.at(-1).has(name)) found.push(`the key ${name} is repeated`);
      open.at(-1).add(name);
    }
  }
  return found;
}

function unguarded_routes(api) {
  const found = [];
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, { security, responses }] of Object.entries(methods)) {
      const guarded = (security ?? api.security).length > 0;
      if (guarded !== path.startsWith('/v1/')) found.push(`${method} ${path}: guarded is what lies below /v1/`);
      const missing = guard_answers.filter((status) => guarded && !(status in responses));
      if (missing.length > 0) found.push(`${method} ${path}: lacks the answers ${missing.join(', ')}`);
    }
  }
  return found;
}

function dangling_references(api) {
  const found = [];
  const visit = (value) => {
    if (value === null || typeof value !== 'object') return;
    const target = value.$ref;
    if (typeof target === 'string' && target.startsWith('#/')) {
      const there = target.slice(2).split('/').reduce((at, name) => at?.[name], api);
      if (there === undefined) found.push(`there is no ${target}`);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(api);
  return found;
}

function breaches(file, text) {
  const found = repeated_keys(text);
  if (file === 'ledger/service/openapi.json') {
    const api = JSON.parse(text);
    found.push(...unguarded_routes(api), ...dangling_references(api));
  }
  return found.map((breach) => `${file}: ${breach}`);
}

const api_with = (responses, more = {}) =>
  JSON.stringify({ security: [{ token: [] }, {}], paths: { '/v1/x': { get: { responses, ...more } } } });
const planted = [
  ['x.json', '{"a": {"b": 1}, "c": [{"b": 2}], "a": 3}'],
  ['x.json', '[{"a": "}\\"", "\\u0061": 1}]'],
  ['ledger/service/openapi.json', api_with({ 200: {}, 401: {}, 403: {} })],
  ['ledger/service/openapi.json', api_with({ 200: {} }, { security: [] })],
  ['ledger/service/openapi.json', api_with({ 401: {}, 403: {}, 429: { $ref: '#/components/responses/None' } })],
];

// The breaches of every document below `root`, by file, those planted first.
export function* document_breaches(root) {
  for (const [file, text] of planted) {
    yield breaches(file, text).length === 1 ? [] : [`a planted breach was not seen: ${file}: ${text}`];
  }
  let files = 0;
  for (const path of files_below(root, /\.jsonl?$/)) {
    files += 1;
    yield breaches(relative(root, path), readFileSync(path, 'utf8'));
  }
  if (files < 20) yield [`only ${files} JSON files were found below ${root}`];
}
