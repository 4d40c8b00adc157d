// SPDX-License-Identifier: Apache-2.0
// A scenario's outcome is the same bytes from the WebAssembly module with the forecasts and from `creditfold simulate --json`: over random
// logs and usage traces, with levers, commands that are refused, and everything that can be asked. Called by same_bits.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const asks = [{ ask: 'smallest_purchase' }, { ask: 'cheapest_plan', chance_percent: 10 }, { ask: 'model_moves', moves: 2 }];

/** Scenarios that are asked of every account; `at` is a moment of its history, `workflow` and `model` are of its use. */
function scenarios({ at, first_seq, workflow, model, plan }) {
  const levers = [{ growth_percent_per_month: 25, seasonality_percent: 50 }];
  if (plan) {
    levers.push({ packs: [{ plan, packs: 2 }, { plan, packs: 1, periods: { first: 1, last: 1 } }] });
    levers.push({ plan: { plan, cadence: 'monthly', months: 3 }, policies: [{ plan, on_exhaustion: 'overage' }] });
  }
  if (workflow) {
    levers.push({ workflows: [{ workflow, volume_percent: 130, growth_percent_per_month: -10 },
      { workflow: 'new', model, per_day: { query: 10, input: 4_000_000, output: 90_000 } }] });
  }
  return [
    { days: 90 },
    { days: 35, seed: 7, futures: 300, at },
    { days: 20, futures: 150, as_of: first_seq },
    { days: 40, futures: 200, asks },
    { days: 30, futures: 100, commands: [{ command: 'TransferCredits', to: 'other', credits: '5' }] },
    ...levers.map((lever) => ({ days: 45, futures: 120, levers: lever })),
  ];
}

/**
 * Compares every scenario over every account of a log. `wasm`: where the modules and their loaders were built. `run(words, input)` runs creditfold and gives what it printed. Returns how many
 * outcomes were compared, the first that differs, and how many of their commands were refused.
 */
export async function compare_simulations({ wasm, catalog_file, log, run }) {
  const { load_module } = await import(pathToFileURL(join(wasm, 'loader/ledger.mjs')).href);
  const { load_forecast_module } = await import(pathToFileURL(join(wasm, 'loader/forecaster.mjs')).href);
  const module_of = (name) =>
    Promise.resolve(new Response(readFileSync(join(wasm, name)), { headers: { 'content-type': 'application/wasm' } }));
  const catalog = catalog_file ? readFileSync(catalog_file) : undefined;
  const ledger = (await load_module(module_of('creditfold.wasm'))).open(catalog);
  const forecaster = (await load_forecast_module(module_of('creditfold_forecast.wasm'))).open(catalog);
  ledger.load(readFileSync(log));
  forecaster.load(readFileSync(log));
  const text = new TextDecoder();
  const differing = [];
  let compared = 0;
  let refused = 0;
  let used = 0;
  for (const { account, last_seq } of ledger.accounts()) {
    const { plans, usage } = ledger.balance(account, null);
    const moments = ledger.events(account, 1, 10_000).map((event) => event.at).sort();
    const given = { at: moments[Math.floor(moments.length * 0.7)], first_seq: Number(last_seq), workflow: usage[0]?.workflow, model: usage[0]?.model,
      plan: plans.at(-1)?.plan };
    for (const scenario of scenarios(given)) {
      const asked = JSON.stringify(scenario);
      const theirs = run(['simulate', '--json', ...(catalog_file ? ['--catalog', catalog_file] : []), '--account', account, log, '-'], asked);
      let ours;
      try {
        ours = text.decode(forecaster.simulate_bytes(account, asked));
      } catch (error) {
        ours = error.message;
      }
      compared += 1;
      if (ours.includes('"refused":')) refused += 1;
      if (ours.includes('"workflow":')) used += 1;
      if (ours !== theirs) differing.push(`${account} ${asked}: ${ours.slice(0, 200)} / ${theirs.slice(0, 200)}`);
    }
  }
  ledger.close();
  forecaster.close();
  return { compared, refused, used, differing };
}
