// SPDX-License-Identifier: Apache-2.0
// One line in, one command out, or Malformed: the forms of CONTRACT's table of commands. Looks at no state but `now`.

import { Malformed, fits_int64, parse_credits, parse_json, parse_time } from './values.mjs';

const ID_BYTES_MAX = 128;
const KEY_BYTES_MAX = 255;

// Readers of one field each: the JSON value in, the value the model works with out.
const wrong = (what) => { throw new Malformed(`not ${what}`); };
const string = (v) => (typeof v === 'string' ? v : wrong('a string'));
const boolean = (v) => (typeof v === 'boolean' ? v : wrong('true or false'));
const sized = (most) => (v) => {
  const bytes = Buffer.byteLength(string(v));
  return bytes >= 1 && bytes <= most ? v : wrong(`1 to ${most} bytes`);
};
const key = sized(KEY_BYTES_MAX);
const id = (v) => (/[\u0000-\u001f\u007f]/.test(sized(ID_BYTES_MAX)(v)) ? wrong('an id') : v);
const integer = (v) => (typeof v === 'bigint' && fits_int64(v) ? v : wrong('an integer'));
const natural = (v) => (integer(v) >= 0n ? v : wrong('0 or more'));
const one_of = (...words) => (v) => (words.includes(v) ? v : wrong(words.join(' or ')));
const actors = (v) => (v === 'everyone' ? v : Array.isArray(v) ? v.map(id) : wrong('a list or "everyone"'));
const positive_credits = (v) => (parse_credits(v) > 0n ? parse_credits(v) : wrong('more than 0'));
const natural_credits = (v) => (parse_credits(v) >= 0n ? parse_credits(v) : wrong('0 or more'));
const money = (v) => {
  const fields = take(v, { currency: string, minor: natural });
  return /^[A-Z]{3}$/.test(fields.currency) ? fields : wrong('a currency');
};
const span = (v) => take(v, { first: integer, last: integer });

const volumes = { query: natural, input: natural, output: natural };
const usage = { workflow: id, model: id, ...volumes, 'plan?': id, 'actor?': id, 'classification?': string };
const ai_studio = { product: id, plan: id };
const by_seats = { product: id };

// A name with ? may be left out. A function picks by the product: AI Studio's terms have a plan, seat products do not.
const FORMS = {
  OpenAccount: { environment: one_of('commercial', 'gov'), region: id },
  StartTerm: by_product(
    { ...ai_studio, cadence: one_of('monthly', 'quarterly'), 'allotment?': natural_credits },
    { ...by_seats, seats: natural, 'seat_price?': money },
    { starts_at: parse_time, ends_at: parse_time },
  ),
  RenewTerm: by_product(ai_studio, by_seats, { ends_at: parse_time }),
  EndTerm: by_product(ai_studio, by_seats, { ends_at: parse_time }),
  SetBuilders: { plan: id, actors },
  GrantCredits: {
    plan: id, credits: positive_credits, kind: one_of('promotion', 'correction'), period: integer, reason: string,
    'corrects?': id,
  },
  PurchaseCredits: { plan: id, credits: parse_credits, periods: span },
  TransferCredits: { to: id, credits: parse_credits },
  RecordUsage: { ...usage, usage: id, 'settles?': id, 'ai_generated?': boolean, 'memo?': string },
  AuthorizeUsage: { ...usage, authorization: id, expires_at: parse_time },
  ReleaseAuthorization: { authorization: id },
  ClosePeriods: {},
  ChangeSeats: { product: id, seats: natural },
  AddProduct: { product: id, 'region?': id },
  RemoveProduct: { product: id, 'region?': id },
  MigrateRegion: { region: id, scope: string },
  SetConsent: { feature: id, granted: boolean },
  AcceptTerms: { terms: id, 'accepted?': boolean },
  SetAccess: { allowed: boolean, 'reason?': string },
};

// Commands of a family this model does not judge: keys have effects outside the ledger.
const ELSEWHERE = ['RotateKey', 'RevokeKey'];

function by_product(studio, seats, both) {
  return (sent) => ({ ...(sent.get('product') === 'ai_studio' ? studio : seats), ...both });
}

// Exactly the fields of the form: one missing or one too many is malformed.
function take(v, form) {
  if (!(v instanceof Map)) wrong('an object');
  const out = {};
  const known = [];
  for (const [name, read] of Object.entries(form)) {
    const field = name.replace('?', '');
    known.push(field);
    if (v.has(field)) out[field] = read(v.get(field));
    else if (!name.endsWith('?')) throw new Malformed(`${field} is missing`);
  }
  for (const field of v.keys()) if (!known.includes(field)) throw new Malformed(`unknown field ${field}`);
  return out;
}

// The key an answer shows, also for a malformed line: only one the line can be read to have.
export function key_of(line) {
  try {
    return key(parse_json(line).get('key'));
  } catch {
    return null;
  }
}

// REQUIRES: now in microseconds. `sent` stays beside the fields, for H19 compares what was sent.
export function read_command(line, now) {
  const sent = parse_json(line);
  if (!(sent instanceof Map)) throw new Malformed('not an object');
  const name = sent.get('command');
  if (ELSEWHERE.includes(name)) throw new Error(`${name} is not modelled`);
  if (typeof name !== 'string' || !Object.hasOwn(FORMS, name)) throw new Malformed('unknown command');
  const form = typeof FORMS[name] === 'function' ? FORMS[name](sent) : FORMS[name];
  const fields = take(sent, { command: string, account: id, key, 'at?': parse_time, ...form });
  if (fields.starts_at !== undefined && fields.ends_at <= fields.starts_at) {
    throw new Malformed('the term does not end after it starts');
  }
  return { ...fields, at: fields.at ?? now, sent };
}

