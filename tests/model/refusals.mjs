// SPDX-License-Identifier: Apache-2.0
// Refusals: the code a rule answers with and the clause it stands in. A code of no clause has null.

const CLAUSE_OF = {
  unknown_model: 'AIS-1',
  outside_term: 'AIS-2',
  term_overlap: 'AIS-2',
  period_closed: 'AIS-4d',
  non_transferable: 'AIS-4f',
  bad_increment: 'AIS-5b',
  unknown_period: 'AIS-5c',
  plan_mismatch: 'AIS-5d',
  seat_parity: 'ADD-1',
  unknown_region: 'RES-1',
  product_required: 'RES-1',
  partial_migration: 'RES-3',
  revoked: 'AI-0',
  provenance: 'AI-2',
  partner_terms: 'AI-3',
  never_for_training: 'AI-4',
  beta_not_accepted: 'AI-5',
  discontinued: 'AI-5',
  not_authorized_in_gov: 'GOV-1',
  classified: 'GOV-3',
  malformed: null,
  key_reused: 'H19',
  unknown_account: null,
  account_exists: null,
  in_future: 'H1',
  unknown_product: null,
  unknown_plan: 'AIS-3',
  authorization_exists: 'H16',
  insufficient_credits: 'H18',
  unknown_authorization: 'H16',
};

// The order in which RecordUsage names its flags and AuthorizeUsage its refusals.
export const FLAGS = [
  'revoked', 'discontinued', 'not_authorized_in_gov', 'beta_not_accepted', 'partner_terms', 'unknown_authorization',
];

export const CODES = Object.keys(CLAUSE_OF);

export class Refusal extends Error {
  constructor(code, clause) {
    super(code);
    if (!CODES.includes(code)) throw new Error(`no such refusal: ${code}`);
    this.code = code;
    this.clause = clause ?? CLAUSE_OF[code];
  }
}
