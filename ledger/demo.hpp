// SPDX-License-Identifier: Apache-2.0
// A believable history for a first look: four months of an account named `demo`, ending now, made of ordinary commands
// that the engine decides like any others. The same day gives the same history.
#pragma once

#include <string>
#include <vector>

#include "events/log.hpp"
#include "ledger/catalog.hpp"

namespace creditfold {

// In the order they are sent; every `at` is in them and lies before `now`.
// REQUIRES: the plans basic and pro and the models of the shipped catalog.
[[nodiscard]] std::vector<std::string> demo_commands(const Catalog& catalog, Instant now);

// REQUIRES: the log is empty. Throws Fault(unavailable) when the catalog refuses one of the commands.
void fill_demo(Log& log, const Catalog& catalog, Instant now);

}  // namespace creditfold
