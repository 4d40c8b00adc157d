// SPDX-License-Identifier: Apache-2.0
// Delimited text, RFC 4180: quoted fields, doubled quotes, any line ending; comma, semicolon, tab or bar told by the header.
// Reads piece by piece, so that a file of any size needs the memory of one piece.

/** One row and the line of the file it begins on, from 1. */
export interface CsvRow {
  line: number;
  fields: string[];
}

const delimiters = [',', ';', '\t', '|'] as const;

/** The delimiter that splits the first line into most fields. */
export function delimiter_of(text: string): string {
  const [first = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  const bare = first.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** Takes text as it comes; `end` gives what a file without a last line break ends with. */
export class CsvReader {
  readonly #delimiter: string;
  #rest = '';
  #line = 1;
  #first = true;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  push(text: string): CsvRow[] {
    this.#rest += this.#first ? text.replace(/^\uFEFF/, '') : text;
    if (text !== '') this.#first = false;
    return this.#rows(false);
  }

  end(): CsvRow[] {
    return this.#rows(true);
  }

  #rows(last: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    const text = this.#rest;
    let at = 0;
    while (at < text.length) {
      const row = this.#row(text, at, last);
      if (row === null) break;
      // A blank line is no row.
      if (row.fields.length > 1 || row.fields[0] !== '') rows.push({ line: this.#line, fields: row.fields });
      this.#line += row.lines;
      at = row.end;
    }
    this.#rest = text.slice(at);
    return rows;
  }

  /** The row that begins at `from`; null while its end has not come. */
  #row(text: string, from: number, last: boolean): { fields: string[]; end: number; lines: number } | null {
    const fields: string[] = [];
    let at = from;
    let lines = 1;
    for (;;) {
      let field: string;
      if (text[at] === '"') {
        let close = at + 1;
        for (;;) {
          close = text.indexOf('"', close);
          if (close < 0) {
            if (!last) return null;
            close = text.length;
            break;
          }
          if (text[close + 1] !== '"') break;
          close += 2;
        }
        field = text.slice(at + 1, close).replaceAll('""', '"');
        lines += field.split('\n').length - 1;
        at = Math.min(close + 1, text.length);
        // Text behind a closing quote belongs to nothing; it is kept, so that the field's value tells of it.
        const behind = at;
        at = this.#bare_end(text, at);
        field += text.slice(behind, at);
      } else {
        const end = this.#bare_end(text, at);
        field = text.slice(at, end);
        at = end;
      }
      fields.push(field);
      const next = text[at];
      if (next === this.#delimiter) {
        at += 1;
        continue;
      }
      if (next === undefined) return last ? { fields, end: at, lines } : null;
      // The feed of a \r\n may still be on its way.
      if (next === '\r') {
        if (text[at + 1] === undefined && !last) return null;
        return { fields, end: at + (text[at + 1] === '\n' ? 2 : 1), lines };
      }
      return { fields, end: at + 1, lines };
    }
  }

  #bare_end(text: string, from: number): number {
    let end = from;
    while (end < text.length && text[end] !== this.#delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1;
    return end;
  }
}
