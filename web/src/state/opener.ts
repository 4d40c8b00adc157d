// SPDX-License-Identifier: Apache-2.0
// What happens to a file that was chosen or dropped: a log is opened, a table is mapped first, anything else is named. While
// a ledger is open, a file is read beside it first, so that a broken one puts nothing aside.

import { createSignal } from 'solid-js';
import { fault_of } from '../core/fault';
import type { FileSource } from '../core/protocol';
import { kind_of_file } from '../lib/file_kind';
import { text } from '../text';
import type { Page } from './page';

export interface Opener {
  take(file: File): Promise<void>;
  open(source: FileSource): Promise<void>;
  /** The file that waits to be mapped. */
  table(): File | null;
  cancel(): void;
  /** What is read beside the ledger that is open. */
  reading(): FileSource | null;
  /** Why the newest file was not opened, in a sentence. */
  wrong(): string | null;
  /** Stops the reading, and takes back what was said. */
  forget(): void;
}

export function create_opener(page: () => Page): Opener {
  const [table, put_table] = createSignal<File | null>(null);
  const [reading, put_reading] = createSignal<FileSource | null>(null);
  const [wrong, put_wrong] = createSignal<string | null>(null);
  const opener: Opener = {
    table,
    reading,
    wrong,
    cancel: () => put_table(null),
    forget() {
      if (reading()) void page().client.ask('prepare', { source: null });
      put_reading(null);
      put_wrong(null);
    },
    async take(file) {
      put_wrong(null);
      // A folder cannot be read.
      const kind = await kind_of_file(file).catch(() => null);
      if (kind === 'log') await opener.open({ from: 'log', file });
      else if (kind === 'table') put_table(file);
      else put_wrong(text.start.unknown(file.name));
    },
    async open(source) {
      const { client, open_source, state } = page();
      if (state.account === null || !['ready', 'start'].includes(state.phase)) return open_source(source);
      put_wrong(null);
      put_reading(source);
      try {
        await client.ask('prepare', { source });
      } catch (thrown) {
        if (reading() !== source) return;
        put_reading(null);
        put_wrong(text.fault.not_opened(source.file.name, fault_of(thrown)));
        return;
      }
      if (reading() !== source) return;
      put_reading(null);
      await open_source(source, true);
    },
  };
  return opener;
}
