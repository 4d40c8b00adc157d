// SPDX-License-Identifier: Apache-2.0
// serving.mjs, for the page's tests.
export interface Ended {
  status: number | null;
  signal: string | null;
}
export interface Service {
  url: string;
  ended: Promise<Ended>;
  said(): string;
  stop(signal?: string): Promise<Ended>;
}
export function serve(binary: string, args: string[], options?: { env?: Record<string, string | undefined>; loud?: boolean }): Promise<Service>;
