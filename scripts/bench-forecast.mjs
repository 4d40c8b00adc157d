// SPDX-License-Identifier: Apache-2.0
// Forecasts held against what was used, and how long a scenario takes in the page's module. Part of bench.mjs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { code_trace, conversation_trace } from '../tests/traces.mjs';
import { median, native, rounded, row, run, spread_of, wasm } from './bench-rows.mjs';

// Better than the best naive forecast by this share; the band holds as often as it says, give or take.
const better_goal = 0.15;
const coverage_goal = 80;
const coverage_off = 5;

function real_or_generated(work, name, generated) {
  const real = join('..', 'shared', 'data', `AzureLLMInferenceTrace_${name}.csv`);
  if (existsSync(real)) return `${name}=${real}`;
  const file = join(work, `${name}.csv`);
  writeFileSync(file, generated());
  return `${name}-generated=${file}`;
}

/** The last periods of generated traces (seeds nobody tuned with) and of usage traces, each held out in turn. */
function backtest(work) {
  const traces = [real_or_generated(work, 'conv', () => conversation_trace(19_366)), real_or_generated(work, 'code', () => code_trace(8_819))];
  const apart = ({ days, distinct_days }) => (days === distinct_days ? '' : ` (over ${distinct_days} distinct days)`);
  for (const line of run(join(native, 'forecast_bench'), ['1', '20', ...traces]).trim().split('\n')) {
    const told = JSON.parse(line);
    const minutes = /^(conv|code)/.test(told.trace) ? ', a minute taken as a day' : '';
    const against = (ours, theirs) => rounded(1 - ours / theirs);
    const note = `${told.periods} periods held out${minutes}; with bands of its own errors the best naive (${told.banded_naive}) has ` +
      `${rounded(told.banded_loss)}, ratio ${against(told.loss, told.banded_loss)}`;
    const better = against(told.loss, told.naive_loss);
    row({ bench: `forecast ${told.trace}`, unit: 'loss', ours: rounded(told.loss), peer: told.naive, theirs: rounded(told.naive_loss), ratio: better,
      goal: better_goal, met: better >= better_goal, note });
    const total = against(told.total_loss, told.total_naive_loss);
    row({ bench: `  whole period`, unit: 'loss', ours: rounded(told.total_loss), peer: told.total_naive, theirs: rounded(told.total_naive_loss), ratio: total,
      goal: better_goal, met: total >= better_goal, note: `P10-P90 held ${rounded(told.total_coverage * 100)} % of ${told.periods} sums${apart(told)}` });
    const held = rounded(told.fair_coverage * 100);
    row({ bench: `  coverage`, unit: '%', ours: held, goal: `${coverage_goal} ± ${coverage_off}`, met: Math.abs(held - coverage_goal) <= coverage_off,
      note: `of ${told.days} days${apart(told)} between P10 and P90, one that is at an end with many futures by its share; ` +
        `${rounded(told.coverage * 100)} % in the band with its ends` });
  }
}

// Ten workflows over 120 days, five charges a day each.
function ten_workflows() {
  const start = Date.UTC(2026, 0, 1);
  const lines = [
    { command: 'OpenAccount', key: 'o', at: start, environment: 'commercial', region: 'us' },
    { command: 'StartTerm', key: 't', at: start, product: 'ai_studio', plan: 'plus', cadence: 'monthly', starts_at: new Date(start).toISOString(), ends_at: '2027-01-01T00:00:00Z' },
  ];
  const models = ['gpt-4o', 'gpt-4o-mini', 'claude-3-5-sonnet', 'claude-3-5-haiku', 'claude-3-opus'];
  for (let day = 0; day < 120; day += 1) {
    for (let workflow = 0; workflow < 10; workflow += 1) {
      for (let call = 0; call < 5; call += 1) {
        const id = `${day}-${workflow}-${call}`;
        const input = 400 + (day * 7919 + workflow * 104_729 + call * 1299709) % 3000;
        lines.push({ command: 'RecordUsage', key: id, at: start + day * 86_400_000 + (8 + call * 2) * 3_600_000, usage: id, workflow: `workflow-${workflow}`,
          model: models[workflow % 5], query: 0, input, output: Math.floor(input / (day % 7 < 5 ? 4 : 20)) });
      }
    }
  }
  return lines.map((line) => JSON.stringify({ account: 'speed', ...line, at: new Date(line.at).toISOString() })).join('\n');
}

const scenarios = {
  'forecast-speed': { scenario: { futures: 1000, days: 90 }, goal: 100, what: '1,000 futures x 90 days x 10 workflows' },
  'forecast-answers': {
    scenario: { futures: 1000, days: 90, asks: [{ ask: 'smallest_purchase' }, { ask: 'cheapest_plan' }, { ask: 'model_moves' }] },
    goal: 1000, what: 'the same and all three answers',
  },
};

/** The same scenario natively and in the module under Node.js; the log is read and learned from already, as in the page. */
async function speed(work) {
  const data = join(work, 'data');
  run(join(native, 'creditfold'), ['apply', '--data', data, '-'], ten_workflows());
  const events = join(work, 'events.jsonl');
  writeFileSync(events, run(join(native, 'creditfold'), ['export', '--data', data, '--format', 'jsonl']));
  const log = join(work, 'log.cflog');
  run(join(native, 'creditfold'), ['export', '--data', data, '--format', 'cflog', '--output', log]);
  const { load_forecast_module } = await import(pathToFileURL(resolve(wasm, 'loader/forecaster.mjs')).href);
  const response = new Response(readFileSync(join(wasm, 'creditfold_forecast.wasm')), { headers: { 'content-type': 'application/wasm' } });
  const forecaster = (await load_forecast_module(Promise.resolve(response))).open();
  forecaster.learn_from('speed', BigInt(readFileSync(events, 'utf8').trim().split('\n').length));
  forecaster.learn(readFileSync(log));
  forecaster.learned();
  for (const [bench, { scenario, goal, what }] of Object.entries(scenarios)) {
    const file = join(work, 'scenario.json');
    writeFileSync(file, JSON.stringify(scenario));
    const ours = [];
    const theirs = [];
    let learned = 0;
    forecaster.simulate_bytes('speed', JSON.stringify(scenario));
    for (let turn = 0; turn < 3; turn += 1) {
      const told = JSON.parse(run(join(native, 'forecast_speed'), [events, file, '5']));
      theirs.push(...told.ms);
      learned = median(told.learn_ms);
      for (let round = 0; round < 5; round += 1) {
        const before = process.cpuUsage();
        const { length } = forecaster.simulate_bytes('speed', JSON.stringify(scenario));
        const used = process.cpuUsage(before);
        ours.push((used.user + used.system) / 1000);
        if (length !== told.bytes) throw new Error('the module answers other bytes than the program');
      }
    }
    const ms = rounded(median(ours));
    row({ bench, unit: 'ms', ours: ms, peer: 'native', theirs: rounded(median(theirs)), ratio: rounded(median(ours) / median(theirs)), goal, met: ms < goal,
      spread: spread_of(ours), theirs_spread: spread_of(theirs), note: `${what}; learning, once, ${rounded(learned)} ms natively` });
  }
}

export async function forecast() {
  const work = mkdtempSync(join(tmpdir(), 'creditfold-bench-'));
  try {
    backtest(work);
    await speed(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
