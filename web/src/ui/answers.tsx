// SPDX-License-Identifier: Apache-2.0
// Three questions the core works out by trying: the smallest purchase, the cheapest plan, which workflow to move first. Each
// answer can become a scenario.

import { createEffect, createSignal, Match, on, Show, Switch, type JSX } from 'solid-js';
import { fault_of, type Fault } from '../core/fault';
import type { Ask, AskedAnswer, MovesAnswer, PlanAnswer, PurchaseAnswer } from '../core/forecast';
import { add, pull, with_packs, with_workflow } from '../lib/scenarios';
import { money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { NumberField } from './fields';
import { Credits, Icon } from './parts';

const words = text.what_if;
const moves_shown = 3;

export function Answers(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const [chance, put_chance] = createSignal(5);
  const [answer, put_answer] = createSignal<AskedAnswer | null>(null);
  const [fault, put_fault] = createSignal<Fault | null>(null);
  const [asking, put_asking] = createSignal<Ask['ask'] | null>(null);
  // What was answered is true of the levers it was asked with.
  createEffect(on([what_if.levers, () => page.state.moment?.version, page.plan], () => {
    put_answer(null);
    put_fault(null);
  }, { defer: true }));

  const ask = async (question: Ask): Promise<void> => {
    put_asking(question.ask);
    put_fault(null);
    put_answer(null);
    try {
      put_answer(await what_if.ask(question));
    } catch (thrown) {
      put_fault(fault_of(thrown));
    } finally {
      put_asking(null);
    }
  };
  const button = (name: string, question: () => Ask): JSX.Element => (
    <button type="button" class="button" disabled={asking() !== null || !what_if.ready()} data-testid={`ask-${question().ask}`}
      aria-pressed={answer()?.ask === question().ask} onClick={() => void ask(question())}>{name}</button>
  );
  return (
    <section class="answers" aria-labelledby="answers-heading">
      <h3 id="answers-heading">{words.answers}</h3>
      <div class="answer-buttons">
        {button(words.ask_purchase, () => ({ ask: 'smallest_purchase', chance_percent: chance(), plan: page.plan() ?? '' }))}
        {button(words.ask_plan, () => ({ ask: 'cheapest_plan', chance_percent: chance() }))}
        {button(words.ask_moves, () => ({ ask: 'model_moves', moves: moves_shown }))}
      </div>
      <NumberField label={words.chance} testid="chance" value={chance()} min={0} max={50} empty={5} unit={words.percent} change={put_chance} />
      <div class="answer" aria-live="polite" data-testid="answer">
        <Switch>
          <Match when={asking()}><p class="quiet"><span class="spinner" /> {words.asking}</p></Match>
          <Match when={fault()}>{(wrong) => <p class="bad">{words.failed} {wrong().message}</p>}</Match>
          <Match when={answer()}>{(told) => <Told told={told()} />}</Match>
        </Switch>
      </div>
    </section>
  );
}

function Told(props: { told: AskedAnswer }): JSX.Element {
  return (
    <>
      <p class="answer-sentence" data-testid="answer-sentence">{props.told.sentence}</p>
      <Switch>
        <Match when={props.told.ask === 'smallest_purchase' && props.told}>{(told) => <Purchase told={told() as PurchaseAnswer} />}</Match>
        <Match when={props.told.ask === 'cheapest_plan' && props.told}>{(told) => <Plans told={told() as PlanAnswer} />}</Match>
        <Match when={props.told.ask === 'model_moves' && props.told}>{(told) => <Moves told={told() as MovesAnswer} />}</Match>
      </Switch>
    </>
  );
}

function Take(props: { act(): void }): JSX.Element {
  return <button type="button" class="button primary" data-testid="take" onClick={() => props.act()}><Icon name="plus" />{words.take}</button>;
}

const percent = (value: string): string => `${printer.exact(value)}\u00a0%`;

function Purchase(props: { told: PurchaseAnswer }): JSX.Element {
  const { what_if } = use_page();
  const columns: ColumnOf<PurchaseAnswer['purchases'][number]>[] = [
    { id: 'period', title: words.columns.period, cell: ({ period }) => period },
    { id: 'packs', title: words.columns.packs, numeric: true, cell: ({ packs }) => printer.count(packs) },
    { id: 'credits', title: words.columns.credits, numeric: true, cell: ({ credits }) => <Credits value={credits} /> },
  ];
  const first = () => props.told.purchases[0];
  return (
    <Show when={props.told.found && first()}>{(begins) => (
      <>
        <DataTable caption={words.purchases} columns={columns} rows={props.told.purchases} testid="purchases" />
        <Take act={() => {
          const begun = add(what_if.board(), words.purchase_name(printer.count(props.told.packs)), what_if.levers());
          // A scenario buys the same in each of its periods; where the answer does not, the most that any of them takes.
          const packs = Math.max(...props.told.purchases.map((one) => one.packs));
          const last = props.told.purchases.at(-1)!.period;
          what_if.turn(pull(begun, '', (levers) => with_packs(levers, { plan: props.told.plan, packs, periods: { first: begins().period, last } })));
        }} />
      </>
    )}</Show>
  );
}

function Plans(props: { told: PlanAnswer }): JSX.Element {
  const { what_if } = use_page();
  type Row = PlanAnswer['plans'][number];
  const columns: ColumnOf<Row>[] = [
    { id: 'plan', title: words.columns.plan, cell: ({ plan, cadence, current }) => (
      <>{text.plan_name(plan)} <span class="quiet">{text.map.cadences[cadence]}{current ? `, ${words.current}` : ''}</span></>
    ) },
    { id: 'chance', title: words.columns.chance, numeric: true, cell: ({ chance_percent, refused }) => (refused ? <span class="clause" title={refused.message}>{refused.clause}</span> : percent(chance_percent)) },
    { id: 'packs', title: words.columns.packs, numeric: true, cell: ({ packs }) => (packs === undefined ? text.none : printer.count(packs)) },
    { id: 'expired', title: words.columns.expired, numeric: true, cell: ({ expired }) => <Credits value={expired.p50} /> },
    { id: 'cost', title: words.columns.cost, numeric: true, cell: ({ cost }) => (cost ? money_text(cost, printer) : words.unknown_cost) },
  ];
  const best = (): Row | undefined => (props.told.best === null ? undefined : props.told.plans[props.told.best]);
  return (
    <>
      <DataTable caption={words.plans} columns={columns} rows={props.told.plans} testid="plans-answer" />
      <Show when={best() && !best()!.current && best()}>{(plan) => (
        <Take act={() => what_if.turn(add(what_if.board(), words.plan_name(text.plan_name(plan().plan)),
          { ...what_if.levers(), plan: { plan: plan().plan, cadence: plan().cadence } }))} />
      )}</Show>
    </>
  );
}

function Moves(props: { told: MovesAnswer }): JSX.Element {
  const { what_if } = use_page();
  type Row = MovesAnswer['moves'][number];
  const columns: ColumnOf<Row>[] = [
    { id: 'workflow', title: words.columns.workflow, cell: ({ workflow }) => workflow },
    { id: 'from', title: words.columns.from, cell: ({ from }) => from },
    { id: 'to', title: words.columns.to, cell: ({ to }) => to },
    { id: 'saved', title: words.columns.saved, numeric: true, cell: ({ credits_saved }) => <Credits value={credits_saved.p50} /> },
    { id: 'after', title: words.columns.after, numeric: true, cell: ({ chance_percent }) => percent(chance_percent) },
  ];
  const first = (): Row | undefined => (props.told.first === null ? undefined : props.told.moves[props.told.first]);
  return (
    <>
      <DataTable caption={words.moves} columns={columns} rows={props.told.moves.slice(0, 8)} testid="moves-answer" />
      <Show when={first()}>{(move) => (
        <Take act={() => what_if.turn(add(what_if.board(), words.move_name(move().workflow, move().to),
          with_workflow(what_if.levers(), move().workflow, { model: move().from, move_to: move().to })))} />
      )}</Show>
    </>
  );
}
