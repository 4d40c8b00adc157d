// SPDX-License-Identifier: Apache-2.0
// Lets the worker's other messages go first. A timer would wait 4 ms each time, and long work breathes a thousand times.

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}

// How long a question waits for long work. Who asks again and again, as who learns of the log does, takes half as long each
// time, so that shorter turns would leave the work behind.
const turn_ms = 100;

/** Pauses of long work: a breath when its turn is over, and then `still`, which stops it by throwing. */
export function pauses(still: () => void): () => Promise<void> {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < turn_ms) return;
    await breathe();
    still();
    begun = performance.now();
  };
}
