// SPDX-License-Identifier: Apache-2.0
// What the picture says of one moment: before now what was left, after it what each scenario leaves.

import { For, Show, type JSX } from 'solid-js';
import type { Forecast } from '../chart/burn_down';
import { future_lines, plan_future, read_forecast } from '../chart/forecast_lines';
import type { Scene } from '../chart/model';
import { read_curve, type Point } from '../chart/series';
import type { Spread } from '../core/forecast';
import { credits_of } from '../lib/decimal';
import { day_text, micros_of, second_text, seconds_of, time_of } from '../lib/time';
import type { Page } from '../state/page';
import { printer } from '../state/settings';
import { text } from '../text';
import { Credits } from './parts';

export interface Reading {
  at: bigint;
  point: Point | null;
}

/** Whole credits: a forecast has no finer ones. */
export const amount = (credits: number): string => printer.count(Math.round(credits));

/** Today's forecast and each scenario's, of the plan shown; the chosen one with its band. */
export function forecasts_of(page: Page): Forecast[] {
  const { what_if } = page;
  const { scenarios, chosen } = what_if.board();
  return [{ id: 0, name: text.what_if.today }, ...scenarios].flatMap(({ id, name: own_name }) => {
    const { told } = what_if.outcome(id);
    const plan = page.plan() ?? '';
    const future = told && plan_future(told, plan);
    if (!future) return [];
    // Where a scenario changes the plan, its line goes on with the new one and its name says so.
    const name = future.then === null ? own_name
      : text.picture.on_plan(own_name, text.plan_name(plan), text.plan_name(future.then));
    const when = future.periods.find(({ runs_out }) => runs_out.p50 !== null)?.runs_out.p50;
    const out = when ? { seconds: seconds_of(micros_of(when)), label: text.picture.runs_out(day_text(when)) } : null;
    return [{ ...future_lines(told, future), name, colour: id, band: id === chosen, out }];
  });
}

/** The figures under the reading line; the moment's own while nothing is pointed at. */
export function ReadingLine(props: { scene: Scene; reading: Reading | null; forecasts: Forecast[] }): JSX.Element {
  const shown = (): Reading => props.reading
    ?? { at: props.scene.curve.moment, point: read_curve(props.scene.curve, props.scene.curve.moment) };
  const ahead = (): { forecast: Forecast; told: Spread<number> } | null => {
    const forecast = props.forecasts.find(({ band }) => band) ?? props.forecasts[0];
    const told = shown().at > props.scene.curve.moment && forecast ? read_forecast(forecast, seconds_of(shown().at)) : null;
    return told && forecast ? { forecast, told } : null;
  };
  return (
    <p class="reading" data-testid="reading">
      <span class="reading-when">{second_text(time_of(shown().at - (shown().at % 1_000_000n)))}</span>
      <Show when={ahead()}>{(one) => (
        <>
          <ForecastName forecast={one().forecast} />
          <span><b>{amount(one().told.p50)}</b> {text.picture.left}</span>
          <span class="quiet">{text.picture.within(amount(one().told.p10), amount(one().told.p90))}</span>
        </>
      )}</Show>
      <Show when={shown().point} fallback={<Show when={!ahead()}><span class="quiet">{text.none}</span></Show>}>{(point) => (
        <>
          <span><span class="swatch swatch-remaining" aria-hidden="true" />
            <b><Credits value={credits_of(point().left)} /></b> {text.picture.left}</span>
          <Show when={point().uncovered > 0n}>
            <span><span class="swatch swatch-uncovered" aria-hidden="true" />
              <b><Credits value={credits_of(point().uncovered)} /></b> {text.picture.uncovered}</span>
          </Show>
          <Show when={point().seq > 0n}>
            <span class="quiet">{text.picture.position} {printer.count(point().seq)}</span>
          </Show>
        </>
      )}</Show>
    </p>
  );
}

function ForecastName(props: { forecast: Forecast }): JSX.Element {
  return <b style={{ color: `var(--scenario-${props.forecast.colour})` }}>{props.forecast.name}</b>;
}

const gap_pixels = 12;
// The room it needs right of the line it reads; else it stands left of it.
const room_pixels = 480;

/** Every forecast at the moment pointed at, beside the line that points; the reading line says it of the chosen one. */
export function AheadTable(props: { forecasts: Forecast[]; at: number; pixel: number; width: number }): JSX.Element {
  const place = (): JSX.CSSProperties => (props.pixel + room_pixels > props.width
    ? { right: `calc(100% - ${props.pixel - gap_pixels}px)` } : { left: `${props.pixel + gap_pixels}px` });
  const spreads = ['p10', 'p50', 'p90'] as const;
  return (
    <table class="ahead-table" style={place()} aria-hidden="true" data-testid="ahead-table">
      <thead>
        <tr>
          <th>{text.picture.left_then}</th>
          <For each={spreads}>{(of) => <th class="numeric">{of.toUpperCase()}</th>}</For>
        </tr>
      </thead>
      <tbody>
        <For each={props.forecasts}>{(forecast) => {
          const told = (): Spread<number> | null => read_forecast(forecast, props.at);
          return (
            <tr>
              <th><ForecastName forecast={forecast} /></th>
              <For each={spreads}>{(of) => (
                <td class="numeric" classList={{ middle: of === 'p50' }}>{told() ? amount(told()![of]) : text.none}</td>
              )}</For>
            </tr>
          );
        }}</For>
      </tbody>
    </table>
  );
}
