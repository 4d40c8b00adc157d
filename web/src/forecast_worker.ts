// SPDX-License-Identifier: Apache-2.0
// A worker that simulates in the module with the forecasts: on what was learned of an account, by itself or by another one.

import module_url from '@forecast-wasm?url';
import { FaultError } from './core/fault';
import { load_forecast_module, type Forecaster, type ForecastModule } from './core/forecaster';
import type { Catalog } from './core/forms';
import type { ForecastQuestions } from './core/protocol';
import { faults } from './text';
import { answer_with } from './worker/answering';

// A module that did not arrive is asked for again with the next scenario.
let loading: Promise<ForecastModule> | undefined;
const module = (): Promise<ForecastModule> => (loading ??= load_forecast_module(fetch(module_url)).catch((thrown: unknown) => {
  loading = undefined;
  throw thrown;
}));
// Asked for at once, so that it compiles while the page's worker writes the log out.
module().catch(() => {});

const open = async (catalog: Catalog): Promise<Forecaster> =>
  (await module()).open(new TextEncoder().encode(JSON.stringify(catalog)));
const nothing_open = (): never => {
  throw new FaultError({ code: 'unknown_account', message: faults.none_open });
};

// Apart from one another: a moment is learned while scenarios of the one before are still asked.
let learning: { ledger: string; forecaster: Forecaster } | undefined;
let simulating: { account: string; forecaster: Forecaster } | undefined;

answer_with<ForecastQuestions>({
  async learn_from({ ledger, account, catalog, to }) {
    if (learning?.ledger !== ledger) {
      learning?.forecaster.close();
      learning = undefined;
      learning = { ledger, forecaster: await open(catalog) };
    }
    return learning.forecaster.learn_from(account, to);
  },
  async learn({ document }) {
    (learning ?? nothing_open()).forecaster.learn(document);
    return {};
  },
  async learned() {
    return (learning ?? nothing_open()).forecaster.learned();
  },
  async take({ account, catalog, branch }) {
    simulating?.forecaster.close();
    simulating = undefined;
    const forecaster = await open(catalog);
    simulating = { account, forecaster };
    forecaster.take_branch(branch);
    return {};
  },
  async simulate({ form }) {
    const { account, forecaster } = simulating ?? nothing_open();
    return forecaster.simulate(account, JSON.stringify(form));
  },
});
