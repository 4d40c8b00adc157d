// SPDX-License-Identifier: Apache-2.0
// decide(state, command, catalog, now, provided) -> events | refusal: the one visit of commands over all families.
// Pure: the same five give the same answer, and nothing is changed by asking.
#pragma once

#include <optional>
#include <vector>

#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/outside.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// Figures that are well formed but impossible, and fields that do not belong to the product named: `malformed` too,
// though it takes the catalog and the account to see it. `state` is null for an unknown account.
[[nodiscard]] std::optional<Refusal> check_figures(const AccountState* state, const Command& command,
                                                   const Catalog& catalog, Instant now);

// The events of an accepted command (maybe none), versions following the state's; or the first refusal in the stated
// order. `state` is null for an unknown account. `now` is the clock's: a missing `at`, `in_future` and `recorded_at`
// (H1). `provided` is what was done outside for the command beforehand, for the few commands that need something from
// there.
[[nodiscard]] Expected<std::vector<Event>, Refusal> decide(const AccountState* state, const Command& command,
                                                           const Catalog& catalog, Instant now,
                                                           const Provided& provided = {});

// What must be run outside before this command is decided: nothing for most, and nothing for one that would be refused
// whatever an errand brought.
[[nodiscard]] std::optional<Errand> errand_of(const AccountState* state, const Command& command, const Catalog& catalog,
                                              Instant now);

}  // namespace creditfold
