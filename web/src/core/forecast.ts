// SPDX-License-Identifier: Apache-2.0
// A scenario as the core simulates it, and what it answers. Amounts of credits are decimal strings, percents too.

import type { Cadence, CommandAnswer, Credits, Money, OnExhaustion, Refusal, Time } from './forms';

export interface PlanLever {
  plan: string;
  cadence: Cadence;
  starts_at?: Time;
  months?: number;
  replaces?: string;
}

export interface PackLever {
  plan: string;
  packs: number;
  periods?: { first: number; last: number };
}

export interface SeatLever {
  product: string;
  seats: number;
}

export interface WorkflowLever {
  workflow: string;
  model?: string;
  volume_percent?: number;
  move_to?: string;
  growth_percent_per_month?: number;
  starts_at?: Time;
  ends_at?: Time;
  /** Tokens a day, of a workflow that is not in the log. */
  per_day?: { query: number; input: number; output: number };
}

export interface CalendarLever {
  from: Time;
  to: Time;
  percent: number;
}

export interface RateLever {
  model: string;
  query?: Credits;
  input?: Credits;
  output?: Credits;
}

export interface PriceLever {
  plan: string;
  increment?: Money;
  overage?: Money;
  period?: Money;
}

export interface PolicyLever {
  plan: string;
  on_exhaustion: OnExhaustion;
  stop_at_percent?: number;
}

export interface Levers {
  plan?: PlanLever;
  packs?: PackLever[];
  seats?: SeatLever[];
  workflows?: WorkflowLever[];
  growth_percent_per_month?: number;
  seasonality_percent?: number;
  calendar?: CalendarLever[];
  rates?: RateLever[];
  prices?: PriceLever[];
  policies?: PolicyLever[];
}

export type Ask =
  | { ask: 'smallest_purchase'; chance_percent: number; plan: string }
  | { ask: 'cheapest_plan'; chance_percent: number }
  | { ask: 'model_moves'; moves: number };

export interface ScenarioForm {
  at?: Time;
  as_of?: number;
  seed: number;
  futures: number;
  days: number;
  renew: boolean;
  levers: Levers;
  asks?: Ask[];
}

/** One figure over the futures. */
export interface Spread<T = Credits> {
  p10: T;
  p50: T;
  p90: T;
}

export interface SupposedAnswer {
  assumed: boolean;
  command: { command: string; [field: string]: unknown };
  answer: CommandAnswer;
}

export interface ForecastPeriod {
  term: number;
  period: number;
  starts_at: Time;
  ends_at: Time;
  on_exhaustion: OnExhaustion;
  granted: Credits;
  /** Before the branch. */
  consumed_before: Credits;
  consumed: Spread;
  uncovered: Spread;
  expired: Spread;
  remaining: Spread;
  /** Whether it ends inside the horizon. */
  whole: boolean;
  runs_out: { chance_percent: string } & Spread<Time | null>;
  stops?: { chance_percent: string; refused: Spread };
}

export interface ForecastPlan {
  plan: string;
  chance_percent: string;
  remaining: Spread<Credits[]>;
  consumed: Spread<Credits[]>;
  uncovered: Spread<Credits[]>;
  expired: Spread<Credits[]>;
  out_percent: string[];
  periods: ForecastPeriod[];
}

export interface ForecastCost {
  known: boolean;
  amounts: { currency: string; committed: number | bigint; overage: Spread<number | bigint> }[];
  missing: string[];
}

export interface PurchaseAnswer {
  ask: 'smallest_purchase';
  found: boolean;
  plan: string;
  sentence: string;
  chance_percent: string;
  purchases: { period: number; packs: number; credits: Credits }[];
  packs: number;
  credits: Credits;
  chance_after_percent: string;
  cost?: Money;
  curve: { packs: number; chance_percent: string; cost?: Money }[];
}

export interface PlanAnswer {
  ask: 'cheapest_plan';
  chance_percent: string;
  sentence: string;
  /** credits: where prices are not known. */
  by: 'cost' | 'credits';
  /** The end of the present Credit Period; the moment itself where none runs. */
  from: Time;
  best: number | null;
  plans: {
    plan: string; cadence: Cadence; current: boolean; granted: Credits; chance_percent: string; uncovered: Spread;
    expired: Spread; packs?: number; cost?: Money; refused?: Refusal;
  }[];
}

export interface MovesAnswer {
  ask: 'model_moves';
  sentence: string;
  first: number | null;
  moves: {
    workflow: string; from: string; to: string; credits_saved: Spread; chance_before_percent: string; chance_percent: string;
    refused?: Refusal;
  }[];
  sequence: { workflow: string; from: string; to: string; chance_percent: string; consumed: Spread }[];
}

export type AskedAnswer = PurchaseAnswer | PlanAnswer | MovesAnswer;

/** What is learned of a workflow with a model, or of all that are too small for that; and what is drawn for it. */
export interface LearnedUse {
  workflow?: string;
  model?: string;
  moved_to?: string;
  supposed: boolean;
  charges?: number;
  days?: number;
  credits_per_day?: Credits;
  trend_percent_per_month?: string;
  bursts?: { days: number; share_percent: string };
  borrowed?: true;
  total: Spread;
}

export interface Simulation {
  notice: string;
  account: string;
  at: Time;
  version: number;
  futures: number;
  days: number;
  history: { enough: 'none' | 'short' | 'brief' | 'full'; sentence: string };
  usage: LearnedUse[];
  commands: SupposedAnswer[];
  timeline: Time[];
  demand: Spread<Credits[]>;
  plans: ForecastPlan[];
  unplaced: { total: Spread; code: string; clause: string; message: string } | null;
  cost: ForecastCost;
  answers: AskedAnswer[];
}
