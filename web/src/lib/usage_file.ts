// SPDX-License-Identifier: Apache-2.0
// Rows of somebody else's usage table as uses of a model: which column is which is guessed and can be changed, and a row
// that cannot be read is told with its line, its column and its value. Knows no ledger.

import type { CsvRow } from './csv';
import { micros_of, time_of } from './time';

export const usage_fields = ['at', 'input', 'output', 'query', 'model', 'workflow', 'actor', 'id'] as const;
export type UsageField = (typeof usage_fields)[number];

/** Of each field its column, from 0; null: the table has none. */
export interface Mapping {
  columns: Record<UsageField, number | null>;
  /** Tokens that one unit of the volume columns is. */
  unit: number;
  /** For rows that name none. */
  model: string;
  workflow: string;
  /** What the table calls a model, and what the catalog does. */
  models: Record<string, string>;
}

export interface Use {
  line: number;
  at: bigint;
  input: bigint;
  output: bigint;
  query: bigint;
  model: string;
  workflow: string;
  actor: string | null;
  id: string | null;
}

/** Why a row is not a use. */
export interface BadRow {
  line: number;
  column: string;
  value: string;
  why: 'no_time' | 'no_number' | 'negative' | 'no_model' | 'no_volume' | 'no_id';
}

// Names of columns, most telling first: FOCUS and this program's own export of it, Azure's traces, OpenAI, Anthropic,
// LiteLLM, Langfuse.
const known: Record<UsageField, string[]> = {
  at: ['timestamp', 'chargeperiodstart', 'starttime', 'start_time', 'created_at', 'created', 'time', 'date', 'usage_date_utc',
    'usage_date', 'endtime', 'at', 'bucket_start'],
  input: ['x_inputtokens', 'contexttokens', 'input_tokens', 'inputtokens', 'prompt_tokens', 'prompttokens', 'n_context_tokens_total',
    'usage_input_tokens', 'input_uncached_tokens', 'input', 'consumedquantity', 'tokens', 'total_tokens'],
  output: ['x_outputtokens', 'generatedtokens', 'output_tokens', 'outputtokens', 'completion_tokens', 'completiontokens',
    'n_generated_tokens_total', 'usage_output_tokens', 'output'],
  query: ['x_querytokens', 'query_tokens', 'querytokens', 'query'],
  model: ['x_model', 'model', 'model_name', 'model_version', 'skuid', 'gen_ai.request.model'],
  workflow: ['resourceid', 'workflow', 'workflow_id', 'project_name', 'project', 'api_key_name', 'workspace', 'team', 'team_id',
    'resourcename', 'service', 'tags'],
  actor: ['x_actor', 'actor', 'user', 'user_id', 'end_user'],
  id: ['x_usageid', 'usage_id', 'request_id', 'id', 'trace_id'],
};

// What other names hold, for those fields that a wrong guess harms least: it is shown with the first rows.
const hints: Partial<Record<UsageField, RegExp>> = {
  at: /^(?!.*(_ms|duration|latency|zone|updat|runtime|response)).*(time|date|when|created)/,
  input: /(prompt|input|context).*tok/,
  output: /(completion|output|generated|response).*tok/,
  model: /model|deployment/,
  workflow: /workflow|project|feature|team/,
  actor: /user|actor/,
};

const bare = (name: string): string => name.trim().toLowerCase().replaceAll(' ', '_');

/** The mapping that the column names suggest. */
export function guess_mapping(header: readonly string[]): Mapping {
  const names = header.map(bare);
  const taken = new Set<number>();
  const column = (field: UsageField): number | null => {
    for (const name of known[field]) {
      const at = names.indexOf(name);
      if (at >= 0 && !taken.has(at)) {
        taken.add(at);
        return at;
      }
    }
    return null;
  };
  const columns = Object.fromEntries(usage_fields.map((field) => [field, column(field)])) as Mapping['columns'];
  for (const field of usage_fields) {
    const hint = hints[field];
    if (columns[field] !== null || !hint) continue;
    const at = names.findIndex((name, n) => !taken.has(n) && hint.test(name));
    if (at < 0) continue;
    taken.add(at);
    columns[field] = at;
  }
  return { columns, unit: 1, model: '', workflow: 'imported', models: {} };
}

/** Whether the mapping says when something was used and how much. */
export function mapping_complete({ columns, model }: Mapping): boolean {
  return columns.at !== null && (columns.input !== null || columns.output !== null || columns.query !== null)
    && (columns.model !== null || model !== '');
}

/** The catalog's model that a name most likely means: the same, else the longest that it begins with or holds. */
export function guess_model(name: string, catalog: readonly string[]): string | null {
  const squeezed = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const fits = (model: string): boolean => squeezed(model) !== '' && squeezed(name).includes(squeezed(model));
  const fitting = catalog.filter(fits).sort((a, b) => b.length - a.length);
  return fitting[0] ?? null;
}

/** A row as a use, or why it is none; null: it is about something else (a purchase, a tax). `header` is for telling. */
export function read_use(row: CsvRow, header: readonly string[], mapping: Mapping): Use | BadRow | null {
  const { columns } = mapping;
  const category = header.findIndex((name) => bare(name) === 'chargecategory');
  if (category >= 0 && (row.fields[category] ?? 'Usage').toLowerCase() !== 'usage') return null;
  const field = (name: UsageField): string => (columns[name] === null ? '' : (row.fields[columns[name]] ?? '').trim());
  const bad = (name: UsageField, why: BadRow['why']): BadRow =>
    ({ line: row.line, column: header[columns[name] ?? -1] ?? name, value: field(name).slice(0, 60), why });

  const at = read_time(field('at'));
  if (at === null) return bad('at', 'no_time');
  const volumes = { input: 0n, output: 0n, query: 0n };
  for (const name of ['input', 'output', 'query'] as const) {
    const volume = field(name) === '' ? 0n : read_volume(field(name), mapping.unit);
    if (volume === null) return bad(name, 'no_number');
    if (volume < 0n) return bad(name, 'negative');
    volumes[name] = volume;
  }
  if (volumes.input + volumes.output + volumes.query === 0n) return bad(columns.input === null ? 'output' : 'input', 'no_volume');
  const named = field('model');
  const model = named === '' ? mapping.model : mapping.models[named] ?? named;
  if (!is_id(model)) return bad('model', 'no_model');
  const workflow = field('workflow') || mapping.workflow;
  if (!is_id(workflow)) return bad('workflow', 'no_id');
  const id = field('id');
  if (id !== '' && !is_id(id)) return bad('id', 'no_id');
  const actor = field('actor');
  if (actor !== '' && !is_id(actor)) return bad('actor', 'no_id');
  return { line: row.line, at, ...volumes, model, workflow, actor: actor || null, id: id || null };
}

// The ledger's ids: up to 128 bytes without control characters.
const id_bytes_max = 128;
function is_id(text: string): boolean {
  return text !== '' && !/[\u0000-\u001f\u007f]/.test(text) && new TextEncoder().encode(text).length <= id_bytes_max;
}

const iso_form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** µs since 1970 of an ISO 8601 time (without a zone: UTC) or of seconds, milli-, micro- or nanoseconds since 1970. */
export function read_time(text: string): bigint | null {
  const match = iso_form.exec(text);
  if (match) {
    const [, year, month, date, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
    try {
      const micros = micros_of(`${year}-${month}-${date}T${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, '0')}Z`);
      // A day that is none rolls over into another.
      if (!time_of(micros).startsWith(`${year}-${month}-${date}`)) return null;
      const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
      if (!offset) return micros;
      const minutes = BigInt(Number(offset[2]) * 60 + Number(offset[3]));
      return offset[1] === '+' ? micros - minutes * 60_000_000n : micros + minutes * 60_000_000n;
    } catch {
      return null;
    }
  }
  const number = /^(\d{9,19})(?:\.(\d+))?$/.exec(text);
  if (!number) return null;
  const whole = BigInt(number[1]!);
  if (whole < 100_000_000_000n) return whole * 1_000_000n + BigInt((number[2] ?? '').slice(0, 6).padEnd(6, '0'));
  if (whole < 100_000_000_000_000n) return whole * 1000n;
  return whole < 100_000_000_000_000_000n ? whole : whole / 1000n;
}

/** Whole tokens of a number with or without grouping and fraction, times the unit; null when it is none. */
export function read_volume(text: string, unit: number): bigint | null {
  const match = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole = '0', fraction = ''] = match;
  const scale = 10n ** BigInt(fraction.length);
  const scaled = (BigInt(whole.replaceAll(',', '')) * scale + BigInt(fraction || '0')) * BigInt(unit);
  // Part of a token is no token; a quantity such as 0.012 thousand is whole.
  if (scaled % scale !== 0n) return null;
  return sign ? -(scaled / scale) : scaled / scale;
}
