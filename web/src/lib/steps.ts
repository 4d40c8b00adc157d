// SPDX-License-Identifier: Apache-2.0
// Long work cut into steps: a generator that yields where others may go first, done at once or with a pause after each step.

export type Steps<T> = Generator<void, T, void>;

export function at_once<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Short work has no pause at all. `pause` stops it by throwing. */
export async function with_pauses<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause();
  }
}
