// SPDX-License-Identifier: Apache-2.0
// The seam to the core's other module: gives the C ABI of creditfold_forecast.wasm types. An account learned from its log in
// parts, none of which is kept, and scenarios run on what was learned.

import type { Simulation } from './forecast';
import { start_module, talk_to, type Exports, type Handle } from './module';

interface ForecastExports extends Exports {
  cf_learn_from(handle: Handle, account: number, account_bytes: number, at: bigint, to: bigint): number;
  cf_learn(handle: Handle, documents: number, documents_bytes: number): number;
  cf_learned(handle: Handle): number;
  cf_take_branch(handle: Handle, branch: number, branch_bytes: number): number;
  cf_simulate(handle: Handle, account: number, account_bytes: number, scenario: number, scenario_bytes: number): number;
}

/** "No moment given". */
const no_moment = -(2n ** 63n);

export interface Forecaster {
  /**
   * Turns to an account's events up to a position; `at` (µs since 1970): of them only those that had happened by then. Answers
   * behind which position the log is wanted: what was learned of the account before is not wanted again.
   */
  learn_from(account: string, to: bigint, at?: bigint): bigint;
  /** The part of the log that follows (.cflog); answers up to which position that is. A part that is wrong loses what was learned. */
  learn(part: Uint8Array): bigint;
  /** What scenarios of this moment are run on, for others to take; this one runs them on it too. */
  learned(): Uint8Array<ArrayBuffer>;
  take_branch(branch: Uint8Array): void;
  /** What may come of an account in a scenario (JSON): the very bytes of `creditfold simulate --json`. */
  simulate_bytes(account: string, scenario: string): Uint8Array<ArrayBuffer>;
  /** What may come of an account in a scenario (JSON): the same log and scenario give the same answer. */
  simulate(account: string, scenario: string): Simulation;
  close(): void;
}

export interface ForecastModule {
  /** Nothing learned yet, under a catalog as JSON; without one: the shipped catalog. */
  open(catalog?: Uint8Array): Forecaster;
}

/** Compiles the module from a response that may still be arriving. */
export async function load_forecast_module(response: Promise<Response>): Promise<ForecastModule> {
  const core = await start_module<ForecastExports>(response);
  return {
    open(catalog) {
      const { ask, lend, lend_text, result_bytes, result_json, result_text, open } = talk_to(core);
      const handle = open(catalog);
      const simulate = (account: string, scenario: string): void =>
        lend_text(account, (pointer, length) => lend_text(scenario, (scenario_pointer, scenario_length) =>
          ask(core.cf_simulate(handle, pointer, length, scenario_pointer, scenario_length))));
      return {
        learn_from(account, to, at) {
          lend_text(account, (pointer, length) => ask(core.cf_learn_from(handle, pointer, length, at ?? no_moment, to)));
          return BigInt(result_text());
        },
        learn(part) {
          lend(part, (pointer, length) => ask(core.cf_learn(handle, pointer, length)));
          return BigInt(result_text());
        },
        learned() {
          ask(core.cf_learned(handle));
          return result_bytes();
        },
        take_branch(branch) {
          lend(branch, (pointer, length) => ask(core.cf_take_branch(handle, pointer, length)));
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
