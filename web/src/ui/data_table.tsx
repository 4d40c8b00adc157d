// SPDX-License-Identifier: Apache-2.0
// A real HTML table, sortable by its column heads, that scrolls sideways by itself where it does not fit.

import { createMemo, createSignal, createUniqueId, For, Index, Show, type JSX } from 'solid-js';
import { text } from '../text';
import { mark_edges } from './edges';
import { Icon } from './parts';

export interface ColumnOf<Row> {
  id: string;
  title: string;
  /** Numbers stand to the right, in tabular figures. */
  numeric?: boolean;
  cell(row: Row): JSX.Element;
  /** Left out: the column cannot be sorted by. */
  compare?(a: Row, b: Row): number;
  total?(): JSX.Element;
}

interface Props<Row> {
  caption: string;
  columns: ColumnOf<Row>[];
  rows: readonly Row[];
  testid: string;
  /** Column sorted by at first, largest first. */
  sorted_by?: string;
  row_testid?(row: Row): string;
  footer?: boolean;
  /** Where a heading right above says the same, the caption is for screen readers only. */
  caption_hidden?: boolean;
}

export function DataTable<Row>(props: Props<Row>): JSX.Element {
  const [sorted_by, put_sorted_by] = createSignal(props.sorted_by ?? null);
  const [ascending, put_ascending] = createSignal(false);
  const caption = createUniqueId();

  const column = (): ColumnOf<Row> | undefined => props.columns.find(({ id }) => id === sorted_by());
  const rows = createMemo((): readonly Row[] => {
    const compare = column()?.compare;
    if (!compare) return props.rows;
    const sign = ascending() ? 1 : -1;
    return [...props.rows].sort((a, b) => sign * compare(a, b));
  });
  const sort = (chosen: ColumnOf<Row>): void => {
    if (sorted_by() === chosen.id) put_ascending(!ascending());
    else {
      put_sorted_by(chosen.id);
      // Words begin at A, amounts with the largest.
      put_ascending(!chosen.numeric);
    }
  };
  const direction = (id: string): 'ascending' | 'descending' | 'none' =>
    (sorted_by() !== id ? 'none' : ascending() ? 'ascending' : 'descending');

  return (
    <div class="table-scroll" role="region" aria-labelledby={caption} tabindex="0" ref={mark_edges}>
      <table data-testid={props.testid}>
        <caption id={caption} class={props.caption_hidden ? 'sr-only' : 'quiet-caption'}>{props.caption}</caption>
        <thead>
          <tr>
            <For each={props.columns}>{(head) => (
              <th scope="col" class={head.numeric ? 'numeric' : ''}
                aria-sort={head.compare ? direction(head.id) : undefined}>
                <Show when={head.compare} fallback={head.title}>
                  <button type="button" class="sort" title={text.sort.by(head.title)} onClick={() => sort(head)}>
                    {head.title}
                    <Icon name={direction(head.id) === 'ascending' ? 'up' : 'down'}
                      class={direction(head.id) === 'none' ? 'unsorted' : ''} />
                  </button>
                </Show>
              </th>
            )}</For>
          </tr>
        </thead>
        <tbody>
          <Index each={rows()}>{(row) => (
            <tr data-testid={props.row_testid?.(row())}>
              <For each={props.columns}>{(part, place) => (
                <Show when={place() > 0} fallback={<th scope="row" class={cell_class(part)}>{part.cell(row())}</th>}>
                  <td class={cell_class(part)}>{part.cell(row())}</td>
                </Show>
              )}</For>
            </tr>
          )}</Index>
        </tbody>
        <Show when={props.footer}>
          <tfoot>
            <tr>
              <For each={props.columns}>{(part) => (
                <td class={cell_class(part)}>{part.total?.()}</td>
              )}</For>
            </tr>
          </tfoot>
        </Show>
      </table>
      <p class="sr-only" aria-live="polite">
        <Show when={column()}>{(by) => text.sort.sorted(by().title, ascending())}</Show>
      </p>
    </div>
  );
}

function cell_class<Row>(column: ColumnOf<Row>): string {
  return column.numeric ? 'numeric' : '';
}
