// SPDX-License-Identifier: Apache-2.0
// A card for each plan: what its period was granted, where that went, what is left and whether it will last.

import { For, Index, Match, Show, Switch, type JSX } from 'solid-js';
import type { Simulation } from '../core/forecast';
import type { Period } from '../core/forms';
import { line_of } from '../lib/compare';
import { basis_points, micro_of, sum_credits } from '../lib/decimal';
import { between_text, bound_text } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { start_term } from '../lib/first_steps';
import { scenario_of } from '../lib/scenarios';
import { plans_now, use_page, type PlanNow } from './context';
import { Credits, Icon, Nothing, Time } from './parts';
import { WhyButton } from './why_button';

export function Plans(): JSX.Element {
  const page = use_page();
  const plans = (): PlanNow[] => (page.state.moment ? plans_now(page.state.moment) : []);
  return (
    <section class="plans" aria-labelledby="plans-heading">
      <h2 id="plans-heading" class="sr-only">{text.plans.heading}</h2>
      <Show when={plans().length > 0} fallback={
        <div class="card">
          <Nothing heading={text.plans.empty_heading} help={text.plans.empty}
            command={start_term(page.state.account ?? '', new Date())} />
        </div>
      }>
        <ul class="plan-cards">
          <Index each={plans()}>{(now) => <PlanCard now={now()} />}</Index>
        </ul>
      </Show>
    </section>
  );
}

function PlanCard(props: { now: PlanNow }): JSX.Element {
  const page = use_page();
  const chosen = (): boolean => page.plan() === props.now.plan;
  const period = (): Period | null => props.now.period;
  return (
    <li class="card plan-card" classList={{ chosen: chosen() }} data-testid={`plan-${props.now.plan}`}
      data-term={props.now.term.term} data-period={period()?.period}>
      <div class="plan-head">
        <h3>
          <button type="button" class="plan-name" aria-pressed={chosen()}
            title={text.plans.choose(text.plan_name(props.now.plan))} onClick={() => page.go({ plan: props.now.plan })}>
            {text.plan_name(props.now.plan)}
          </button>
        </h3>
        <Show when={period()}>{(now) => (
          <span class={`state state-${now().state}`}>{text.states[now().state]}</span>
        )}</Show>
        <span class="plan-span">
          <Show when={period()} fallback={text.plans.no_period}>{(now) => (
            <>
              {text.plans.period} {now().period}{' · '}
              {between_text(now().starts_at, now().ends_at)}
            </>
          )}</Show>
        </span>
      </div>
      <Show when={period()}>{(now) => <Figures plan={props.now} period={now()} />}</Show>
    </li>
  );
}

// Two rows of three, or all in one row where the digits fit.
const figures = [['granted', 'consumed', 'held'], ['expired', 'remaining', 'uncovered']] as const;

function Figures(props: { plan: PlanNow; period: Period }): JSX.Element {
  // An unlimited plan is granted nothing: then what was used is what counts, not what is left of it.
  const granted = (): boolean => props.period.granted !== '0';
  const which = (): string => `${props.plan.plan}/${props.plan.term.term}/${props.period.period}`;
  return (
    <>
      <div class="plan-left">
        <p class="big">
          <Show when={granted()} fallback={
            <>
              <Credits value={sum_credits([props.period.consumed, props.period.uncovered])} />{' '}
              <span class="unit">{text.plans.used}</span>
            </>
          }>
            <Credits value={props.period.remaining} /> <span class="unit">{text.plans.remaining}</span>
          </Show>
        </p>
        <p class="plan-outlook"><OutlookLine now={props.plan} /></p>
      </div>
      <Meter plan={props.plan.plan} period={props.period} />
      <div class="figure-rows">
        <For each={figures}>{(row) => (
          <dl class="figures">
            <For each={row}>{(figure) => (
              <div class="figure" classList={{ zero: props.period[figure] === '0' }}>
                <dt><span class={`swatch swatch-${figure}`} aria-hidden="true" />{text.plans.figures[figure]}</dt>
                <dd>
                  <WhyButton why={{ about: 'period', which: which() }}
                    label={text.why.of_period(text.plans.figures[figure], which())}>
                    <Credits value={props.period[figure]} testid={`${props.plan.plan}-${figure}`} />
                  </WhyButton>
                </dd>
              </div>
            )}</For>
          </dl>
        )}</For>
      </div>
    </>
  );
}

function OutlookLine(props: { now: PlanNow }): JSX.Element {
  const unused = (): string => props.now.outlook?.expires_unused ?? '0';
  return (
    <Show when={props.now.outlook} fallback={
      <>{text.plans.ended} <Time value={props.now.period?.ends_at ?? props.now.term.ends_at} form="bound" /></>
    }>{(outlook) => (
      <Switch fallback={
        <>
          <Icon name="check" class="good" />
          {unused() === '0' ? text.plans.lasts : text.plans.lasts_unused(printer.whole(unused()))}
        </>
      }>
        <Match when={outlook().granted === '0'}>{text.plans.not_granted}</Match>
        <Match when={outlook().remaining === '0'}><Icon name="warn" class="bad" />{text.plans.spent}</Match>
        <Match when={outlook().runs_out_at}>{(when) => (
          <>
            <Icon name="warn" class="bad" />{text.plans.runs_out} <Time value={when()} form="day" testid="runs-out" />
          </>
        )}</Match>
      </Switch>
    )}</Show>
  );
}

const segments = ['remaining', 'held', 'consumed', 'expired', 'uncovered'] as const;

/** The period's credits as one bar; what was uncovered stands beyond its end. */
function Meter(props: { plan: string; period: Period }): JSX.Element {
  const whole = (): bigint => micro_of(props.period.granted) + micro_of(props.period.uncovered);
  const share = (segment: (typeof segments)[number]): number =>
    basis_points(micro_of(props.period[segment]), whole());
  const label = (): string => text.plans.meter(text.plan_name(props.plan), printer.short(props.period.remaining),
    printer.short(props.period.granted),
    printer.percent(basis_points(micro_of(props.period.remaining), micro_of(props.period.granted))));
  return (
    <div class="meter" role="img" aria-label={label()}>
      <For each={segments}>{(segment) => (
        <span class={`segment segment-${segment}`} style={{ width: `${share(segment) / 100}%` }} />
      )}</For>
    </div>
  );
}

/** The sentence the core makes of the plan shown, and the figures it rests on. */
export function Sentence(): JSX.Element {
  const page = use_page();
  const now = (): PlanNow | undefined =>
    page.state.moment ? plans_now(page.state.moment).find(({ plan }) => plan === page.plan()) : undefined;
  const chosen = (): string | null => scenario_of(page.what_if.board(), page.what_if.board().chosen)?.name ?? null;
  const horizon = (): string => text.what_if.days[page.what_if.board().days] ?? '';
  return (
    <section class="sentence" aria-labelledby="sentence-heading">
      <h1 id="sentence-heading" class="sr-only">{page.state.account}</h1>
      <Show when={now()?.outlook} fallback={
        <>
          <p class="sentence-text">{text.sentence.none}</p>
          <p class="sentence-facts">{now() ? text.sentence.none_help : text.sentence.none_yet}</p>
        </>
      }>{(outlook) => (
        <>
          <p class="sentence-text" data-testid="sentence">{outlook().sentence}</p>
          <ul class="sentence-facts">
            <li>
              {text.sentence.pace} <b><Credits value={outlook().rate_per_day} /></b> {text.sentence.a_day},{' '}
              {text.sentence.since} <Time value={outlook().window_starts_at} form="bound" />
            </li>
            <li>
              {text.sentence.ends} <Time value={outlook().ends_at} form="bound" />
            </li>
            <Show when={simulated(page)} fallback={
              // Its room, so that nothing moves when it comes.
              <li class="coming" aria-hidden="true">
                {text.sentence.simulated(printer.count(1000), null)} <b>{printer.exact('100')}&nbsp;%</b> {text.sentence.run_out(horizon())}, {text.sentence.middle} <Time value={outlook().ends_at} form="day" />
              </li>
            }>{(told) => (
              <li data-testid="simulated">
                <WhyButton why={{ about: 'forecast', which: String(page.what_if.board().chosen) }} label={text.compare.chance} testid="simulated-why">
                  {text.sentence.simulated(printer.count(told().futures), chosen())} <b>{printer.exact(line_of(told()).chance)}&nbsp;%</b> {text.sentence.run_out(horizon())}
                  <Show when={line_of(told()).runs_out}>{(when) => <>, {text.sentence.middle} <Time value={when()} form="day" /></>}</Show>
                </WhyButton>
              </li>
            )}</Show>
            <li class="notice">{text.sentence.estimate} <span class="clause">{text.sentence.estimate_clause}</span></li>
          </ul>
        </>
      )}</Show>
      <EndedSince />
    </section>
  );
}

const simulated = (page: ReturnType<typeof use_page>): Simulation | null => page.what_if.outcome(page.what_if.board().chosen).told;

/** When the newest period has ended by the reader's clock, the state shown is a past one; say so. */
function EndedSince(): JSX.Element {
  const page = use_page();
  const ended = (): string | null => {
    const { moment } = page.state;
    if (!moment || !page.at_now()) return null;
    const period = plans_now(moment).find(({ plan }) => plan === page.plan())?.period;
    if (!period || period.state === 'closed' || Date.parse(period.ends_at) > Date.now()) return null;
    return period.ends_at;
  };
  return (
    <Show when={ended()}>{(end) => (
      <p class="note"><Icon name="clock" />{text.sentence.ended_since(bound_text(end()))}</p>
    )}</Show>
  );
}
