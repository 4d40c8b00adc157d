// SPDX-License-Identifier: Apache-2.0
// What a scenario supposes, and what of it the terms refused: the line under its name.

import { createMemo, Show, type JSX } from 'solid-js';
import { lever_words, refusals_of, refused_words } from '../lib/lever_words';
import { scenario_of } from '../lib/scenarios';
import { printer } from '../state/settings';
import { use_page } from './context';
import { Icon } from './parts';

export function ScenarioSays(props: { id: number }): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const names = (): Record<string, string> => ({
    ...page.state.names.workflows,
    ...Object.fromEntries(Object.entries(what_if.catalog()?.products ?? {}).map(([id, { name }]) => [id, name])),
  });
  const says = createMemo((): string => {
    const scenario = scenario_of(what_if.board(), props.id);
    return scenario ? lever_words(scenario.levers, printer, what_if.outcome(props.id).told, names()) : '';
  });
  const refused = createMemo(() => refusals_of(what_if.outcome(props.id).told));
  return (
    <Show when={says()}>
      <span class="scenario-says" title={says()} data-testid={`says-${props.id}`}>{says()}</span>
      <Show when={refused().length > 0}>
        <span class="scenario-refused bad" title={refused().map(({ message }) => message).join(' ')} data-testid={`refusals-${props.id}`}>
          <Icon name="warn" /> {refused_words(refused(), printer)}
        </span>
      </Show>
    </Show>
  );
}
