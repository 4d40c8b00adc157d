// SPDX-License-Identifier: Apache-2.0
// Where an account's data lives, and moving all of it (RES-1, RES-3). The copy itself is the outside's work
// (ledger/regions).
#pragma once

#include <optional>
#include <string_view>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/evolve.hpp"
#include "ledger/outside.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::residency {

inline constexpr std::string_view product = "data_residency";  // the add-on that is sold for a region
inline constexpr std::string_view whole_scope = "organization";

void evolve(AccountState& state, const Event& event, const RegionMigrated& fact, Folding folding);

// To the region the account is in already: accepted, and nothing to record. Without a copy provided, the event says how
// many events one would have and no hash: what an estimate can know.
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const MigrateRegion& command, const Catalog& catalog,
                                            const Provided& provided);

}  // namespace creditfold::residency
