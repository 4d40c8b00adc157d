// SPDX-License-Identifier: Apache-2.0
// Tells the style sheet where a part that scrolls sideways has more to show, so that it can fade out there.

import { onCleanup } from 'solid-js';

/** Keeps `data-more` of the element: left, right, both, or none of them. */
export function mark_edges(element: HTMLElement): void {
  const mark = (): void => {
    const { scrollLeft, scrollWidth, clientWidth } = element;
    const left = scrollLeft > 1;
    const right = scrollLeft + clientWidth < scrollWidth - 1;
    element.dataset['more'] = left && right ? 'both' : left ? 'left' : right ? 'right' : 'none';
  };
  const watcher = new ResizeObserver(mark);
  for (const watched of [element, ...element.children]) watcher.observe(watched);
  element.addEventListener('scroll', mark, { passive: true });
  onCleanup(() => watcher.disconnect());
}
