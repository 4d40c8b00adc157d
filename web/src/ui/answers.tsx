// SPDX-License-Identifier: Apache-2.0
// Three questions the core works out by trying: the smallest purchase, the cheapest plan, which workflow to move first. Each
// answer can become a scenario.

import { createEffect, createSignal, Match, on, Show, Switch, type JSX } from 'solid-js';
import { fault_of, type Fault } from '../core/fault';
import type { Ask, AskedAnswer, MovesAnswer, PlanAnswer, PurchaseAnswer } from '../core/forecast';
import { day_text } from '../lib/time';
import { add, pull, with_packs, with_workflow } from '../lib/scenarios';
import { first_within, type TradePoint } from '../lib/trade_off';
import { money_text } from '../lib/why';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { DataTable, type ColumnOf } from './data_table';
import { NumberField } from './fields';
import { Credits, Icon } from './parts';
import { percent, TradeOffCurve } from './trade_off';

const words = text.what_if;
const curve_words = words.trade_off;
/** As many as the core tries on top of one another. */
const moves_tried = 10;
const moves_alone = 8;

export function Answers(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const [chance, put_chance] = createSignal(5);
  const [answer, put_answer] = createSignal<{ told: AskedAnswer; goal: number } | null>(null);
  const [fault, put_fault] = createSignal<Fault | null>(null);
  const [asking, put_asking] = createSignal<Ask['ask'] | null>(null);
  // What was answered is true of the levers it was asked with.
  createEffect(on([what_if.levers, () => page.state.moment?.version, page.plan], () => {
    put_answer(null);
    put_fault(null);
  }, { defer: true }));

  let area!: HTMLDivElement;
  const ask = async (question: Ask): Promise<void> => {
    put_asking(question.ask);
    put_fault(null);
    put_answer(null);
    try {
      const goal = chance();
      put_answer({ told: await what_if.ask(question), goal });
    } catch (thrown) {
      put_fault(fault_of(thrown));
    } finally {
      put_asking(null);
    }
    // Low in a panel that scrolls by itself: what was asked for is to be seen.
    area.querySelector('svg.trade-off')?.scrollIntoView({ block: 'nearest' });
  };
  const button = (name: string, question: () => Ask): JSX.Element => (
    <button type="button" class="button" disabled={asking() !== null || !what_if.ready()} data-testid={`ask-${question().ask}`}
      aria-pressed={answer()?.told.ask === question().ask} onClick={() => void ask(question())}>{name}</button>
  );
  return (
    <section class="answers" aria-labelledby="answers-heading">
      <h3 id="answers-heading">{words.answers}</h3>
      <div class="answer-buttons">
        {button(words.ask_purchase, () => ({ ask: 'smallest_purchase', chance_percent: chance(), plan: page.plan() ?? '' }))}
        {button(words.ask_plan, () => ({ ask: 'cheapest_plan', chance_percent: chance() }))}
        {button(words.ask_moves, () => ({ ask: 'model_moves', moves: moves_tried }))}
      </div>
      <NumberField label={words.chance} testid="chance" value={chance()} min={0} max={50} empty={5} unit={words.percent} change={put_chance} />
      <div ref={area} class="answer" aria-live="polite" data-testid="answer">
        <Switch>
          <Match when={asking()}><p class="quiet"><span class="spinner" /> {words.asking}</p></Match>
          <Match when={fault()}>{(wrong) => <p class="bad">{words.failed} {wrong().message}</p>}</Match>
          <Match when={answer()}>{(given) => <Told told={given().told} goal={given().goal} />}</Match>
        </Switch>
      </div>
    </section>
  );
}

function Told(props: { told: AskedAnswer; goal: number }): JSX.Element {
  return (
    <>
      <p class="answer-sentence" data-testid="answer-sentence">{sentence_of(props.told)}</p>
      <Switch>
        <Match when={props.told.ask === 'smallest_purchase' && props.told}>{(told) => <Purchase told={told() as PurchaseAnswer} />}</Match>
        <Match when={props.told.ask === 'cheapest_plan' && props.told}>{(told) => <Plans told={told() as PlanAnswer} />}</Match>
        <Match when={props.told.ask === 'model_moves' && props.told}>{(told) => <Moves told={told() as MovesAnswer} goal={props.goal} />}</Match>
      </Switch>
    </>
  );
}

function Take(props: { act(): void }): JSX.Element {
  return <button type="button" class="button primary" data-testid="take" onClick={() => props.act()}><Icon name="plus" />{words.take}</button>;
}

/** The core's, without what it says to who wrote a scenario by hand: the page has a lever for that. */
function sentence_of(told: AskedAnswer): string {
  return told.ask === 'cheapest_plan' && told.by === 'credits' ? told.sentence.replace(/ Give `prices`.*/, '') : told.sentence;
}

/** A table that is there for who wants it. */
function More(props: { name: string; children: JSX.Element }): JSX.Element {
  return <details class="answer-more"><summary>{props.name}</summary>{props.children}</details>;
}

const Chosen = (): JSX.Element => <span class="answer-chosen"><Icon name="check" /> {curve_words.chosen}</span>;

function Purchase(props: { told: PurchaseAnswer }): JSX.Element {
  const { what_if } = use_page();
  const columns: ColumnOf<PurchaseAnswer['purchases'][number]>[] = [
    { id: 'period', title: words.columns.period, cell: ({ period }) => period },
    { id: 'packs', title: words.columns.packs, numeric: true, cell: ({ packs }) => printer.count(packs) },
    { id: 'credits', title: words.columns.credits, numeric: true, cell: ({ credits }) => <Credits value={credits} /> },
  ];
  type Point = PurchaseAnswer['curve'][number];
  const chosen = (): number => (props.told.found ? props.told.curve.findIndex(({ packs }) => packs === props.told.packs) : -1);
  const curve_columns = (): ColumnOf<Point>[] => [
    { id: 'packs', title: words.columns.packs, cell: (point) => <>{printer.count(point.packs)} <Show when={props.told.curve[chosen()] === point}><Chosen /></Show></> },
    { id: 'chance', title: words.columns.chance, numeric: true, cell: ({ chance_percent }) => percent(chance_percent) },
    ...(props.told.curve.some(({ cost }) => cost)
      ? [{ id: 'cost', title: words.columns.cost, numeric: true, cell: ({ cost }: Point) => (cost ? money_text(cost, printer) : words.unknown_cost) }] : []),
  ];
  const first = () => props.told.purchases[0];
  return (
    <>
      <Show when={props.told.curve.length > 1}>
        <TradeOffCurve points={props.told.curve.map(({ packs, chance_percent }) => ({ amount: packs, chance: chance_percent }))} chosen={chosen()}
          goal={Number(props.told.chance_percent)} unit={words.columns.packs} count={(n) => words.purchase_name(printer.count(n))} />
        <More name={curve_words.table}>
          <DataTable caption={curve_words.table} caption_hidden columns={curve_columns()} rows={props.told.curve} testid="purchase-curve" />
        </More>
      </Show>
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
    </>
  );
}

function Plans(props: { told: PlanAnswer }): JSX.Element {
  const { what_if } = use_page();
  type Row = PlanAnswer['plans'][number];
  const columns: ColumnOf<Row>[] = [
    { id: 'plan', title: words.columns.plan, cell: (row) => (
      <>{text.plan_name(row.plan)} <span class="quiet">{text.map.cadences[row.cadence]}{row.current ? `, ${words.current}` : ''}</span>
        <Show when={best() === row}><span class="stacked"><Chosen /></span></Show></>
    ) },
    { id: 'chance', title: words.columns.chance, numeric: true, cell: ({ chance_percent, refused }) => (refused ? <span class="clause" title={refused.message}>{refused.clause}</span> : percent(chance_percent)) },
    { id: 'packs', title: words.columns.takes, numeric: true, cell: ({ packs }) => (packs === undefined ? text.none : printer.count(packs)) },
    { id: 'expired', title: words.columns.expired, numeric: true, cell: ({ expired }) => <Credits value={expired.p50} /> },
    ...(props.told.plans.some(({ cost }) => cost)
      ? [{ id: 'cost', title: words.columns.cost, numeric: true, cell: ({ cost }: Row) => (cost ? money_text(cost, printer) : words.unknown_cost) }] : []),
  ];
  // Inside the horizon something begins to differ; else the core's sentence says that nothing does.
  const ahead = (): boolean => {
    const { told } = what_if.outcome(what_if.board().chosen);
    return told !== null && told.at < props.told.from && props.told.from < (told.timeline.at(-1) ?? '');
  };
  const best = (): Row | undefined => (props.told.best === null ? undefined : props.told.plans[props.told.best]);
  return (
    <>
      <Show when={props.told.by === 'credits' && best()}><p class="answer-note">{words.by_cost}</p></Show>
      <Show when={ahead()}><p class="answer-note" data-testid="compared-from">{words.compared_from(day_text(props.told.from))}</p></Show>
      <DataTable caption={words.plans} columns={columns} rows={props.told.plans} testid="plans-answer" />
      <Show when={best() && !best()!.current && best()}>{(plan) => (
        <Take act={() => what_if.turn(add(what_if.board(), words.plan_name(text.plan_name(plan().plan)),
          { ...what_if.levers(), plan: { plan: plan().plan, cadence: plan().cadence } }))} />
      )}</Show>
    </>
  );
}

/** What is moved, and from where to where beneath it. */
function Move(props: { move: { workflow: string; from: string; to: string }; number?: number }): JSX.Element {
  const { state } = use_page();
  return (
    <>
      <Show when={props.number}>{(number) => <span class="quiet">{number()}. </span>}</Show>{state.names.workflows[props.move.workflow] ?? props.move.workflow}
      <span class="quiet stacked">{curve_words.arrow(props.move.from, props.move.to)}</span>
    </>
  );
}

function Moves(props: { told: MovesAnswer; goal: number }): JSX.Element {
  const { what_if } = use_page();
  type Row = MovesAnswer['moves'][number];
  type Step = MovesAnswer['sequence'][number];
  const columns: ColumnOf<Row>[] = [
    { id: 'move', title: words.columns.workflow, cell: (move) => <Move move={move} /> },
    { id: 'saved', title: words.columns.saved, numeric: true, cell: ({ credits_saved }) => <Credits value={credits_saved.p50} /> },
    { id: 'after', title: words.columns.after, numeric: true, cell: ({ chance_percent, refused }) => (refused ? <span class="clause" title={refused.message}>{refused.clause}</span> : percent(chance_percent)) },
  ];
  const first = (): Row | undefined => (props.told.first === null ? undefined : props.told.moves[props.told.first]);
  const points = (): TradePoint[] => [
    { amount: 0, chance: props.told.moves[0]?.chance_before_percent ?? '0' },
    ...props.told.sequence.map(({ chance_percent }, at) => ({ amount: at + 1, chance: chance_percent })),
  ];
  const chosen = (): number => first_within(points(), props.goal);
  const reached = (): string => {
    const at = chosen() < 0 ? points().length - 1 : chosen();
    return curve_words.reached(curve_words.moves_of(printer.count(at)), percent(points()[at]!.chance), chosen() >= 0, percent(String(props.goal)));
  };
  const step_columns: ColumnOf<Step>[] = [
    { id: 'move', title: words.columns.workflow, cell: (move) => {
      const number = (): number => props.told.sequence.indexOf(move) + 1;
      return <><Move move={move} number={number()} /><Show when={number() === chosen()}><span class="stacked"><Chosen /></span></Show></>;
    } },
    { id: 'after', title: words.columns.after, numeric: true, cell: ({ chance_percent }) => percent(chance_percent) },
  ];
  return (
    <>
      <Show when={props.told.sequence.length > 0}>
        <Show when={chosen() !== 0}>
          <TradeOffCurve points={points()} chosen={chosen()} goal={props.goal} unit={curve_words.moves} count={(n) => curve_words.moves_of(printer.count(n))} />
          <p class="answer-note" data-testid="reached">{reached()}</p>
        </Show>
        <DataTable caption={words.sequence} columns={step_columns} rows={props.told.sequence} testid="moves-sequence" />
      </Show>
      <Show when={props.told.moves.length > 0}>
        <More name={curve_words.alone}>
          <DataTable caption={curve_words.alone} caption_hidden columns={columns} rows={props.told.moves.slice(0, moves_alone)} testid="moves-answer" />
        </More>
      </Show>
      <Show when={first()}>{(move) => (
        <Take act={() => what_if.turn(add(what_if.board(), words.move_name(move().workflow, move().to),
          with_workflow(what_if.levers(), move().workflow, { model: move().from, move_to: move().to })))} />
      )}</Show>
    </>
  );
}
