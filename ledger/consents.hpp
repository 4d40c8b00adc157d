// SPDX-License-Identifier: Apache-2.0
// Access to AI, consents and accepted terms (AI-0, AI-3, AI-4, AI-5), and what they mean for a use of a model.
#pragma once

#include <optional>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::consents {

// The consent a beta model asks for (AI-5), and the one no account can give (AI-4).
inline constexpr std::string_view beta_feature = "beta";
inline constexpr std::string_view training_feature = "training";

void evolve(AccountState& state, const Event& event, const ConsentChanged& fact);
void evolve(AccountState& state, const Event& event, const TermsAccepted& fact);
void evolve(AccountState& state, const Event& event, const AccessChanged& fact);

// What stood at a moment (AI-0, AI-4, AI-3).
[[nodiscard]] bool has_access(const AccountState& state, Instant at);
[[nodiscard]] bool has_consent(const AccountState& state, const FeatureId& feature, Instant at);
[[nodiscard]] bool has_accepted(const AccountState& state, const TermsId& terms, Instant at);

// What stands against using `model` on this account at `at`, in the order of the checks. A report carries them as
// flags, an authorization is refused with the first.
[[nodiscard]] std::vector<UsageFlag> objections(const AccountState& state, const Model& model, Instant at);
[[nodiscard]] Refusal refusal_for(UsageFlag flag, const ModelId& id, const Model& model, Instant at);

[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const SetConsent& command);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const AcceptTerms& command);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const SetAccess& command);

}  // namespace creditfold::consents
