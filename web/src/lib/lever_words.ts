// SPDX-License-Identifier: Apache-2.0
// What a scenario supposes, in a few words: one phrase for each lever that is pulled, so that nobody has to name it.

import type { Levers, Simulation, WorkflowLever } from '../core/forecast';
import type { Refusal } from '../core/forms';
import { text } from '../text';
import type { NumberPrinter } from './decimal';
import { day_text } from './time';

const words = text.what_if.says;

const day_of = (time: string | undefined): string | null => (time === undefined ? null : day_text(time));
const signed = (percent: number, printer: NumberPrinter): string => `${percent > 0 ? '+' : ''}${printer.exact(String(percent))}`;

function workflow_words({ workflow, ...lever }: WorkflowLever, name: string, printer: NumberPrinter): string[] {
  const phrases: string[] = [];
  if (lever.per_day) phrases.push(words.fresh(name));
  if (lever.volume_percent !== undefined) phrases.push(words.times(name, printer.exact(String(lever.volume_percent / 100))));
  if (lever.move_to !== undefined) phrases.push(words.moved(name, lever.model ?? null, lever.move_to));
  if (lever.growth_percent_per_month !== undefined) phrases.push(words.growth(name, signed(lever.growth_percent_per_month, printer)));
  if (lever.starts_at === undefined && lever.ends_at === undefined) return phrases;
  return [...phrases.slice(0, -1), words.between(phrases.at(-1) ?? name, day_of(lever.starts_at), day_of(lever.ends_at))];
}

/** `told`: knows when a plan begins whose lever does not say; `names`: what people call workflows and products. */
export function lever_words(levers: Levers, printer: NumberPrinter, told: Simulation | null = null, names: Record<string, string> = {}): string {
  const name_of = (id: string): string => names[id] ?? id;
  const percent = (value: number): string => printer.exact(String(value));
  const phrases: string[] = [];
  const { packs = [], plan } = levers;
  for (const one of packs) {
    phrases.push(words.packs(text.what_if.purchase_name(printer.count(one.packs)), packs.length > 1 ? text.plan_name(one.plan) : null, one.periods?.first ?? null, one.periods?.last ?? null));
  }
  if (plan) {
    const begins = told?.commands.find(({ assumed, command }) => !assumed && command.command === 'StartTerm' && command['plan'] === plan.plan)?.command['starts_at'];
    phrases.push(words.plan(text.plan_name(plan.plan), text.map.cadences[plan.cadence], day_of(plan.starts_at ?? (typeof begins === 'string' ? begins : undefined))));
  }
  for (const lever of levers.workflows ?? []) phrases.push(...workflow_words(lever, name_of(lever.workflow), printer));
  if (levers.growth_percent_per_month !== undefined) phrases.push(words.growth(null, signed(levers.growth_percent_per_month, printer)));
  if (levers.seasonality_percent !== undefined) phrases.push(words.season(percent(levers.seasonality_percent)));
  for (const { percent: of, from, to } of levers.calendar ?? []) phrases.push(words.calendar(percent(of), day_text(from), day_text(to)));
  for (const { product, seats } of levers.seats ?? []) phrases.push(words.seats(name_of(product), printer.count(seats)));
  for (const { model } of levers.rates ?? []) phrases.push(words.rates(model));
  for (const { plan: of, on_exhaustion, stop_at_percent } of levers.policies ?? []) {
    const does = stop_at_percent === undefined ? text.what_if.policies[on_exhaustion] : words.stops_at(percent(stop_at_percent));
    phrases.push(words.policy(text.plan_name(of), does));
  }
  for (const { plan: of } of levers.prices ?? []) phrases.push(words.prices(text.plan_name(of)));
  return phrases.length === 0 ? words.nothing : phrases.join(', ');
}

/** What the terms said no to, of all that the levers ask. */
export function refusals_of(told: Simulation | null): Refusal[] {
  return (told?.commands ?? []).flatMap(({ assumed, answer }) => (answer.refused && !assumed ? [answer.refused] : []));
}

/** "2 refused: AIS-5c", each clause once. */
export function refused_words(refusals: readonly Refusal[], printer: NumberPrinter): string {
  const clauses = new Set(refusals.flatMap(({ clause }) => (clause ? [clause] : [])));
  return words.refused(printer.count(refusals.length), [...clauses].join(', '));
}
