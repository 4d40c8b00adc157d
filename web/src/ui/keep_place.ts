// SPDX-License-Identifier: Apache-2.0
// Asking why makes the page narrower and it flows anew: what was asked about stays where it is on the screen.

let asked: Element | null = null;

function keep(element: Element, act: () => void): void {
  const top = element.getBoundingClientRect().top;
  const settle = (): void => {
    if (element.isConnected) scrollBy({ top: element.getBoundingClientRect().top - top, behavior: 'instant' });
  };
  act();
  settle();
  // Once more when the parts that measure themselves have done so.
  requestAnimationFrame(settle);
}

/** Opens the answer to a question about an element. */
export function ask_in_place(element: Element, open: () => void): void {
  asked = element;
  keep(element, open);
}

/** Closes the answer; what it was about stays too, if it is still looked at. */
export function close_in_place(close: () => void): void {
  const top = asked?.isConnected ? asked.getBoundingClientRect().top : -1;
  const element = asked;
  asked = null;
  if (element && top >= 0 && top <= innerHeight) keep(element, close);
  else close();
}
