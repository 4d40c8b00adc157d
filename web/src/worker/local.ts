// SPDX-License-Identifier: Apache-2.0
// Ledgers that need no service: the demo, a log from a file, usage from a file. All is read, decided and folded here.

import catalog_text from '@core-catalog?raw';
import { cflog_pieces } from '../core/cflog_pieces';
import { FaultError } from '../core/fault';
import type { Catalog, Refusal } from '../core/forms';
import { commands_max, type Ledger, type LedgerModule } from '../core/ledger';
import type { Source, Survey, Tiding } from '../core/protocol';
import { CsvReader, delimiter_of, type CsvRow } from '../lib/csv';
import { decided_at, hypothetical_commands } from '../lib/hypothetical';
import { head_bytes, is_cflog } from '../lib/file_kind';
import { line_pieces, shift_line } from '../lib/log_pieces';
import { micros_of, time_of } from '../lib/time';
import { read_use, type BadRow, type Mapping, type Use } from '../lib/usage_file';
import { faults } from '../text';

/** The accounts a source has, by id, and the ledger they are in; null: it is still to be downloaded. */
export interface Filled {
  accounts: string[];
  catalog: Uint8Array;
  ledger: Ledger | null;
}

type Tell = (tiding: Tiding) => void;
type Local = Exclude<Source, { from: 'service' }>;

// The module has 4 GB at most. A .cflog document is read in pieces, and what is kept of it is a quarter more than its bytes;
// JSON Lines are read whole.
const cflog_bytes_max = 2_500_000_000;
const json_lines_bytes_max = 600_000_000;

// Enough to look at; all of them are counted.
const told_max = 50;

export function shipped_catalog(): Catalog {
  return JSON.parse(catalog_text) as Catalog;
}

/** `breathe` lets others ask in between, and throws when nobody waits for this any more. */
export async function fill(module: LedgerModule, source: Local, tell: Tell, breathe: () => Promise<void>): Promise<Filled> {
  const catalog = new TextEncoder().encode(catalog_text);
  const ledger = module.open(catalog);
  try {
    if (source.from === 'demo') ledger.demo(micros_of(source.now));
    else if (source.from === 'log') await load_file(ledger, source.file, tell, breathe);
    else await decide_usage(ledger, source, tell, breathe);
    const accounts = ledger.accounts().map(({ account }) => account);
    if (accounts.length === 0) throw new FaultError({ code: 'no_events', message: faults.no_events });
    return { accounts, catalog, ledger };
  } catch (thrown) {
    ledger.close();
    throw thrown;
  }
}

async function load_file(ledger: Ledger, file: File, tell: Tell, breathe: () => Promise<void>): Promise<void> {
  const in_pieces = is_cflog(new Uint8Array(await file.slice(0, head_bytes).arrayBuffer()));
  const most = in_pieces ? cflog_bytes_max : json_lines_bytes_max;
  if (file.size > most) throw new FaultError({ code: 'memory', message: faults.too_large(file.name, file.size, most) });
  const folded = async (loaded: number): Promise<void> => {
    tell({ tell: 'progress', stage: 'folding', loaded, total: file.size });
    await breathe();
  };
  if (in_pieces) {
    await folded(0);
    return ledger.load_pieces(cflog_pieces(pieces_of(file.stream())), folded);
  }
  const whole = new Uint8Array(await whole_of(file, tell));
  await folded(0);
  for (const { bytes, end, lines_before } of line_pieces(whole)) {
    try {
      ledger.load(bytes);
    } catch (thrown) {
      throw shift_line(thrown, lines_before);
    }
    await folded(end);
  }
}

async function whole_of(file: File, tell: Tell): Promise<ArrayBuffer> {
  const whole = new Uint8Array(file.size);
  let loaded = 0;
  for await (const piece of pieces_of(file.stream())) {
    whole.set(piece, loaded);
    loaded += piece.length;
    tell({ tell: 'progress', stage: 'reading', loaded, total: file.size });
  }
  return whole.buffer;
}

async function* pieces_of<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel(); // nobody wants the rest
  }
}

interface Read {
  uses: Use[];
  rows: number;
  others: number;
  bad: number;
  told: BadRow[];
  names: Map<string, number>;
}

/** Reads every row; `on_piece` hears how many bytes were read. */
async function read_usage(file: File, mapping: Mapping, on_piece: (loaded: number) => void): Promise<Read> {
  const read: Read = { uses: [], rows: 0, others: 0, bad: 0, told: [], names: new Map() };
  const reader = new CsvReader(delimiter_of(await file.slice(0, header_bytes_max).text()));
  let header: string[] | null = null;
  const take = (rows: CsvRow[]): void => {
    for (const row of rows) {
      if (header === null) {
        header = row.fields;
        continue;
      }
      read.rows += 1;
      const use = read_use(row, header, mapping);
      const named = mapping.columns.model === null ? '' : (row.fields[mapping.columns.model] ?? '').trim();
      if (named !== '' && use !== null) read.names.set(named, (read.names.get(named) ?? 0) + 1);
      if (use === null) read.others += 1;
      else if (!('why' in use)) read.uses.push(use);
      else {
        read.bad += 1;
        if (read.told.length < told_max) read.told.push(use);
      }
    }
  };
  let loaded = 0;
  const decoder = new TextDecoder();
  for await (const piece of pieces_of(file.stream())) {
    take(reader.push(decoder.decode(piece, { stream: true })));
    loaded += piece.length;
    on_piece(loaded);
  }
  take(reader.push(decoder.decode()));
  take(reader.end());
  return read;
}

const header_bytes_max = 65_536;

export async function survey(file: File, mapping: Mapping): Promise<Survey> {
  const { uses, rows, others, bad, told, names } = await read_usage(file, mapping, () => {});
  let first: bigint | null = null;
  let last: bigint | null = null;
  for (const { at } of uses) {
    if (first === null || at < first) first = at;
    if (last === null || at > last) last = at;
  }
  return {
    rows, uses: uses.length, others, bad, told,
    first: first === null ? null : time_of(first), last: last === null ? null : time_of(last),
    models: [...names].map(([name, count]) => ({ name, rows: count })).sort((a, b) => b.rows - a.rows),
    workflows: new Set(uses.map(({ workflow }) => workflow)).size,
  };
}

async function decide_usage(
  ledger: Ledger, source: Extract<Source, { from: 'usage' }>, tell: Tell, breathe: () => Promise<void>,
): Promise<void> {
  const { file, mapping, supposed } = source;
  const { uses } = await read_usage(file, mapping, (loaded) =>
    tell({ tell: 'progress', stage: 'reading', loaded, total: file.size }));
  if (uses.length === 0) throw new FaultError({ code: 'no_events', message: faults.no_uses(file.name) });
  const commands = hypothetical_commands(uses, supposed);
  const now = decided_at(commands);
  for (let first = 0; first < commands.length; first += commands_max) {
    const group = commands.slice(first, first + commands_max);
    const answers = ledger.apply(group.join('\n'), now);
    answers.forEach(({ refused }, index) => {
      if (refused) throw refused_row(group[index]!, refused, file);
    });
    tell({ tell: 'progress', stage: 'deciding', loaded: first + group.length, total: commands.length });
    await breathe();
  }
}

function refused_row(command: string, refused: Refusal, file: File): FaultError {
  const { key } = JSON.parse(command) as { key: string };
  const line = /^row-(\d+)$/.exec(key)?.[1];
  return new FaultError({
    code: 'refused_row', message: `${refused.message} ${Object.entries(refused.details).map((pair) => pair.join(' ')).join(', ')}`.trim(),
    place: line === undefined ? key : faults.line_of(file.name, line),
  });
}
