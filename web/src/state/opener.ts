// SPDX-License-Identifier: Apache-2.0
// What happens to a file that was chosen or dropped: a log is opened, a table is mapped first, anything else is named.

import { createSignal } from 'solid-js';
import { kind_of_file } from '../lib/file_kind';

/** `table`: the file that waits to be mapped; `unknown`: the name of one that is neither log nor table. */
export interface Opener {
  take(file: File): Promise<void>;
  table(): File | null;
  unknown(): string | null;
  cancel(): void;
}

export function create_opener(open: (file: File) => void): Opener {
  const [table, put_table] = createSignal<File | null>(null);
  const [unknown, put_unknown] = createSignal<string | null>(null);
  return {
    table,
    unknown,
    cancel: () => put_table(null),
    async take(file) {
      put_unknown(null);
      const kind = await kind_of_file(file);
      if (kind === 'log') open(file);
      else if (kind === 'table') put_table(file);
      else put_unknown(file.name);
    },
  };
}
