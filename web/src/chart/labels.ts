// SPDX-License-Identifier: Apache-2.0
// Places short texts on the canvas so that none covers another or leaves the plot; one that fits nowhere is left out.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Align = 'left' | 'center' | 'right';

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export class LabelPlaces {
  readonly #plot: Box;
  readonly #taken: Box[] = [];

  constructor(plot: Box) {
    this.#plot = plot;
  }

  /** Keeps labels off something drawn. */
  block(box: Box): void {
    this.#taken.push(box);
  }

  /** Takes the first place that is free; each is an anchor and the side of the text that stands at it. */
  take(width: number, height: number, places: { x: number; y: number; align: Align }[]): Box | null {
    for (const { x, y, align } of places) {
      const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
      const box = { x: left, y: y - height / 2, width, height };
      if (this.#inside(box) && !this.#taken.some((taken) => overlap(taken, box))) {
        this.#taken.push(box);
        return box;
      }
    }
    return null;
  }

  #inside(box: Box): boolean {
    const { x, y, width, height } = this.#plot;
    return box.x >= x && box.x + box.width <= x + width && box.y >= y && box.y + box.height <= y + height;
  }
}
