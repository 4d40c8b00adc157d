// SPDX-License-Identifier: Apache-2.0
// The tabs below the picture: usage, lots, periods, invoice lines, consents, the key, residency and the log, each of the
// moment shown.

import { createEffect, createMemo, createResource, createSignal, For, Match, Show, Switch, type JSX } from 'solid-js';
import type { Lot, Period, PlanTerm, UsageLine } from '../core/forms';
import type { UsageBy, UsageGroup } from '../core/protocol';
import { basis_points, credits_of, micro_of, sum_credits } from '../lib/decimal';
import { tabs, type Tab } from '../lib/hash';
import { by_amount, by_text, by_volume } from '../lib/order';
import { printer } from '../state/settings';
import { text } from '../text';
import { terms_of, use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Consents } from './consents';
import { mark_edges } from './edges';
import { Invoices } from './invoices';
import { Keys } from './keys';
import { Log } from './log';
import { Choice, Count, Credits, Named, Nothing, Spark, Time } from './parts';
import { ResidencyPanel } from './residency';
import { WhyButton } from './why_button';

export function Details(): JSX.Element {
  const page = use_page();
  const buttons = new Map<Tab, HTMLButtonElement>();
  const chosen = (): Tab => page.state.place.tab;
  let list!: HTMLDivElement;
  // On a phone the list scrolls: the chosen tab is never out of it.
  createEffect(() => {
    const { offsetLeft, offsetWidth } = buttons.get(chosen())!;
    list.scrollLeft = offsetLeft - (list.clientWidth - offsetWidth) / 2;
  });
  const on_key = (event: KeyboardEvent): void => {
    const at = tabs.indexOf(chosen());
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length]!;
    page.go({ tab });
    buttons.get(tab)?.focus();
  };
  return (
    <section class="card details" aria-label={text.tabs.label}>
      <div class="tab-list" role="tablist" aria-label={text.tabs.label} onKeyDown={on_key}
        ref={(element) => {
          list = element;
          mark_edges(element);
        }}>
        <For each={tabs}>{(tab) => (
          <button type="button" role="tab" id={`tab-${tab}`} aria-controls="tab-panel" data-testid={`tab-${tab}`}
            aria-selected={chosen() === tab} tabindex={chosen() === tab ? 0 : -1}
            ref={(button) => buttons.set(tab, button)} onClick={() => page.go({ tab })}>
            {text.tabs[tab]}
          </button>
        )}</For>
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen()}`}>
        <Switch>
          <Match when={chosen() === 'usage'}><Usage /></Match>
          <Match when={chosen() === 'lots'}><Lots /></Match>
          <Match when={chosen() === 'periods'}><Periods /></Match>
          <Match when={chosen() === 'invoices'}><Invoices /></Match>
          <Match when={chosen() === 'consents'}><Consents /></Match>
          <Match when={chosen() === 'keys'}><Keys /></Match>
          <Match when={chosen() === 'residency'}><ResidencyPanel /></Match>
          <Match when={chosen() === 'log'}><Log /></Match>
        </Switch>
      </div>
    </section>
  );
}

const usage_views = ['both', 'workflow', 'model', 'actor'] as const;
type UsageView = (typeof usage_views)[number];

function Usage(): JSX.Element {
  const [view, put_view] = createSignal<UsageView>('both');
  return (
    <>
      <div class="usage-tools">
        <Choice label={text.usage.by} names={text.usage.views} values={usage_views} chosen={view()} choose={put_view} />
      </div>
      <Show keyed when={view() !== 'both' && (view() as UsageBy)} fallback={<UsageLines />}>{(by) => <UsageGroups by={by} />}</Show>
    </>
  );
}

function UsageGroups(props: { by: UsageBy }): JSX.Element {
  const page = use_page();
  const words = text.usage;
  const [groups] = createResource(
    () => ({ by: props.by, up_to: page.state.moment?.version ?? 0, indexed: page.state.indexed }),
    ({ by, up_to }) => page.client.ask('usage_by', { by, up_to }).catch((): UsageGroup[] => []));
  const rows = (): UsageGroup[] => groups.latest ?? [];
  const total = createMemo(() => sum_credits(rows().map(({ credits }) => credits)));
  const names = (): Record<string, string> =>
    ({ workflow: page.state.names.workflows, model: page.state.names.models, actor: page.state.names.people })[props.by];
  const columns: ColumnOf<UsageGroup>[] = [
    { id: 'name', title: words.views[props.by], compare: by_text(({ name }) => name), total: () => words.total,
      cell: ({ name }) => (name === '' ? <span class="quiet">{words.nobody}</span> : <Named id={name} names={names()} />) },
    { id: 'credits', title: words.credits, numeric: true, compare: by_amount(({ credits }) => credits),
      cell: ({ credits }) => <Credits value={credits} testid="group-credits" />, total: () => <Credits value={total()} testid="group-total" /> },
    { id: 'share', title: words.share, numeric: true, cell: ({ credits }) => <Share points={basis_points(micro_of(credits), micro_of(total()))} /> },
    { id: 'charges', title: words.charges, numeric: true, compare: by_volume(({ charges }) => charges), cell: ({ charges }) => <Count value={charges} /> },
    { id: 'days', title: words.days, cell: ({ name, days }) => <Spark days={days} label={words.days_of(name || words.nobody)} /> },
  ];
  return (
    <DataTable caption={words.groups(words.views[props.by])} columns={columns} rows={rows()} sorted_by="credits" footer testid="usage-groups"
      row_testid={({ name }) => `group-${name}`} />
  );
}

function UsageLines(): JSX.Element {
  const page = use_page();
  const rows = (): UsageLine[] => page.state.moment?.statement.usage ?? [];
  const total = createMemo(() => sum_credits(rows().map(({ credits }) => credits)));
  const sum = (field: 'charges' | 'query' | 'input' | 'output'): bigint =>
    rows().reduce((so_far, row) => so_far + BigInt(row[field]), 0n);
  const words = text.usage;
  const volume = (id: 'charges' | 'query' | 'input' | 'output'): ColumnOf<UsageLine> => ({
    id, title: words[id], numeric: true, compare: by_volume((row) => row[id]),
    cell: (row) => <Count value={row[id]} />, total: () => <Count value={sum(id)} />,
  });
  const columns: ColumnOf<UsageLine>[] = [
    { id: 'workflow', title: words.workflow, cell: (row) => <Named id={row.workflow} names={page.state.names.workflows} />,
      compare: by_text((row) => row.workflow),
      total: () => words.total },
    { id: 'model', title: words.model, cell: (row) => <Named id={row.model} names={page.state.names.models} />,
      compare: by_text((row) => row.model) },
    { id: 'credits', title: words.credits, numeric: true, compare: by_amount((row) => row.credits),
      cell: (row) => (
        <WhyButton label={text.why.of_use(words.credits, row.workflow, row.model)}
          why={{ about: 'use', which: JSON.stringify({ workflow: row.workflow, model: row.model }) }}>
          <Credits value={row.credits} testid="usage-credits" />
        </WhyButton>
      ),
      total: () => <Credits value={total()} testid="usage-total" /> },
    { id: 'share', title: words.share, numeric: true,
      cell: (row) => <Share points={basis_points(micro_of(row.credits), micro_of(total()))} /> },
    volume('charges'), volume('query'), volume('input'), volume('output'),
  ];
  return (
    <Show when={rows().length > 0} fallback={
      <Nothing heading={words.empty} help={words.empty_help}
        command={words.empty_command(page.state.account ?? '')} />
    }>
      <DataTable caption={words.caption} columns={columns} rows={rows()} sorted_by="credits" footer testid="usage" />
      <p class="table-note">{words.tokens}</p>
    </Show>
  );
}

function Share(props: { points: number }): JSX.Element {
  return (
    <span class="share">
      <span class="share-bar" aria-hidden="true"><span style={{ width: `${props.points / 100}%` }} /></span>
      <span class="share-percent">{printer.percent(props.points)}</span>
    </span>
  );
}

function Lots(): JSX.Element {
  const page = use_page();
  const terms = (): PlanTerm[] => terms_of(page.state.moment!.statement, page.plan() ?? '');
  // The statement has them by period; the newest is what one looks for.
  const rows = createMemo((): Lot[] => terms().flatMap(({ lots }) => lots).reverse());
  const drawn = (lot: Lot): string => credits_of(
    micro_of(lot.granted) - micro_of(lot.remaining) - micro_of(lot.held) - micro_of(lot.expired));
  const words = text.lots;
  const amount = (id: 'granted' | 'held' | 'expired' | 'remaining'): ColumnOf<Lot> => ({
    id, title: words[id], numeric: true, compare: by_amount((lot) => lot[id]),
    cell: (lot) => <WhyLot lot={lot.lot} figure={words[id]}><Credits value={lot[id]} /></WhyLot>,
  });
  const columns: ColumnOf<Lot>[] = [
    { id: 'lot', title: words.lot, cell: ({ lot }) => <WhyLot lot={lot} figure={words.lot}><code>{lot}</code></WhyLot>, compare: by_text(({ lot }) => lot) },
    { id: 'kind', title: words.kind, cell: ({ kind }) => text.kinds[kind], compare: by_text(({ kind }) => kind) },
    { id: 'starts', title: words.starts, cell: (lot) => <Time value={lot.starts_at} form="bare" />,
      compare: by_text((lot) => lot.starts_at) },
    { id: 'expires', title: words.expires, cell: (lot) => <Time value={lot.expires_at} form="bare" />,
      compare: by_text((lot) => lot.expires_at) },
    amount('granted'),
    { id: 'drawn', title: words.drawn, numeric: true, compare: by_amount(drawn),
      cell: (lot) => <WhyLot lot={lot.lot} figure={words.drawn}><Credits value={drawn(lot)} /></WhyLot> },
    amount('held'), amount('expired'), amount('remaining'),
  ];
  return (
    <Show when={rows().length > 0} fallback={<Nothing heading={words.empty} help={words.empty_help} />}>
      <DataTable caption={words.caption(text.plan_name(page.plan() ?? ''))} columns={columns} rows={rows()}
        testid="lots" row_testid={({ lot }) => `lot-${lot}`} />
      <p class="table-note">{words.note}</p>
    </Show>
  );
}

function WhyLot(props: { lot: string; figure: string; children: JSX.Element }): JSX.Element {
  return (
    <WhyButton why={{ about: 'lot', which: props.lot }} label={text.why.of_lot(props.figure, props.lot)}>
      {props.children}
    </WhyButton>
  );
}

interface PeriodRow extends Period {
  term: number;
}

function WhyPeriod(props: { row: PeriodRow; figure: string; children: JSX.Element }): JSX.Element {
  const page = use_page();
  const which = (): string => `${page.plan()}/${props.row.term}/${props.row.period}`;
  return (
    <WhyButton why={{ about: 'period', which: which() }} label={text.why.of_period(props.figure, which())}>
      {props.children}
    </WhyButton>
  );
}

function Periods(): JSX.Element {
  const page = use_page();
  const rows = createMemo((): PeriodRow[] => terms_of(page.state.moment!.statement, page.plan() ?? '')
    .flatMap(({ term, periods }) => periods.map((period) => ({ ...period, term }))).reverse());
  // H12, checked on what is shown and not merely promised.
  const broken = (): string[] => rows().filter((row) => micro_of(row.granted) !== micro_of(row.consumed)
    + micro_of(row.held) + micro_of(row.expired) + micro_of(row.remaining)).map((row) => `${row.term}/${row.period}`);
  const words = text.periods;
  const names = text.plans.figures;
  const amount = (id: keyof typeof names): ColumnOf<PeriodRow> => ({
    id, title: names[id], numeric: true, compare: by_amount((row) => row[id]),
    cell: (row) => <WhyPeriod row={row} figure={names[id]}><Credits value={row[id]} testid={`period-${id}`} /></WhyPeriod>,
  });
  const columns: ColumnOf<PeriodRow>[] = [
    { id: 'period', title: words.period, 
      cell: (row) => <WhyPeriod row={row} figure={words.period}>{row.term} / {row.period}</WhyPeriod> },
    { id: 'starts', title: words.starts, cell: (row) => <Time value={row.starts_at} form="bare" />,
      compare: by_text((row) => row.starts_at) },
    { id: 'ends', title: words.ends, cell: (row) => <Time value={row.ends_at} form="bare" /> },
    { id: 'state', title: words.state, compare: by_text((row) => row.state),
      cell: (row) => <span class={`state state-${row.state}`}>{text.states[row.state]}</span> },
    amount('granted'), amount('consumed'), amount('held'), amount('expired'), amount('remaining'),
    amount('uncovered'),
  ];
  return (
    <Show when={rows().length > 0} fallback={<Nothing heading={words.empty} help={words.empty_help} />}>
      <DataTable caption={words.caption(text.plan_name(page.plan() ?? ''))} columns={columns} rows={rows()}
        testid="periods" row_testid={(row) => `period-${row.term}-${row.period}`} />
      <Show when={broken().length > 0} fallback={<p class="table-note">{words.note}</p>}>
        <p class="table-note bad">{words.broken} {broken().join(', ')}</p>
      </Show>
    </Show>
  );
}
