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
  key: CustomerKey | null;
  region: string;
  environment: string;
  access: boolean;
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

/** A command as it is sent; the fields of its own are its own affair. */
export interface Command {
  command: string;
  account: string;
  key: string;
  at?: Time;
  [field: string]: unknown;
}

/** A rule said no. */
export interface Refusal {
  code: string;
  clause: string | null;
  message: string;
  details: Record<string, string>;
}

export type CommandAnswer = { key: string } & ({ accepted: LedgerEvent[] } | { refused: Refusal });

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

export interface CatalogRegions {
  regions: Record<string, { gov?: boolean }>;
}
