// SPDX-License-Identifier: Apache-2.0
// The picture's numbers as a table: the same curve, exact, with what happened at each step.

import { createMemo, Show, type JSX } from 'solid-js';
import type { Forecast } from '../chart/burn_down';
import { read_line } from '../chart/forecast_lines';
import type { Scene } from '../chart/model';
import { table_rows } from '../chart/series';
import type { Mark } from '../core/protocol';
import { credits_of, micro_of } from '../lib/decimal';
import { micros_of, micros_of_seconds, seconds_of, time_of } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { DataTable, type ColumnOf } from './data_table';
import { Count, Credits, Time } from './parts';
import { amount } from './picture_reading';

interface Line {
  at: bigint;
  left: bigint;
  /** null where nothing has happened yet: the projected end. */
  uncovered: bigint | null;
  seq: bigint | null;
  happened: string;
}

// A step may hold hundreds of grants; the log has them all.
const happenings_max = 2;

export function PictureTable(props: { scene: Scene; forecasts: Forecast[]; plan: string; span: string }): JSX.Element {
  const table = createMemo(() => table_rows(props.scene.curve, props.scene.from, props.scene.to));
  const lines = createMemo((): Line[] => {
    // The first row tells what happened since the range began.
    let before = props.scene.from - 1n;
    const facts = table().rows.map(({ at, point }): Line => {
      const since = before;
      before = at;
      const marks = props.scene.marks.filter((mark) => effect_of(mark) > since && effect_of(mark) <= at);
      return { at, left: point.left, uncovered: point.uncovered, seq: point.seq > 0n ? point.seq : null, happened: happened_text(marks) };
    });
    const projected = projected_line(props.scene);
    return projected ? [...facts, projected] : facts;
  });
  const columns: ColumnOf<Line>[] = [
    { id: 'at', title: text.picture.table_at, cell: ({ at }) => <Time value={time_of(at)} form="second" />,
      compare: (a, b) => seconds_of(a.at) - seconds_of(b.at) },
    { id: 'left', title: text.picture.table_left, numeric: true,
      cell: ({ left }) => <Credits value={credits_of(left)} /> },
    { id: 'uncovered', title: text.picture.table_uncovered, numeric: true,
      cell: ({ uncovered }) => (uncovered === null ? text.none : <Credits value={credits_of(uncovered)} />) },
    { id: 'event', title: text.picture.table_event, numeric: true,
      cell: ({ seq }) => (seq === null ? text.none : <Count value={seq} />) },
    { id: 'what', title: text.picture.table_what, cell: ({ happened }) => happened },
  ];
  // The forecasts have one row for each day of the first one: all are asked about the same days.
  const forecast_rows = (): number[] => {
    const { seconds, p50 } = props.forecasts[0]!;
    return Array.from(seconds.keys()).filter((at) => !Number.isNaN(p50[at]!) && seconds[at] !== seconds[at - 1]
      && seconds[at]! * 1e6 >= Number(props.scene.from) && seconds[at]! * 1e6 <= Number(props.scene.to));
  };
  const forecast_columns = (): ColumnOf<number>[] => [
    { id: 'at', title: text.picture.table_at, cell: (row) => <Time value={time_of(micros_of_seconds(props.forecasts[0]!.seconds[row]!))} form="minute" /> },
    ...props.forecasts.flatMap((forecast): ColumnOf<number>[] => {
      const cell = (of: 'p10' | 'p50' | 'p90'): ColumnOf<number> => ({
        id: `${forecast.colour}-${of}`, title: `${forecast.name}, ${of.toUpperCase()}`, numeric: true,
        cell: (row) => {
          const told = read_line(forecast.seconds, forecast[of], props.forecasts[0]!.seconds[row]!);
          return told === null ? text.none : amount(told);
        },
      });
      return forecast.band ? [cell('p10'), cell('p50'), cell('p90')] : [cell('p50')];
    }),
  ];
  return (
    <div class="picture-table">
      <p class="quiet">
        {table().every_change ? text.picture.table_step.every : text.picture.table_step.sampled}
      </p>
      <DataTable caption={text.picture.table_caption(props.plan, props.span)} columns={columns} rows={lines()}
        testid="picture-table" caption_hidden />
      <Show when={props.forecasts.length > 0}>
        <DataTable caption={text.picture.forecast_caption(props.plan)} columns={forecast_columns()} rows={forecast_rows()}
          testid="forecast-table" />
      </Show>
    </div>
  );
}

function projected_line({ outlook, projection }: Scene): Line | null {
  if (!outlook || !projection) return null;
  const { runs_out_at, ends_at, expires_unused } = outlook;
  return {
    at: micros_of(runs_out_at ?? ends_at), left: runs_out_at === null ? micro_of(expires_unused) : 0n,
    uncovered: null, seq: null, happened: text.picture.projected,
  };
}

/** When a mark shows in the curve: an allotment from its period's start on, a purchase not before it. */
function effect_of(mark: Mark): bigint {
  if (mark.mark === 'close') return mark.at;
  return mark.kind === 'allotment' || mark.at < mark.starts_at ? mark.starts_at : mark.at;
}

function happened_text(marks: Mark[]): string {
  const words = marks.slice(0, happenings_max).map((mark) => (mark.mark === 'grant'
    ? text.picture.happened.grant(text.kinds[mark.kind], printer.short(mark.credits))
    : text.picture.happened.close(mark.period, printer.short(mark.expired))));
  if (marks.length > happenings_max) words.push(text.picture.more(marks.length - happenings_max));
  return words.join(' · ');
}
