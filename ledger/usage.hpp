// SPDX-License-Identifier: Apache-2.0
// Use of models: what it costs, authorizations that hold credits beforehand, reports that draw them
// (AIS-1, AIS-4a, AIS-4c, AI-2, GOV-3, H6, H13 to H18).
#pragma once

#include <cstdint>
#include <optional>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"
#include "ledger/wide.hpp"

namespace creditfold::usage {

// H15, taken apart: volume x rate of query, input and output and their sum, in millionths of a micro-credit.
struct Cost {
  Wide query = 0;
  Wide input = 0;
  Wide output = 0;
  [[nodiscard]] Wide sum() const { return query + input + output; }
};
[[nodiscard]] Cost cost(const Model& model, Volume query, Volume input, Volume output);

// H15: that sum, rounded up to the micro-credit once. Throws Overflow beyond 64 bits of micro-credits.
[[nodiscard]] Credits charge(const Model& model, Volume query, Volume input, Volume output);

// evolve
void evolve(AccountState& state, const Event& event, const CreditsConsumed& fact);
void evolve(AccountState& state, const Event& event, const CreditsHeld& fact);
void evolve(AccountState& state, const HoldReleased& fact);
// What a close does to authorizations whose own release is not among the events folded (Folding::selection).
void release_live(AccountState& state, const PlanId& plan, std::int32_t term, std::int32_t period);
// What a charge in time does to its period: what no lot covers counts beside (H12).
void consume(Period& period, Credits charge);
// The part of a charge that needs no plan: what workflow and model used.
void count_usage(AccountState& state, const CreditsConsumed& fact);

// H3, first half: releases every authorization whose `expires_at` has come; by expires_at, then id.
void release_expired_holds(Draft& draft);
// H4: releases every live authorization made in the period, in the same order, before it closes.
void release_holds_of_period(Draft& draft, const PlanId& plan, std::int32_t term, std::int32_t period);

// decide. `marked`: some text of the command carries a classification marking (GOV-3).
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RecordUsage& command, const Catalog& catalog,
                                             bool marked);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const AuthorizeUsage& command, const Catalog& catalog,
                                             bool marked);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const ReleaseAuthorization& command);

}  // namespace creditfold::usage
