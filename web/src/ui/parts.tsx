// SPDX-License-Identifier: Apache-2.0
// The smallest parts: amounts, times, icons, copyable commands. Amounts show the digits that matter and carry all.

import { createSignal, For, Show, type JSX } from 'solid-js';
import { copy_text } from '../lib/copy';
import { bare_text, bound_text, day_text, exact_text, minute_text, second_text } from '../lib/time';
import { printer, settings } from '../state/settings';
import { text } from '../text';

/** An amount of credits, from its decimal string. */
export function Credits(props: { value: string; testid?: string | undefined; sign?: boolean }): JSX.Element {
  const shown = (): string => (settings.exact() ? printer.exact(props.value) : printer.short(props.value));
  return (
    <data class="credits" value={props.value} data-value={props.value} data-testid={props.testid}
      title={`${printer.exact(props.value)} ${text.credits}`}>
      {props.sign ? '+' : ''}{shown()}
    </data>
  );
}

/** A count or a volume: whole, grouped. */
export function Count(props: { value: number | bigint; testid?: string | undefined }): JSX.Element {
  return (
    <data class="credits" value={String(props.value)} data-value={String(props.value)} data-testid={props.testid}>
      {printer.count(props.value)}
    </data>
  );
}

/** An id under the name the directory has for it, or as it is. */
export function Named(props: { id: string; names: Record<string, string> }): JSX.Element {
  // Read, not asked whether it is there: only reading is followed. What every object has by nature is no text.
  const name = (): string | undefined => {
    const known: unknown = props.names[props.id];
    return typeof known === 'string' ? known : undefined;
  };
  return <Show when={name()} fallback={props.id}>{(known) => <span title={props.id}>{known()}</span>}</Show>;
}

const time_forms = { day: day_text, minute: minute_text, second: second_text, bound: bound_text, bare: bare_text };

export function Time(props: { value: string; form: keyof typeof time_forms; testid?: string }): JSX.Element {
  return (
    <time dateTime={props.value} title={exact_text(props.value)} data-testid={props.testid}>
      {time_forms[props.form](props.value)}
    </time>
  );
}

const paths = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 2.5l6 11H2zM8 7v3M8 12v.1',
  first: 'M4 3v10M12.5 3.5L6.5 8l6 4.5z',
  last: 'M12 3v10M3.5 3.5l6 4.5-6 4.5z',
  previous: 'M10 3.5L4.5 8l5.5 4.5z',
  next: 'M6 3.5L11.5 8 6 12.5z',
  up: 'M8 12V4M4.5 7.5L8 4l3.5 3.5',
  down: 'M8 4v8M4.5 8.5L8 12l3.5-3.5',
  back: 'M9.5 3.5L5 8l4.5 4.5M5 8h8',
  chevron: 'M6 4l4 4-4 4',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1'
    + 'M4.4 11.6l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 016.5 3a5.5 5.5 0 106.5 6.5z',
  folder: 'M2 12.5v-9h4l1.5 2H14v7zM2 7h12',
  play: 'M5 3.5l7.5 4.5L5 12.5z',
  link: 'M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 014.2 4.2L11 9M5 7L3.3 8.8a3 3 0 004.2 4.2L9 11.5',
  plus: 'M8 3v10M3 8h10',
  undo: 'M5.5 3L2.5 6l3 3M2.5 6h7a4 4 0 010 8H6',
  redo: 'M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 000 8H10',
  pen: 'M3 13l1-3.5L10.5 3 13 5.5 6.5 12z',
  print: 'M4.5 6V2.5h7V6M4.5 11H2.5V6h11v5h-2M4.5 9.5h7v4h-7z',
  help: 'M8 2a6 6 0 100 12A6 6 0 008 2zM6.3 6.3a1.7 1.7 0 113 1.2c-.7.6-1.3.9-1.3 1.7M8 11.2v.1',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  clock: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 5v3.2l2.2 1.6',
  download: 'M8 2.5v8M4.5 7L8 10.5 11.5 7M3 13.5h10',
  leave: 'M9.5 3H3.5v10h6M6.5 8h7M11 5.5L13.5 8 11 10.5',
  off: 'M2 2l12 12M3 7a8 8 0 012-1.4M13 7a8 8 0 00-4.6-2M5.5 9.5a4 4 0 011.7-1M8 12.5v.1',
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words, or inside a button that has a name of its own; never read aloud. */
export function Icon(props: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg class={`icon ${props.class ?? ''}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[props.name]} />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M7 8h6v6h6v6h6v4" />
    </svg>
  );
}

// Long enough to be read, short enough not to look like a state.
const copied_ms = 1600;

export function CopyButton(props: { text: string; label?: string }): JSX.Element {
  const [copied, put_copied] = createSignal(false);
  const copy = async (): Promise<void> => {
    if (!(await copy_text(props.text))) return;
    put_copied(true);
    setTimeout(() => put_copied(false), copied_ms);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <Icon name={copied() ? 'check' : 'copy'} />
      <span aria-live="polite">{copied() ? text.copied : props.label ?? text.copy}</span>
    </button>
  );
}

/** A command to run, whole, with a way to take it. */
export function Command(props: { line: string }): JSX.Element {
  return (
    <div class="command">
      <pre tabindex="0"><code>{props.line}</code></pre>
      <CopyButton text={props.line} />
    </div>
  );
}

/** What a part shows when it has nothing: why, and the next step. */
export function Nothing(props: { heading: string; help: string; command?: string }): JSX.Element {
  return (
    <div class="nothing">
      <p class="nothing-heading">{props.heading}</p>
      <p>{props.help}</p>
      <Show when={props.command}>{(line) => <Command line={line()} />}</Show>
    </div>
  );
}

/** A few choices of which one holds. */
export function Choice<T extends string>(props: {
  label: string; names: Record<T, string>; values: readonly T[]; chosen: T; choose(value: T): void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      <For each={props.values}>{(value) => (
        <button type="button" aria-pressed={props.chosen === value} onClick={() => props.choose(value)}>
          {props.names[value]}
        </button>
      )}</For>
    </div>
  );
}

const spark = { width: 120, height: 24 };

/** Days as bars, the newest at the right; what they add up to stands beside it. */
export function Spark(props: { days: Float64Array; label: string }): JSX.Element {
  const path = (): string => {
    const high = props.days.reduce((most, value) => Math.max(most, value), 0) || 1;
    const step = spark.width / props.days.length;
    return Array.from(props.days, (value, at) => {
      const tall = (value / high) * (spark.height - 2);
      return tall === 0 ? '' : `M${(at * step).toFixed(1)} ${spark.height}v-${tall.toFixed(1)}h${(step * 0.75).toFixed(2)}V${spark.height}z`;
    }).join('');
  };
  return (
    <svg class="spark" viewBox={`0 0 ${spark.width} ${spark.height}`} width={spark.width} height={spark.height} role="img" aria-label={props.label}>
      <path d={path()} />
    </svg>
  );
}
