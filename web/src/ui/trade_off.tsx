// SPDX-License-Identifier: Apache-2.0
// A small curve: the chance of running out by how much is done about it, the line it should get under, the point chosen.
// Its numbers stand in a table beside it.

import { For, type JSX } from 'solid-js';
import { trade_off, trade_size as size, type TradePoint } from '../lib/trade_off';
import { printer } from '../state/settings';
import { text } from '../text';

const words = text.what_if.trade_off;

export const percent = (value: string): string => `${printer.exact(value)}\u00a0%`;

/** `unit`: what is counted along it; `count`: so many of it, in words. */
export function TradeOffCurve(props: { points: TradePoint[]; goal: number; chosen: number; unit: string; count(amount: number): string }): JSX.Element {
  const drawn = () => trade_off(props.points, props.goal, props.chosen);
  const says = ({ amount, chance }: TradePoint): string => `${props.count(amount)}: ${percent(chance)}`;
  const label = (): string => {
    const chosen = props.points[props.chosen];
    return words.label(props.unit, chosen ? says(chosen) : null, `${props.goal} %`);
  };
  return (
    <svg class="trade-off" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label()} data-testid="trade-off">
      <text x="0" y="11">{text.compare.chance}</text>
      <rect class="within" x={size.left} width={size.right - size.left} y={drawn().goal_y} height={size.bottom - drawn().goal_y} />
      <For each={drawn().ticks}>{({ y, percent: at }) => (
        <>
          <path class="grid" d={`M${size.left} ${y}H${size.right}`} />
          <text x={size.left - 8} y={y + 4} text-anchor="end">{at}&nbsp;%</text>
        </>
      )}</For>
      <path class="goal" d={`M${size.left} ${drawn().goal_y}H${size.right}`} />
      <text class="goal-text" x={size.left - 8} y={drawn().goal_y + 4} text-anchor="end">{percent(String(props.goal))}</text>
      <path class="steps" d={drawn().path} />
      <For each={drawn().points}>{(point) => (
        <g classList={{ chosen: point.chosen }} data-testid="trade-point" data-amount={point.amount} data-chance={point.chance} data-chosen={point.chosen}>
          <title>{says(point)}</title>
          <circle cx={point.x} cy={point.y} r={point.chosen ? 5 : 3} />
          {point.told && <text class="told" x={point.x + 6} y={point.y - 6}>{percent(point.chance)}</text>}
          {point.counted && <text x={point.x} y={size.bottom + 18} text-anchor="middle">{printer.count(point.amount)}</text>}
        </g>
      )}</For>
      <text x={(size.left + size.right) / 2} y={size.height - 6} text-anchor="middle">{props.unit}</text>
    </svg>
  );
}
