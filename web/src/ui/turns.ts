// SPDX-License-Identifier: Apache-2.0
// Parts of the page that come one after the other, each in a task of its own: on a slow phone all at once would keep a
// hand waiting for half a second, and what is looked at first comes first.

import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js';

/** How many parts there are room for by now: none until `begun`, then the first, and one more after each task. */
export function create_turns(count: number, begun: Accessor<boolean>): Accessor<number> {
  const [more, put_more] = createSignal(0);
  let next: ReturnType<typeof setTimeout> | undefined;
  const go_on = (): void => {
    next = setTimeout(() => {
      if (put_more(more() + 1) + 1 < count) go_on();
    });
  };
  const stop = (): void => clearTimeout(next);
  createEffect(on(begun, (is_begun) => {
    stop();
    put_more(0);
    if (is_begun) go_on();
  }));
  onCleanup(stop);
  return () => (begun() ? 1 + more() : 0);
}
