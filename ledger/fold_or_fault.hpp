// SPDX-License-Identifier: Apache-2.0
// A fold's one step inside a question, where an event that cannot follow is damage of the log.
#pragma once

#include "ledger/evolve.hpp"

namespace creditfold {

// `step`: `evolve`, or one that evolves less. Throws Fault(damaged), which names the event, when it cannot follow.
void fold_or_fault(AccountState& state, const Event& event, void (*step)(AccountState&, const Event&) = evolve);

}  // namespace creditfold
