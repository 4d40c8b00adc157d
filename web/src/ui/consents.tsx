// SPDX-License-Identifier: Apache-2.0
// What the account has agreed to at the moment shown: access, consents, partner terms, what stands against each model,
// and of a government account its responsibility matrix.

import { createResource, For, Show, type JSX } from 'solid-js';
import type { AcceptedTerms, Consents as Form, DecidedBy, ModelStanding } from '../core/forms';
import { by_text } from '../lib/order';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Count, Time } from './parts';

const words = text.consents;
type Consent = Form['consents'][number];
type PartnerTerms = Form['partner_terms'][number];
interface Decided {
  since: string | null;
  by: DecidedBy | null;
}

const decided = <Row extends Decided>(): ColumnOf<Row>[] => [
  { id: 'since', title: words.since, cell: ({ since }) => (since === null ? text.none : <Time value={since} form="bare" />) },
  { id: 'by', title: words.by, numeric: true, cell: ({ by }) => (by === null ? text.none : <Count value={by.version} />) },
];

const consent_columns: ColumnOf<Consent>[] = [
  { id: 'feature', title: words.feature, cell: ({ feature }) => words.features[feature] ?? feature },
  { id: 'state', title: words.state, cell: ({ state }) => <span class={`state consent-${state}`}>{words.states[state]}</span> },
  ...decided<Consent>(),
];

function accepted(row: AcceptedTerms): JSX.Element {
  return (
    <span class={`state consent-${row.accepted ? 'granted' : 'not_granted'}`}>
      {row.accepted ? words.accepted : words.not_accepted}
    </span>
  );
}

const terms_columns = <Row extends AcceptedTerms>(): ColumnOf<Row>[] => [
  { id: 'terms', title: words.terms, cell: ({ terms }) => <code>{terms}</code> },
  { id: 'state', title: words.state, cell: accepted },
  ...decided<Row>(),
];

const partner_columns: ColumnOf<PartnerTerms>[] = [
  ...terms_columns<PartnerTerms>(),
  { id: 'needed_by', title: words.needed_by, cell: ({ needed_by }) => [...new Set(needed_by.map(({ model }) => model))].join(', ') },
];

const model_columns: ColumnOf<ModelStanding>[] = [
  { id: 'model', title: words.model, cell: ({ model }) => <code>{model}</code>, compare: by_text(({ model }) => model) },
  { id: 'provider', title: words.provider, cell: ({ provider }) => provider, compare: by_text(({ provider }) => provider) },
  { id: 'rate_card', title: words.rate_card,
    cell: ({ rate_card, in_force }) => (in_force ? words.card_in_force(rate_card) : rate_card) },
  { id: 'beta', title: words.beta, cell: ({ beta }) => (beta ? words.yes : words.no) },
  { id: 'gov', title: words.gov, cell: ({ gov }) => (gov ? words.yes : words.no) },
  { id: 'withdrawn', title: words.withdrawn,
    cell: ({ withdrawn_at }) => (withdrawn_at === undefined ? text.none : <Time value={withdrawn_at} form="bare" />) },
  { id: 'usable', title: words.usable, cell: ({ objections: [first] }) => (
    <span class={`state consent-${first === undefined ? 'granted' : 'never'}`}>
      {first === undefined ? words.usable_now : words.objections[first]}
    </span>
  ) },
];

export function Consents(): JSX.Element {
  const page = use_page();
  const [consents] = createResource(() => ({ as_of: page.state.place.as_of, version: page.state.moment?.version }),
    ({ as_of }) => page.client.ask('consents', { as_of }));
  const told = (): Form | undefined => (consents.state === 'errored' ? undefined : consents.latest);
  return (
    <div class="consents" data-testid="consents">
      <Show when={told()} fallback={
        <p class="table-note" classList={{ bad: consents.state === 'errored' }}>
          {consents.state === 'errored' ? words.failed : words.loading}
        </p>
      }>{(form) => (
        <>
          <Facts form={form()} />
          <DataTable caption={words.caption} columns={consent_columns} rows={form().consents} testid="consents-table"
            row_testid={({ feature }) => `consent-${feature}`} />
          <Show when={form().partner_terms.length > 0} fallback={<p class="table-note">{words.partner_none}</p>}>
            <DataTable caption={words.partner_caption} columns={partner_columns} rows={form().partner_terms} testid="partner-terms"
              row_testid={({ terms }) => `terms-${terms}`} />
          </Show>
          <Show when={form().other_terms.length > 0}>
            <DataTable caption={words.other_caption} columns={terms_columns()} rows={form().other_terms} testid="other-terms" />
          </Show>
          <DataTable caption={words.models_caption} columns={model_columns} rows={form().models} testid="models"
            row_testid={({ model }) => `model-${model}`} />
          <Notices notices={form().notices} />
        </>
      )}</Show>
    </div>
  );
}

function Facts(props: { form: Form }): JSX.Element {
  const matrix = (): Form['responsibility_matrix'] => props.form.responsibility_matrix;
  return (
    <dl class="facts">
      <div><dt>{words.access}</dt><dd>
        <span class={`state consent-${props.form.access.allowed ? 'granted' : 'never'}`} data-testid="access">
          {props.form.access.allowed ? words.allowed : words.revoked}
        </span>
      </dd></div>
      <div><dt>{words.environment}</dt><dd data-testid="environment">{words.environments[props.form.environment]}</dd></div>
      <div><dt>{words.region}</dt><dd>{props.form.region}</dd></div>
      <div><dt>{words.moment}</dt><dd><Time value={props.form.at} form="minute" /></dd></div>
      <Show when={matrix()}>{(of) => (
        <For each={['requested', 'attested'] as const}>{(step) => (
          <div><dt>{words.matrix_caption} {of().version}, {words.matrix[step].toLowerCase()}</dt><dd>{accepted(of()[step])}</dd></div>
        )}</For>
      )}</Show>
    </dl>
  );
}

function Notices(props: { notices: Record<string, string> }): JSX.Element {
  return (
    <section class="notices" aria-label={words.notices}>
      <h3>{words.notices}</h3>
      <ul><For each={Object.values(props.notices)}>{(notice) => <li>{notice}</li>}</For></ul>
    </section>
  );
}
