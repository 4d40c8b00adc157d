// SPDX-License-Identifier: Apache-2.0
// Levers that suppose another catalog: rates, what happens when credits run out, prices.

import { createSignal, For, type JSX } from 'solid-js';
import type { OnExhaustion } from '../core/forms';
import { credits_of, micro_of } from '../lib/decimal';
import { with_policy, with_rate } from '../lib/scenarios';
import { text } from '../text';
import { use_page } from './context';
import { NumberField, SelectField } from './fields';

const words = text.what_if;

type Shown = ReturnType<ReturnType<typeof use_page>['what_if']['catalog']>;

export const plans_by_rank = (catalog: Shown): string[] =>
  Object.entries(catalog?.plans ?? {}).sort(([, a], [, b]) => a.rank - b.rank).map(([id]) => id);

export function models(catalog: Shown): string[] {
  return [...new Set(Object.values(catalog?.rate_cards ?? {}).flatMap((card) => Object.keys(card.models)))].sort();
}

export function Rates(): JSX.Element {
  const { what_if } = use_page();
  const [chosen, choose] = createSignal<string | null>(null);
  const model = (): string => chosen() ?? what_if.levers().rates?.[0]?.model ?? models(what_if.catalog())[0] ?? '';
  const rates = (): Record<'query' | 'input' | 'output', string> | undefined => Object.values(what_if.catalog()?.rate_cards ?? {})
    .map((card) => card.models[model()]?.rates).find((found) => found !== undefined);
  const percent = (): number => {
    const lever = what_if.levers().rates?.find((one) => one.model === model());
    const now = micro_of(rates()?.input ?? '0');
    return lever?.input === undefined || now === 0n ? 100 : Number((micro_of(lever.input) * 100n + now / 2n) / now);
  };
  const times = (credits: string, by: number): string => credits_of((micro_of(credits) * BigInt(by)) / 100n);
  const put = (by: number): void => what_if.pull(`rates ${model()}`, (levers) => {
    const now = rates();
    if (!now || by === 100) return with_rate(levers, { model: model(), back: true });
    return with_rate(levers, { model: model(), query: times(now.query, by), input: times(now.input, by), output: times(now.output, by) });
  });
  return (
    <>
      <SelectField label={words.rate_of} testid="rate-model" value={model()} options={models(what_if.catalog()).map((one) => [one, one] as const)} change={choose} />
      <NumberField label={words.rate_percent} testid="rate-percent" value={percent()} min={0} max={10_000} empty={100} unit={words.percent}
        slider={{ min: 0, max: 300, step: 5 }} change={put} />
    </>
  );
}

const exhaustion: OnExhaustion[] = ['stop', 'overage', 'unlimited'];

export function Policy(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const plan = (): string => what_if.levers().plan?.plan ?? page.plan() ?? '';
  const lever = () => what_if.levers().policies?.find((one) => one.plan === plan());
  const now = (): OnExhaustion => what_if.catalog()?.plans[plan()]?.on_exhaustion ?? 'stop';
  return (<>
    <SelectField label={words.policy_of(text.plan_name(plan()))} testid="policy" value={lever()?.on_exhaustion ?? ''} pulled={lever() !== undefined}
      options={[['', `${words.as_is}: ${words.policies[now()]}`], ...exhaustion.map((one) => [one, words.policies[one]] as const)]}
      change={(value) => what_if.pull(`policy ${plan()}`, (levers) => with_policy(levers, value === '' ? { plan: plan(), back: true }
        : { plan: plan(), on_exhaustion: value as OnExhaustion }))} />
    <p class="quiet lever-help">{words.policy_help}</p>
  </>);
}

const price_max = 1_000_000_000;

export function Prices(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const [chosen, choose] = createSignal<string | null>(null);
  const plans = (): string[] => plans_by_rank(what_if.catalog());
  const plan = (): string => chosen() ?? what_if.levers().plan?.plan ?? page.plan() ?? plans()[0] ?? '';
  const lever = () => what_if.levers().prices?.find((one) => one.plan === plan());
  const currency = (): string => lever()?.increment?.currency ?? lever()?.overage?.currency ?? lever()?.period?.currency ?? 'USD';
  const put = (name: 'increment' | 'overage' | 'period', amount: number): void => what_if.pull(`price ${plan()} ${name}`, (levers) => {
    const { [name]: _before, ...rest } = lever() ?? { plan: plan() };
    const next = amount === 0 ? rest : { ...rest, [name]: { currency: currency(), minor: Math.round(amount * 100) } };
    const others = (levers.prices ?? []).filter((one) => one.plan !== plan());
    return { ...levers, prices: Object.keys(next).length > 1 ? [...others, next] : others };
  });
  return (<>
    <SelectField label={words.prices_of} testid="price-plan" value={plan()} options={plans().map((one) => [one, text.plan_name(one)] as const)}
      change={choose} />
    <For each={[['increment', words.price_pack], ['overage', words.price_overage], ['period', words.price_period]] as const}>{([name, label]) => (
      <NumberField label={label} testid={`price-${name}`} value={Number(lever()?.[name]?.minor ?? 0) / 100} min={0} max={price_max} empty={0} step={0.01} unit={currency()}
        change={(amount) => put(name, amount)} />
    )}</For>
    <p class="quiet lever-help">{words.prices_help(currency())}</p>
  </>);
}
