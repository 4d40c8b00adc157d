// SPDX-License-Identifier: Apache-2.0
// What the page and its worker say to each other: questions with their answers, and tidings that come unasked.

import type { Inspected } from './checkpoint';
import type { ScenarioForm, Simulation } from './forecast';
import type { Fault } from './fault';
import type {
  Catalog, CommandAnswer, Consents, DataClass, DirectoryClasses, EventType, Explanation, Invoices, KeyReport, KeyWhatIf,
  LedgerEvent, LotKind, Names, Outlook, Statement, Supposed, SupposedCommand, Time, WhyTarget,
} from './forms';
import type { LogPart } from './ledger';
import type { Curve, DrawArrays, Span } from '../chart/series';
import type { Supposition } from '../lib/hypothetical';
import type { BadRow, Mapping } from '../lib/usage_file';

/** Everything the page shows of one moment of the log. */
export interface Moment {
  /** Position of the newest event folded; the account's own, so it may be lower than what was asked for. */
  seq: bigint;
  version: number;
  event: { type: EventType; at: Time };
  statement: Statement;
  outlook: Outlook;
}

/** The account's end of the log, as far as the worker has it. */
export interface Tip {
  seq: bigint;
  version: number;
}

/** Where a ledger comes from. A file is handed over, never sent anywhere. */
export type Source =
  /** The service at a URL that ends in a slash. `token`: null where it asks for none. */
  | { from: 'service'; base: string; token: string | null }
  | { from: 'demo'; now: Time }
  | FileSource;

export type FileSource =
  | { from: 'log'; file: File }
  /** Usage that another system measured, as charges of an account that could have been. */
  | { from: 'usage'; file: File; mapping: Mapping; supposed: Supposition };

/** What a table of usage holds under a mapping. */
export interface Survey {
  rows: number;
  uses: number;
  /** Rows that are about something else than use. */
  others: number;
  bad: number;
  /** The first of the bad ones. */
  told: BadRow[];
  first: Time | null;
  last: Time | null;
  /** Names of models as the table has them, most used first. */
  models: { name: string; rows: number }[];
  workflows: number;
}

export interface Opened {
  account: string;
  accounts: string[];
  tip: Tip;
  moment: Moment;
}

/** A grant or a close: what the picture marks on its time line. */
export type Mark =
  | { mark: 'grant'; plan: string; seq: bigint; at: bigint; kind: LotKind; credits: string; starts_at: bigint }
  | { mark: 'close'; plan: string; seq: bigint; at: bigint; term: number; period: number; expired: string };

export interface PictureData {
  plan: string;
  /** Of the log up to this position. */
  up_to: bigint;
  curve: Curve;
  arrays: DrawArrays;
  marks: Mark[];
}

export type UsageBy = 'workflow' | 'model' | 'actor';

/** Charges that have something in common. */
export interface UsageGroup {
  name: string;
  charges: number;
  credits: string;
  /** Credits of each of the last days up to the newest charge, for drawing. */
  days: Float64Array;
}

export type TypeCounts = Partial<Record<EventType, number>>;

/** Whether the page's fold and the service's state are the same at one position. */
export interface Check {
  seq: bigint;
  version: number;
  page: string;
  server: string;
  same: boolean;
}

/** A check made from nothing: log downloaded again, folded again, timed. */
export interface Proof extends Check {
  bytes: number;
  events: number;
  download_ms: number;
  fold_ms: number;
  /** Whether the newest event is in the signed log; null: the account has none here. */
  signed: Inspected | Fault | null;
}

/** What a migration of the account would move, and what would stay where it is. */
export interface Residency {
  /** The region whose log the page has folded. */
  region: string;
  /** Every region of the catalog, by name. */
  regions: string[];
  events: number;
  /** null: the service could not be asked. */
  directory: DirectoryClasses | null;
}

export interface Migration {
  answer: CommandAnswer;
  /** Of the log as a document: events, and the keys of their commands. */
  bytes: number;
}

export interface Questions {
  /** Reads all of a file beside what is open, which a broken one leaves as it is; null: stops that. */
  prepare: { ask: { source: FileSource | null }; answer: Record<never, never> };
  /** Opens an account of a source, or its first; null: a service without an account. `is_prepared`: the source was, just before. */
  open: { ask: { source: Source; account: string | null; as_of: bigint | null; is_prepared: boolean }; answer: Opened | null };
  /** Closes what is open, or stops what is being opened. */
  leave: { ask: Record<never, never>; answer: Record<never, never> };
  survey: { ask: { file: File; mapping: Mapping }; answer: Survey };
  /** The catalog the open ledger decides by; or the shipped one, which files are decided by. */
  catalog: { ask: { shipped: boolean }; answer: Catalog };
  /** The moment after an event, by position in the log or by the account's version; neither: now. */
  fold: { ask: { seq?: bigint; version?: number }; answer: Moment };
  /**
   * The plan's burn-down up to a position, seen from a moment; `spans` are its periods as they were known then. Of several asked
   * for, only the last is made; the others get a fault.
   */
  picture: { ask: { plan: string; up_to: bigint; moment: bigint; spans: Span[] }; answer: PictureData };
  /** Events of a type, or all, oldest first: the `first`-th (from 0) and up to `limit` - 1 after it. */
  rows: { ask: { type: EventType | null; first: number; limit: number }; answer: LedgerEvent[] };
  /** How many events of each type there are up to a version of the account. */
  counts: { ask: { up_to: number }; answer: TypeCounts };
  /** Who or what used credits, up to a version of the account. */
  usage_by: { ask: { by: UsageBy; up_to: number }; answer: UsageGroup[] };
  /** The account's key as of a position (null: now), and what would read after a what-if. */
  keys: { ask: { as_of: bigint | null; what_if: KeyWhatIf }; answer: KeyReport };
  data_classes: { ask: Record<never, never>; answer: DataClass[] };
  /** Why a figure is what it is, as known at a position; null: now. */
  explain: { ask: { why: WhyTarget; as_of: bigint | null }; answer: Explanation };
  invoices: { ask: { as_of: bigint | null }; answer: Invoices };
  /** What the account has agreed to, as of a position; null: now. */
  consents: { ask: { as_of: bigint | null }; answer: Consents };
  /** What commands would do after the event at a position (null: the newest), sent at a moment (null: now). */
  what_if: { ask: { as_of: bigint | null; at: Time | null; commands: SupposedCommand[] }; answer: Supposed };
  accounts: { ask: Record<never, never>; answer: string[] };
  residency: { ask: Record<never, never>; answer: Residency };
  /** What the core would answer to a migration to a region, now, and how large the log is that would move. */
  migration: { ask: { region: string }; answer: Migration };
  /** What the directory calls the account's ids; nothing where it offers no names. */
  names: { ask: Record<never, never>; answer: Names };
  prove: { ask: Record<never, never>; answer: Proof };
  /** The next part of the log this page folded: what lies behind `after`, up to `to` (null: the end), of the account or of all. */
  log: { ask: { of: 'account' | 'all'; after: bigint; to: bigint | null }; answer: LogPart };
}

/** What a worker is asked that simulates beside the page's own. */
export interface ForecastQuestions {
  /** Turns to an account's events up to a position; answers behind which one the log is wanted. Another `ledger`: another log. */
  learn_from: { ask: { ledger: string; account: string; catalog: Catalog; to: bigint }; answer: bigint };
  /** The part of the log that follows (.cflog). */
  learn: { ask: { document: Uint8Array<ArrayBuffer> }; answer: Record<never, never> };
  /** What was learned, once the log is there up to that position. */
  learned: { ask: Record<never, never>; answer: Uint8Array<ArrayBuffer> };
  /** Takes what one of them has learned, to simulate on it. */
  take: { ask: { account: string; catalog: Catalog; branch: Uint8Array<ArrayBuffer> }; answer: Record<never, never> };
  simulate: { ask: { form: ScenarioForm }; answer: Simulation };
}

/** A list of questions by name, each with what is asked and what is answered. */
export type Known<Of> = { [Name in keyof Of]: { ask: unknown; answer: unknown } };

export type Question<Of extends Known<Of>> = {
  [Name in keyof Of]: { id: number; name: Name; ask: Of[Name]['ask'] };
}[keyof Of];

export type Answer<Of extends Known<Of>> =
  | { id: number; answer: Of[keyof Of]['answer'] }
  | { id: number; fault: Fault };

export type Stage = 'connecting' | 'downloading' | 'reading' | 'deciding' | 'folding';

export type Tiding =
  | { tell: 'progress'; stage: Stage; loaded: number; total: number | null }
  /** The time line that is waited for is read up to a position. */
  | { tell: 'drawing'; seq: bigint; up_to: bigint }
  /** The list of events is ready to be filtered and leafed through. */
  | { tell: 'indexed' }
  | { tell: 'grown'; tip: Tip }
  /** An empty ledger got its first account. */
  | { tell: 'begun' }
  /** The account lives in another region by now: its positions are others, and the page has to open it anew. */
  | { tell: 'moved' }
  | { tell: 'link'; live: boolean }
  | { tell: 'check'; check: Check | null }
  /** The core could not go on; the page must not show what it has as if it were current. */
  | { tell: 'fault'; fault: Fault };

export type FromWorker<Of extends Known<Of>> = Answer<Of> | Tiding;
