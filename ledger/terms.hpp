// SPDX-License-Identifier: Apache-2.0
// Product Terms of AI Studio plans and the Credit Periods they are cut into (AIS-2, AIS-3, H2, H5 to H9).
#pragma once

#include <cstdint>
#include <optional>

#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::terms {

inline constexpr std::string_view studio_product = "ai_studio";

// H2. Periods are counted from 1. REQUIRES: 1 <= period <= period_count(term).
[[nodiscard]] Instant period_starts_at(const Term& term, std::int64_t period);
[[nodiscard]] Instant period_ends_at(const Term& term, std::int64_t period);
[[nodiscard]] std::int64_t period_count(const Term& term);
// REQUIRES: term.in_force(at).
[[nodiscard]] std::int32_t period_at(const Term& term, Instant at);
// The period that starts at `boundary` or ends with it; nullopt when no period does. (H8)
[[nodiscard]] bool is_period_boundary(const Term& term, Instant boundary);

[[nodiscard]] const Period* find_period(const Term& term, std::int32_t number);
[[nodiscard]] Period* find_period(Term& term, std::int32_t number);
// Finds it or puts an empty one in its place by number.
[[nodiscard]] Period& make_period(Term& term, std::int32_t number);

[[nodiscard]] const Term* find_term(const AccountState& state, const PlanId& plan, std::int32_t number);
[[nodiscard]] Term* find_term(AccountState& state, const PlanId& plan, std::int32_t number);
[[nodiscard]] const Term* term_in_force(const AccountState& state, const PlanId& plan, Instant at);

// evolve
void evolve(AccountState& state, const TermStarted& fact);
void evolve(AccountState& state, const TermEnded& fact);
void evolve(AccountState& state, const Event& event, const BuildersChanged& fact);
// H3: a period whose allotment is 0 opens without an event, by the first event behind its term's start that has reached
// its own.
void open_without_allotment(AccountState& state, Instant reached);
// Whether that would open any.
[[nodiscard]] bool any_to_open_without_allotment(const AccountState& state, Instant reached);

// The plan and term that a command at `at` concerns.
struct InForce {
  PlanId plan;
  const Term* term = nullptr;  // of the state asked; not owned
};
// For purchases and grants: the named plan must have a term in force (H7). `clause` is that of `outside_term`.
[[nodiscard]] Expected<InForce, Refusal> named_plan(const AccountState& state, const PlanId& plan, Instant at,
                                                    std::string_view clause);
// For usage: the named plan, or the highest in rank that admits the actor (H6, H7).
[[nodiscard]] Expected<InForce, Refusal> plan_for_usage(const AccountState& state, const Catalog& catalog,
                                                        const std::optional<PlanId>& plan,
                                                        const std::optional<ActorId>& actor, Instant at);

// decide
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const StartTerm& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RenewTerm& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const EndTerm& command);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const SetBuilders& command);

}  // namespace creditfold::terms
