// SPDX-License-Identifier: Apache-2.0
// What costs much to make and may never be asked for, made when it first is: a phone takes ten milliseconds for each of
// the browser's formats.

export function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** The same, of each key. */
export function once_each<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}
