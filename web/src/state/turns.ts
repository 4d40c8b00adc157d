// SPDX-License-Identifier: Apache-2.0
// Parts of the page that come one after the other, each in a task of its own: on a slow phone all at once would keep a
// hand waiting for half a second, and what is looked at first comes first.

import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js';

/** In the order in which they come; the last lie over the page. */
export const parts = ['answer', 'plans', 'header', 'picture', 'levers', 'tables', 'overlays'] as const;
export type Part = (typeof parts)[number];

/** Whether there is room for a part by now: for none until `begun`, then for the first, and for one more after each task. */
export function create_turns(begun: Accessor<boolean>): (part: Part) => boolean {
  const [newest, put_newest] = createSignal(0);
  let next: ReturnType<typeof setTimeout> | undefined;
  const go_on = (): void => {
    next = setTimeout(() => {
      if (put_newest(newest() + 1) + 1 < parts.length) go_on();
    });
  };
  const stop = (): void => clearTimeout(next);
  createEffect(on(begun, (is_begun) => {
    stop();
    put_newest(0);
    if (is_begun) go_on();
  }));
  onCleanup(stop);
  return (part) => begun() && parts.indexOf(part) <= newest();
}
