// SPDX-License-Identifier: Apache-2.0
// What a forecast is made of, in the form of the core's explanations: how its periods come out, what is expected to be used
// and from what that was learned, what its levers were decided to be. Every figure is the simulation's.

import type { ForecastPeriod, ForecastPlan, LearnedUse, Simulation, Spread, SupposedAnswer } from '../core/forecast';
import type { Explanation, WhyStep } from '../core/forms';
import { text } from '../text';
import { line_of } from './compare';
import type { NumberPrinter } from './decimal';
import { day_text as spaced_day_text } from './time';

const words = text.forecast_why;

/** As many workflows and models as are told one by one; the largest. */
const uses_told = 12;

/** In one word, so that nobody takes its year for an amount. */
const day_text = (time: string): string => spaced_day_text(time).replaceAll(' ', '\u00a0');

const is_nothing = ({ p10, p50, p90 }: Spread): boolean => p10 === '0' && p50 === '0' && p90 === '0';

/** `which`: the scenario's number, 0 of what is. */
export function forecast_why(which: string, told: Simulation, printer: NumberPrinter): Explanation {
  return {
    about: 'forecast', which, account: told.account, version: told.version,
    answer: answer_of(told, printer),
    steps: [
      ...told.plans.flatMap((plan) => plan.periods.flatMap((period) => period_steps(told, plan, period, printer))),
      ...unplaced_steps(told, printer),
      ...use_steps(told, printer),
      ...told.commands.map(lever_step),
      ...method_steps(told, printer),
    ],
    draws: [], events: [], links: [],
    clauses: [
      { id: text.sentence.estimate_clause, sentence: text.sentence.estimate },
      ...(told.notice ? [{ id: words.notice_clause, sentence: told.notice }] : []),
    ],
  };
}

function answer_of(told: Simulation, printer: NumberPrinter): string {
  const { chance, runs_out, early } = line_of(told);
  const of = printer.count(told.futures);
  if (told.plans.length === 0) return words.no_plan;
  if (chance === '0') return words.lasts(of, told.days);
  const when = [runs_out && words.middle(day_text(runs_out)), early && words.early(day_text(early))].filter((part): part is string => part !== null);
  return words.runs_out(printer.exact(chance), of, told.days, when);
}

/** Nothing where all of them come to the same. */
function band({ p10, p90 }: Spread, printer: NumberPrinter): string[] {
  return p10 === p90 ? [] : [words.band(printer.short(p10), printer.short(p90))];
}

/** A step's expression of what there is to say, if anything. */
function saying(...says: string[]): { expression?: string } {
  return says.length === 0 ? {} : { expression: says.join('; ') };
}

function period_steps(told: Simulation, { plan }: ForecastPlan, period: ForecastPeriod, printer: NumberPrinter): WhyStep[] {
  const part = words.period(text.plan_name(plan), period.period);
  const credits = (label: string, value: string, more: Partial<WhyStep> = {}): WhyStep => ({ part, label, value, unit: words.credits, ...more });
  const spread = (label: string, of: Spread): WhyStep => credits(label, of.p50, saying(...band(of, printer)));
  // One that begins now may be supposed, and is then in no log.
  const begun = period.starts_at < told.at;
  return [
    credits(words.granted, period.granted, begun ? { link: { about: 'period', which: `${plan}/${period.term}/${period.period}` } } : {}),
    ...(period.consumed_before === '0' ? [] : [credits(words.used_before, period.consumed_before)]),
    spread(words.covered, period.consumed),
    spread(period.whole ? words.left_at_end(day_text(period.ends_at)) : words.left_at_horizon, period.remaining),
    ...(is_nothing(period.expired) ? [] : [spread(words.expires, period.expired)]),
    ...(is_nothing(period.uncovered) ? [] : [spread(words.uncovered, period.uncovered)]),
    {
      part, label: words.out, value: period.runs_out.p50 === null ? words.not_in_middle : day_text(period.runs_out.p50),
      expression: words.out_of(printer.exact(period.runs_out.chance_percent), period.runs_out.p10 && day_text(period.runs_out.p10)),
    },
  ];
}

function unplaced_steps({ unplaced }: Simulation, printer: NumberPrinter): WhyStep[] {
  if (!unplaced) return [];
  const says = saying(...band(unplaced.total, printer), unplaced.message);
  return [{ part: words.unplaced, label: words.no_plan_takes, value: unplaced.total.p50, unit: words.credits, ...says, clause: unplaced.clause }];
}

function use_steps({ usage, days }: Simulation, printer: NumberPrinter): WhyStep[] {
  const sorted = [...usage].sort((a, b) => Number(b.total.p50) - Number(a.total.p50));
  const part = words.use(days);
  const steps = sorted.slice(0, uses_told).map((use): WhyStep => {
    const { workflow, model } = use;
    const link = workflow !== undefined && model !== undefined && !use.supposed ? { about: 'use' as const, which: JSON.stringify({ workflow, model }) } : null;
    const label = workflow === undefined ? words.rest : `${workflow} · ${use.moved_to === undefined ? model : words.moved(model ?? '', use.moved_to)}`;
    return { part, label, value: use.total.p50, unit: words.credits, ...saying(...learned(use, printer)), ...(link ? { link } : {}) };
  });
  const more = sorted.length - steps.length;
  return more > 0 ? [...steps, { part, label: words.more_uses(printer.count(more)) }] : steps;
}

/** What one workflow with one model is expected to do, and what that was learned from. */
function learned(use: LearnedUse, printer: NumberPrinter): string[] {
  const says = band(use.total, printer);
  if (use.supposed) return [...says, words.supposed];
  if (use.credits_per_day !== undefined) says.push(words.a_day(printer.short(use.credits_per_day)));
  const trend = use.trend_percent_per_month ?? '0';
  if (trend !== '0') says.push(words.trend(printer.exact(trend.replace('-', '')), trend.startsWith('-')));
  if (use.bursts && use.bursts.days > 0) says.push(words.bursts(use.bursts.days, printer.exact(use.bursts.share_percent)));
  if (use.charges !== undefined && use.days !== undefined) says.push(words.learned_from(printer.count(use.charges), printer.count(use.days)));
  if (use.borrowed) says.push(words.borrowed);
  return says;
}

function lever_step({ assumed, command, answer }: SupposedAnswer): WhyStep {
  const label = words.command(command.command);
  const note = assumed ? { expression: words.assumed } : {};
  if (!answer.refused) return { part: words.levers, label, value: words.accepted, ...note };
  const { clause, message } = answer.refused;
  return { part: words.levers, label, value: words.refused, expression: message, ...(clause ? { clause } : {}) };
}

function method_steps({ futures, days, history }: Simulation, printer: NumberPrinter): WhyStep[] {
  const part = words.method;
  return [
    { part, label: words.futures, value: printer.count(futures), expression: words.futures_of(days) },
    { part, label: words.history, expression: history.sentence },
    { part, label: words.middles, expression: words.middles_of },
  ];
}
