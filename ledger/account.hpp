// SPDX-License-Identifier: Apache-2.0
// Opening an account: its environment for ever, its first region (GOV-1).
#pragma once

#include <optional>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::account {

void evolve(AccountState& state, const Event& event, const AccountOpened& fact);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const OpenAccount& command, const Catalog& catalog);

}  // namespace creditfold::account
