// SPDX-License-Identifier: Apache-2.0
// The layout before regions had folders of their own: one ledger for all accounts, in the data directory itself.
#pragma once

#include <filesystem>

namespace creditfold {

// Gives every account of such a ledger its region's folder. A process that ends in between leaves the ledger as it was,
// or the folders whole for the next one to put in their place. Nothing happens where there is no such ledger. REQUIRES:
// the caller holds the directory's lock. Throws Fault as open_sqlite does; then the ledger is where it was.
void adopt_flat_ledger(const std::filesystem::path& directory);

// Whether such a ledger is there, or what it is being made into. Throws Fault.
[[nodiscard]] bool has_flat_ledger(const std::filesystem::path& directory);

}  // namespace creditfold
