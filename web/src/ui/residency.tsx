// SPDX-License-Identifier: Apache-2.0
// Where the account's data lives, what a migration would move and what stays, and what the core would say to one (RES-1
// to RES-3). Nothing is sent from here.

import { createResource, createSignal, For, Match, Show, Switch, type JSX } from 'solid-js';
import type { CommandAnswer, LedgerEvent, Refusal } from '../core/forms';
import type { Migration, Residency } from '../core/protocol';
import { bound_text } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable } from './data_table';
import { Count, Icon, Time } from './parts';

const words = text.residency;

export function ResidencyPanel(): JSX.Element {
  const page = use_page();
  // Asked again when the account grows: figures and decisions are of now.
  const key = (): string => `${page.state.account}/${page.state.tip.version}`;
  const [residency] = createResource(key, () => page.client.ask('residency', {}));
  const [history] = createResource(() => `${key()}/${page.state.indexed}`,
    () => page.client.ask('rows', { type: 'RegionMigrated', first: 0, limit: 100 }).catch((): LedgerEvent[] => []));
  const [wanted, put_wanted] = createSignal<string | null>(null);
  const [migration] = createResource(() => wanted() !== null && { region: wanted()!, key: key() },
    ({ region }) => page.client.ask('migration', { region }));
  const asked = (): Migration | undefined => (wanted() === null ? undefined : migration.latest);
  return (
    <Show when={residency.latest} fallback={<p class="quiet residency-part">{words.loading}</p>}>{(known) => (
      <div class="residency" data-testid="residency">
        <Home known={known()} history={history.latest ?? []} />
        <section class="residency-part" aria-label={words.move}>
          <div class="residency-choose">
            <label class="picker">
              <span>{words.move}</span>
              <select data-testid="migrate-to" onChange={({ currentTarget }) => put_wanted(currentTarget.value || null)}>
                <option value="">{words.choose}</option>
                <For each={known().regions}>{(region) => <option value={region}>{region}</option>}</For>
              </select>
              <Icon name="down" />
            </label>
            <span class="quiet">{words.whole} <Clause id={words.clauses.whole} /></span>
          </div>
          <Show when={asked()}>{(said) => <Decision answer={said().answer} to={wanted()!} />}</Show>
        </section>
        <Show when={wanted() !== known().region && asked()}>{(said) => (
          <Moves known={known()} bytes={said().bytes} to={wanted()!} />
        )}</Show>
        <Stays known={known()} />
        <Show when={(history.latest ?? []).length > 0}><History rows={history.latest!} /></Show>
      </div>
    )}</Show>
  );
}

function Clause(props: { id: string }): JSX.Element {
  return <span class="clause">{props.id}</span>;
}

function Home(props: { known: Residency; history: LedgerEvent[] }): JSX.Element {
  const last = (): LedgerEvent | undefined => props.history.at(-1);
  return (
    <section class="residency-part" aria-label={words.heading}>
      <h3 class="residency-region" data-testid="region">{props.known.region}</h3>
      <p class="quiet">
        {last() ? words.since(bound_text(last()!.at)) : words.since_opening}
        {' · '}<code>{words.store(props.known.region)}</code>{' '}<Clause id={words.clauses.moves} />
      </p>
    </section>
  );
}

function Decision(props: { answer: CommandAnswer; to: string }): JSX.Element {
  const refused = (): Refusal | undefined => props.answer.refused;
  const moves = (): boolean => (props.answer.accepted ?? []).some(({ type }) => type === 'RegionMigrated');
  return (
    <div class="decision" classList={{ refused: refused() !== undefined }} role="status" data-testid="decision">
      <Icon name={refused() ? 'cross' : 'check'} />
      <div>
        <Switch>
          <Match when={refused()}>{(why) => (
            <>
              <p><strong>{words.refused}</strong> {why().message}</p>
              <p class="quiet">
                <code data-testid="decision-code">{why().code}</code>{' '}
                <Show when={why().clause}>{(clause) => <Clause id={clause()} />}</Show>
                <For each={Object.entries(why().details)}>{([name, value]) => <> · {name} {value}</>}</For>
              </p>
            </>
          )}</Match>
          <Match when={moves()}><p><strong>{words.allowed(props.to)}</strong></p></Match>
          <Match when={true}><p><strong>{words.there(props.to)}</strong></p></Match>
        </Switch>
        <p class="quiet">{words.decided}</p>
      </div>
    </div>
  );
}

interface Move {
  what: string;
  how_much: string;
  to: string;
}

function Moves(props: { known: Residency; bytes: number; to: string }): JSX.Element {
  const { moves } = words;
  const rows = (): Move[] => [
    { what: moves.events, to: props.to,
      how_much: moves.events_count(printer.count(props.known.events), printer.count(props.bytes)) },
    { what: moves.keys, how_much: moves.with_them, to: props.to },
    { what: moves.tombstone, how_much: moves.one, to: props.known.region },
  ];
  return (
    <DataTable caption={moves.caption(props.to)} testid="moves" rows={rows()} columns={[
      { id: 'what', title: moves.what, cell: (row) => <span class="wraps">{row.what}</span> },
      { id: 'how_much', title: moves.how_much, cell: (row) => row.how_much },
      { id: 'from', title: moves.from, cell: () => <code>{words.store(props.known.region)}</code> },
      { id: 'to', title: moves.to, cell: (row) => <code>{words.store(row.to)}</code> },
    ]} />
  );
}

function Stays(props: { known: Residency }): JSX.Element {
  const { stays } = words;
  return (
    <Show when={props.known.directory} fallback={<p class="table-note">{stays.unknown}</p>}>{(directory) => (
      <>
        <DataTable caption={stays.caption(directory().region)} testid="stays" rows={directory().classes} columns={[
          { id: 'what', title: stays.what, cell: (row) => row.class },
          { id: 'holds', title: stays.holds, cell: (row) => <span class="wraps">{row.holds}</span> },
          { id: 'count', title: stays.count, numeric: true, cell: (row) => <Count value={row.count} /> },
        ]} />
        <p class="table-note">{stays.note} <Clause id={words.clauses.stays} /></p>
      </>
    )}</Show>
  );
}

function History(props: { rows: LedgerEvent[] }): JSX.Element {
  const { history } = words;
  const word = (row: LedgerEvent, name: string): string => String(row[name] ?? '');
  return (
    <DataTable caption={history.caption} testid="migrations" rows={[...props.rows].reverse()} columns={[
      { id: 'at', title: history.at, cell: (row) => <Time value={row.at} form="bare" /> },
      { id: 'from', title: history.from, cell: (row) => word(row, 'from') },
      { id: 'to', title: history.to, cell: (row) => word(row, 'to') },
      { id: 'events', title: history.events, numeric: true, cell: (row) => <Count value={Number(row['events'])} /> },
      { id: 'hash', title: history.hash, cell: (row) => <code title={word(row, 'hash')}>{word(row, 'hash').slice(0, 16)}…</code> },
    ]} />
  );
}
