// SPDX-License-Identifier: Apache-2.0
// The picture's frame: which range, chart or table, the line that reads a moment, and the chart with its keyboard.

import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { create_chart, type Chart, type Forecast, type Model } from '../chart/burn_down';
import { read_forecast } from '../chart/forecast_lines';
import { read_inks, type Inks } from '../chart/inks';
import { scene_of, span_text, type Scene } from '../chart/model';
import { neighbour_of, read_curve } from '../chart/series';
import { credits_of } from '../lib/decimal';
import { ranges, views } from '../lib/hash';
import { day, micros_of, micros_of_seconds, minute_text, second_text, seconds_of, time_of } from '../lib/time';
import { printer, settings, type Theme } from '../state/settings';
import { text } from '../text';
import { use_page } from './context';
import { Choice, Nothing } from './parts';
import { AheadTable, amount, forecasts_of, ReadingLine, type Reading } from './picture_reading';
import { PictureTable } from './picture_table';

export function Picture(): JSX.Element {
  const page = use_page();
  const ahead = (): bigint => micros_of(page.state.moment!.statement.at) + BigInt(page.what_if.board().days) * day;
  const forecasts = createMemo((): Forecast[] => forecasts_of(page));
  const scene = createMemo((): Scene | null => {
    const { moment, place } = page.state;
    const picture = page.picture();
    if (!picture || !moment || picture.plan !== page.plan()) return null;
    return scene_of(picture, moment, place.range, ahead(), printer.whole);
  });
  const [reading, put_reading] = createSignal<Reading | null>(null);
  const has_curve = (): boolean => (scene()?.curve.stretches.length ?? 0) > 0;
  const name = (): string => text.plan_name(page.plan() ?? '');
  const span = (): string => (scene() ? span_text(scene()!, page.state.place.range) : '');

  return (
    <section class="card picture" aria-labelledby="picture-heading">
      <div class="picture-head">
        <h2 id="picture-heading">
          {text.picture.heading} <span class="quiet">{text.picture.of_plan(name())}, {span()}</span>
        </h2>
        <div class="picture-tools">
          <Choice label={text.picture.range} names={text.picture.ranges} values={ranges} chosen={page.state.place.range}
            choose={(range) => page.go({ range })} />
          <Choice label={text.picture.view} names={text.picture.views} values={views} chosen={page.state.place.view}
            choose={(view) => page.go({ view })} />
        </div>
      </div>
      <Show when={scene()} fallback={<Waiting share={page.drawing()} />}>
        {(shown) => (
          <Show when={has_curve()} fallback={
            <Nothing heading={text.picture.nothing} help={text.picture.nothing_help} />
          }>
            <Show when={page.state.place.view === 'chart'} fallback={
              <PictureTable scene={shown()} forecasts={forecasts()} plan={name()} span={span()} />
            }>
              <ReadingLine scene={shown()} reading={reading()} forecasts={forecasts()} />
              <ChartView scene={shown()} forecasts={forecasts()} plan={name()} span={span()} read={put_reading} />
            </Show>
          </Show>
        )}
      </Show>
    </section>
  );
}

function Waiting(props: { share: number | null }): JSX.Element {
  const percent = (): string => printer.exact(String(Math.floor((props.share ?? 0) * 100)));
  return (
    <div class="picture-wait">
      <span class="spinner" />{text.picture.loading}
      <Show when={props.share !== null}>
        <progress max="1" value={props.share!} aria-label={text.picture.loading} /> {text.picture.read(percent())}
      </Show>
    </div>
  );
}

// Steps across the range for one arrow key press.
const key_steps = 200n;
const page_keys = 10n;

function ChartView(props: {
  scene: Scene; forecasts: Forecast[]; plan: string; span: string; read(reading: Reading | null): void;
}): JSX.Element {
  const page = use_page();
  let host!: HTMLDivElement;
  let chart: Chart | undefined;
  const [drawn, put_drawn] = createSignal(false);
  const [zoomed, put_zoomed] = createSignal(false);
  const [cursor, put_cursor] = createSignal<bigint | null>(null);

  // Asking the style sheet costs a layout; a theme's answer stays.
  let read_of: Theme | undefined;
  let inks!: Inks;
  const themed = (): Inks => {
    if (read_of !== settings.theme()) inks = read_inks(host);
    read_of = settings.theme();
    return inks;
  };
  const model = (): Model => {
    const { scene } = props;
    return {
      curve: scene.curve,
      arrays: scene.arrays,
      marks: scene.marks,
      projection: scene.projection,
      forecasts: props.forecasts,
      from: seconds_of(scene.from),
      to: seconds_of(scene.to),
      moment: seconds_of(scene.curve.moment),
      moment_label: page.at_now() ? text.picture.now : text.picture.then,
      inks: themed(),
      print_credits: (micros) => printer.short(credits_of(micros)),
      axis: printer.axis,
    };
  };
  const read = (at: bigint | null): void => {
    put_cursor(at);
    props.read(at === null ? null : { at, point: read_curve(props.scene.curve, at) });
  };
  // Counts what moves pixels: zooming and sizes, which the chart keeps to itself.
  const [moves, put_moves] = createSignal(0);
  const moved = (): number => put_moves((n) => n + 1);
  const ahead_at = (): bigint | null => {
    moves();
    const at = cursor();
    if (!drawn() || at === null || at <= props.scene.curve.moment || props.forecasts.length < 2) return null;
    const { from, to } = chart!.shown();
    return from <= seconds_of(at) && seconds_of(at) <= to ? at : null;
  };
  const pixel_of = (at: bigint): number => (moves(), host.offsetLeft + chart!.pixel(seconds_of(at)));
  const host_width = (): number => (moves(), host.clientWidth);
  const size = (): [number, number] => [host.clientWidth, host.clientHeight];
  const pick = (at: bigint): void => {
    const point = read_curve(props.scene.curve, at);
    // No event moved an untouched period: there is nothing to fold to.
    if (point && point.seq > 0n) page.fold_to(point.seq);
  };

  onMount(() => {
    const watcher = new ResizeObserver(() => {
      chart?.resize(...size());
      moved();
    });
    // In a task of its own: drawing takes as long as all that stands around it.
    const drawing = setTimeout(() => {
      chart = create_chart(host, model(), ...size(), {
        on_point: (seconds) => read(seconds === null ? null : micros_of_seconds(seconds)),
        on_pick: (seconds) => pick(micros_of_seconds(seconds)),
        on_zoom: (is_zoomed) => {
          put_zoomed(is_zoomed);
          moved();
        },
      });
      put_drawn(true);
      watcher.observe(host);
    });
    // The theme's own listener came first: the light inks are asked for by now.
    const to_paper = (): void => chart?.flush();
    addEventListener('beforeprint', to_paper);
    onCleanup(() => {
      removeEventListener('beforeprint', to_paper);
      clearTimeout(drawing);
      watcher.disconnect();
      chart?.destroy();
      props.read(null);
    });
  });
  createEffect(on([() => props.scene, () => props.forecasts, settings.theme, () => page.at_now()], () => chart?.update(model()),
    { defer: true }));

  const move = (to: bigint): void => {
    const { from, to: end } = shown();
    const at = to < from ? from : to > end ? end : to;
    chart?.point(seconds_of(at));
    read(at);
  };
  const shown = (): { from: bigint; to: bigint } => {
    const { scene } = props;
    const { from, to } = (drawn() && chart?.shown()) || { from: seconds_of(scene.from), to: seconds_of(scene.to) };
    const end = micros_of_seconds(to);
    const { moment } = props.scene.curve;
    // Where nothing is foretold there is nothing to read beyond the moment; and at the edge itself the next period begins.
    return { from: micros_of_seconds(from), to: end <= moment ? end : props.forecasts.length > 0 ? end - 1n : moment };
  };
  const zoom = (factor: number): void => {
    if (!chart) return;
    const { from, to } = chart.shown();
    const middle = seconds_of(cursor() ?? micros_of_seconds((from + to) / 2));
    chart.zoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
    moved();
  };
  const on_key = (event: KeyboardEvent): void => {
    const { from, to } = shown();
    const at = cursor() ?? props.scene.curve.moment;
    const step = (to - from) / key_steps || 1n;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => move(event.shiftKey ? neighbour_of(props.scene.curve, at, -1) ?? at : at - step),
      ArrowRight: () => move(event.shiftKey ? neighbour_of(props.scene.curve, at, 1) ?? at : at + step),
      PageDown: () => move(at - step * page_keys),
      PageUp: () => move(at + step * page_keys),
      Home: () => move(from),
      End: () => move(to),
      Enter: () => pick(at),
      Escape: () => {
        chart?.point(null);
        read(null);
      },
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      0: () => chart?.whole(),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  const value_text = (): string => {
    const at = cursor() ?? props.scene.curve.moment;
    const point = read_curve(props.scene.curve, at);
    const when = second_text(time_of(at - (at % 1_000_000n)));
    if (at > props.scene.curve.moment) {
      return text.picture.reading_ahead(when, props.forecasts.flatMap((forecast) => {
        const told = read_forecast(forecast, seconds_of(at));
        return told ? [text.picture.reading_of(forecast.name, amount(told.p50), amount(told.p10), amount(told.p90))] : [];
      }));
    }
    return point ? text.picture.reading(when, printer.short(credits_of(point.left)),
      printer.short(credits_of(point.uncovered)), printer.count(point.seq)) : when;
  };
  const summary = (): string => {
    const { curve, outlook } = props.scene;
    const point = read_curve(curve, curve.moment);
    return text.picture.summary(props.plan, props.span, printer.short(credits_of(point?.left ?? 0n)),
      minute_text(time_of(curve.moment)), outlook?.sentence ?? '');
  };

  return (
    <div class="chart-frame">
      <div ref={host} class="chart" role="img" aria-label={summary()} data-testid="chart" />
      <div class="chart-cursor" role="slider" tabindex="0" aria-label={text.picture.cursor}
        aria-describedby="chart-help" aria-valuetext={value_text()}
        aria-valuemin={Math.round(seconds_of(shown().from))} aria-valuemax={Math.round(seconds_of(shown().to))}
        aria-valuenow={Math.round(seconds_of(cursor() ?? props.scene.curve.moment))}
        data-testid="chart-cursor" onKeyDown={on_key} onBlur={() => {
          chart?.point(null);
          read(null);
        }} />
      <Show when={ahead_at()}>{(at) => (
        <AheadTable forecasts={props.forecasts} at={seconds_of(at())} pixel={pixel_of(at())} width={host_width()} />
      )}</Show>
      <p id="chart-help" class="sr-only">{text.picture.help}</p>
      <div class="chart-foot">
        <ul class="legend" aria-hidden="true">
          <li><span class="key key-left" />{text.picture.series.left}</li>
          <Show when={props.forecasts.length > 0}>
            <li><span class="key key-forecast" />{text.picture.series.forecast}</li>
          </Show>
          <Show when={props.scene.projection && props.forecasts.length === 0}>
            <li><span class="key key-projection" />{text.picture.series.projection}</li>
          </Show>
          <Show when={props.scene.arrays.any_uncovered}>
            <li><span class="key key-uncovered" />{text.picture.series.uncovered}</li>
          </Show>
        </ul>
        <span class="chart-keys">{text.picture.keys}</span>
        <Show when={zoomed()}>
          <button type="button" class="button" onClick={() => chart?.whole()}>{text.picture.reset_zoom}</button>
        </Show>
      </div>
    </div>
  );
}
