// SPDX-License-Identifier: Apache-2.0
// The JSON forms the core and the service answer with, as far as the page reads them.

import type { event_types } from './catalogue';

export type EventType = (typeof event_types)[number]['type'];

/** Credits as a decimal string. Never turned into a number except to draw. */
export type Credits = string;
/** RFC 3339, UTC, at most microseconds. */
export type Time = string;
/** Whole tokens; BigInt only where a double would lose digits. */
export type Volume = number | bigint;

export type PeriodState = 'upcoming' | 'open' | 'closing' | 'closed';
export type LotKind = 'allotment' | 'promotion' | 'purchase' | 'correction';

export interface Period {
  period: number;
  starts_at: Time;
  ends_at: Time;
  state: PeriodState;
  granted: Credits;
  consumed: Credits;
  held: Credits;
  expired: Credits;
  remaining: Credits;
  uncovered: Credits;
}

export interface Lot {
  lot: string;
  kind: LotKind;
  granted: Credits;
  remaining: Credits;
  held: Credits;
  expired: Credits;
  starts_at: Time;
  expires_at: Time;
}

/** One plan in one term. */
export interface PlanTerm {
  plan: string;
  term: number;
  starts_at: Time;
  ends_at: Time;
  cadence: 'monthly' | 'quarterly';
  periods: Period[];
  lots: Lot[];
}

export interface UsageLine {
  workflow: string;
  model: string;
  charges: number;
  query: Volume;
  input: Volume;
  output: Volume;
  credits: Credits;
}

export interface Statement {
  account: string;
  at: Time;
  version: number;
  fingerprint: string;
  plans: PlanTerm[];
  usage: UsageLine[];
  seats: SeatLine[];
  key: CustomerKey | null;
  region: string;
  environment: string;
  access: boolean;
}

/** Seats of a product now, and from when on they will be others. */
export interface SeatLine {
  product: string;
  seats: number | bigint;
  scheduled: { seats: number | bigint; effective_at: Time }[];
}

/** The customer's key over the account's data key. */
export interface CustomerKey {
  key_arn: string;
  state: 'active' | 'revoked';
}

/** Free text of an event: as it is, or sealed with the account's key. */
export type FreeText = string | { sealed: string };

export interface KeyChange {
  type: 'KeyRotated' | 'KeyRevoked';
  seq: number;
  version: number;
  at: Time;
  key_arn: string;
  previous?: string;
  reason?: FreeText;
}

/** How many texts of a field lie in the clear and sealed, and how many of them read. */
export interface TextCount {
  event: EventType;
  field: string;
  plain: number;
  sealed: number;
  reads: number;
  would_read?: number;
}

export type KeyWhatIf = 'nothing' | 'rotated' | 'revoked';

export interface KeyReport {
  account: string;
  key: CustomerKey | null;
  since?: Time;
  history: KeyChange[];
  what_if?: {
    asked: Exclude<KeyWhatIf, 'nothing'>;
    key?: CustomerKey | null;
    refused?: { code: string; clause: string; message: string };
  };
  texts: TextCount[];
}

export interface DataClass {
  class: string;
  encrypted: boolean;
  protection: 'sealed' | 'wrapped' | 'in_the_clear';
  clause: string;
  sentence: string;
  stored: { store: string; record: string; fields: string[] }[];
}

export interface PlanOutlook {
  plan: string;
  term: number;
  period: number;
  starts_at: Time;
  ends_at: Time;
  granted: Credits;
  consumed: Credits;
  held: Credits;
  remaining: Credits;
  uncovered: Credits;
  window_starts_at: Time;
  rate_per_day: Credits;
  runs_out_at: Time | null;
  expires_unused: Credits;
  sentence: string;
}

/** Plans with a period that contains `at`, highest rank first. */
export interface Outlook {
  at: Time;
  plans: PlanOutlook[];
}

/**
 * What can be explained; `which` as the core reads it: of a use its workflow and model as JSON. A forecast, of the scenario of
 * this number, is explained by the page: the core is not asked again what it has told.
 */
export type WhyAbout = 'lot' | 'usage' | 'line' | 'period' | 'use' | 'refusal' | 'forecast';

export interface WhyTarget {
  about: WhyAbout;
  which: string;
}

export interface WhyLink extends WhyTarget {
  /** Only as known at this position. */
  as_of?: number | bigint;
}

export interface WhyStep {
  part: string;
  label: string;
  expression?: string;
  value?: string;
  unit?: string;
  clause?: string;
  link?: WhyLink;
}

export interface Draw {
  usage: string;
  lot: string;
  kind: LotKind;
  credits: Credits;
  seq: number | bigint;
  at: Time;
}

export interface Explanation extends WhyTarget {
  account?: string;
  as_of?: number | bigint;
  version?: number;
  ai_generated?: true;
  answer: string;
  steps: WhyStep[];
  draws: Draw[];
  draws_left_out?: { count: number; credits: Credits };
  events: LedgerEvent[];
  events_left_out?: number;
  clauses: { id: string; sentence: string }[];
  links: WhyLink[];
}

export interface Money {
  currency: string;
  minor: number | bigint;
}

/** What one event brought to an invoice line: seats and days, or increments of a pack or an overage. */
export interface InvoicePart {
  product: string;
  name?: string;
  seats?: number | bigint;
  days?: number;
  plan?: string;
  lot?: string;
  period?: number;
  credits?: Credits;
  increment?: Credits;
  increments?: number | bigint;
  unit_price?: Money;
  starts_at: Time;
  ends_at: Time;
  term: number;
  term_starts_at: Time;
  term_ends_at: Time;
  amount: Money;
  seq: number | bigint;
}

export interface InvoiceLine {
  line: number;
  at: Time;
  name: string;
  products: string[];
  seats?: number | bigint;
  credits?: Credits;
  amount: Money;
  parts: InvoicePart[];
}

export interface Invoices {
  account: string;
  at: Time;
  version: number;
  lines: InvoiceLine[];
}

/** The event a consent was given or withdrawn by. */
export interface DecidedBy {
  seq: number;
  version: number;
  key: string;
}

export interface AcceptedTerms {
  terms: string;
  accepted: boolean;
  since: Time | null;
  by: DecidedBy | null;
}

export type Objection = 'revoked' | 'discontinued' | 'not_authorized_in_gov' | 'beta_not_accepted' | 'partner_terms';

export interface ModelStanding {
  rate_card: string;
  in_force: boolean;
  model: string;
  provider: string;
  partner_terms?: string;
  beta: boolean;
  gov: boolean;
  withdrawn_at?: Time;
  objections: Objection[];
}

/** What an account has agreed to, as of a moment. */
export interface Consents {
  account: string;
  at: Time;
  version: number;
  environment: 'commercial' | 'gov';
  region: string;
  access: { allowed: boolean; since: Time | null; by: DecidedBy | null };
  consents: {
    feature: string;
    state: 'granted' | 'not_granted' | 'never';
    granted: boolean;
    since: Time | null;
    by: DecidedBy | null;
  }[];
  partner_terms: (AcceptedTerms & { needed_by: { rate_card: string; model: string; in_force: boolean }[] })[];
  other_terms: AcceptedTerms[];
  models: ModelStanding[];
  responsibility_matrix?: { version: string; requested: AcceptedTerms; attested: AcceptedTerms };
  notices: Record<string, string>;
}

/** A command without what the worker adds: account, key and moment. */
export interface SupposedCommand {
  command: string;
  [field: string]: string | number | boolean;
}

/** What commands would do to an account. */
export interface Supposed {
  account: string;
  at: Time;
  version: number;
  answers: CommandAnswer[];
  before: Statement;
  after: Statement;
  invoices_before: Invoices;
  invoices_after: Invoices;
}

export interface LedgerEvent {
  type: EventType;
  seq: number;
  account: string;
  version: number;
  at: Time;
  recorded_at: Time;
  key: string;
  actor?: string;
  [field: string]: unknown;
}

export interface Loaded {
  events: number;
  last_seq: string;
}

export interface AccountFold {
  account: string;
  version: number;
  events: number;
  fingerprint: string;
  first_at: Time;
  last_at: Time;
  last_seq: string;
}

export interface AccountTotals {
  accounts: AccountFold[];
}

/** A line of the service's account list. */
export interface AccountLine {
  account: string;
  version: number;
  environment: string;
  region: string;
  fingerprint: string;
}

/** What the service says of one account now. */
export interface AccountHead extends AccountLine {
  seq: number;
}

/** A rule said no. */
export interface Refusal {
  code: string;
  clause: string | null;
  message: string;
  details: Record<string, string>;
}

/** Accepted or refused. */
export interface CommandAnswer {
  key: string | null;
  accepted?: LedgerEvent[];
  refused?: Refusal;
}

/** That an event is in the signed log: proof.schema.json. */
export interface Inclusion {
  region: string;
  account: string;
  version: number;
  seq: number;
  leaf_index: number;
  leaf_hash: string;
  path: string[];
  checkpoint: { size: number; at: Time; note: string };
  vkey: string;
}

/** What the directory calls the ids of one account. */
export interface Names {
  people: Record<string, string>;
  workflows: Record<string, string>;
  models: Record<string, string>;
}

/** What the directory keeps in the home region, by class. */
export interface DirectoryClasses {
  region: string;
  classes: { class: string; holds: string; count: number }[];
}

export type Cadence = 'monthly' | 'quarterly';
export type OnExhaustion = 'stop' | 'overage' | 'unlimited';

/** A catalog, as far as the page reads it: catalog.schema.json. */
export interface Catalog {
  plans: Record<string, {
    rank: number;
    allotment: Partial<Record<Cadence, Credits>>;
    increment?: Credits;
    on_exhaustion: OnExhaustion;
    stop_at_percent?: number;
    rate_card: string;
  }>;
  rate_cards: Record<string, {
    models: Record<string, { provider: string; rates: { query: Credits; input: Credits; output: Credits } }>;
  }>;
  products: Record<string, { name: string; parity_with?: string; seat_price?: Money }>;
  regions: Record<string, { gov?: boolean }>;
}
