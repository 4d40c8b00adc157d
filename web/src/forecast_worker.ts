// SPDX-License-Identifier: Apache-2.0
// A worker that simulates: the log of one account, folded in the module with the forecasts.

import module_url from '@forecast-wasm?url';
import { FaultError } from './core/fault';
import { load_forecast_module, type Forecaster, type ForecastModule } from './core/forecaster';
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

let open: { account: string; forecaster: Forecaster } | undefined;

answer_with<ForecastQuestions>({
  async adopt({ account, catalog, log }) {
    open?.forecaster.close();
    open = undefined;
    const forecaster = (await module()).open(new TextEncoder().encode(JSON.stringify(catalog)));
    open = { account, forecaster };
    forecaster.load(log);
    return {};
  },
  async simulate({ form }) {
    if (!open) throw new FaultError({ code: 'unknown_account', message: faults.none_open });
    return open.forecaster.simulate(open.account, JSON.stringify(form));
  },
});
