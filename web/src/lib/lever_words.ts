// SPDX-License-Identifier: Apache-2.0
// What a scenario supposes, in a few words: one phrase for each lever that is pulled, so that nobody has to name it.

import type { Levers, Simulation } from '../core/forecast';
import type { Refusal, Time } from '../core/forms';
import { text } from '../text';
import type { NumberPrinter } from './decimal';
import { day_text } from './time';

const { says: words, policies, purchase_name } = text.what_if;

const between = (what: string, from: Time | undefined, to: Time | undefined): string => words.between(what, from ? day_text(from) : '', to ? day_text(to) : '');

/** `told`: knows when a plan begins whose lever does not say; `names`: what people call workflows and products. */
export function lever_words(levers: Levers, printer: NumberPrinter, told: Simulation | null = null, names: Record<string, string> = {}): string {
  const name_of = (id: string): string => names[id] ?? id;
  const figure = (value: number): string => printer.exact(String(value));
  const signed = (value: number): string => (value > 0 ? '+' : '') + figure(value);
  const phrases: string[] = [];
  const { packs = [], plan } = levers;
  for (const one of packs) phrases.push(words.packs(purchase_name(printer.count(one.packs)), packs.length > 1 ? text.plan_name(one.plan) : '', one.periods));
  if (plan) {
    const begins = told?.commands.find(({ assumed, command }) => !assumed && command.command === 'StartTerm' && command['plan'] === plan.plan)?.command['starts_at'];
    phrases.push(between(words.plan(text.plan_name(plan.plan), text.map.cadences[plan.cadence]), plan.starts_at ?? begins as Time | undefined, undefined));
  }
  for (const { workflow, per_day, volume_percent, model, move_to, growth_percent_per_month: growth, starts_at, ends_at } of levers.workflows ?? []) {
    const name = name_of(workflow);
    const of: string[] = [];
    if (per_day) of.push(words.fresh(name));
    if (volume_percent !== undefined) of.push(words.times(name, figure(volume_percent / 100)));
    if (move_to !== undefined) of.push(words.moved(name, model, move_to));
    if (growth !== undefined) of.push(words.growth(name, signed(growth)));
    phrases.push(...of.slice(0, -1), between(of.at(-1) ?? name, starts_at, ends_at));
  }
  if (levers.growth_percent_per_month !== undefined) phrases.push(words.growth('', signed(levers.growth_percent_per_month)));
  if (levers.seasonality_percent !== undefined) phrases.push(words.season(figure(levers.seasonality_percent)));
  for (const { percent, from, to } of levers.calendar ?? []) phrases.push(between(words.calendar(figure(percent)), from, to));
  for (const { product, seats } of levers.seats ?? []) phrases.push(words.seats(name_of(product), printer.count(seats)));
  for (const { model } of levers.rates ?? []) phrases.push(words.rates(model));
  for (const { plan: of, on_exhaustion } of levers.policies ?? []) phrases.push(`${text.plan_name(of)} ${policies[on_exhaustion]}`);
  for (const { plan: of } of levers.prices ?? []) phrases.push(words.prices(text.plan_name(of)));
  return phrases.join(', ') || words.nothing;
}

/** What the terms said no to, of all that the levers ask. */
export function refusals_of(told: Simulation | null): Refusal[] {
  return (told?.commands ?? []).flatMap(({ assumed, answer }) => (answer.refused && !assumed ? [answer.refused] : []));
}

/** "2 refused: AIS-5c", each clause once; where there is none, the rule's own name. */
export function refused_words(refusals: readonly Refusal[], printer: NumberPrinter): string {
  return words.refused(printer.count(refusals.length), [...new Set(refusals.map(({ clause, code }) => clause ?? code))].join(', '));
}
