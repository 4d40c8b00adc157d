// SPDX-License-Identifier: Apache-2.0
// Scenarios side by side as a table: what each comes to, and by how much it differs from what is.

import { createMemo, For, Show, type JSX } from 'solid-js';
import { difference, line_of, missing_by_reason, type Line } from '../lib/compare';
import { micro_of } from '../lib/decimal';
import { money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { Credits, Icon, Time } from './parts';
import { ScenarioSays } from './scenario_says';
import { Swatch } from './what_if_panel';
import { WhyButton } from './why_button';

const words = text.compare;

interface Row {
  id: number;
  name: string;
  line: Line | null;
  today: Line | null;
  running: boolean;
}

export function Compare(): JSX.Element {
  const { what_if } = use_page();
  const today = createMemo((): Line | null => {
    const { told } = what_if.outcome(0);
    return told && line_of(told);
  });
  const rows = createMemo((): Row[] => [{ id: 0, name: text.what_if.today }, ...what_if.board().scenarios].map(({ id, name }) => {
    const { told, running } = what_if.outcome(id);
    return { id, name, running, line: told && line_of(told), today: id === 0 ? null : today() };
  }));
  const cell = (title: string, show: (line: Line, row: Row) => JSX.Element) => (row: Row): JSX.Element => (
    <Show when={row.line} fallback={row.running ? <span class="spinner" /> : text.none}>{(line) => (
      <WhyButton why={{ about: 'forecast', which: String(row.id) }} label={text.forecast_why.ask(title, row.name)}>{show(line(), row)}</WhyButton>
    )}</Show>
  );
  const credits = (id: 'used' | 'expired' | 'uncovered'): ColumnOf<Row> => ({
    id, title: words[id], numeric: true,
    cell: cell(words[id], (line, row) => <><Credits value={line[id]} testid={`compare-${id}`} /><Against value={line[id]} today={row.today?.[id]} /></>),
  });
  const moment = (id: 'runs_out' | 'early'): ColumnOf<Row> => ({
    id, title: words[id], cell: cell(words[id], (line) => (line[id] === null ? <span class="quiet">{words.never}</span> : <Time value={line[id]!} form="day" />)),
  });
  const columns: ColumnOf<Row>[] = [
    { id: 'scenario', title: words.scenario, cell: ({ id, name }) => (
      <span class="compare-scenario"><Swatch id={id} /><span class="scenario-text"><span class="scenario-name" title={name}>{name}</span><ScenarioSays id={id} /></span></span>
    ) },
    { id: 'chance', title: words.chance, numeric: true, cell: cell(words.chance, (line) => <data class="credits" value={line.chance} data-testid="compare-chance">{printer.exact(line.chance)}&nbsp;%</data>) },
    moment('runs_out'), moment('early'), credits('used'), credits('expired'), credits('uncovered'),
    { id: 'cost', title: words.cost, numeric: true, cell: cell(words.cost, (line) => <Cost line={line} />) },
  ];
  const history = (): string | undefined => what_if.outcome(0).told?.history.sentence;
  const percent = (): string => printer.exact(String(Math.floor((what_if.learning() ?? 0) * 100)));
  const fault = (): string | undefined => rows().map(({ id }) => what_if.outcome(id).fault?.message).find((message) => message !== undefined);
  return (
    <section class="card compare" aria-labelledby="compare-heading" data-testid="compare" aria-busy={rows().some(({ running }) => running)}>
      <div class="picture-head"><h2 id="compare-heading">{words.heading}</h2></div>
      <DataTable caption={words.caption(text.what_if.days[what_if.board().days] ?? '')} columns={columns} rows={rows()} testid="compare-table"
        row_testid={({ id }) => `compare-${id}`} />
      <Show when={fault()}>{(message) => <p class="table-note bad" data-testid="compare-fault"><Icon name="warn" /> {text.what_if.failed} {message()}</p>}</Show>
      <Show when={what_if.learning() !== null}>
        <p class="table-note learning" role="status" data-testid="learning">
          <progress max="1" value={what_if.learning()!} aria-label={text.what_if.learning(percent())} /> {text.what_if.learning(percent())}
        </p>
      </Show>
      <For each={missing_by_reason(rows())}>{({ reason, names }) => (
        <p class="table-note missing" data-testid="compare-missing">{words.unknown_of(names.map((name) => `“${name}”`).join(', '))} {reason}</p>
      )}</For>
      <p class="table-note">
        <Show when={what_if.board().scenarios.length > 0}>{words.against} </Show>
        <Show when={history()}>{history()} </Show>
        {text.sentence.estimate} <span class="clause">{text.sentence.estimate_clause}</span>
      </p>
    </section>
  );
}

function Against(props: { value: string; today: string | undefined }): JSX.Element {
  const by = (): string => (props.today === undefined ? '0' : difference(props.value, props.today));
  return (
    <Show when={by() !== '0'}>
      <span class="against"><Credits value={by()} sign={micro_of(by()) > 0n} /></span>
    </Show>
  );
}

function Cost(props: { line: Line }): JSX.Element {
  const money = (currency: string, minor: bigint): string => money_text({ currency, minor }, printer);
  return (
    <>
      <For each={props.line.cost}>{({ currency, committed, overage, overage_high }) => (
        <span class="stacked">
          {money(currency, committed + overage)}
          <Show when={overage_high > overage}><span class="quiet"> {words.up_to(money(currency, committed + overage_high))}</span></Show>
        </span>
      )}</For>
      <Show when={props.line.cost_missing.length > 0} fallback={props.line.cost.length === 0 && words.free}>
        <span class={props.line.cost.length === 0 ? 'stacked quiet' : 'against'} title={props.line.cost_missing.join(' ')}>{props.line.cost.length === 0 ? words.unknown : words.rest_unknown}</span>
      </Show>
    </>
  );
}
