// SPDX-License-Identifier: Apache-2.0
// Where the points, steps and words of a trade-off curve lie: how likely credits run out, by how much is done about it.
// Pure geometry; what the chances are is the core's to say.

export interface TradePoint {
  /** How much is done: packs bought, moves made. */
  amount: number;
  /** Percent, as the core writes it. */
  chance: string;
}

export interface TradeOff {
  points: { x: number; y: number; amount: number; chance: string; chosen: boolean; told: boolean; counted: boolean }[];
  /** Down a step at each point: half a pack cannot be bought. */
  path: string;
  goal_y: number;
  ticks: { y: number; percent: number }[];
}

/** Pixels; letters are `--size-s` high in it. */
export const trade_size = { width: 320, height: 192, left: 46, right: 276, top: 36, bottom: 150 } as const;

const tops = [10, 20, 50, 100];
// Of a figure in the small size, with room beside it.
const digit_width = 7;
const line_height = 14;

/** The first point within the goal, of points that get less likely; -1: none of them. */
export function first_within(points: readonly TradePoint[], goal: number): number {
  return points.findIndex(({ chance }) => Number(chance) <= goal);
}

/** REQUIRES: two points or more, by rising amount. `chosen`: one of them, or -1. */
export function trade_off(points: readonly TradePoint[], goal: number, chosen: number): TradeOff {
  const { left, right, top, bottom } = trade_size;
  const first = points[0]!.amount;
  const span = points.at(-1)!.amount - first;
  const most = Math.max(goal, ...points.map(({ chance }) => Number(chance)));
  const ceiling = tops.find((one) => one >= most) ?? 100;
  const x_of = (amount: number): number => Math.round(left + ((amount - first) / span) * (right - left));
  const y_of = (percent: number): number => Math.round((bottom - (percent / ceiling) * (bottom - top)) * 10) / 10;
  const placed = points.map(({ amount, chance }, at) => ({
    x: x_of(amount), y: y_of(Number(chance)), amount, chance, chosen: at === chosen, told: false, counted: false,
  }));
  // The chosen one is always told, then the ends, then whatever still has room.
  const order = [...new Set([chosen, 0, points.length - 1, ...points.keys()])].filter((at) => at >= 0);
  const width_of = (figure: string): number => digit_width * figure.length + 6;
  for (const at of order) {
    const here = placed[at]!;
    here.told = placed.every((other) => !other.told || Math.abs(other.y - here.y) >= line_height
      || Math.abs(other.x - here.x) >= width_of(`${other.x < here.x ? other.chance : here.chance} %`));
    here.counted = placed.every((other) => !other.counted || Math.abs(other.x - here.x) >= width_of(String(here.amount)));
  }
  const goal_y = y_of(goal);
  return {
    points: placed,
    path: placed.map(({ x, y }, at) => (at === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join(''),
    goal_y,
    ticks: [0, ceiling / 2, ceiling].map((percent) => ({ y: y_of(percent), percent })).filter(({ y }) => Math.abs(y - goal_y) >= line_height),
  };
}
