// SPDX-License-Identifier: Apache-2.0
// What lies beyond the ledger and some commands need: it is done before such a command is decided, off the writer's
// thread, and what came of it goes into the decision as data.
#pragma once

#include <optional>

#include "events/partition.hpp"

namespace creditfold {

// Empty: nothing was done.
struct Provided {
  std::optional<Copied> copied;  // MigrateRegion: the account's stream, copied to the region and read back
  bool migrating = false;        // MigrateRegion: another migration of the account is under way
};

}  // namespace creditfold
