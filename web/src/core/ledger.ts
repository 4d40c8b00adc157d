// SPDX-License-Identifier: Apache-2.0
// The seam to the core: gives the C ABI of creditfold.wasm types. 64-bit numbers stay BigInt.

import type { Piece } from './cflog_pieces';
import { parse_exact } from './json';
import { start_module, talk_to, type Exports, type Handle } from './module';
import type {
  AccountFold, AccountTotals, CommandAnswer, Consents, DataClass, Explanation, Invoices, KeyReport, KeyWhatIf,
  LedgerEvent, Loaded, Outlook, Statement, Supposed, WhyTarget,
} from './forms';

/** "No moment given": the core then takes the greatest `at` of the events folded. */
const no_moment = -(2n ** 63n);
/** "No position given": every event is folded. */
const every_event = -1n;

// A timeline record is four int64: at, remaining, uncovered, seq.
export const timeline_width = 4;

/** A part of a plan's time line: records of `timeline_width` int64, in log order, one after each event that moved the plan's pool. */
export interface TimelinePart {
  records: BigInt64Array<ArrayBuffer>;
  /** Up to which position of the log it is, and whether the account has no event behind that. */
  seq: bigint;
  last: boolean;
}

/** The engine decides at most so many commands at once. */
export const commands_max = 1000;

// The core's numbers for a what-if about the key.
const key_what_ifs: Record<KeyWhatIf, number> = { nothing: 0, rotated: 1, revoked: 2 };

// Some 50 ms of folding.
const step_events = 10_000;
// The same of a time line: a question waits for it.
const line_events = 10_000;

/** What a part of an exported log has at least, unless it is the last: some 50 ms of writing. */
export const part_bytes = 4 << 20;
const to_the_end = -1n;
// Before an exported part: the positions up to which it is, and up to which the whole is.
const positions_bytes = 16;

/** A part of a log (.cflog), up to which position it is, and whether nothing of what was asked for comes after it. */
export interface LogPart {
  document: Uint8Array<ArrayBuffer>;
  seq: bigint;
  last: boolean;
}

interface LedgerExports extends Exports {
  cf_load(handle: Handle, log: number, log_bytes: number): number;
  cf_load_piece(handle: Handle, piece: number, piece_bytes: number, last: number): number;
  cf_load_step(handle: Handle, events: number): number;
  cf_accounts(handle: Handle): number;
  cf_replay(handle: Handle, as_of: bigint): number;
  cf_balance(handle: Handle, account: number, account_bytes: number, at: bigint, as_of: bigint): number;
  cf_events(handle: Handle, account: number, account_bytes: number, from_version: bigint, limit: number): number;
  cf_timeline(handle: Handle, account: number, account_bytes: number, plan: number, plan_bytes: number,
    after: bigint, events: number): number;
  cf_outlook(handle: Handle, account: number, account_bytes: number, at: bigint, as_of: bigint): number;
  cf_keys(handle: Handle, account: number, account_bytes: number, as_of: bigint, what_if: number): number;
  cf_data_classes(handle: Handle): number;
  cf_explain(handle: Handle, account: number, account_bytes: number, about: number, about_bytes: number, which: number,
    which_bytes: number, as_of: bigint): number;
  cf_invoices(handle: Handle, account: number, account_bytes: number, at: bigint, as_of: bigint): number;
  cf_consents(handle: Handle, account: number, account_bytes: number, as_of: bigint): number;
  cf_what_if(handle: Handle, account: number, account_bytes: number, commands: number, commands_bytes: number,
    as_of: bigint, now: bigint): number;
  cf_apply(handle: Handle, commands: number, commands_bytes: number, now: bigint): number;
  cf_demo(handle: Handle, now: bigint): number;
  cf_export(handle: Handle, account: number, account_bytes: number, after: bigint, to: bigint, bytes: number): number;
}

/** One open ledger: a log, folded, and the questions the page asks of it. */
export interface Ledger {
  /** Appends a whole log document and folds it. Later documents continue the earlier ones. */
  load(log: Uint8Array): Loaded;
  /**
   * Fills an empty ledger with .cflog documents, piece by piece. Waits for `on_step` after each step, which hears how many
   * bytes are read and stops it by throwing. A ledger that failed at it holds a part of the log, and is to be closed.
   */
  load_pieces(pieces: AsyncIterable<Piece>, on_step: (read: number) => Promise<void>): Promise<void>;
  /** Fills an empty ledger with the account `demo`, whose four months end at `now` (µs since 1970). */
  demo(now: bigint): Loaded;
  /** Decides commands (JSON, one a line, at most `commands_max`) at `now` and keeps what is accepted; an answer each. */
  apply(commands: string, now: bigint): CommandAnswer[];
  accounts(): AccountFold[];
  /** Every account's statement, the very bytes of `creditfold replay --json`. */
  replay(as_of: bigint | null): Uint8Array<ArrayBuffer>;
  /** The statement of an account after the event at `as_of` (null: after every event). */
  balance(account: string, as_of: bigint | null): Statement;
  /** Rates and run-outs of the plans in force at `at` (µs since 1970), knowing the events up to `as_of`. */
  outlook(account: string, at: bigint, as_of: bigint | null): Outlook;
  /**
   * The next part of a plan's time line, of the account's next `events` behind the position `after`: 0n, or where the part
   * before ended. One line is under way at a time; an event appended between two parts is in the later one.
   */
  timeline_part(account: string, plan: string, after: bigint, events?: number): TimelinePart;
  /** Up to `limit` events of the account from `from_version` (1-based) on. */
  events(account: string, from_version: number, limit: number): LedgerEvent[];
  /** The account's key, how it came to be, and what of its free text reads; also if it were rotated or revoked. */
  keys(account: string, as_of: bigint | null, what_if: KeyWhatIf): KeyReport;
  /** What is kept where, and whether it is encrypted. */
  data_classes(): DataClass[];
  /** Why a figure is what it is, knowing the events up to `as_of`: the very bytes of `creditfold explain --json`. */
  explain_bytes(account: string, why: WhyTarget, as_of: bigint | null): Uint8Array<ArrayBuffer>;
  explain(account: string, why: WhyTarget, as_of: bigint | null): Explanation;
  /** Invoice lines with the numbers they are made of, after the event at `as_of`. */
  invoices(account: string, as_of: bigint | null): Invoices;
  /** What the account has agreed to, and what stands against each model, after the event at `as_of`. */
  consents(account: string, as_of: bigint | null): Consents;
  /** What commands (JSON, one a line) decided at `now` (µs since 1970) would do after the event at `as_of`; kept nowhere. */
  what_if(account: string, as_of: bigint | null, commands: string, now: bigint): Supposed;
  /**
   * A part of the log as a .cflog document: what lies behind `after`, up to `to` (null: the end), of an account (null: of all),
   * but no more than about so many bytes. Parts that follow one another are the log.
   */
  export_part(account: string | null, after: bigint, to: bigint | null, bytes?: number): LogPart;
  close(): void;
}

export interface LedgerModule {
  /** An empty ledger under a catalog as JSON; without one: the shipped catalog. */
  open(catalog?: Uint8Array): Ledger;
}

/** Compiles the module from a response that may still be arriving. */
export async function load_module(response: Promise<Response>): Promise<LedgerModule> {
  const exports = await start_module<LedgerExports>(response);
  return { open: (catalog) => open_ledger(exports, catalog) };
}

function open_ledger(core: LedgerExports, catalog: Uint8Array | undefined): Ledger {
  const { ask, lend, lend_text, lend_while, result_bytes, result_json, result_text, open } = talk_to(core);
  const handle = open(catalog);

  return {
    load(log) {
      lend(log, (pointer, length) => ask(core.cf_load(handle, pointer, length)));
      return result_json<Loaded>();
    },
    async load_pieces(pieces, on_step) {
      for await (const { bytes, last } of pieces) {
        await lend_while(bytes, async (pointer, length) => {
          ask(core.cf_load_piece(handle, pointer, length, last ? 1 : 0));
          for (let ended = false; !ended;) {
            ask(core.cf_load_step(handle, step_events));
            const { read, done } = result_json<{ read: string; done: boolean }>();
            ended = done;
            await on_step(Number(read));
          }
        });
      }
    },
    demo(now) {
      ask(core.cf_demo(handle, now));
      return result_json<Loaded>();
    },
    apply(commands, now) {
      lend_text(commands, (pointer, length) => ask(core.cf_apply(handle, pointer, length, now)));
      return result_text().trimEnd().split('\n').map((line) => parse_exact(line) as CommandAnswer);
    },
    accounts() {
      ask(core.cf_accounts(handle));
      return result_json<AccountTotals>().accounts;
    },
    replay(as_of) {
      ask(core.cf_replay(handle, as_of ?? every_event));
      return result_bytes();
    },
    balance(account, as_of) {
      lend_text(account, (pointer, length) =>
        ask(core.cf_balance(handle, pointer, length, no_moment, as_of ?? every_event)));
      return result_json<Statement>();
    },
    outlook(account, at, as_of) {
      lend_text(account, (pointer, length) =>
        ask(core.cf_outlook(handle, pointer, length, at, as_of ?? every_event)));
      return result_json<Outlook>();
    },
    timeline_part(account, plan, after, events = line_events) {
      lend_text(account, (account_pointer, account_length) => lend_text(plan, (plan_pointer, plan_length) =>
        ask(core.cf_timeline(handle, account_pointer, account_length, plan_pointer, plan_length, after, events))));
      const { buffer, byteLength } = result_bytes();
      const numbers = new BigInt64Array(buffer, 0, Math.floor(byteLength / 8));
      const [seq = 0n, newest = 0n] = numbers;
      return { records: numbers.subarray(2), seq, last: seq === newest };
    },
    events(account, from_version, limit) {
      lend_text(account, (pointer, length) =>
        ask(core.cf_events(handle, pointer, length, BigInt(from_version), limit)));
      return result_json<{ events: LedgerEvent[] }>().events;
    },
    keys(account, as_of, what_if) {
      lend_text(account, (pointer, length) =>
        ask(core.cf_keys(handle, pointer, length, as_of ?? every_event, key_what_ifs[what_if])));
      return result_json<KeyReport>();
    },
    data_classes() {
      ask(core.cf_data_classes(handle));
      return result_json<{ classes: DataClass[] }>().classes;
    },
    explain_bytes(account, { about, which }, as_of) {
      lend_text(account, (account_pointer, account_length) => lend_text(about, (about_pointer, about_length) =>
        lend_text(which, (which_pointer, which_length) => ask(core.cf_explain(handle, account_pointer, account_length,
          about_pointer, about_length, which_pointer, which_length, as_of ?? every_event)))));
      return result_bytes();
    },
    explain(account, why, as_of) {
      this.explain_bytes(account, why, as_of);
      return result_json<Explanation>();
    },
    invoices(account, as_of) {
      lend_text(account, (pointer, length) =>
        ask(core.cf_invoices(handle, pointer, length, no_moment, as_of ?? every_event)));
      return result_json<Invoices>();
    },
    consents(account, as_of) {
      lend_text(account, (pointer, length) => ask(core.cf_consents(handle, pointer, length, as_of ?? every_event)));
      return result_json<Consents>();
    },
    what_if(account, as_of, commands, now) {
      lend_text(account, (pointer, length) => lend_text(commands, (commands_pointer, commands_length) =>
        ask(core.cf_what_if(handle, pointer, length, commands_pointer, commands_length, as_of ?? every_event, now))));
      return result_json<Supposed>();
    },
    export_part(account, after, to, bytes = part_bytes) {
      lend_text(account ?? '', (pointer, length) =>
        ask(core.cf_export(handle, pointer, length, after, to ?? to_the_end, bytes)));
      const result = result_bytes();
      const positions = new DataView(result.buffer);
      const seq = positions.getBigInt64(0, true);
      return { document: result.subarray(positions_bytes), seq, last: seq === positions.getBigInt64(8, true) };
    },
    close() {
      core.cf_close(handle);
    },
  };
}
