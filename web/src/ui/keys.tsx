// SPDX-License-Identifier: Apache-2.0
// The customer's own key: which, since when, what it seals, what reads now and what would after a rotation or revocation.

import { createEffect, createMemo, createResource, createSignal, For, on, Show, type JSX } from 'solid-js';
import type { DataClass, KeyChange, KeyReport, KeyWhatIf, TextCount } from '../core/forms';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Count, Nothing, Time } from './parts';

const words = text.keys;
const what_ifs: KeyWhatIf[] = ['nothing', 'rotated', 'revoked'];

export function Keys(): JSX.Element {
  const page = use_page();
  const [what_if, put_what_if] = createSignal<KeyWhatIf>('nothing');
  const [report, put_report] = createSignal<KeyReport | null>(null);
  const [failed, put_failed] = createSignal(false);
  const asked = createMemo(() => ({
    account: page.state.account, version: page.state.moment?.version, as_of: page.state.place.as_of, what_if: what_if(),
  }));
  // The newest question wins; what was shown stays until its answer is there.
  createEffect(on(asked, async (question) => {
    try {
      const answer = await page.client.ask('keys', { as_of: question.as_of, what_if: question.what_if });
      if (asked() !== question) return;
      put_failed(false);
      put_report(answer);
    } catch {
      if (asked() === question) put_failed(true);
    }
  }));
  return (
    <div class="keys" data-testid="keys">
      <Show when={!failed()} fallback={<p class="table-note bad">{words.failed}</p>}>
        <Show when={report()} fallback={<p class="table-note">{words.loading}</p>}>{(shown) => (
          <>
            <Show when={shown().key} fallback={
              <Nothing heading={words.none_heading} help={words.none}
                command={words.command(page.state.account ?? '')} />
            }>
              <KeyNow report={shown()} />
              <WhatIf chosen={what_if()} choose={put_what_if} report={shown()} />
            </Show>
            <Texts report={shown()} />
            <Show when={shown().history.length > 0}><History changes={shown().history} /></Show>
          </>
        )}</Show>
      </Show>
      <Classes />
    </div>
  );
}

function KeyNow(props: { report: KeyReport }): JSX.Element {
  const key = () => props.report.key!;
  const rotations = (): number => props.report.history.filter(({ previous }) => previous !== undefined).length;
  return (
    <>
      <dl class="key-facts">
        <div><dt>{words.key}</dt><dd><code data-testid="key-arn">{key().key_arn}</code></dd></div>
        <div><dt>{words.state}</dt><dd>
          <span class={`state key-${key().state}`} data-testid="key-state">{words.states[key().state]}</span>
        </dd></div>
        <Show when={props.report.since}>{(since) => (
          <div><dt>{words.since}</dt><dd><Time value={since()} form="minute" /></dd></div>
        )}</Show>
        <div><dt>{words.rotations}</dt><dd><Count value={rotations()} testid="key-rotations" /></dd></div>
      </dl>
      <p class="table-note">{words.state_help[key().state]}</p>
    </>
  );
}

function WhatIf(props: { chosen: KeyWhatIf; choose(chosen: KeyWhatIf): void; report: KeyReport }): JSX.Element {
  const lost = (): number => props.report.texts.reduce((sum, row) => sum + row.reads - (row.would_read ?? row.reads), 0);
  const answer = (): string => {
    const supposed = props.report.what_if;
    if (!supposed) return '';
    if (supposed.refused) return `${words.refused(supposed.refused.clause)} ${supposed.refused.message}`;
    return supposed.asked === 'rotated' ? words.would.rotated
      : words.would.revoked(words.texts_count(printer.count(lost())));
  };
  return (
    <fieldset class="what-if">
      <legend>{words.what_if}</legend>
      <For each={what_ifs}>{(choice) => (
        <label>
          <input type="radio" name="key-what-if" value={choice} checked={props.chosen === choice}
            data-testid={`what-if-${choice}`} onChange={() => props.choose(choice)} />
          {words.what_ifs[choice]}
        </label>
      )}</For>
      <p aria-live="polite" classList={{ bad: props.report.what_if?.refused !== undefined }} data-testid="what-if-answer">
        {answer()}
      </p>
    </fieldset>
  );
}

function Texts(props: { report: KeyReport }): JSX.Element {
  const count = (id: 'plain' | 'sealed' | 'reads' | 'would_read'): ColumnOf<TextCount> => ({
    id, title: words[id], numeric: true,
    cell: (row) => <Count value={row[id] ?? row.reads} testid={`texts-${row.event}-${id}`} />,
  });
  const columns = (): ColumnOf<TextCount>[] => [
    { id: 'event', title: words.event, cell: (row) => text.event_words[row.event] },
    { id: 'field', title: words.field, cell: (row) => <code>{row.field}</code> },
    count('plain'), count('sealed'), count('reads'),
    ...(props.report.what_if ? [count('would_read')] : []),
  ];
  return (
    <Show when={props.report.texts.length > 0} fallback={<p class="table-note">{words.texts_none}</p>}>
      <DataTable caption={words.texts} columns={columns()} rows={props.report.texts} testid="key-texts" />
    </Show>
  );
}

function History(props: { changes: KeyChange[] }): JSX.Element {
  const what = ({ type, previous }: KeyChange): string =>
    (type === 'KeyRevoked' ? words.revoked : previous === undefined ? words.enrolled : words.rotated);
  const reason = (change: KeyChange): string =>
    (typeof change.reason === 'object' ? text.sealed : change.reason ?? '');
  const columns: ColumnOf<KeyChange>[] = [
    { id: 'at', title: words.at, cell: (change) => <Time value={change.at} form="bare" /> },
    { id: 'what', title: words.what, cell: what },
    { id: 'key', title: words.key_arn, cell: ({ key_arn }) => <code>{key_arn}</code> },
    { id: 'reason', title: words.reason, cell: reason },
    { id: 'position', title: words.position, numeric: true, cell: ({ seq }) => <Count value={seq} /> },
  ];
  return <DataTable caption={words.history} columns={columns} rows={[...props.changes].reverse()} testid="key-history" />;
}

function Classes(): JSX.Element {
  const page = use_page();
  const [classes] = createResource(() => page.client.ask('data_classes', {}));
  const kept = ({ stored }: DataClass): string =>
    [...new Set(stored.map(({ store }) => words.stores[store] ?? store))].join(', ');
  const columns: ColumnOf<DataClass>[] = [
    { id: 'class', title: words.class, cell: (row) => words.class_names[row.class] ?? row.class },
    { id: 'protection', title: words.protection, cell: (row) => words.protections[row.protection] },
    { id: 'clause', title: words.clause, cell: ({ clause }) => clause },
    { id: 'kept', title: words.kept, cell: kept },
    { id: 'why', title: words.why, cell: ({ sentence }) => <span class="wrapping">{sentence}</span> },
  ];
  return (
    <DataTable caption={words.classes} columns={columns} rows={classes() ?? []} testid="data-classes"
      row_testid={(row) => `class-${row.class}`} />
  );
}
