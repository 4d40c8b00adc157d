// SPDX-License-Identifier: Apache-2.0
// Places short texts on the canvas so that none covers another or leaves the plot, and off the lines where there is room; one
// that fits nowhere is left out.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Align = 'left' | 'center' | 'right';

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** How far up and down a line goes between two x; null: it is not there. */
export type LineSpan = (from: number, to: number) => { low: number; high: number } | null;

export class LabelPlaces {
  readonly #plot: Box;
  readonly #lines: LineSpan[];
  readonly #taken: Box[] = [];

  constructor(plot: Box, lines: LineSpan[] = []) {
    this.#plot = plot;
    this.#lines = lines;
  }

  /** Keeps labels off something drawn. */
  block(box: Box): void {
    this.#taken.push(box);
  }

  /**
   * Takes the first place that is free and touches no line, or else the first that is free; each is an anchor and the side of
   * the text that stands at it.
   */
  take(width: number, height: number, places: { x: number; y: number; align: Align }[]): Box | null {
    const free = places.map(({ x, y, align }): Box => {
      const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
      return { x: left, y: y - height / 2, width, height };
    }).filter((box) => this.#inside(box) && !this.#taken.some((taken) => overlap(taken, box)));
    const box = free.find((one) => !this.#on_line(one)) ?? free[0];
    if (!box) return null;
    this.#taken.push(box);
    return box;
  }

  #on_line({ x, y, width, height }: Box): boolean {
    return this.#lines.some((line) => {
      const found = line(x, x + width);
      return found !== null && found.low < y + height && found.high > y;
    });
  }

  #inside(box: Box): boolean {
    const { x, y, width, height } = this.#plot;
    return box.x >= x && box.x + box.width <= x + width && box.y >= y && box.y + box.height <= y + height;
  }
}
