// SPDX-License-Identifier: Apache-2.0
// Fields of the levers: each with its label, what it is now, and a way back.

import { whole_steps } from '../lib/decimal';
import { createUniqueId, For, Show, type JSX } from 'solid-js';

interface Named {
  label: string;
  testid: string;
  /** What it is without the lever. */
  note?: string | undefined;
}

/** A multiple of `step`, of 1 unless it is said; out of range it is brought back in. Emptied, it is what it was without the lever. */
export function NumberField(props: Named & {
  value: number; min: number; max: number; empty: number; step?: number; unit?: string; slider?: { min: number; max: number; step: number };
  change(value: number): void;
}): JSX.Element {
  const id = createUniqueId();
  const take = (text: string): void => {
    const wanted = text.trim() === '' ? props.empty : whole_steps(Number(text), props.step ?? 1);
    props.change(Number.isFinite(wanted) ? Math.min(Math.max(wanted, props.min), props.max) : props.empty);
  };
  return (
    <div class="lever" classList={{ pulled: props.value !== props.empty, sliding: props.slider !== undefined }}>
      <label for={id}>{props.label}<Show when={props.note}><span class="quiet lever-note"> {props.note}</span></Show></label>
      <Show when={props.slider}>{(slider) => (
        <input type="range" class="range" aria-label={props.label} min={slider().min} max={slider().max} step={slider().step}
          value={props.value} style={{ '--share': `${share(props.value, slider())}%` }} data-testid={`${props.testid}-slider`}
          onInput={(event) => props.change(event.currentTarget.valueAsNumber)} />
      )}</Show>
      <span class="lever-number">
        <input id={id} type="number" inputmode={props.step ? 'decimal' : 'numeric'} step={props.step ?? 1} min={props.min} max={props.max} value={props.value}
          data-testid={props.testid} onChange={(event) => take(event.currentTarget.value)} />
        <Show when={props.unit}><span class="quiet">{props.unit}</span></Show>
      </span>
    </div>
  );
}

function share(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(100, Math.max(0, ((value - min) / (max - min)) * 100));
}

export function SelectField(props: Named & {
  value: string; options: readonly (readonly [string, string])[]; pulled?: boolean; change(value: string): void;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="lever" classList={{ pulled: props.pulled === true }}>
      <label for={id}>{props.label}<Show when={props.note}><span class="quiet lever-note"> {props.note}</span></Show></label>
      <select id={id} data-testid={props.testid} onChange={(event) => props.change(event.currentTarget.value)}>
        <For each={props.options}>{([value, name]) => <option value={value} selected={value === props.value}>{name}</option>}</For>
      </select>
    </div>
  );
}

/** A day, in UTC; '' where none is chosen. */
export function DateField(props: Named & { value: string; change(value: string): void }): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="lever" classList={{ pulled: props.value !== '' }}>
      <label for={id}>{props.label}<Show when={props.note}><span class="quiet lever-note"> {props.note}</span></Show></label>
      <input id={id} type="date" value={props.value} data-testid={props.testid} onChange={(event) => props.change(event.currentTarget.value)} />
    </div>
  );
}

export function TextField(props: Named & { value: string; change(value: string): void }): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="lever">
      <label for={id}>{props.label}</label>
      <input id={id} type="text" value={props.value} data-testid={props.testid} autocomplete="off"
        onInput={(event) => props.change(event.currentTarget.value)} />
    </div>
  );
}
