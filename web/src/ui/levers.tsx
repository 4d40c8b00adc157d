// SPDX-License-Identifier: Apache-2.0
// The levers of the chosen scenario, in plain groups; a group that is pulled says so, and says what the terms forbid.

import { createEffect, createMemo, createSignal, For, on, Show, type JSX } from 'solid-js';
import type { Levers as Pulled, PackLever, PlanLever, SupposedAnswer, WorkflowLever } from '../core/forecast';
import type { Cadence, Period, PlanTerm } from '../core/forms';
import { micro_of, sum_credits } from '../lib/decimal';
import { with_packs, with_seats, with_workflow } from '../lib/scenarios';
import { day_text } from '../lib/time';
import { printer } from '../state/settings';
import { text } from '../text';
import { plans_now, use_page } from './context';
import { DateField, NumberField, SelectField, TextField } from './fields';
import { models, plans_by_rank, Policy, Prices, Rates } from './levers_of_catalog';
import { Icon } from './parts';

const words = text.what_if;

type Group = keyof typeof words.groups;

// Which refusals belong to which group.
const commands_of: Partial<Record<Group, string[]>> = {
  packs: ['PurchaseCredits'], plan: ['StartTerm', 'EndTerm', 'RenewTerm'], seats: ['ChangeSeats'],
};

export function Levers(): JSX.Element {
  return (
    <div class="levers">
      <Section group="packs" pulled={(levers) => levers.packs?.map(({ packs }) => printer.count(packs)).join(' + ')}><Packs /></Section>
      <Section group="plan" pulled={(levers) => levers.plan && text.plan_name(levers.plan.plan)}><Plan /></Section>
      <Section group="workflows" pulled={(levers) => levers.workflows?.length.toString()}><Workflows /></Section>
      <Section group="usage" pulled={(levers) => [
        levers.growth_percent_per_month === undefined ? null : `${levers.growth_percent_per_month} %`,
        levers.seasonality_percent === undefined && !levers.calendar ? null : '•',
      ].filter(Boolean).join(' ') || undefined}><AllUse /></Section>
      <Section group="seats" pulled={(levers) => levers.seats?.map(({ seats }) => printer.count(seats)).join(', ')}><Seats /></Section>
      <Section group="rates" pulled={(levers) => levers.rates?.map(({ model }) => model).join(', ')}><Rates /></Section>
      <Section group="policy" pulled={(levers) => levers.policies?.map(({ on_exhaustion }) => words.policies[on_exhaustion]).join(', ')}><Policy /></Section>
      <Section group="prices" pulled={(levers) => levers.prices && '•'}><Prices /></Section>
    </div>
  );
}

const first_group: Group = 'packs';

function Section(props: { group: Group; pulled(levers: Pulled): string | undefined; children: JSX.Element }): JSX.Element {
  const { what_if } = use_page();
  const value = (): string | undefined => props.pulled(what_if.levers());
  const refused = createMemo((): SupposedAnswer[] => {
    const names = commands_of[props.group] ?? [];
    const { told } = what_if.outcome(what_if.board().chosen);
    return (told?.commands ?? []).filter(({ command, answer, assumed }) => answer.refused && !assumed && names.includes(command.command));
  });
  // Fields are made when they are first looked at: most groups never are.
  const [opened, put_opened] = createSignal(props.group === first_group);
  return (
    <details class="lever-group" open={props.group === first_group} data-testid={`levers-${props.group}`}
      onToggle={(event) => put_opened(opened() || event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" /><span class="lever-group-name">{words.groups[props.group]}</span>
        <Show when={refused().length > 0}><Icon name="warn" class="bad" /></Show>
        <Show when={value()}>{(shown) => <span class="lever-value">{shown()}</span>}</Show>
      </summary>
      <div class="lever-fields">
        <Show when={opened()}>{props.children}</Show>
        <Show when={refused().length > 0}>
          <ul class="refusals" data-testid={`refused-${props.group}`} aria-live="polite">
            <For each={refused()}>{({ answer }) => (
              <li><b>{words.refused}</b> <span class="clause">{answer.refused?.clause}</span> {answer.refused?.message}</li>
            )}</For>
          </ul>
        </Show>
      </div>
    </details>
  );
}

function terms_now(page: ReturnType<typeof use_page>): PlanTerm[] {
  return page.state.moment ? plans_now(page.state.moment).map(({ term }) => term) : [];
}

// A keyboard slip is likelier than more.
const packs_max = 999;

function Packs(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const [wanted, put_wanted] = createSignal<string | null>(null);
  const plans = (): string[] => terms_now(page).map(({ plan }) => plan);
  const plan = (): string => wanted() ?? what_if.levers().packs?.[0]?.plan ?? page.plan() ?? '';
  const term = (): PlanTerm | undefined => terms_now(page).find((one) => one.plan === plan());
  const increment = (): string | undefined => what_if.catalog()?.plans[plan()]?.increment;
  const present = (): number => term()?.periods.find(({ state }) => state === 'open')?.period ?? term()?.periods.at(-1)?.period ?? 1;
  const lever = (): PackLever => what_if.levers().packs?.find((one) => one.plan === plan()) ?? { plan: plan(), packs: 0 };
  const periods = (): { first: number; last: number } => lever().periods ?? { first: present(), last: present() };
  const put = (change: Partial<PackLever>): void =>
    what_if.pull(`packs ${plan()}`, (levers) => with_packs(levers, { ...lever(), ...change }));
  const span = (change: Partial<{ first: number; last: number }>): void => {
    const next = { ...periods(), ...change };
    if (change.first !== undefined && next.last < next.first) next.last = next.first;
    put({ packs: lever().packs || 1, periods: next });
  };
  // Those there are, and those the forecast sees coming.
  const coming = (): { period: number; starts_at: string }[] => (what_if.outcome(0).told?.plans.find((one) => one.plan === plan())?.periods ?? [])
    .filter((one) => one.term === term()?.term && !term()?.periods.some(({ period }) => period === one.period));
  const options = (): [string, string][] => [
    ...(term()?.periods ?? []).map(({ period, starts_at, state }: Period): [string, string] =>
      [String(period), words.period(period, day_text(starts_at), state === 'closed' ? text.states.closed.toLowerCase() : '')]),
    ...coming().map(({ period, starts_at }): [string, string] => [String(period), words.period(period, day_text(starts_at), '')]),
  ];
  return (
    <>
      <Show when={plans().length > 1}>
        <SelectField label={words.groups.plan} testid="packs-plan" value={plan()}
          options={plans().map((one) => [one, text.plan_name(one)] as const)} change={put_wanted} />
      </Show>
      <Show when={increment()} fallback={
        <p class="quiet lever-help">{plan() === '' ? words.no_plan : words.packs_none(text.plan_name(plan()))}</p>
      }>
        <NumberField label={words.packs} testid="packs" value={lever().packs} min={0} max={packs_max} empty={0}
          note={words.packs_of(printer.short(increment()!))}
          slider={{ min: 0, max: Math.max(10, lever().packs), step: 1 }} change={(packs) => put({ packs })} />
        <div class="lever-pair">
          <SelectField label={words.first} testid="packs-first" value={String(periods().first)} options={options()}
            change={(value) => span({ first: Number(value) })} />
          <SelectField label={words.last} testid="packs-last" value={String(periods().last)} options={options()}
            change={(value) => span({ last: Number(value) })} />
        </div>
      </Show>
    </>
  );
}

const midnight = (day: string): string => `${day}T00:00:00Z`;
const day_of = (time: string | undefined): string => time?.slice(0, 10) ?? '';

function Plan(): JSX.Element {
  const { what_if } = use_page();
  const plans = (): string[] => plans_by_rank(what_if.catalog());
  const cadences = (plan: string): Cadence[] => Object.keys(what_if.catalog()?.plans[plan]?.allotment ?? {}) as Cadence[];
  const lever = (): PlanLever | undefined => what_if.levers().plan;
  const put = (next: PlanLever | undefined): void => what_if.pull('plan', ({ plan: _before, ...levers }) => (next ? { ...levers, plan: next } : levers));
  const says = (plan: string): string => {
    const [cadence, credits] = Object.entries(what_if.catalog()?.plans[plan]?.allotment ?? {})[0] ?? ['', '0'];
    return `${text.plan_name(plan)} · ${printer.short(credits)} ${words_of_cadence(cadence)}`;
  };
  return (
    <>
      <SelectField label={words.plan} testid="plan-to" value={lever()?.plan ?? ''} pulled={lever() !== undefined}
        options={[['', words.as_is], ...plans().map((plan) => [plan, says(plan)] as const)]}
        change={(plan) => put(plan === '' ? undefined : { ...lever(), plan, cadence: cadences(plan)[0] ?? 'monthly' })} />
      <Show when={lever()}>{(pulled) => (
        <div class="lever-pair">
          <SelectField label={words.cadence} testid="plan-cadence" value={pulled().cadence}
            options={cadences(pulled().plan).map((one) => [one, text.map.cadences[one]] as const)}
            change={(cadence) => put({ ...pulled(), cadence: cadence as Cadence })} />
          <DateField label={words.when} testid="plan-from" value={day_of(pulled().starts_at)}
            change={(day) => {
              const { starts_at: _before, ...rest } = pulled();
              put(day === '' ? rest : { ...rest, starts_at: midnight(day) });
            }} />
          <p class="quiet lever-help">{words.when_help}</p>
        </div>
      )}</Show>
    </>
  );
}

const words_of_cadence = (cadence: string): string => text.map.cadences[cadence as Cadence] ?? '';

// The largest by credits are at hand; the rest of hundreds can be chosen.
const at_hand = 6;

function Workflows(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const usage = createMemo((): { workflow: string; credits: string }[] => {
    const totals = new Map<string, string>();
    for (const { workflow, credits } of page.state.moment?.statement.usage ?? []) {
      totals.set(workflow, sum_credits([totals.get(workflow) ?? '0', credits]));
    }
    return [...totals].map(([workflow, credits]) => ({ workflow, credits }))
      .sort((a, b) => (micro_of(a.credits) < micro_of(b.credits) ? 1 : -1));
  });
  const [more, put_more] = createSignal<string[]>([]);
  const known = (): string[] => usage().map(({ workflow }) => workflow);
  const shown = (): string[] => [...new Set([
    ...known().slice(0, at_hand), ...more(), ...(what_if.levers().workflows ?? []).map(({ workflow }) => workflow),
  ])];
  const hidden = (): string[] => known().filter((workflow) => !shown().includes(workflow));
  return (
    <>
      <For each={shown()}>{(workflow) => <OneWorkflow workflow={workflow} known={known().includes(workflow)} />}</For>
      <Show when={hidden().length > 0}>
        <SelectField label={words.workflow} testid="workflow-more" value="" options={[['', text.map.choose], ...hidden().map((one) => [one, one] as const)]}
          change={(workflow) => put_more([...more(), workflow])} />
      </Show>
      <NewWorkflow />
    </>
  );
}

function OneWorkflow(props: { workflow: string; known: boolean }): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  const lever = (): WorkflowLever => what_if.levers().workflows?.find(({ workflow }) => workflow === props.workflow) ?? { workflow: props.workflow };
  const pulled = (): boolean => Object.keys(lever()).length > 1;
  const put = (of: string, fields: Partial<Record<keyof WorkflowLever, unknown>>): void =>
    what_if.pull(`workflow ${props.workflow} ${of}`, (levers) => with_workflow(levers, props.workflow, fields));
  const date = (field: 'starts_at' | 'ends_at') => (day: string): void => put(field, { [field]: day === '' ? undefined : midnight(day) });
  return (
    <fieldset class="workflow" classList={{ pulled: pulled() }} data-testid={`workflow-${props.workflow}`}>
      <legend>{page.state.names.workflows[props.workflow] ?? props.workflow}</legend>
      <NumberField label={words.volume} testid="volume" value={lever().volume_percent ?? 100} min={0} max={10_000} empty={100} unit={words.percent}
        slider={{ min: 0, max: 300, step: 5 }} change={(volume_percent) => put('volume', { volume_percent })} />
      <Show when={props.known}>
        <SelectField label={words.model} testid="move" value={lever().move_to ?? ''} pulled={lever().move_to !== undefined}
          options={[['', words.as_is], ...models(what_if.catalog()).map((model) => [model, model] as const)]}
          change={(model) => put('model', { move_to: model === '' ? undefined : model })} />
      </Show>
      <details class="workflow-more">
        <summary>{words.growth}, {words.starts.toLowerCase()}, {words.ends.toLowerCase()}</summary>
        <NumberField label={words.growth} testid="growth" value={lever().growth_percent_per_month ?? 0} min={-90} max={1000} empty={0} unit={words.percent}
          change={(growth_percent_per_month) => put('growth', { growth_percent_per_month })} />
        <div class="lever-pair">
          <DateField label={words.starts} testid="starts" value={day_of(lever().starts_at)} change={date('starts_at')} />
          <DateField label={words.ends} testid="ends" value={day_of(lever().ends_at)} change={date('ends_at')} />
        </div>
      </details>
    </fieldset>
  );
}

const tokens_max = 1_000_000_000_000;

function NewWorkflow(): JSX.Element {
  const { what_if } = use_page();
  const [name, put_name] = createSignal('');
  const [model, put_model] = createSignal('');
  const [input, put_input] = createSignal(1_000_000);
  const [output, put_output] = createSignal(100_000);
  const [from, put_from] = createSignal('');
  const ready = (): boolean => name().trim() !== '' && model() !== '';
  return (
    <details class="workflow-more">
      <summary>{words.new_workflow}</summary>
      <TextField label={words.new_name_of} testid="new-workflow" value={name()} change={put_name} />
      <SelectField label={words.model} testid="new-model" value={model()}
        options={[['', text.map.choose], ...models(what_if.catalog()).map((one) => [one, one] as const)]} change={put_model} />
      <div class="lever-pair">
        <NumberField label={words.input} note={words.per_day.toLowerCase()} testid="new-input" value={input()} min={0} max={tokens_max} empty={0} change={put_input} />
        <NumberField label={words.output} testid="new-output" value={output()} min={0} max={tokens_max} empty={0} change={put_output} />
      </div>
      <DateField label={words.starts} testid="new-from" value={from()} change={put_from} />
      <button type="button" class="button" disabled={!ready()} data-testid="new-add" onClick={() => {
        what_if.pull('new workflow', (levers) => with_workflow(levers, name().trim(), {
          model: model(), per_day: { query: 0, input: input(), output: output() }, ...(from() === '' ? {} : { starts_at: midnight(from()) }),
        }));
        put_name('');
      }}><Icon name="plus" />{words.add_workflow}</button>
    </details>
  );
}

function AllUse(): JSX.Element {
  const { what_if } = use_page();
  const [from, put_from] = createSignal('');
  const [to, put_to] = createSignal('');
  const number = (name: 'growth_percent_per_month' | 'seasonality_percent', empty: number) => (value: number): void =>
    what_if.pull(name, ({ [name]: _before, ...levers }) => (value === empty ? levers : { ...levers, [name]: value }));
  const [share, put_share] = createSignal(100);
  // Half a special time belongs to the scenario it was begun in.
  createEffect(on(() => what_if.board().chosen, () => {
    put_from('');
    put_to('');
    put_share(100);
  }, { defer: true }));
  const percent = (): number => what_if.levers().calendar?.[0]?.percent ?? share();
  const backwards = (): boolean => from() !== '' && to() !== '' && to() <= from();
  const special = (next: { from?: string; to?: string; percent?: number }): void => {
    const begin = next.from ?? (from() || day_of(what_if.levers().calendar?.[0]?.from));
    const end = next.to ?? (to() || day_of(what_if.levers().calendar?.[0]?.to));
    put_from(begin);
    put_to(end);
    const wanted = next.percent ?? percent();
    put_share(wanted);
    what_if.pull('calendar', ({ calendar: _before, ...levers }) => (begin === '' || end === '' || end <= begin || wanted === 100 ? levers
      : { ...levers, calendar: [{ from: midnight(begin), to: midnight(end), percent: wanted }] }));
  };
  return (
    <>
      <NumberField label={words.all_growth} testid="all-growth" value={what_if.levers().growth_percent_per_month ?? 0} min={-90} max={1000} empty={0}
        unit={words.percent} slider={{ min: -50, max: 100, step: 1 }} change={number('growth_percent_per_month', 0)} />
      <NumberField label={words.season} testid="season" value={what_if.levers().seasonality_percent ?? 100} min={0} max={200} empty={100}
        unit={words.percent} slider={{ min: 0, max: 200, step: 10 }} change={number('seasonality_percent', 100)} />
      <p class="quiet lever-help">{words.season_help}</p>
      <fieldset class="workflow">
        <legend>{words.calendar}</legend>
        <div class="lever-pair">
          <DateField label={words.calendar_from} testid="calendar-from" value={from() || day_of(what_if.levers().calendar?.[0]?.from)} change={(day) => special({ from: day })} />
          <DateField label={words.calendar_to} testid="calendar-to" value={to() || day_of(what_if.levers().calendar?.[0]?.to)} change={(day) => special({ to: day })} />
        </div>
        <Show when={backwards()}><p class="quiet lever-help" role="status">{words.calendar_backwards}</p></Show>
        <NumberField label={words.calendar_percent} testid="calendar-percent" value={percent()} min={0} max={1000} empty={100} unit={words.percent}
          change={(value) => special({ percent: value })} />
      </fieldset>
    </>
  );
}

const seats_max = 10_000_000;

function Seats(): JSX.Element {
  const page = use_page();
  const { what_if } = page;
  return (
    <Show when={page.state.moment?.statement.seats.length} fallback={<p class="quiet">{text.none}</p>}>
      <For each={page.state.moment?.statement.seats}>{({ product, seats }) => (
        <NumberField label={words.seats_of(what_if.catalog()?.products[product]?.name ?? product)} testid={`seats-${product}`}
          value={what_if.levers().seats?.find((one) => one.product === product)?.seats ?? Number(seats)} min={0} max={seats_max}
          empty={Number(seats)} note={words.now(printer.count(seats))}
          change={(wanted) => what_if.pull(`seats ${product}`, (levers) => with_seats(levers, { product, seats: wanted }, Number(seats)))} />
      )}</For>
      <p class="quiet lever-help">{words.seats_help}</p>
    </Show>
  );
}
