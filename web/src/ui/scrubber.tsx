// SPDX-License-Identifier: Apache-2.0
// Time travel: a slider over the account's events. Whatever it stands on, the whole page shows that moment.

import { createEffect, createSignal, Show, type JSX } from 'solid-js';
import type { Moment } from '../core/protocol';
import { ago_text, second_text } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { Icon, Time, type IconName } from './parts';

// Long enough not to read every event aloud that a drag passes.
const announce_ms = 500;

export function Scrubber(): JSX.Element {
  const page = use_page();
  // Where the thumb is; the page follows as fast as folds come back.
  const [held, put_held] = createSignal<number | null>(null);
  const newest = (): number => page.state.tip.version;
  const folded = (): number => page.state.moment?.version ?? newest();
  const version = (): number => held() ?? folded();

  createEffect(() => {
    if (held() !== null && held() === folded()) put_held(null);
  });
  const go = (to: number): void => {
    const next = Math.min(newest(), Math.max(1, to));
    put_held(next);
    page.scrub(next);
  };
  const what = (moment: Moment): string => text.event_words[moment.event.type];
  const label = (): string => {
    const { moment } = page.state;
    if (!moment) return '';
    return text.scrubber.announce(printer.count(moment.version), printer.count(newest()), what(moment),
      second_text(moment.event.at));
  };
  // Not `disabled`: whoever steps to an end keeps the focus.
  const step = (name: IconName, title: string, to: () => number): JSX.Element => (
    <button type="button" class={`button icon-button step-${name}`} aria-label={title} title={title}
      aria-disabled={to() === version()} onClick={() => go(to())}>
      <Icon name={name} />
    </button>
  );

  return (
    <section class="scrubber" aria-label={text.scrubber.region}>
      <div class="scrubber-inner">
        <div class="scrubber-steps">
          {step('first', text.scrubber.first, () => 1)}
          {step('previous', text.scrubber.previous, () => Math.max(1, version() - 1))}
          {step('next', text.scrubber.next, () => Math.min(newest(), version() + 1))}
          {step('last', text.scrubber.last, newest)}
        </div>
        <input type="range" class="range" data-testid="scrubber" min="1" max={newest()} step="1" value={version()}
          aria-label={text.scrubber.label} aria-valuetext={label()}
          style={{ '--share': `${newest() > 1 ? ((version() - 1) / (newest() - 1)) * 100 : 100}%` }}
          onInput={(event) => go(event.currentTarget.valueAsNumber)} />
        <p class="scrubber-label">
          <span class="scrubber-event">
            {text.scrubber.event(printer.count(version()), printer.count(newest()))}
          </span>
          <Show when={page.state.moment}>{(moment) => (
            <span class="quiet">
              <span class="scrubber-what">{what(moment())} · </span><Time value={moment().event.at} form="second" />
            </span>
          )}</Show>
        </p>
        <button type="button" class="button now-button" classList={{ primary: !page.at_now() }} data-testid="now"
          aria-disabled={page.at_now()} onClick={() => go(newest())}>
          {text.scrubber.now}
        </button>
      </div>
      <Announcer words={() => (page.at_now() ? text.scrubber.announce_now : label())} />
    </section>
  );
}

/** Says where the slider came to rest; not the first moment, and not every one on the way. */
function Announcer(props: { words(): string }): JSX.Element {
  const [said, put_said] = createSignal('');
  let first = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(() => {
    const words = props.words();
    if (first) {
      first = false;
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => put_said(words), announce_ms);
  });
  return <p class="sr-only" aria-live="polite">{said()}</p>;
}

/** Which moment the page shows. Always there, so that nothing jumps when it becomes another. */
export function MomentStrip(): JSX.Element {
  const page = use_page();
  return (
    <Show when={page.state.moment}>{(moment) => (
      <Show when={page.at_now()} fallback={
        <div class="strip as-of" data-testid="as-of">
          <Icon name="clock" />
          <p>
            <b>{text.scrubber.banner(printer.count(moment().version), second_text(moment().event.at))}</b>{' '}
            <span class="strip-help">{text.scrubber.banner_help}</span>
          </p>
          <button type="button" class="button" onClick={() => {
            page.now();
            document.getElementById('main')?.focus({ preventScroll: true });
          }}>{text.scrubber.back}</button>
        </div>
      }>
        <div class="strip">
          <p>
            {text.scrubber.newest} <Time value={moment().statement.at} form="second" />
            <span class="strip-help">, {ago_text(moment().statement.at, Date.now())}</span>
          </p>
        </div>
      </Show>
    )}</Show>
  );
}
