// SPDX-License-Identifier: Apache-2.0
// The event list, newest first, up to the moment shown: only the rows in sight exist, fetched a page at a time.

import { createEffect, createMemo, createResource, createSignal, For, on, onCleanup, onMount, Show, type JSX }
  from 'solid-js';
import { event_types } from '../core/catalogue';
import { print_exact } from '../core/json';
import type { EventType, LedgerEvent, WhyLink } from '../core/forms';
import type { TypeCounts } from '../core/protocol';
import { event_line } from '../lib/event_line';
import { row_top, scroll_to_show, total_height, visible_span, type ListShape } from '../lib/virtual';
import { printer } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { ask_in_place } from './keep_place';
import { CopyButton, Icon, Time } from './parts';

const row_height = 36;
// Of the opened event: line height, and what stands around the JSON.
const line_height = 20;
const detail_frame = 76;
// Events asked of the worker together, and pages kept: a few screens in each direction.
const page_events = 100;
const pages_kept = 40;

export function Log(): JSX.Element {
  const page = use_page();
  const [type, put_type] = createSignal<EventType | null>(null);
  const up_to = (): number => page.state.moment?.version ?? 0;
  const [counts] = createResource(() => ({ up_to: up_to(), indexed: page.state.indexed }),
    (ask) => page.client.ask('counts', { up_to: ask.up_to }).catch((): TypeCounts => ({})));
  const known = (): TypeCounts => counts.latest ?? {};
  const all = (): number => Object.values(known()).reduce((sum, count) => sum + count, 0);
  const total = (): number => (type() === null ? all() : known()[type()!] ?? 0);
  return (
    <div class="log">
      <div class="log-tools">
        <label class="picker">
          <span>{text.log.filter}</span>
          <select data-testid="log-type" onChange={({ currentTarget }) =>
            put_type((currentTarget.value || null) as EventType | null)}>
            <option value="">{text.log.all} ({printer.count(all())})</option>
            <For each={event_types.map((kind) => kind.type).filter((kind) => known()[kind] || kind === type())}>
              {(kind) => <option value={kind}>{text.event_words[kind]} ({printer.count(known()[kind] ?? 0)})</option>}
            </For>
          </select>
          <Icon name="down" />
        </label>
        <span class="quiet" data-testid="log-total" data-value={total()} role="status">
          {text.log.shown(printer.count(total()))}
        </span>
        <span class="quiet log-keys">{text.log.keys}</span>
      </div>
      <Show keyed when={total() > 0 && `${page.state.account}/${type() ?? ''}`} fallback={
        <p class="quiet log-none">{counts.loading ? text.log.loading : text.log.empty}</p>
      }>
        <EventList type={type()} total={total()} />
      </Show>
    </div>
  );
}

// Events are known by their rank, oldest 0: the log only grows at its end, so a rank never changes its event.
// Rows count from the newest, row 0.
function EventList(props: { type: EventType | null; total: number }): JSX.Element {
  const page = use_page();
  let list!: HTMLDivElement;
  const [top, put_top] = createSignal(0);
  const [height, put_height] = createSignal(0);
  const [active, put_active] = createSignal<number | null>(null);
  const [open, put_open] = createSignal<{ rank: number; json: string; lines: number } | null>(null);
  const [pages, put_pages] = createSignal<ReadonlyMap<number, LedgerEvent[]>>(new Map());
  const asked = new Set<number>();
  // A row far away comes into being only when its event has arrived; it then takes the focus it was promised.
  let promised: number | null = null;

  const row_of = (rank: number): number => props.total - 1 - rank;
  const active_row = (): number => Math.max(0, active() === null ? 0 : row_of(active()!));
  const shape = createMemo((): ListShape => ({
    rows: props.total, row_height, open: open() ? row_of(open()!.rank) : -1,
    detail_height: (open()?.lines ?? 0) * line_height + detail_frame,
  }));
  const ranks = createMemo(() => {
    const { first, end } = visible_span(shape(), top(), height());
    return Array.from({ length: end - first }, (_none, at) => row_of(first + at));
  });
  const event_at = (rank: number): LedgerEvent | undefined =>
    pages().get(Math.floor(rank / page_events))?.[rank % page_events];

  createEffect(() => {
    for (const rank of ranks()) if (!event_at(rank)) void fetch_page(Math.floor(rank / page_events));
  });
  const fetch_page = async (number: number): Promise<void> => {
    if (asked.has(number)) return;
    asked.add(number);
    const first = number * page_events;
    try {
      const events = await page.client.ask('rows', { type: props.type, first, limit: page_events });
      const next = new Map(pages()).set(number, events);
      for (const old of next.keys()) {
        if (next.size <= pages_kept) break;
        next.delete(old);
      }
      put_pages(next);
    } catch {
      // The rows stay empty until they come into sight again.
    } finally {
      asked.delete(number);
    }
  };

  onMount(() => {
    const watcher = new ResizeObserver(() => put_height(list.clientHeight));
    watcher.observe(list);
    put_height(list.clientHeight);
    onCleanup(() => watcher.disconnect());
  });
  // What a reader has scrolled to stays where it is when newer events come in above it.
  createEffect(on(() => props.total, (total, before) => {
    if (before === undefined || list.scrollTop === 0) return;
    list.scrollTop += (total - before) * row_height;
  }));

  const toggle = (rank: number): void => {
    const event = event_at(rank);
    if (!event) return;
    put_active(rank);
    const json = print_exact(event);
    put_open(open()?.rank === rank ? null : { rank, json, lines: json.split('\n').length });
  };
  const focus_row = (row: number): void => {
    const rank = row_of(Math.max(0, Math.min(props.total - 1, row)));
    put_active(rank);
    list.scrollTop = scroll_to_show(shape(), row_of(rank), list.scrollTop, height() - row_height);
    put_top(list.scrollTop);
    const button = list.querySelector<HTMLElement>(`[data-rank="${rank}"] .log-open`);
    promised = button ? null : rank;
    (button ?? list).focus({ preventScroll: true });
  };
  const take_focus = (rank: number, button: HTMLElement): void => {
    if (promised !== rank) return;
    promised = null;
    queueMicrotask(() => button.focus({ preventScroll: true }));
  };
  const on_key = (event: KeyboardEvent): void => {
    const rows_in_sight = Math.max(1, Math.floor(height() / row_height) - 2);
    const to = {
      ArrowDown: active_row() + 1, ArrowUp: active_row() - 1, PageDown: active_row() + rows_in_sight,
      PageUp: active_row() - rows_in_sight, Home: 0, End: props.total - 1,
    }[event.key];
    const on_row = event.target === list || (event.target as Element).classList.contains('log-open');
    if (to === undefined || !on_row) return;
    event.preventDefault();
    focus_row(to);
  };

  return (
    <div class="log-list" ref={list} tabindex="-1" role="grid" aria-label={text.log.caption}
      aria-rowcount={props.total + 1} data-testid="log" onScroll={() => put_top(list.scrollTop)} onKeyDown={on_key}>
      <div class="log-row log-head" role="row" aria-rowindex="1">
        <span role="columnheader" class="numeric">{text.log.position}</span>
        <span role="columnheader">{text.log.at}</span>
        <span role="columnheader">{text.log.type}</span>
        <span role="columnheader">{text.log.summary}</span>
      </div>
      <div class="log-body" role="rowgroup" style={{ height: `${total_height(shape())}px` }}>
        <For each={ranks()}>{(rank) => (
          <LogRow rank={rank} row={row_of(rank)} top={row_top(shape(), row_of(rank))} event={event_at(rank)}
            open={open()?.rank === rank} stop={active_row() === row_of(rank)} json={open()?.json ?? ''}
            toggle={() => toggle(rank)} focus={() => put_active(rank)} born={(button) => take_focus(rank, button)} />
        )}</For>
      </div>
    </div>
  );
}

/** What an event can be asked about: the charge, the lot, the period it is of. */
function why_of(event: LedgerEvent): WhyLink | null {
  switch (event.type) {
    case 'CreditsConsumed': return { about: 'usage', which: String(event['usage']) };
    case 'CreditsGranted': return { about: 'lot', which: String(event['lot']) };
    case 'PeriodClosed':
      return { about: 'period', which: `${String(event['plan'])}/${String(event['term'])}/${String(event['period'])}` };
    default: return null;
  }
}

function LogRow(props: {
  rank: number; row: number; top: number; event: LedgerEvent | undefined; open: boolean; stop: boolean; json: string;
  toggle(): void; focus(): void; born(button: HTMLElement): void;
}): JSX.Element {
  const page = use_page();
  return (
    <div class="log-entry" style={{ transform: `translateY(${props.top}px)` }} role="row" data-rank={props.rank}
      aria-rowindex={props.row + 2}>
      <Show when={props.event} fallback={
        <div class="log-row" role="gridcell"><span class="ghost" /></div>
      }>{(event) => (
        <>
          <div class="log-row" role="presentation" classList={{ open: props.open }} onClick={props.toggle}>
            <span role="gridcell" class="numeric">{printer.count(event().seq)}</span>
            <span role="gridcell"><Time value={event().at} form="second" /></span>
            <span role="gridcell">
              <button type="button" class="log-open" aria-expanded={props.open} tabindex={props.stop ? 0 : -1}
                aria-label={text.log.open(text.event_words[event().type], printer.count(event().seq))}
                ref={props.born} onFocus={props.focus} onClick={(click) => {
                  click.stopPropagation();
                  props.toggle();
                }}>
                <Icon name="chevron" />{text.event_words[event().type]}
              </button>
            </span>
            <span role="gridcell" class="log-says">{event_line(event(), printer, page.state.names)}</span>
          </div>
          <Show when={props.open}>
            <div class="log-detail" role="gridcell">
              <pre tabindex="0" data-testid="log-json">{props.json}</pre>
              <div class="log-actions">
                <CopyButton text={props.json} label={text.log.copy_json} />
                <button type="button" class="button" onClick={() => page.fold_to(BigInt(event().seq))}>
                  <Icon name="clock" />{text.log.fold_here}
                </button>
                <Show when={why_of(event())}>{(why) => (
                  <button type="button" class="button" data-testid="log-why" aria-haspopup="dialog"
                    onClick={(event) => ask_in_place(event.currentTarget, () => page.explain(why()))}>{text.why.heading}</button>
                )}</Show>
              </div>
            </div>
          </Show>
        </>
      )}</Show>
    </div>
  );
}
