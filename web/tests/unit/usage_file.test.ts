// SPDX-License-Identifier: Apache-2.0
// Tables of usage: read in pieces, columns guessed, rows that are wrong told with line, column and value, and the commands
// a ledger that could have been is made of.

import { describe, expect, test } from 'vitest';
import { CsvReader, delimiter_of, type CsvRow } from '../../src/lib/csv';
import { kind_of_head } from '../../src/lib/file_kind';
import { decided_at, hypothetical_commands } from '../../src/lib/hypothetical';
import { line_pieces, shift_line } from '../../src/lib/log_pieces';
import { guess_mapping, guess_model, mapping_complete, read_time, read_use, read_volume, type Use } from '../../src/lib/usage_file';
import { FaultError } from '../../src/core/fault';
import { micros_of, time_of } from '../../src/lib/time';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('delimited text', () => {
  const text = '\uFEFFa,"b ""x""",c\r\n1,"two\nlines",3\r\n\r\n4,5,6';
  const rows: CsvRow[] = [
    { line: 1, fields: ['a', 'b "x"', 'c'] }, { line: 2, fields: ['1', 'two\nlines', '3'] }, { line: 5, fields: ['4', '5', '6'] },
  ];

  test('is the same however it is cut into pieces', () => {
    for (let size = 1; size <= text.length; size += 1) {
      const reader = new CsvReader(',');
      const found: CsvRow[] = [];
      for (let at = 0; at < text.length; at += size) found.push(...reader.push(text.slice(at, at + size)));
      found.push(...reader.end());
      expect(found, `pieces of ${size}`).toEqual(rows);
    }
  });

  test('tells its delimiter by the header', () => {
    expect(delimiter_of('a;b;c\n1,2,3')).toBe(';');
    expect(delimiter_of('a\tb\n')).toBe('\t');
    expect(delimiter_of('"a;b",c\n')).toBe(',');
  });
});

describe('columns', () => {
  test('of a trace, of FOCUS and of a gateway are guessed', () => {
    const trace = guess_mapping(['TIMESTAMP', 'ContextTokens', 'GeneratedTokens']).columns;
    expect([trace.at, trace.input, trace.output, trace.model]).toEqual([0, 1, 2, null]);
    const focus = guess_mapping(['ChargePeriodStart', 'ResourceId', 'x_Model', 'x_QueryTokens', 'x_InputTokens', 'x_OutputTokens', 'x_UsageId']).columns;
    expect(focus).toEqual({ at: 0, workflow: 1, model: 2, query: 3, input: 4, output: 5, id: 6, actor: null });
    const gateway = guess_mapping(['request_id', 'startTime', 'model', 'prompt_tokens', 'completion_tokens', 'user']).columns;
    expect(gateway).toMatchObject({ id: 0, at: 1, model: 2, input: 3, output: 4, actor: 5 });
    const odd = guess_mapping(['Model notes', 'response_time_ms', 'updated', 'when happened', 'LLM deployment', 'prompt_toks', 'completion_toks', 'prompt text', 'model']).columns;
    expect(odd).toEqual({ at: 3, model: 8, input: 5, output: 6, query: null, workflow: null, actor: null, id: null });
  });

  test('are complete with a time, a volume and a model', () => {
    const mapping = guess_mapping(['TIMESTAMP', 'ContextTokens', 'GeneratedTokens']);
    expect(mapping_complete(mapping)).toBe(false);
    expect(mapping_complete({ ...mapping, model: 'gpt-4o' })).toBe(true);
  });

  test('names of models find the catalog’s', () => {
    const catalog = ['gpt-4o', 'gpt-4o-mini', 'claude-3-5-sonnet'];
    expect(guess_model('gpt-4o-mini-2024-07-18', catalog)).toBe('gpt-4o-mini');
    expect(guess_model('anthropic/claude-3.5-sonnet', catalog)).toBe('claude-3-5-sonnet');
    expect(guess_model('gpt4o-mini', catalog)).toBe('gpt-4o-mini');
    expect(guess_model('llama-3', catalog)).toBeNull();
  });
});

describe('rows', () => {
  const header = ['when', 'in', 'out', 'model', 'team'];
  const mapping = { ...guess_mapping(header), columns: { at: 0, input: 1, output: 2, query: null, model: 3, workflow: 4, actor: null, id: null }, models: { '4o': 'gpt-4o' } };
  const read = (...fields: string[]): ReturnType<typeof read_use> => read_use({ line: 7, fields }, header, mapping);

  test('become uses', () => {
    expect(read('2026-03-01 12:00:00', '1,200', '3', '4o', 'triage')).toEqual({
      line: 7, at: micros_of('2026-03-01T12:00:00Z'), input: 1200n, output: 3n, query: 0n, model: 'gpt-4o', workflow: 'triage', actor: null, id: null,
    });
  });

  test('that are wrong are told with column and value', () => {
    expect(read('yesterday', '1', '1', '4o', 't')).toEqual({ line: 7, column: 'when', value: 'yesterday', why: 'no_time' });
    expect(read('2026-03-01', '1.5', '1', '4o', 't')).toMatchObject({ column: 'in', value: '1.5', why: 'no_number' });
    expect(read('2026-03-01', '1', '-2', '4o', 't')).toMatchObject({ column: 'out', value: '-2', why: 'negative' });
    expect(read('2026-03-01', '', '0', '4o', 't')).toMatchObject({ why: 'no_volume' });
    expect(read('2026-03-01', '1', '0', '', 't')).toMatchObject({ column: 'model', why: 'no_model' });
  });

  test('about something else are none', () => {
    expect(read_use({ line: 2, fields: ['Purchase', '2026-03-01', '5'] }, ['ChargeCategory', 'when', 'in'], mapping)).toBeNull();
  });

  test('have times of many kinds', () => {
    const noon = micros_of('2026-03-01T12:00:00Z');
    for (const text of ['2026-03-01T12:00Z', '2026-03-01T13:00:00+01:00', '2026-03-01 12:00:00.000000000', '1772366400', '1772366400000', '1772366400000000000']) {
      expect(read_time(text) === null ? null : time_of(read_time(text)!), text).toBe(time_of(noon));
    }
    for (const text of ['', '2026-02-30', '12:00', '1.3.2026', '99']) expect(read_time(text), text).toBeNull();
  });

  test('have volumes in the unit chosen', () => {
    expect(read_volume('1.2', 1000)).toBe(1200n);
    expect(read_volume('0.0005', 1000)).toBeNull();
    expect(read_volume('1,2', 1)).toBeNull();
    expect(read_volume('abc', 1)).toBeNull();
  });
});

describe('a ledger that could have been', () => {
  const use = (line: number, time: string): Use =>
    ({ line, at: micros_of(time), input: 10n, output: 1n, query: 0n, model: 'gpt-4o', workflow: 'w', actor: null, id: null });
  const commands = hypothetical_commands([use(3, '2026-03-02T00:00:00Z'), use(2, '2026-01-31T10:00:00Z')],
    { account: 'imported', plan: 'plus', cadence: 'monthly' });
  const names = commands.map((line) => (JSON.parse(line) as { command: string; at: string }));

  test('opens with the month of the first use and closes each period an hour after its end', () => {
    expect(names.map(({ command, at }) => `${command} ${at}`)).toEqual([
      'OpenAccount 2026-01-01T00:00:00Z', 'StartTerm 2026-01-01T00:00:00Z', 'RecordUsage 2026-01-31T10:00:00Z',
      'ClosePeriods 2026-02-01T01:00:00Z', 'ClosePeriods 2026-03-01T01:00:00Z', 'RecordUsage 2026-03-02T00:00:00Z',
    ]);
    expect(decided_at(commands)).toBe(micros_of('2026-03-02T00:00:00Z'));
  });

  test('is renewed before a use in the next term', () => {
    const long = hypothetical_commands([use(2, '2026-01-05T00:00:00Z'), use(3, '2027-01-01T00:10:00Z')],
      { account: 'imported', plan: 'pro', cadence: 'quarterly' }).map((line) => JSON.parse(line) as Record<string, string>);
    const renewed = long.findIndex(({ command }) => command === 'RenewTerm');
    expect(long[renewed]).toMatchObject({ plan: 'pro', ends_at: '2028-01-01T00:00:00Z' });
    expect(renewed).toBeLessThan(long.findIndex(({ key }) => key === 'row-3'));
  });
});

describe('a file', () => {
  test('is told by how it begins', () => {
    expect(kind_of_head(Uint8Array.from([0x89, 0x43, 0x46, 0x4c, 0x4f, 0x47, 13, 10, 1, 255]))).toBe('log');
    expect(kind_of_head(bytes('{"type":"AccountOpened"}\n'))).toBe('log');
    expect(kind_of_head(bytes('a;b\n1;2\n'))).toBe('table');
    expect(kind_of_head(bytes('ü,ä\n').subarray(0, 5))).toBe('table');
    expect(kind_of_head(bytes('only words'))).toBe('unknown');
    expect(kind_of_head(Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]))).toBe('unknown');
  });

  test('of JSON Lines is cut between batches only, and faults keep their line', () => {
    const row = (key: string): string => `${JSON.stringify({ account: 'a', key })}\n`;
    const whole = bytes(['1', '1', '2', '2', '2', '3'].map(row).join(''));
    const pieces = [...line_pieces(whole, row('1').length + 3)];
    expect(pieces.map(({ lines_before }) => lines_before)).toEqual([0, 2, 5]);
    expect(pieces.map((piece) => new TextDecoder().decode(piece.bytes)).join('')).toBe(new TextDecoder().decode(whole));
    const fault = shift_line(new FaultError({ code: 'damaged', message: 'x', place: 'line 2, /credits' }), 5);
    expect((fault as FaultError).fault.place).toBe('line 7, /credits');
    expect([...line_pieces(Uint8Array.from([1, 10, 2]), 1)]).toHaveLength(1);
  });
});
