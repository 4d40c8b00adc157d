// SPDX-License-Identifier: Apache-2.0
#include "ledger/usage.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <vector>

#include "ledger/consents.hpp"
#include "ledger/credits.hpp"
#include "ledger/evolve.hpp"
#include "ledger/markings.hpp"
#include "ledger/terms.hpp"

namespace creditfold::usage {
namespace {

Wide product(Volume volume, Rate rate) {
  // Both factors are non-negative and below 2^63, so three products stay below 2^128.
  return static_cast<Wide>(volume.tokens) * static_cast<Wide>(rate.micro_per_million);
}

void release(AccountState& state, std::map<AuthorizationId, Hold>::iterator live) {
  const Hold& hold = live->second;
  Term* term = terms::find_term(state, hold.plan, hold.term);
  Period* period = term ? terms::find_period(*term, hold.period) : nullptr;
  require(period != nullptr, "a hold in a period that is not there");
  for (const HeldLot& held : hold.lots) {
    credits::lot_of_number(*period, held.lot).held -= held.credits;
    period->held -= held.credits;
  }
  state.holds.erase(live);
}

template <class Wanted>
void release_where(Draft& draft, ReleaseReason reason, Wanted&& wanted) {
  if (draft.state().holds.empty()) return;
  std::multimap<Instant, AuthorizationId> found;  // of one moment by id, as they are held
  for (const auto& [id, hold] : draft.state().holds) {
    if (wanted(hold)) found.emplace(hold.expires_at, id);
  }
  for (const auto& [expires_at, id] : found) draft.emit(HoldReleased{.authorization = id, .reason = reason});
}

// What both usage commands must know first, in the order of their refusals.
struct Priced {
  terms::InForce in_force;
  const Model* model = nullptr;
  Credits cost;
};

template <class UsageCommand>
Expected<Priced, Refusal> price_usage(Draft& draft, const UsageCommand& command, const Catalog& catalog, bool marked) {
  const auto in_force = terms::plan_for_usage(draft.state(), catalog, command.plan, command.actor, draft.at());
  if (!in_force) return Unexpected{in_force.error()};
  if (marked || declares_classified(command.classification)) return Unexpected{classified_refusal()};  // GOV-3
  const RateCardId& card = in_force->term->rate_card;
  const Model* model = catalog.model(card, command.model);
  if (model == nullptr) {
    return Unexpected{Refusal{RefusalCode::unknown_model, "AIS-1", "The plan's rate card has no model of this name.",
                              {{"model", command.model.value}, {"rate_card", card.value}}}};
  }
  return Priced{*in_force, model, charge(*model, command.query, command.input, command.output)};
}

// H18: what a `stop` plan has given out and promised in a period, against what it may.
std::optional<Refusal> check_exhaustion(const AccountState& state, const PlanId& plan, const Term& term,
                                        std::int32_t number, Credits cost) {
  if (term.on_exhaustion != OnExhaustion::stop) return std::nullopt;
  const Period* period = terms::find_period(term, number);
  const Credits granted = period ? period->granted : Credits{};
  const auto wide = [](Credits credits) { return static_cast<Wide>(credits.micro); };  // none is negative
  Wide spoken_for = period ? wide(period->consumed) + wide(period->uncovered) : 0;
  for (const auto& [id, hold] : state.holds) {
    if (hold.plan == plan && hold.term == term.number && hold.period == number) spoken_for += wide(hold.cost);
  }
  if ((spoken_for + wide(cost)) * 100 <= wide(granted) * static_cast<Wide>(term.stop_at_percent)) return std::nullopt;
  return Refusal{RefusalCode::insufficient_credits, "H18", "The period's credits do not cover this authorization.",
                 {{"cost", to_text(cost)},
                  {"spoken_for", credits_text(spoken_for)},
                  {"granted", to_text(granted)},
                  {"stop_at_percent", std::to_string(term.stop_at_percent)}}};
}

// The sums a charge would move must stay within 64 bits; throws Overflow, which `decide` answers as a refusal.
void check_room_for_charge(const AccountState& state, const Term& term, std::int32_t number, const RecordUsage& command,
                           Credits cost) {
  if (const Period* period = terms::find_period(term, number)) (void)(period->uncovered + cost);
  const auto found = state.usage.find(UsageKey{command.workflow, command.model});
  if (found == state.usage.end()) return;
  (void)checked_add(found->second.query.tokens, command.query.tokens);
  (void)checked_add(found->second.input.tokens, command.input.tokens);
  (void)checked_add(found->second.output.tokens, command.output.tokens);
  (void)(found->second.credits + cost);
}

}  // namespace

Cost cost(const Model& model, Volume query, Volume input, Volume output) {
  return {.query = product(query, model.query),
          .input = product(input, model.input),
          .output = product(output, model.output)};
}

Credits charge(const Model& model, Volume query, Volume input, Volume output) {
  const Wide total = cost(model, query, input, output).sum();
  constexpr Wide tokens = 1'000'000;
  const Wide micro = total / tokens + (total % tokens != 0 ? 1 : 0);
  if (micro > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) throw Overflow("charge beyond 64 bits");
  return Credits{static_cast<std::int64_t>(micro)};
}

void consume(Period& period, Credits charge) {
  const Credits covered = credits::draw(period, charge);
  period.uncovered += charge - covered;
}

void count_usage(AccountState& state, const CreditsConsumed& fact) {
  UsageTotals& totals = state.usage[UsageKey{fact.workflow, fact.model}];
  totals.charges = checked_add(totals.charges, 1);
  totals.query.tokens = checked_add(totals.query.tokens, fact.query.tokens);
  totals.input.tokens = checked_add(totals.input.tokens, fact.input.tokens);
  totals.output.tokens = checked_add(totals.output.tokens, fact.output.tokens);
  totals.credits += fact.credits;
}

void evolve(AccountState& state, const Event& event, const CreditsConsumed& fact) {
  const auto pool = state.pools.find(fact.plan);
  require(pool != state.pools.end(), "a charge to a plan the account never had");
  const Term* in_force = terms::term_in_force(state, fact.plan, event.at);
  require(in_force != nullptr, "a charge outside the terms of its plan");
  require(fact.credits.micro >= 0, "a negative charge");
  Term& term = pool->second.terms[static_cast<std::size_t>(in_force->number) - 1];
  const std::int32_t number = terms::period_at(term, event.at);
  Period* period = terms::find_period(term, number);
  require(period != nullptr && number <= term.opened, "a charge to a period that was never opened");
  require(fact.late || number > term.closed, "a charge in time to a period that is closed");
  if (fact.settles) {
    const auto live = state.holds.find(*fact.settles);
    if (live != state.holds.end()) release(state, live);  // H17
  }
  if (fact.late) {
    period->uncovered += fact.credits;  // H14
  } else {
    consume(*period, fact.credits);
  }
}

void evolve(AccountState& state, const Event& event, const CreditsHeld& fact) {
  require(state.holds.count(fact.authorization) == 0, "an authorization that is live already");
  require(fact.credits.micro >= 0, "a negative authorization");
  const Term* in_force = terms::term_in_force(state, fact.plan, event.at);
  require(in_force != nullptr, "an authorization outside the terms of its plan");
  Term& term = *terms::find_term(state, fact.plan, in_force->number);
  const std::int32_t number = terms::period_at(term, event.at);
  Period* period = terms::find_period(term, number);
  require(period != nullptr && number <= term.opened && number > term.closed,
          "an authorization in a period that is not open");
  Hold hold{.plan = fact.plan,
            .term = term.number,
            .period = number,
            .cost = fact.credits,
            .expires_at = fact.expires_at,
            .lots = {}};
  Credits open = fact.credits;
  for (const std::size_t i : credits::burn_order(*period)) {
    Lot& lot = period->lots[i];
    const Credits taken = std::min(open, lot.remaining());
    if (taken.micro == 0) continue;
    lot.held += taken;
    period->held += taken;
    open -= taken;
    hold.lots.push_back(HeldLot{.lot = lot.number, .credits = taken});
  }
  state.holds.emplace(fact.authorization, std::move(hold));
}

void evolve(AccountState& state, const HoldReleased& fact) {
  const auto live = state.holds.find(fact.authorization);
  require(live != state.holds.end(), "a release of an authorization that is not live");
  release(state, live);
}

void release_live(AccountState& state, const PlanId& plan, std::int32_t term, std::int32_t period) {
  for (auto hold = state.holds.begin(); hold != state.holds.end();) {
    const auto next = std::next(hold);
    const Hold& live = hold->second;
    if (live.plan == plan && live.term == term && live.period == period) release(state, hold);
    hold = next;
  }
}

void release_expired_holds(Draft& draft) {
  const Instant at = draft.at();
  release_where(draft, ReleaseReason::expired, [at](const Hold& hold) { return hold.expires_at <= at; });
}

void release_holds_of_period(Draft& draft, const PlanId& plan, std::int32_t term, std::int32_t period) {
  release_where(draft, ReleaseReason::period_closed, [&](const Hold& hold) {
    return hold.plan == plan && hold.term == term && hold.period == period;
  });
}

std::optional<Refusal> decide(Draft& draft, const RecordUsage& command, const Catalog& catalog, bool marked) {
  const auto priced = price_usage(draft, command, catalog, marked);
  if (!priced) return priced.error();
  if (command.ai_generated && !*command.ai_generated) {
    return Refusal{RefusalCode::provenance, "AI-2", "Output may not be represented as human-generated.",
                   {{"ai_generated", "false"}}};
  }
  const AccountState& state = draft.state();
  std::vector<UsageFlag> flags = consents::objections(state, *priced->model, draft.at());
  if (command.settles && state.holds.count(*command.settles) == 0) flags.push_back(UsageFlag::unknown_authorization);
  const Term& term = *priced->in_force.term;
  const std::int32_t period = terms::period_at(term, draft.at());
  check_room_for_charge(state, term, period, command, priced->cost);
  draft.emit(CreditsConsumed{.usage = command.usage,
                             .plan = priced->in_force.plan,
                             .workflow = command.workflow,
                             .model = command.model,
                             .query = command.query,
                             .input = command.input,
                             .output = command.output,
                             .rate_card = term.rate_card,
                             .credits = priced->cost,
                             .late = period <= term.closed,  // H14
                             .flags = std::move(flags),
                             .settles = command.settles,
                             .memo = to_free_text(command.memo)},
             command.actor);
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const AuthorizeUsage& command, const Catalog& catalog,
                              bool marked) {
  const auto priced = price_usage(draft, command, catalog, marked);
  if (!priced) return priced.error();
  const AccountState& state = draft.state();
  const std::vector<UsageFlag> objections = consents::objections(state, *priced->model, draft.at());
  if (!objections.empty()) {
    return consents::refusal_for(objections.front(), command.model, *priced->model, draft.at());
  }
  if (state.holds.count(command.authorization) != 0) {
    return Refusal{RefusalCode::authorization_exists, "H16", "An authorization of this id is live.",
                   {{"authorization", command.authorization.value}}};
  }
  const Term& term = *priced->in_force.term;
  const std::int32_t period = terms::period_at(term, draft.at());
  if (period <= term.closed) {
    return Refusal{RefusalCode::period_closed, "AIS-4d", "The Credit Period of this moment is closed.",
                   {{"period", std::to_string(period)}, {"ends_at", to_text(terms::period_ends_at(term, period))}}};
  }
  if (auto refusal = check_exhaustion(state, priced->in_force.plan, term, period, priced->cost)) return refusal;
  draft.emit(CreditsHeld{.authorization = command.authorization,
                         .plan = priced->in_force.plan,
                         .credits = priced->cost,
                         .expires_at = command.expires_at},
             command.actor);
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const ReleaseAuthorization& command) {
  if (draft.state().holds.count(command.authorization) == 0) {
    return Refusal{RefusalCode::unknown_authorization, "H16", "There is no live authorization of this id.",
                   {{"authorization", command.authorization.value}}};
  }
  draft.emit(HoldReleased{.authorization = command.authorization, .reason = ReleaseReason::released});
  return std::nullopt;
}

}  // namespace creditfold::usage
