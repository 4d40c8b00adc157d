// SPDX-License-Identifier: Apache-2.0
// What an account has agreed to as of a moment (AI-0, AI-3, AI-4, AI-5): each consent with its state, since when and by
// which event; partner terms and the models that need them; what stands against each model of the catalog.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "events/event.hpp"
#include "events/log.hpp"
#include "ledger/catalog.hpp"
#include "ledger/state.hpp"
#include "ledger/statement.hpp"

namespace creditfold {

// One line of JSON without a newline. `events` are the account's, in order; what stands at `moment` is what was last
// recorded among those that had happened by then (H1), as `state` has it.
[[nodiscard]] std::string consents_json(const AccountState& state, std::span<const Event> events,
                                        const Catalog& catalog, Instant moment);

// The same out of a log. nullopt: no event of the account is among those asked for. Throws Fault as view_as_of does.
[[nodiscard]] std::optional<std::string> consents_as_of(const Log& log, const AccountId& account,
                                                        const Catalog& catalog, const AsOf& as_of, Instant now);

}  // namespace creditfold
