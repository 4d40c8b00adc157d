// SPDX-License-Identifier: Apache-2.0
// The page's end of its workers: each question a promise, tidings to one listener.

import { FaultError } from '../core/fault';
import { faults } from '../text';
import type { ForecastQuestions, FromWorker, Known, Question, Questions, Tiding } from '../core/protocol';

interface Waiting {
  resolve(answer: never): void;
  reject(fault: FaultError): void;
}

export interface Client<Of extends Known<Of> = Questions> {
  /** A forecaster whose worker did not load, or threw outside an answer: it was ended, and who has another asks that one. */
  is_lost(): boolean;
  /** `handed_over`: what of the question moves to the worker without a copy. */
  ask<Name extends keyof Of>(name: Name, ask: Of[Name]['ask'], handed_over?: Transferable[]): Promise<Of[Name]['answer']>;
}

/** Starts the worker that owns the ledger. */
export const start_worker = (on_tiding: (tiding: Tiding) => void): Client =>
  client_of(new Worker(new URL('../worker.ts', import.meta.url), { type: 'module' }), on_tiding, false);

/** Starts a worker that simulates; its module is fetched with the first. */
export const start_forecaster = (): Client<ForecastQuestions> =>
  client_of(new Worker(new URL('../forecast_worker.ts', import.meta.url), { type: 'module' }), () => {}, true);

function client_of<Of extends Known<Of>>(worker: Worker, on_tiding: (tiding: Tiding) => void, replaceable: boolean): Client<Of> {
  const waiting = new Map<number, Waiting>();
  let last_id = 0;
  let lost = false;

  worker.onmessage = ({ data }: MessageEvent<FromWorker<Of>>) => {
    if ('tell' in data) {
      on_tiding(data);
      return;
    }
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (!asked) return;
    if ('fault' in data) asked.reject(new FaultError(data.fault));
    else asked.resolve(data.answer as never);
  };
  // The worker's file did not load or threw outside an answer: nobody will ever be answered.
  worker.onerror = (event) => {
    if (replaceable) worker.terminate();
    lost = replaceable;
    const fault = new FaultError({ code: 'module', message: event.message || faults.worker });
    for (const { reject } of waiting.values()) reject(fault);
    waiting.clear();
  };

  return {
    is_lost: () => lost,
    ask(name, ask, handed_over = []) {
      if (lost) return Promise.reject(new FaultError({ code: 'module', message: faults.worker }));
      last_id += 1;
      const id = last_id;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, name, ask } as Question<Of>, handed_over);
      });
    },
  };
}
