// SPDX-License-Identifier: Apache-2.0
// Usage reported and usage authorized (AIS-1, AIS-4a, H6, H7, H13 to H18, AI-0 to AI-5, GOV-1, GOV-3). The two share
// one list of conditions: what refuses an authorization only flags a report.

import {
  accepted, admits, ai_allowed, close_of, consents, figures, in_force, live_hold, period_at, studio_terms, tally,
} from './facts.mjs';
import { by_bytes } from './values.mjs';

// GOV-3: banner and portion markings, TOP SECRET//NOFORN and (S//NF).
const MARKING = /\b(TOP SECRET|SECRET|CONFIDENTIAL)\/\/|\((TS|S|C)\/\/[A-Z/ ]+\)/;
const TOKENS_PER_RATE = 1_000_000n;

// H6 and H7: the plan named, or the highest ranked in force whose builders admit the actor.
function plan_for(draft, { plan, actor, at }) {
  const now = studio_terms(draft.facts).filter((t) => in_force(t, at));
  if (now.length === 0) draft.refuse('outside_term');
  const admitted = now
    .filter((t) => plan === undefined || t.plan === plan)
    .filter((t) => admits(draft.facts, t.plan, actor, at));
  if (admitted.length === 0) draft.refuse('plan_mismatch');
  const rank = (t) => draft.catalog.plan(t.plan)?.rank ?? -Infinity;
  return admitted.sort((a, b) => rank(b) - rank(a) || by_bytes(a.plan, b.plan))[0];
}

export function check_marking(draft, text) {
  if (text !== undefined && MARKING.test(text)) draft.refuse('classified');
}

function check_classified(draft, { classification, memo, workflow }) {
  if (!['unclassified', 'cui', undefined].includes(classification)) draft.refuse('classified');
  check_marking(draft, memo);
  check_marking(draft, workflow);
}

function known_model(draft, term, command) {
  return draft.catalog.model(term.rate_card, command.model) ?? draft.refuse('unknown_model');
}

// H15: micro-credits, rounded up once over the whole sum.
function charge(model, { query, input, output }) {
  const product = query * model.query + input * model.input + output * model.output;
  return (product + TOKENS_PER_RATE - 1n) / TOKENS_PER_RATE;
}

// In the order of TERMS' lists.
function conditions(draft, model, at) {
  const { facts } = draft;
  const gov = facts.some((f) => f.type === 'AccountOpened' && f.environment === 'gov');
  const broken = {
    revoked: !ai_allowed(facts, at),
    discontinued: model.withdrawn_at !== null && at >= model.withdrawn_at,
    not_authorized_in_gov: gov && !model.gov,
    beta_not_accepted: model.beta && !consents(facts, 'beta', at),
    partner_terms: model.partner_terms !== null && !accepted(facts, model.partner_terms, at),
  };
  return Object.keys(broken).filter((code) => broken[code]);
}

export function record_usage(draft, command) {
  const { facts, at } = draft;
  const term = plan_for(draft, command);
  check_classified(draft, command);
  const model = known_model(draft, term, command);
  if (command.ai_generated === false) draft.refuse('provenance');
  const flags = conditions(draft, model, at);
  const { settles } = command;
  if (settles !== undefined && !live_hold(tally(facts).holds, settles)) flags.push('unknown_authorization');
  draft.add('CreditsConsumed', {
    usage: command.usage,
    plan: term.plan,
    workflow: command.workflow,
    model: command.model,
    query: command.query,
    input: command.input,
    output: command.output,
    rate_card: term.rate_card,
    credits: charge(model, command),
    // H14: late is what comes after the close, not what comes after the end.
    late: close_of(facts, period_at(facts, term.plan, at)) !== undefined,
    flags,
    settles,
    actor: command.actor,
    memo: command.memo,
    ai_generated: true,  // AI-2: said of every charge
  });
}

export function authorize_usage(draft, command) {
  const { facts, at } = draft;
  const term = plan_for(draft, command);
  check_classified(draft, command);
  const model = known_model(draft, term, command);
  const [broken] = conditions(draft, model, at);
  if (broken) draft.refuse(broken);
  const { authorization, expires_at } = command;
  if (live_hold(tally(facts).holds, authorization)) draft.refuse('authorization_exists');
  const period = period_at(facts, term.plan, at);
  if (close_of(facts, period)) draft.refuse('period_closed');
  const cost = charge(model, command);
  const { granted, consumed, uncovered, authorized } = figures(facts, period);
  const wanted = consumed + uncovered + authorized + cost;
  if (term.on_exhaustion === 'stop' && wanted * 100n > granted * term.stop_at_percent) {
    draft.refuse('insufficient_credits');
  }
  draft.add('CreditsHeld', { authorization, plan: term.plan, credits: cost, expires_at, actor: command.actor });
}
