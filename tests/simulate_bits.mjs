// SPDX-License-Identifier: Apache-2.0
// A scenario's outcome is the same bytes from the WebAssembly module with the forecasts and from `creditfold simulate --json`: over random
// logs and usage traces, with levers, commands that are refused, and everything that can be asked. The module learns as in the
// page: of a log that the other module writes out in parts, and what one has learned another one simulates on. Called by same_bits.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const asks = [{ ask: 'smallest_purchase' }, { ask: 'cheapest_plan', chance_percent: 10 }, { ask: 'model_moves', moves: 2 }];

/** Scenarios that are asked of every account; `at` is a moment of its history, `workflow` and `model` are of its use. */
function scenarios({ at, last_seq, middle_seq, workflow, model, plan }) {
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
    { days: 20, futures: 150, as_of: last_seq },
    { days: 25, futures: 100, as_of: middle_seq },
    { days: 40, futures: 200, asks },
    { days: 30, futures: 100, commands: [{ command: 'TransferCredits', to: 'other', credits: '5' }] },
    ...levers.map((lever) => ({ days: 45, futures: 120, levers: lever })),
  ];
}

// Parts of so many positions, which cut batches too, as a moment does; and as many bytes as fit, where a log is long enough to be cut so.
const part_positions = 37n;
const part_bytes = 100_000;
const micros_of = (time) => BigInt(Date.parse(time)) * 1000n + BigInt(/\.\d{3}(\d{3})Z$/.exec(time)?.[1] ?? 0);

/** Learns of an account up to a position; in how many parts. `step`: positions of a part; null: as many bytes as fit. */
function learn(ledger, forecaster, account, to, { at, step = part_positions } = {}) {
  let parts = 0;
  for (let after = forecaster.learn_from(account, to, at); after < to;) {
    const border = step === null || after + step > to ? to : after + step;
    const { document, seq, last } = ledger.export_part(account, after, border, part_bytes);
    if (last !== (seq === border) || seq <= after || forecaster.learn(document) !== seq) throw new Error(`a part behind ${after} goes up to ${seq}`);
    after = seq;
    parts += 1;
  }
  return parts;
}

/** The whole log as parts of one batch with events each, one behind the other; and how many there were. */
function in_small_parts(ledger) {
  const documents = [];
  for (let after = 0n, last = false; !last;) {
    const part = ledger.export_part(null, after, null, 1);
    documents.push(part.document);
    ({ seq: after, last } = part);
  }
  return { bytes: Buffer.concat(documents), count: documents.length };
}

/** What a forecaster says to what it cannot take: [what, code of the fault]. Nothing of it is taken for a log. */
function mishaps(ledger, forecaster, account, to) {
  const codes = [];
  const expect = (what, ask) => {
    try {
      ask();
      codes.push([what, 'taken']);
    } catch (error) {
      codes.push([what, error.fault?.code ?? error.message]);
    }
  };
  const scenario = JSON.stringify({ days: 5, futures: 100 });
  learn(ledger, forecaster, account, to);
  const branch = forecaster.learned();
  const before = forecaster.simulate_bytes(account, scenario);
  const part = ledger.export_part(account, 0n, to).document;
  const damaged = part.slice();
  damaged[damaged.length >> 1] ^= 1;
  expect('a part twice', () => forecaster.learn(part));
  expect('a part of nothing', () => forecaster.learn(part));
  forecaster.learn_from(account, to);
  expect('a damaged part', () => forecaster.learn(damaged));
  forecaster.learn_from(account, to);
  expect('less than was asked for', () => forecaster.learned());
  expect('a damaged branch', () => forecaster.take_branch(branch.map((byte, i) => (i === branch.length - 9 ? byte ^ 1 : byte))));
  expect('another position', () => forecaster.simulate_bytes(account, JSON.stringify({ as_of: Number(to) - 1 })));
  expect('another moment', () => forecaster.simulate_bytes(account, JSON.stringify({ at: '2026-01-01T00:00:00Z' })));
  expect('another account', () => forecaster.simulate_bytes('nobody', scenario));
  expect('a position before the log', () => forecaster.learn_from(account, -1n));
  expect('an account that is not there', () => {
    learn(ledger, forecaster, 'nobody', to);
    forecaster.learned();
  });
  expect('a part behind the end', () => ledger.export_part(account, to + 1_000_000n, null));
  const same = before.every((byte, i) => byte === forecaster.simulate_bytes(account, scenario)[i]);
  return { codes, same: same && learn(ledger, forecaster, account, to) > 0 };
}

/**
 * Compares every scenario over every account of a log. `wasm`: where the modules and their loaders were built. `run(words, input)` runs creditfold and gives what it printed. Returns how many
 * outcomes were compared, those that differ, how many of their commands were refused, in how many parts the logs came, and the log joined of small ones.
 */
export async function compare_simulations({ wasm, catalog_file, log, run }) {
  const { load_module } = await import(pathToFileURL(join(wasm, 'loader/ledger.mjs')).href);
  const { load_forecast_module } = await import(pathToFileURL(join(wasm, 'loader/forecaster.mjs')).href);
  const module_of = (name) =>
    Promise.resolve(new Response(readFileSync(join(wasm, name)), { headers: { 'content-type': 'application/wasm' } }));
  const catalog = catalog_file ? readFileSync(catalog_file) : undefined;
  const ledger = (await load_module(module_of('creditfold.wasm'))).open(catalog);
  const forecasts = await load_forecast_module(module_of('creditfold_forecast.wasm'));
  // One that goes on from what it knows, back and forth; one that simulates on what the first has learned.
  const [learner, taker] = [forecasts.open(catalog), forecasts.open(catalog)];
  ledger.load(readFileSync(log));
  const text = new TextDecoder();
  const differing = [];
  let compared = 0;
  let refused = 0;
  let used = 0;
  let parts = 0;
  let wrong = null;
  for (const { account, last_seq } of ledger.accounts()) {
    const { plans, usage } = ledger.balance(account, null);
    const events = ledger.events(account, 1, 10_000);
    const moments = events.map((event) => event.at).sort();
    const given = { at: moments[Math.floor(moments.length * 0.7)], last_seq: Number(last_seq), middle_seq: Number(events[events.length >> 1].seq), workflow: usage[0]?.workflow, model: usage[0]?.model,
      plan: plans.at(-1)?.plan };
    for (const scenario of scenarios(given)) {
      const asked = JSON.stringify(scenario);
      const theirs = run(['simulate', '--json', ...(catalog_file ? ['--catalog', catalog_file] : []), '--account', account, log, '-'], asked);
      let ours;
      try {
        const [to, at] = [BigInt(scenario.as_of ?? last_seq), scenario.at && micros_of(scenario.at)];
        const fresh = forecasts.open(catalog);
        learn(ledger, learner, account, to, { at });
        parts += learn(ledger, fresh, account, to, { at, step: compared % 2 === 0 ? part_positions : null });
        taker.take_branch(learner.learned());
        ours = text.decode(taker.simulate_bytes(account, asked));
        fresh.learned();
        if (ours !== text.decode(fresh.simulate_bytes(account, asked))) differing.push(`${account} ${asked}: learned anew it differs`);
        fresh.close();
      } catch (error) {
        ours = error.message;
      }
      compared += 1;
      if (ours.includes('"refused":')) refused += 1;
      if (ours.includes('"workflow":')) used += 1;
      if (ours !== theirs) differing.push(`${account} ${asked}: ${ours.slice(0, 200)} / ${theirs.slice(0, 200)}`);
    }
  }
  const joined = in_small_parts(ledger);
  const [first] = ledger.accounts();
  if (first) wrong = mishaps(ledger, learner, first.account, BigInt(first.last_seq));
  for (const each of [ledger, learner, taker]) each.close();
  return { compared, refused, used, parts, joined, wrong, differing };
}
