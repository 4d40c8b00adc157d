// SPDX-License-Identifier: Apache-2.0
// The column mapper: says of a table of usage what its columns mean, shows what that makes of its rows, and under which
// plan they are to be charged.

import {
  createEffect, createMemo, createResource, createSignal, createUniqueId, For, onMount, Show, type JSX,
} from 'solid-js';
import { createStore } from 'solid-js/store';
import type { Cadence, Catalog } from '../core/forms';
import type { Survey } from '../core/protocol';
import { CsvReader, delimiter_of } from '../lib/csv';
import { day_text } from '../lib/time';
import { guess_mapping, guess_model, mapping_complete, usage_fields, type Mapping, type UsageField } from '../lib/usage_file';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Icon } from './parts';

const words = text.map;
const head_bytes = 65_536;
const rows_shown = 3;
const units = [1, 1000, 1_000_000];

interface Head {
  header: string[];
  rows: string[][];
  catalog: Catalog;
}

export function Mapper(props: { file: File }): JSX.Element {
  const page = use_page();
  let dialog!: HTMLDialogElement;
  const [head] = createResource(() => props.file, async (file): Promise<Head> => {
    const start = await file.slice(0, head_bytes).text();
    const [header, ...rows] = new CsvReader(delimiter_of(start)).push(`${start}\n`);
    return { header: header?.fields ?? [], rows: rows.slice(0, rows_shown).map(({ fields }) => fields), catalog: await page.client.ask('catalog', { shipped: true }) };
  });
  onMount(() => dialog.showModal());
  return (
    <dialog ref={dialog} class="mapper" aria-labelledby="mapper-heading" data-testid="mapper" onClose={() => page.opener.cancel()}>
      <div class="proof-head">
        <h2 id="mapper-heading">{words.heading}</h2>
        <button type="button" class="button icon-button" aria-label={text.close} onClick={() => dialog.close()}><Icon name="cross" /></button>
      </div>
      <p>{words.lead(props.file.name)}</p>
      <Show when={head()} fallback={<p><span class="spinner" /> {words.reading}</p>}>
        {(told) => <Form file={props.file} head={told()} close={() => dialog.close()} />}
      </Show>
    </dialog>
  );
}

function Form(props: { file: File; head: Head; close(): void }): JSX.Element {
  const page = use_page();
  const card = Object.values(props.head.catalog.rate_cards).at(-1);
  const models = Object.keys(card?.models ?? {});
  const plans = Object.entries(props.head.catalog.plans);
  const [mapping, set] = createStore<Mapping>(guess_mapping(props.head.header));
  const [plan, put_plan] = createSignal(plans.find(([id]) => id === 'plus')?.[0] ?? plans[0]?.[0] ?? '');
  const cadences = (): Cadence[] => Object.keys(props.head.catalog.plans[plan()]?.allotment ?? {}) as Cadence[];
  const [chosen_cadence, put_cadence] = createSignal<Cadence>('monthly');
  const cadence = (): Cadence => (cadences().includes(chosen_cadence()) ? chosen_cadence() : cadences()[0] ?? 'monthly');
  const plain = createMemo((): Mapping => ({ ...mapping, columns: { ...mapping.columns }, models: { ...mapping.models } }));
  const complete = (): boolean => mapping_complete(plain());
  // What models are called changes nothing of what the rows hold; asked anew only when a column or the unit does.
  const asked = createMemo(() => (complete() ? { ...plain(), models: {} } : null), null, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const [survey] = createResource(asked, (given) => page.client.ask('survey', { file: props.file, mapping: given }));
  const unknown = (): Survey['models'] => (complete() ? survey.latest?.models ?? [] : []).filter(({ name }) => !models.includes(name));
  createEffect(() => {
    for (const { name } of unknown()) {
      if (mapping.models[name] === undefined) set('models', name, guess_model(name, models) ?? '');
    }
  });
  const ready = (): boolean => complete() && (survey.latest?.uses ?? 0) > 0 && unknown().every(({ name }) => models.includes(mapping.models[name] ?? ''));
  const open = (): void => {
    const supposed = { account: 'imported', plan: plan(), cadence: cadence() };
    void page.opener.open({ from: 'usage', file: props.file, mapping: plain(), supposed });
    props.close();
  };
  return (
    <form class="mapper-form" method="dialog" onSubmit={(event) => {
      event.preventDefault();
      if (ready()) open();
    }}>
      <div class="mapper-fields">
        <For each={usage_fields}>{(field) => (
          <Choose label={words.fields[field]} testid={`map-${field}`}
            value={mapping.columns[field] === null ? '' : String(mapping.columns[field])}
            options={[['', words.none], ...props.head.header.map((name, at): [string, string] => [String(at), name])]}
            choose={(value) => set('columns', field as UsageField, value === '' ? null : Number(value))} />
        )}</For>
        <Choose label={words.unit} testid="map-unit" value={String(mapping.unit)}
          options={units.map((unit): [string, string] => [String(unit), words.units[unit] ?? ''])}
          choose={(value) => set('unit', Number(value))} />
        <Show when={mapping.columns.model === null}>
          <Choose label={words.all_model} testid="map-all-model" value={mapping.model}
            options={[['', words.choose], ...models.map((model): [string, string] => [model, model])]}
            choose={(value) => set('model', value)} />
        </Show>
        <Choose label={words.plan} testid="map-plan" value={plan()}
          options={plans.map(([id]): [string, string] => [id, text.plan_name(id)])} choose={put_plan} />
        <Choose label={words.cadence} testid="map-cadence" value={cadence()}
          options={cadences().map((one): [string, string] => [one, words.cadences[one]])}
          choose={(value) => put_cadence(value as Cadence)} />
      </div>
      <Show when={unknown().length > 0}>
        <fieldset class="mapper-models">
          <legend>{words.models}</legend>
          <p class="quiet">{words.models_note}</p>
          <div class="mapper-fields">
            <For each={unknown()}>{({ name }) => (
              <Choose label={name} testid={`map-model-${name}`} value={mapping.models[name] ?? ''}
                options={[['', words.choose], ...models.map((model): [string, string] => [model, model])]}
                choose={(value) => set('models', name, value)} />
            )}</For>
          </div>
        </fieldset>
      </Show>
      <Preview head={props.head} />
      <div class="mapper-found" aria-live="polite" data-testid="map-found">
        <Show when={complete()} fallback={<p>{words.missing}</p>}>
          <Show when={survey.latest} fallback={<p><span class="spinner" /> {words.reading}</p>}>{(told) => <Found survey={told()} />}</Show>
        </Show>
      </div>
      <Show when={complete() && !unknown().every(({ name }) => models.includes(mapping.models[name] ?? ''))}>
        <p class="bad" role="status">{words.unmapped}</p>
      </Show>
      <div class="proof-actions">
        <button type="button" class="button" onClick={() => props.close()}>{words.cancel}</button>
        <button type="submit" class="button primary" disabled={!ready()} data-testid="map-open">{words.open}</button>
      </div>
    </form>
  );
}

function Choose(props: {
  label: string; value: string; options: [string, string][]; testid: string; choose(value: string): void;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} data-testid={props.testid} onChange={(event) => props.choose(event.currentTarget.value)}>
        <For each={props.options}>{([value, name]) => <option value={value} selected={value === props.value}>{name}</option>}</For>
      </select>
    </div>
  );
}

function Preview(props: { head: Head }): JSX.Element {
  const columns = (): ColumnOf<string[]>[] => props.head.header.map((name, at) => ({
    id: String(at), title: name, cell: (row) => row[at] ?? '',
  }));
  return <DataTable caption={words.preview} columns={columns()} rows={props.head.rows} testid="map-preview" />;
}

function Found(props: { survey: Survey }): JSX.Element {
  const bad: ColumnOf<Survey['told'][number]>[] = [
    { id: 'line', title: words.line, numeric: true, cell: ({ line }) => printer.count(line) },
    { id: 'column', title: words.column, cell: ({ column }) => column },
    { id: 'value', title: words.value, cell: ({ value }) => <code>{value || words.none}</code> },
    { id: 'why', title: words.what, cell: ({ why }) => words.why[why] },
  ];
  return (
    <>
      <p>
        <b>{words.found(printer.count(props.survey.uses), printer.count(props.survey.rows))}</b>{' '}
        <Show when={props.survey.first !== null}>{words.between(day_text(props.survey.first!), day_text(props.survey.last!))}</Show>{' '}
        <Show when={props.survey.others > 0}>{words.others(printer.count(props.survey.others))}</Show>
      </p>
      <Show when={props.survey.bad > 0}>
        <DataTable caption={words.bad(printer.count(props.survey.bad))} columns={bad} rows={props.survey.told} testid="map-bad" />
      </Show>
    </>
  );
}
