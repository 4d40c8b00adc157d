// SPDX-License-Identifier: Apache-2.0
// The values of the outside: strict JSON, credits, moments and ids, read and written. Knows no rule of the ledger.
// Every figure is a BigInt: credits in micro-credits, moments in microseconds since 1970.

export class Malformed extends Error {}

const INT64_MAX = 2n ** 63n - 1n;
const MICRO = 1_000_000n;

// A number that is not a JSON integer (1.0, 1e3): legal JSON, but no field takes it.
export class Inexact {
  constructor(text) { this.text = text; }
}

// Reads one JSON text into Map, Array, string, boolean, null, BigInt or Inexact. JSON.parse will not do: it lets
// duplicate keys pass, folds 1.0 into 1 and rounds integers past 2^53.
export function parse_json(text) {
  let i = 0;
  const fail = (why) => { throw new Malformed(`${why} at character ${i}`); };
  const space = () => { while (i < text.length && ' \t\n\r'.includes(text[i])) i++; };

  function string() {
    let out = '';
    for (i++; ;) {
      if (i >= text.length) fail('unended string');
      const c = text[i++];
      if (c === '"') break;
      if (c < ' ') fail('raw control character');
      if (c !== '\\') { out += c; continue; }
      const e = text[i++];
      const simple = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[e];
      if (simple !== undefined) { out += simple; continue; }
      const hex = text.slice(i, i + 4);
      if (e !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) fail('bad escape');
      out += String.fromCharCode(parseInt(hex, 16));
      i += 4;
    }
    // A lone surrogate has no UTF-8 form.
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(out)) fail('lone surrogate');
    return out;
  }

  function object() {
    const out = new Map();
    i++;
    space();
    if (text[i] === '}') { i++; return out; }
    for (; ;) {
      space();
      if (text[i] !== '"') fail('expected a name');
      const name = string();
      if (out.has(name)) fail(`duplicate name ${JSON.stringify(name)}`);
      space();
      if (text[i++] !== ':') fail('expected :');
      out.set(name, value());
      space();
      const c = text[i++];
      if (c === '}') return out;
      if (c !== ',') fail('expected , or }');
    }
  }

  function array() {
    const out = [];
    i++;
    space();
    if (text[i] === ']') { i++; return out; }
    for (; ;) {
      out.push(value());
      space();
      const c = text[i++];
      if (c === ']') return out;
      if (c !== ',') fail('expected , or ]');
    }
  }

  function value() {
    space();
    const c = text[i];
    if (c === '{') return object();
    if (c === '[') return array();
    if (c === '"') return string();
    for (const [word, meaning] of [['true', true], ['false', false], ['null', null]]) {
      if (text.startsWith(word, i)) { i += word.length; return meaning; }
    }
    const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/.exec(text.slice(i));
    if (!number) fail('expected a value');
    i += number[0].length;
    return number[2] || number[3] ? new Inexact(number[0]) : BigInt(number[0]);
  }

  const out = value();
  space();
  if (i < text.length) fail('something after the value');
  return out;
}

// H19: equal as JSON values. The order of an object's names says nothing, that of an array does.
export function same(a, b) {
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size && [...a].every(([k, v]) => b.has(k) && same(v, b.get(k)));
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((v, n) => same(v, b[n]));
  if (a instanceof Inexact) return b instanceof Inexact && a.text === b.text;
  return a === b;
}

// JSON integers out: a Number as long as that is exact, else the BigInt itself.
export function whole(n) {
  const big = BigInt(n);
  return big >= BigInt(Number.MIN_SAFE_INTEGER) && big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big;
}

export function fits_int64(n) {
  return n <= INT64_MAX && n >= -INT64_MAX - 1n;
}

export function parse_credits(text) {
  const form = typeof text === 'string' && /^(-?)([0-9]+)(?:\.([0-9]{1,6}))?$/.exec(text);
  if (!form) throw new Malformed(`not credits: ${String(text)}`);
  const micro = BigInt(form[2]) * MICRO + BigInt((form[3] ?? '').padEnd(6, '0'));
  const signed = form[1] ? -micro : micro;
  if (!fits_int64(signed)) throw new Malformed(`too many credits: ${text}`);
  return signed;
}

export function show_credits(micro) {
  const size = micro < 0n ? -micro : micro;
  const fraction = (size % MICRO).toString().padStart(6, '0').replace(/0+$/, '');
  return `${micro < 0n ? '-' : ''}${size / MICRO}${fraction ? `.${fraction}` : ''}`;
}

export function parse_time(text) {
  const form = typeof text === 'string' && /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text);
  const seconds = form ? Date.parse(`${form[1]}Z`) : NaN;
  // The way back catches what Date.parse bends into shape: 30 February, 24:00.
  if (!Number.isFinite(seconds) || new Date(seconds).toISOString().slice(0, 19) !== form[1]) {
    throw new Malformed(`not a moment: ${String(text)}`);
  }
  return BigInt(seconds) * 1000n + BigInt((form[2] ?? '').padEnd(6, '0'));
}

function floor_div(a, b) {
  return a >= 0n || a % b === 0n ? a / b : a / b - 1n;
}

export function show_time(us) {
  const seconds = floor_div(us, MICRO);
  const fraction = (us - seconds * MICRO).toString().padStart(6, '0').replace(/0+$/, '');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction ? `.${fraction}` : ''}Z`;
}

// H2: n months on, the day clamped to the month's end, the time of day kept to the microsecond.
export function add_months(us, n) {
  const day = 86_400n * MICRO;
  const midnight = floor_div(us, day) * day;
  const date = new Date(Number(midnight / 1000n));
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + n;
  const [year, month] = [Math.floor(months / 12), months % 12];
  const last_day = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return BigInt(Date.UTC(year, month, Math.min(date.getUTCDate(), last_day))) * 1000n + (us - midnight);
}

// Names are ordered by their UTF-8 bytes, whatever the language of the machine.
export function by_bytes(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function min(a, b) {
  return a < b ? a : b;
}

export function sum(list) {
  return list.reduce((total, n) => total + n, 0n);
}
