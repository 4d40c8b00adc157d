// SPDX-License-Identifier: Apache-2.0
// The panel beside the picture: the scenarios, the levers of the chosen one, and three questions that need no lever.

import { createEffect, createSignal, For, on, Show, type JSX } from 'solid-js';
import { copy_text } from '../lib/copy';
import { line_of } from '../lib/compare';
import { add, choose, days_choices, duplicate, has_room, remove, rename, type Scenario } from '../lib/scenarios';
import { day_text, second_text } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { Answers } from './answers';
import { use_page } from './context';
import { Levers } from './levers';
import { Icon, type IconName } from './parts';
import { ScenarioSays } from './scenario_says';

const words = text.what_if;

export function WhatIfPanel(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  return (
    <aside class="card panel" aria-labelledby="what-if-heading" data-testid="what-if">
      <div class="panel-head">
        <h2 id="what-if-heading">{words.heading}</h2>
        <Tool name="undo" label={words.undo} disabled={!what_if.can_undo()} act={what_if.undo} />
        <Tool name="redo" label={words.redo} disabled={!what_if.can_redo()} act={what_if.redo} />
        <LinkButton />
      </div>
      <Scenarios />
      <Show when={what_if.chosen()} fallback={<p class="quiet panel-lead">{words.lead}</p>}>
        {(scenario) => <Naming scenario={scenario()} />}
      </Show>
      <Answers />
      <Levers />
      <div class="panel-foot">
        <label>{words.horizon}{' '}
          <select data-testid="horizon" onChange={(event) => what_if.turn({ ...what_if.board(), days: Number(event.currentTarget.value) })}>
            <For each={days_choices}>{(days) => <option value={days} selected={days === what_if.board().days}>{words.days[days]}</option>}</For>
          </select>
        </label>
        <Show when={!page.at_now() && page.state.moment}>{(moment) => (
          <p class="quiet">{words.branch(second_text(moment().statement.at))}</p>
        )}</Show>
      </div>
    </aside>
  );
}

function Tool(props: { name: IconName; label: string; disabled?: boolean; act(): void }): JSX.Element {
  return (
    <button type="button" class="button icon-button" title={props.label} aria-label={props.label} disabled={props.disabled}
      data-testid={`what-if-${props.name}`} onClick={() => props.act()}><Icon name={props.name} /></button>
  );
}

const copied_ms = 1600;

function LinkButton(): JSX.Element {
  const [copied, put_copied] = createSignal(false);
  return (
    <button type="button" class="button icon-button" title={words.link} aria-label={words.link} data-testid="what-if-link"
      onClick={() => void copy_text(location.href).then((done) => {
        put_copied(done);
        setTimeout(() => put_copied(false), copied_ms);
      })}>
      <Icon name={copied() ? 'check' : 'link'} /><span class="sr-only" aria-live="polite">{copied() ? text.copied : ''}</span>
    </button>
  );
}

function Scenarios(): JSX.Element {
  const { what_if } = use_page();
  const all = (): Pick<Scenario, 'id' | 'name'>[] => [{ id: 0, name: words.today }, ...what_if.board().scenarios];
  return (
    <>
      <ul class="scenarios" aria-label={words.list}>
        <For each={all()}>{(scenario) => (
          <li>
            <button type="button" class="scenario" aria-pressed={what_if.board().chosen === scenario.id}
              data-testid={`scenario-${scenario.id}`} onClick={() => what_if.turn(choose(what_if.board(), scenario.id))}>
              <Swatch id={scenario.id} />
              <span class="scenario-text"><span class="scenario-name" title={scenario.name}>{scenario.name}</span><ScenarioSays id={scenario.id} /></span>
              <Short id={scenario.id} />
            </button>
          </li>
        )}</For>
      </ul>
      <div class="scenario-tools">
        <button type="button" class="button" disabled={!has_room(what_if.board())} title={has_room(what_if.board()) ? words.add_title : words.full}
          data-testid="scenario-add" onClick={() => what_if.turn(add(what_if.board(), words.first_name))}>
          <Icon name="plus" />{words.add}
        </button>
        <Show when={what_if.chosen()}>{(scenario) => (
          <>
            <button type="button" class="button" disabled={!has_room(what_if.board())} data-testid="scenario-duplicate"
              onClick={() => what_if.turn(duplicate(what_if.board(), scenario().id))}><Icon name="copy" />{words.duplicate}</button>
            <button type="button" class="button" data-testid="scenario-remove"
              onClick={() => what_if.turn(remove(what_if.board(), scenario().id))}><Icon name="cross" />{words.remove}</button>
          </>
        )}</Show>
      </div>
    </>
  );
}

const dash_arrays = ['5 4', '', '8 3 2 3', '2 3', '12 4', '8 3 2 3 2 3', '5 4'];

/** Colour and dashes of a scenario's line. */
export function Swatch(props: { id: number }): JSX.Element {
  return (
    <svg class={`scenario-swatch scenario-ink-${props.id}`} viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
      <path d="M0 4h24" stroke-dasharray={dash_arrays[props.id]} />
    </svg>
  );
}

/** The scenario in one line: its chance, or when the middle future runs out. */
function Short(props: { id: number }): JSX.Element {
  const { what_if } = use_page();
  const outcome = () => what_if.outcome(props.id);
  return (
    <span class="scenario-short" data-testid={`short-${props.id}`} data-running={outcome().running}>
      <Show when={outcome().fault}><Icon name="warn" class="bad" /></Show>
      <Show when={outcome().told} fallback={<Show when={outcome().running}><span class="spinner" /></Show>}>{(told) => {
        const line = (): ReturnType<typeof line_of> => line_of(told());
        return <>{line().runs_out === null ? words.short(printer.exact(line().chance)) : day_text(line().runs_out!)}</>;
      }}</Show>
    </span>
  );
}

function Naming(props: { scenario: Scenario }): JSX.Element {
  const { what_if } = use_page();
  let field!: HTMLInputElement;
  // Another scenario, another name; not while one is being typed.
  createEffect(on(() => [props.scenario.id, props.scenario.name] as const, ([, name]) => {
    if (document.activeElement !== field) field.value = name;
  }));
  return (
    <input ref={field} class="scenario-naming" aria-label={words.new_name} maxlength="60" data-testid="scenario-naming" value={props.scenario.name}
      onChange={(event) => what_if.turn(rename(what_if.board(), props.scenario.id, event.currentTarget.value))}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }} />
  );
}
