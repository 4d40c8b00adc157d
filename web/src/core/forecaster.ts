// SPDX-License-Identifier: Apache-2.0
// The seam to the core's other module: gives the C ABI of creditfold_forecast.wasm types. A log, folded, and scenarios run on it.

import type { Simulation } from './forecast';
import type { Loaded } from './forms';
import { start_module, talk_to, type Exports, type Handle } from './module';

interface ForecastExports extends Exports {
  cf_simulate(handle: Handle, account: number, account_bytes: number, scenario: number, scenario_bytes: number): number;
}

export interface Forecaster {
  /** Appends a whole log document and folds it. */
  load(log: Uint8Array): Loaded;
  /** What may come of an account in a scenario (JSON): the very bytes of `creditfold simulate --json`. */
  simulate_bytes(account: string, scenario: string): Uint8Array<ArrayBuffer>;
  /** What may come of an account in a scenario (JSON): the same log and scenario give the same answer. */
  simulate(account: string, scenario: string): Simulation;
  close(): void;
}

export interface ForecastModule {
  /** An empty ledger under a catalog as JSON; without one: the shipped catalog. */
  open(catalog?: Uint8Array): Forecaster;
}

/** Compiles the module from a response that may still be arriving. */
export async function load_forecast_module(response: Promise<Response>): Promise<ForecastModule> {
  const core = await start_module<ForecastExports>(response);
  return {
    open(catalog) {
      const { ask, lend, lend_text, result_bytes, result_json, open } = talk_to(core);
      const handle = open(catalog);
      const simulate = (account: string, scenario: string): void =>
        lend_text(account, (pointer, length) => lend_text(scenario, (scenario_pointer, scenario_length) =>
          ask(core.cf_simulate(handle, pointer, length, scenario_pointer, scenario_length))));
      return {
        load(log) {
          lend(log, (pointer, length) => ask(core.cf_load(handle, pointer, length)));
          return result_json<Loaded>();
        },
        simulate_bytes(account, scenario) {
          simulate(account, scenario);
          return result_bytes();
        },
        simulate(account, scenario) {
          simulate(account, scenario);
          return result_json<Simulation>();
        },
        close() {
          core.cf_close(handle);
        },
      };
    },
  };
}
