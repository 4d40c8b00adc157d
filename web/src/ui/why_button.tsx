// SPDX-License-Identifier: Apache-2.0
// A figure that can be asked why: a button with the figure in it and words for who does not see where it stands.

import type { JSX } from 'solid-js';
import type { WhyLink } from '../core/forms';
import { text } from '../text';
import { use_page } from './context';
import { ask_in_place } from './keep_place';

export function WhyButton(props: { why: WhyLink; label: string; testid?: string; children: JSX.Element }): JSX.Element {
  const page = use_page();
  return (
    <button type="button" class="why-button" aria-haspopup="dialog" title={text.why.ask(props.label)}
      data-testid={props.testid} onClick={(event) => ask_in_place(event.currentTarget, () => page.explain(props.why))}>
      {props.children}<span class="sr-only"> {text.why.ask(props.label)}</span>
    </button>
  );
}
