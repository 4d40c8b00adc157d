// SPDX-License-Identifier: Apache-2.0
// The drawer that answers why: the core's sentence, its arithmetic, the draws, the events and the clauses, with links that
// lead on. Beside the page, not over it: other figures may be asked while it is open.

import {
  createEffect, createMemo, createResource, For, Match, on, onCleanup, onMount, Show, Switch, type JSX,
} from 'solid-js';
import { fault_of, type Fault } from '../core/fault';
import type { Draw, Explanation, LedgerEvent, WhyLink, WhyStep } from '../core/forms';
import { print_exact } from '../core/json';
import { sum_credits } from '../lib/decimal';
import { event_line } from '../lib/event_line';
import { forecast_why } from '../lib/forecast_why';
import { scenario_of } from '../lib/scenarios';
import { expression_text, unit_text, write_why } from '../lib/why';
import type { Page } from '../state/page';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { close_in_place } from './keep_place';
import { CopyButton, Credits, Icon, Time } from './parts';

/** The drawer while there is a question. Where it was opened from gets the focus back. */
export function Why(): JSX.Element {
  const page = use_page();
  let opener: Element | null = null;
  createEffect(on(() => page.state.place.why !== null, (open, was_open) => {
    if (open) opener = document.activeElement;
    else if (was_open) (opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('main'))?.focus();
  }));
  return <Show when={page.state.place.why !== null}><Drawer /></Show>;
}

type Answered = { told: Explanation } | { fault: Fault };

function Drawer(): JSX.Element {
  const page = use_page();
  let heading!: HTMLHeadingElement;
  let body!: HTMLDivElement;
  // The last question stays while the drawer closes.
  const why = createMemo((before: WhyLink) => page.state.place.why ?? before, page.state.place.why!);
  const question = createMemo(() => (page.state.place.why === null || why().about === 'forecast' ? null : {
    why: { about: why().about, which: why().which },
    as_of: why().as_of === undefined ? page.state.place.as_of : BigInt(why().as_of!),
    // Asked again when there is more to know.
    version: page.state.moment?.version,
  }));
  const [answered] = createResource(question, async ({ why: asked, as_of }): Promise<Answered> => {
    try {
      return { told: await page.client.ask('explain', { why: asked, as_of }) };
    } catch (thrown) {
      return { fault: fault_of(thrown) };
    }
  });
  const forecast = createMemo((): Answered | null => (why().about === 'forecast' ? forecast_of(page, why().which) : null));
  const latest = (): Answered | null => (why().about === 'forecast' ? forecast() : answered.latest ?? null);
  const told = (): Explanation | null => {
    const answer = latest();
    return answer && 'told' in answer ? answer.told : null;
  };
  const fault = (): Fault | null => {
    const answer = latest();
    return answer && 'fault' in answer ? answer.fault : null;
  };
  const id = (): string => {
    const { about, which } = why();
    if (about === 'forecast') return scenario_name(page, which) ?? which;
    return about === 'use' ? use_text(which) : which;
  };

  // A new question is read from its top.
  createEffect(on(() => write_why(why()), () => {
    body.scrollTop = 0;
    heading.focus({ preventScroll: true });
  }));
  const on_escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    close_in_place(page.stop_explaining);
  };
  onMount(() => document.addEventListener('keydown', on_escape));
  onCleanup(() => document.removeEventListener('keydown', on_escape));

  return (
    <aside class="why" role="dialog" aria-labelledby="why-heading" data-testid="why" data-why={write_why(why())}
      data-as-of={told()?.as_of === undefined ? undefined : String(told()!.as_of)}>
      <div class="why-head">
        <Show when={page.state.trail.length > 1}>
          <button type="button" class="button icon-button" aria-label={text.why.back} title={text.why.back}
            data-testid="why-back" onClick={() => page.step_back()}><Icon name="back" /></button>
        </Show>
        <h2 id="why-heading" ref={heading} tabindex="-1">
          <span class="quiet">{text.why.kinds[why().about]}</span> <span class="why-which">{id()}</span>
        </h2>
        <button type="button" class="button icon-button" aria-label={text.why.close} title={text.why.close}
          data-testid="why-close" onClick={() => close_in_place(page.stop_explaining)}><Icon name="cross" /></button>
      </div>
      <div ref={body} class="why-body" tabindex="0" role="region" aria-labelledby="why-heading"
        aria-busy={answered.loading || latest() === null}>
        <Show when={answered.loading && latest() !== null}><Waiting late /></Show>
        <Switch fallback={<Waiting />}>
          <Match when={fault()}>{(wrong) => (
            <div class="nothing" data-testid="why-fault">
              <p class="nothing-heading">
                {wrong().code === 'not_found' ? text.why.not_there : text.why.failed}
              </p>
              <p>{wrong().message}</p>
            </div>
          )}</Match>
          <Match when={told()}>{(shown) => <Told told={shown()} />}</Match>
        </Switch>
      </div>
    </aside>
  );
}

/** `late`: what was told last stands behind it, and most answers are there before it is seen. */
const Waiting = (props: { late?: boolean }): JSX.Element => (
  <p class="why-wait" classList={{ late: props.late }} data-testid="why-wait"><span class="spinner" />{text.why.loading}</p>
);

const scenario_name = (page: Page, which: string): string | undefined =>
  (which === '0' ? text.what_if.today : scenario_of(page.what_if.board(), Number(which))?.name);

/** null: it is being simulated. */
function forecast_of(page: Page, which: string): Answered | null {
  if (scenario_name(page, which) === undefined) return { fault: { code: 'not_found', message: text.forecast_why.gone } };
  const { told, fault } = page.what_if.outcome(Number(which));
  if (fault) return { fault };
  return told && { told: forecast_why(which, told, printer) };
}

function use_text(which: string): string {
  try {
    const { workflow, model } = JSON.parse(which) as { workflow: string; model: string };
    return `${workflow} · ${model}`;
  } catch {
    return which;
  }
}

function Told(props: { told: Explanation }): JSX.Element {
  const parts = createMemo((): { part: string; steps: WhyStep[] }[] => {
    const runs: { part: string; steps: WhyStep[] }[] = [];
    for (const step of props.told.steps) {
      const last = runs.at(-1);
      if (last?.part === step.part) last.steps.push(step);
      else runs.push({ part: step.part, steps: [step] });
    }
    return runs;
  });
  const says = (id: string): string => props.told.clauses.find((clause) => clause.id === id)?.sentence ?? id;
  return (
    <>
      <p class="why-answer" aria-live="polite" data-testid="why-answer">{props.told.answer}</p>
      <For each={parts()}>{({ part, steps }) => (
        <section class="why-part">
          <h3>{part}</h3>
          <ul><For each={steps}>{(step) => <Step step={step} says={says} estimate={props.told.about === 'forecast'} />}</For></ul>
        </section>
      )}</For>
      <Show when={props.told.about === 'lot' && props.told.draws.length > 0}><Draws told={props.told} /></Show>
      <Show when={props.told.events.length > 0}><Events told={props.told} /></Show>
      <Show when={props.told.clauses.length > 0}>
        <section class="why-part">
          <h3>{text.why.clauses}</h3>
          <dl class="why-clauses">
            <For each={props.told.clauses}>{({ id, sentence }) => (
              <div><dt><span class="clause">{id}</span></dt><dd>{sentence}</dd></div>
            )}</For>
          </dl>
        </section>
      </Show>
      <div class="why-foot">
        <p class="quiet">
          <Show when={props.told.as_of !== undefined}>{text.why.known(printer.count(props.told.as_of!))}</Show>
          <Show when={props.told.ai_generated}> {text.why.ai} <span class="clause">AI-2</span></Show>
        </p>
        <CopyButton text={print_exact(props.told)} label={text.why.copy} />
      </div>
    </>
  );
}

const figure_form = /^-?\d+(?:\.\d+)?$/;

/** Of an estimate the digits that matter; of what has happened every one. */
function Step(props: { step: WhyStep; estimate: boolean; says(clause: string): string }): JSX.Element {
  const page = use_page();
  const value = (): string => props.step.value ?? '';
  const is_figure = (): boolean => props.step.unit !== undefined && figure_form.test(value());
  return (
    <li class="why-step" data-label={props.step.label} data-value={props.step.value}>
      <Show when={props.step.link} fallback={<span class="why-label">{props.step.label}</span>}>{(link) => (
        <button type="button" class="why-link" onClick={() => page.walk(link())}>
          {props.step.label}<Icon name="chevron" />
          <span class="sr-only"> {text.why.open(text.why.kinds[link().about], link().about === 'use' ? use_text(link().which) : link().which)}</span>
        </button>
      )}</Show>
      <Show when={props.step.value !== undefined}>
        <span class="why-value">
          <Show when={is_figure()} fallback={expression_text(value(), printer)}>
            <Show when={props.estimate} fallback={<data value={value()}>{printer.exact(value())}</data>}><Credits value={value()} /></Show>
          </Show>
          <Show when={props.step.unit}>{(unit) => <span class="why-unit"> {unit_text(value(), unit())}</span>}</Show>
        </span>
      </Show>
      <Show when={props.step.expression || props.step.clause}>
        <span class="why-from">
          {expression_text(props.step.expression ?? '', printer)}
          <Show when={props.step.clause}>{(id) => (
            <> <span class="clause" title={props.says(id())}>{id()}</span></>
          )}</Show>
        </span>
      </Show>
    </li>
  );
}

// Enough to look at; the JSON has all of them.
const draws_shown = 50;

function Draws(props: { told: Explanation }): JSX.Element {
  const page = use_page();
  const shown = (): Draw[] => props.told.draws.slice(-draws_shown).reverse();
  const hidden = (): number => props.told.draws.length - shown().length + (props.told.draws_left_out?.count ?? 0);
  const hidden_credits = (): string => sum_credits([
    ...props.told.draws.slice(0, -draws_shown).map(({ credits }) => credits), props.told.draws_left_out?.credits ?? '0',
  ]);
  return (
    <section class="why-part">
      <h3>{text.why.draws}</h3>
      <ul>
        <For each={shown()}>{(draw) => (
          <li class="why-step" data-testid="why-draw" data-usage={draw.usage}>
            <button type="button" class="why-link" onClick={() => page.walk({ about: 'usage', which: draw.usage })}>
              {draw.usage}<Icon name="chevron" />
            </button>
            <span class="why-value"><Credits value={draw.credits} /></span>
            <span class="why-from"><Time value={draw.at} form="second" /></span>
          </li>
        )}</For>
      </ul>
      <Show when={hidden() > 0}>
        <p class="why-more">{text.why.draws_more(printer.count(hidden()), printer.short(hidden_credits()))}</p>
      </Show>
    </section>
  );
}

const events_shown = 20;

function Events(props: { told: Explanation }): JSX.Element {
  const shown = (): LedgerEvent[] => props.told.events.slice(-events_shown);
  const hidden = (): number => props.told.events.length - shown().length + (props.told.events_left_out ?? 0);
  return (
    <section class="why-part">
      <h3>{text.why.events}</h3>
      <Show when={hidden() > 0}><p class="why-more">{text.why.events_more(printer.count(hidden()))}</p></Show>
      <ol class="why-events"><For each={shown()}>{(event) => <Happened event={event} />}</For></ol>
    </section>
  );
}

function Happened(props: { event: LedgerEvent }): JSX.Element {
  const page = use_page();
  return (
    <li>
      <details data-testid="why-event" data-type={props.event.type}>
        <summary>
          <span class="why-event-head">
            <b>{text.event_words[props.event.type]}</b>
            <span class="quiet">{printer.count(props.event.seq)}</span>
          </span>
          <span class="why-from">
            <Time value={props.event.at} form="second" />{' · '}{event_line(props.event, printer)}
          </span>
        </summary>
        <pre tabindex="0">{print_exact(props.event)}</pre>
        <button type="button" class="button" onClick={() => page.fold_to(BigInt(props.event.seq))}>
          <Icon name="clock" />{text.log.fold_here}
        </button>
      </details>
    </li>
  );
}
