// SPDX-License-Identifier: Apache-2.0
// A minute's walk over the demo: each stop points at a part and says what to do with it. Leaves nothing behind but what the
// reader tried.

import { createEffect, createSignal, on, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { text } from '../text';
import { use_page } from './context';
import { Icon } from './parts';

const words = text.tour;
const targets = ['sentence', 'chart', 'scrubber', 'what-if', 'compare', 'plans', 'badge'] as const;
type Stop = (typeof targets)[number];

const stop_element = (stop: Stop): HTMLElement | null =>
  document.querySelector<HTMLElement>(stop === 'plans' ? '.plan-cards' : `[data-testid='${stop}']`);

const gap = 12;
const bubble_width = 340;

export function Tour(): JSX.Element {
  const page = use_page();
  return <Show when={page.tour() !== null && page.state.phase === 'ready'}><Walk /></Show>;
}

function Walk(): JSX.Element {
  const page = use_page();
  let bubble!: HTMLDivElement;
  let next!: HTMLButtonElement;
  const opener = document.activeElement;
  const [place, put_place] = createSignal<{ left: number; top: number; frame: DOMRect | null }>({ left: gap, top: gap, frame: null });
  const at = (): number => page.tour() ?? 0;
  const stop = (): Stop => targets[at()] ?? 'sentence';
  const last = (): boolean => at() === targets.length - 1;

  const settle = (): void => {
    const frame = stop_element(stop())?.getBoundingClientRect();
    if (!frame) return;
    const { offsetHeight: high } = bubble;
    const below = frame.bottom + gap + high < innerHeight - gap;
    // Beside what is too tall to stand over or under.
    const beside = !below && frame.top - gap - high < gap && frame.left > bubble_width + 2 * gap;
    const top = below ? frame.bottom + gap : beside ? frame.top : frame.top - gap - high;
    const left = beside ? frame.left - bubble_width - gap : Math.min(Math.max(gap, frame.left), innerWidth - bubble_width - gap);
    put_place({ left: Math.max(gap, left), top: Math.min(Math.max(gap, top), innerHeight - high - gap), frame });
  };
  createEffect(on(at, () => {
    stop_element(stop())?.scrollIntoView({ block: 'center' });
    next.focus({ preventScroll: true });
    requestAnimationFrame(settle);
  }));
  const end = (): void => {
    page.put_tour(null);
    (opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : document.getElementById('main'))?.focus();
  };
  const on_key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') end();
  };
  onMount(() => {
    addEventListener('scroll', settle, true);
    addEventListener('resize', settle);
    document.addEventListener('keydown', on_key);
  });
  onCleanup(() => {
    removeEventListener('scroll', settle, true);
    removeEventListener('resize', settle);
    document.removeEventListener('keydown', on_key);
  });
  const ring = (): Record<string, string> => {
    const { frame } = place();
    return frame ? { left: `${frame.left - 4}px`, top: `${frame.top - 4}px`, width: `${frame.width + 8}px`, height: `${frame.height + 8}px` } : { display: 'none' };
  };
  return (
    <>
      <div class="tour-ring" style={ring()} aria-hidden="true" />
      <div ref={bubble} class="tour" role="dialog" aria-labelledby="tour-heading" aria-describedby="tour-text" data-testid="tour"
        style={{ left: `${place().left}px`, top: `${place().top}px` }}>
        <div class="proof-head">
          <h2 id="tour-heading">{words.stops[stop()].heading}</h2>
          <button type="button" class="button icon-button" aria-label={words.end} title={words.end} data-testid="tour-end" onClick={end}><Icon name="cross" /></button>
        </div>
        <p id="tour-text" aria-live="polite">{words.stops[stop()].text}</p>
        <div class="tour-foot">
          <span class="quiet">{words.of(at() + 1, targets.length)}</span>
          <button type="button" class="button" disabled={at() === 0} onClick={() => page.put_tour(at() - 1)}>{words.back}</button>
          <button ref={next} type="button" class="button primary" data-testid="tour-next"
            onClick={() => (last() ? end() : page.put_tour(at() + 1))}>{last() ? words.done : words.next}</button>
        </div>
      </div>
    </>
  );
}
