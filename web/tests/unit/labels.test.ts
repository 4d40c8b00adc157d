// SPDX-License-Identifier: Apache-2.0
// Labels of the picture never cover one another.

import { expect, test } from 'vitest';
import { LabelPlaces } from '../../src/chart/labels';

const plot = { x: 0, y: 0, width: 200, height: 100 };

test('the first free place is taken, the next label goes elsewhere', () => {
  const places = new LabelPlaces(plot);
  const anchors = [{ x: 50, y: 50, align: 'left' as const }, { x: 45, y: 50, align: 'right' as const }];
  expect(places.take(40, 16, anchors)).toEqual({ x: 50, y: 42, width: 40, height: 16 });
  expect(places.take(40, 16, anchors)).toEqual({ x: 5, y: 42, width: 40, height: 16 });
  expect(places.take(40, 16, anchors)).toBeNull();
});

test('a label that would leave the plot is left out', () => {
  expect(new LabelPlaces(plot).take(40, 16, [{ x: 190, y: 50, align: 'left' }])).toBeNull();
});

test('what is drawn can be kept free', () => {
  const places = new LabelPlaces(plot);
  places.block({ x: 99, y: 0, width: 2, height: 100 });
  expect(places.take(40, 16, [{ x: 100, y: 50, align: 'center' }])).toBeNull();
});

test('a label stands off a line while there is room, and on it rather than nowhere', () => {
  const level = (y: number) => (from: number, to: number) => (from < 100 && to > 0 ? { low: y, high: y } : null);
  const anchors = [{ x: 50, y: 50, align: 'left' as const }, { x: 50, y: 20, align: 'left' as const }];
  expect(new LabelPlaces(plot, [level(50)]).take(40, 16, anchors)).toEqual({ x: 50, y: 12, width: 40, height: 16 });
  expect(new LabelPlaces(plot, [level(50), level(20)]).take(40, 16, anchors)).toEqual({ x: 50, y: 42, width: 40, height: 16 });
  expect(new LabelPlaces(plot, [level(50)]).take(40, 16, [{ x: 120, y: 50, align: 'left' }])).toEqual({ x: 120, y: 42, width: 40, height: 16 });
});
