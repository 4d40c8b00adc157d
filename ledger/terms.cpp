// SPDX-License-Identifier: Apache-2.0
#include "ledger/terms.hpp"

#include <algorithm>
#include <limits>

#include "ledger/credits.hpp"
#include "ledger/evolve.hpp"

namespace creditfold::terms {
namespace {

std::int64_t months_of(Cadence cadence) {
  switch (cadence) {
    case Cadence::monthly: return 1;
    case Cadence::quarterly: return 3;
  }
  __builtin_unreachable();
}

// No bound after the last month of 9999 can be said; a term that ends this near to it is cut by its end before.
constexpr Instant near_the_last{instant_max.micros - 93 * 86'400'000'000};

// The bound between period n and period n + 1, cut by the term's end.
Instant bound_after(const Term& term, std::int64_t n) {
  const std::int64_t months = n * months_of(term.cadence);
  if (term.ends_at > near_the_last && months > months_between(term.starts_at, term.ends_at)) return term.ends_at;
  return std::min(add_months(term.starts_at, months), term.ends_at);
}

// Whether its next period would open without an event (H3).
bool opens_without_allotment(const Term& term, Instant reached) {
  return term.allotment.micro == 0 && term.opened < period_count(term) &&
         period_starts_at(term, term.opened + 1) <= reached;
}

template <class AnyTerm>
auto* find_period_in(AnyTerm& term, std::int32_t number) {
  const auto at = std::lower_bound(term.periods.begin(), term.periods.end(), number,
                                   [](const Period& period, std::int32_t wanted) { return period.number < wanted; });
  return at != term.periods.end() && at->number == number ? &*at : nullptr;
}

template <class AnyState>
auto find_term_in(AnyState& state, const PlanId& plan, std::int32_t number)
    -> decltype(&state.pools.begin()->second.terms[0]) {
  const auto pool = state.pools.find(plan);
  if (pool == state.pools.end() || number < 1) return nullptr;
  const auto index = static_cast<std::size_t>(number) - 1;
  return index < pool->second.terms.size() ? &pool->second.terms[index] : nullptr;
}

bool admits(const Pool& pool, const std::optional<ActorId>& actor, Instant at) {
  const Builders* builders = pool.builders.at(at);
  return builders == nullptr || builders->admits(actor);
}

bool any_plan_in_force(const AccountState& state, Instant at) {
  return std::any_of(state.pools.begin(), state.pools.end(),
                     [&](const auto& entry) { return term_in_force(state, entry.first, at) != nullptr; });
}

Refusal outside_term(Instant at, std::string_view clause) {
  return {RefusalCode::outside_term, clause, "No AI Studio term of the account is in force at this moment.",
          {{"at", to_text(at)}}};
}

Refusal plan_not_in_force(const PlanId& plan, Instant at) {
  return {RefusalCode::plan_mismatch, "AIS-5d", "A term is in force at this moment, but not of the plan named.",
          {{"plan", plan.value}, {"at", to_text(at)}}};
}

Refusal not_admitted(const std::optional<PlanId>& plan, const std::optional<ActorId>& actor, Instant at) {
  Refusal refusal{RefusalCode::plan_mismatch, "AIS-5d", "The builder list does not admit this actor.", {}};
  if (plan) refusal.details.emplace_back("plan", plan->value);
  if (actor) refusal.details.emplace_back("actor", actor->value);
  refusal.details.emplace_back("at", to_text(at));
  return refusal;
}

TermStarted studio_term(const PlanId& id, const Plan& plan, Cadence cadence, Credits allotment, std::int32_t number,
                        Instant starts_at, Instant ends_at) {
  return TermStarted{.product = ProductId(studio_product),
                     .term = number,
                     .starts_at = starts_at,
                     .ends_at = ends_at,
                     .ai_studio = PlanTerms{.plan = id,
                                            .cadence = cadence,
                                            .allotment = allotment,
                                            .increment = plan.increment,
                                            .on_exhaustion = plan.on_exhaustion,
                                            .stop_at_percent = plan.stop_at_percent,
                                            .rate_card = plan.rate_card}};
}

}  // namespace

Instant period_starts_at(const Term& term, std::int64_t period) {
  return period == 1 ? term.starts_at : bound_after(term, period - 1);
}

Instant period_ends_at(const Term& term, std::int64_t period) { return bound_after(term, period); }

std::int64_t period_count(const Term& term) {
  std::int64_t count = months_between(term.starts_at, term.ends_at) / months_of(term.cadence);
  while (bound_after(term, count) < term.ends_at) ++count;
  return count;
}

std::int32_t period_at(const Term& term, Instant at) {
  std::int64_t period = months_between(term.starts_at, at) / months_of(term.cadence) + 1;
  if (period > 1 && at < period_starts_at(term, period)) --period;
  return static_cast<std::int32_t>(period);
}

bool is_period_boundary(const Term& term, Instant boundary) {
  if (boundary == term.starts_at || boundary == term.ends_at) return true;
  return term.in_force(boundary) && period_starts_at(term, period_at(term, boundary)) == boundary;
}

const Period* find_period(const Term& term, std::int32_t number) { return find_period_in(term, number); }
Period* find_period(Term& term, std::int32_t number) { return find_period_in(term, number); }

Period& make_period(Term& term, std::int32_t number) {
  if (Period* found = find_period(term, number)) return *found;
  const auto at = std::lower_bound(term.periods.begin(), term.periods.end(), number,
                                   [](const Period& period, std::int32_t wanted) { return period.number < wanted; });
  Period fresh;
  fresh.number = number;
  return *term.periods.insert(at, std::move(fresh));
}

const Term* find_term(const AccountState& state, const PlanId& plan, std::int32_t number) {
  return find_term_in(state, plan, number);
}
Term* find_term(AccountState& state, const PlanId& plan, std::int32_t number) {
  return find_term_in(state, plan, number);
}

const Term* term_in_force(const AccountState& state, const PlanId& plan, Instant at) {
  const auto pool = state.pools.find(plan);
  if (pool == state.pools.end()) return nullptr;
  // Terms of a plan never overlap (H5); the newest is asked for most.
  for (auto term = pool->second.terms.rbegin(); term != pool->second.terms.rend(); ++term) {
    if (term->in_force(at)) return &*term;
  }
  return nullptr;
}

void evolve(AccountState& state, const TermStarted& fact) {
  const PlanTerms& plan = *fact.ai_studio;
  Pool& pool = state.pools[plan.plan];
  require(fact.starts_at < fact.ends_at, "a term ends before it starts");
  require(fact.term == static_cast<std::int32_t>(pool.terms.size()) + 1, "a term's number does not follow the last");
  require(pool.terms.empty() || pool.terms.back().ends_at <= fact.starts_at, "a plan's terms overlap");
  require(plan.allotment.micro >= 0 && plan.increment.micro >= 0, "a term's amounts are negative");
  Term term;
  term.number = fact.term;
  term.starts_at = fact.starts_at;
  term.ends_at = fact.ends_at;
  term.cadence = plan.cadence;
  term.allotment = plan.allotment;
  term.increment = plan.increment;
  term.on_exhaustion = plan.on_exhaustion;
  term.stop_at_percent = plan.stop_at_percent;
  term.rate_card = plan.rate_card;
  pool.terms.push_back(std::move(term));
}

void evolve(AccountState& state, const TermEnded& fact) {
  Term* term = find_term(state, *fact.plan, fact.term);
  require(term != nullptr, "a term ends that never started");
  require(fact.ends_at > term->starts_at && fact.ends_at <= term->ends_at, "a term's new end lies outside it");
  require(is_period_boundary(*term, fact.ends_at), "a term's new end is no period boundary");
  const Instant ends_at = fact.ends_at;
  const auto cut = std::find_if(term->periods.begin(), term->periods.end(), [&](const Period& period) {
    return period_starts_at(*term, period.number) >= ends_at;
  });
  require(cut == term->periods.end() || cut->number > term->opened, "a term's new end cuts off an opened period");
  term->periods.erase(cut, term->periods.end());  // lots of periods cut off are void (H8)
  term->ends_at = ends_at;
}

void evolve(AccountState& state, const Event& event, const BuildersChanged& fact) {
  const auto pool = state.pools.find(fact.plan);
  require(pool != state.pools.end(), "builders of a plan the account never had");
  pool->second.builders.change(event.at, fact.actors);
}

void open_without_allotment(AccountState& state, Instant reached) {
  for (auto& [plan, pool] : state.pools) {
    for (Term& term : pool.terms) {
      while (opens_without_allotment(term, reached)) {
        term.opened += 1;
        (void)make_period(term, term.opened);
      }
    }
  }
}

bool any_to_open_without_allotment(const AccountState& state, Instant reached) {
  return std::any_of(state.pools.begin(), state.pools.end(), [&](const auto& pool) {
    const std::vector<Term>& terms = pool.second.terms;
    return std::any_of(terms.begin(), terms.end(),
                       [&](const Term& term) { return opens_without_allotment(term, reached); });
  });
}

Expected<InForce, Refusal> named_plan(const AccountState& state, const PlanId& plan, Instant at,
                                      std::string_view clause) {
  if (const Term* term = term_in_force(state, plan, at)) return InForce{plan, term};
  if (any_plan_in_force(state, at)) return Unexpected{plan_not_in_force(plan, at)};
  return Unexpected{outside_term(at, clause)};
}

Expected<InForce, Refusal> plan_for_usage(const AccountState& state, const Catalog& catalog,
                                          const std::optional<PlanId>& plan, const std::optional<ActorId>& actor,
                                          Instant at) {
  if (plan) {
    auto named = named_plan(state, *plan, at, "AIS-2");
    if (!named) return named;
    if (!admits(state.pools.find(*plan)->second, actor, at)) return Unexpected{not_admitted(plan, actor, at)};
    return named;
  }
  // A plan the catalog has dropped still pays for its term, after those it knows.
  const auto rank_of = [&](const PlanId& id) {
    const Plan* known = catalog.plan(id);
    return known ? known->rank : std::numeric_limits<std::int64_t>::min();
  };
  bool any_in_force = false;
  InForce best;
  for (const auto& [id, pool] : state.pools) {  // by name, so that of equal ranks the first by name stays
    const Term* term = term_in_force(state, id, at);
    if (term == nullptr) continue;
    any_in_force = true;
    if (!admits(pool, actor, at)) continue;
    // Most accounts have one plan, and every charge comes by here.
    if (best.term == nullptr || rank_of(id) > rank_of(best.plan)) best = InForce{id, term};
  }
  if (!any_in_force) return Unexpected{outside_term(at, "AIS-2")};
  if (best.term == nullptr) return Unexpected{not_admitted(std::nullopt, actor, at)};
  return best;
}

std::optional<Refusal> decide(Draft& draft, const StartTerm& command, const Catalog& catalog) {
  const Plan* plan = catalog.plan(*command.plan);
  const auto offered = plan ? plan->allotment.find(*command.cadence) : std::map<Cadence, Credits>::const_iterator{};
  if (plan == nullptr || offered == plan->allotment.end()) {
    return Refusal{RefusalCode::unknown_plan, "AIS-3",
                   plan ? "The plan does not offer this cadence." : "The catalog has no plan of this name.",
                   {{"plan", command.plan->value}, {"cadence", std::string(to_name(*command.cadence))}}};
  }
  const auto pool = draft.state().pools.find(*command.plan);
  std::int32_t number = 1;
  if (pool != draft.state().pools.end() && !pool->second.terms.empty()) {
    const Term& last = pool->second.terms.back();
    if (command.starts_at < last.ends_at) {
      return Refusal{RefusalCode::term_overlap,
                     "AIS-2",
                     "The plan's last term has not ended when this one would start.",
                     {{"starts_at", to_text(command.starts_at)}, {"last_ends_at", to_text(last.ends_at)}}};
    }
    number = last.number + 1;
  }
  draft.emit(studio_term(*command.plan, *plan, *command.cadence, command.allotment.value_or(offered->second), number,
                         command.starts_at, command.ends_at));
  credits::open_begun_periods(draft);
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const RenewTerm& command, const Catalog& catalog) {
  const auto pool = draft.state().pools.find(*command.plan);
  if (pool == draft.state().pools.end() || pool->second.terms.empty()) {
    return Refusal{RefusalCode::outside_term, "AIS-2", "The account never had a term of this plan to renew.",
                   {{"plan", command.plan->value}}};
  }
  const Plan* plan = catalog.plan(*command.plan);
  if (plan == nullptr) {
    return Refusal{RefusalCode::unknown_plan, "AIS-3", "The catalog no longer has this plan.",
                   {{"plan", command.plan->value}}};
  }
  const Term& last = pool->second.terms.back();
  draft.emit(studio_term(*command.plan, *plan, last.cadence, last.allotment, last.number + 1, last.ends_at,
                         command.ends_at));  // H9
  credits::open_begun_periods(draft);
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const EndTerm& command) {
  const Term* term = term_in_force(draft.state(), *command.plan, draft.at());
  if (term == nullptr) {
    return Refusal{RefusalCode::outside_term, "AIS-2", "No term of this plan is in force at this moment.",
                   {{"plan", command.plan->value}, {"at", to_text(draft.at())}}};
  }
  const std::pair<std::string, std::string> asked{"ends_at", to_text(command.ends_at)};
  if (!is_period_boundary(*term, command.ends_at)) {
    return Refusal{
        RefusalCode::unknown_period, "AIS-5c", "A term ends early only at a boundary of its periods.", {asked}};
  }
  const Instant opened_until =
      term->opened == 0 ? term->starts_at : period_ends_at(*term, term->opened);
  if (command.ends_at < draft.at() || command.ends_at < opened_until) {
    return Refusal{RefusalCode::period_closed, "AIS-4d", "The new end would cut off a period that has been opened.",
                   {asked, {"opened_until", to_text(opened_until)}}};
  }
  draft.emit(TermEnded{.product = ProductId(studio_product),
                       .plan = command.plan,
                       .term = term->number,
                       .ends_at = command.ends_at});
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const SetBuilders& command) {
  if (draft.state().pools.count(command.plan) == 0) {
    return Refusal{RefusalCode::plan_mismatch, "AIS-5d", "The account never had a term of this plan.",
                   {{"plan", command.plan.value}}};
  }
  draft.emit(BuildersChanged{.plan = command.plan, .actors = command.actors});
  return std::nullopt;
}

}  // namespace creditfold::terms
