// SPDX-License-Identifier: Apache-2.0
// The regions of a data directory, written down in it: a region's folder may be a mount of its own, and one that failed
// would otherwise be a region that never was. events/FORMAT.md has the file.
#pragma once

#include <filesystem>
#include <optional>
#include <set>

#include "events/vocabulary.hpp"

namespace creditfold {

inline constexpr const char* region_list_file = "regions.txt";  // no region has this name

// Nothing: the directory has no list yet. Throws Fault; damaged when a line is no region's name.
[[nodiscard]] std::optional<std::set<RegionId>> read_region_list(const std::filesystem::path& directory);

// Replaces the list; on disk when this returns. Throws Fault. REQUIRES: every region has its ledger, so that nobody is
// locked out by one that was never begun, and no account was opened yet in one that was not listed before.
void write_region_list(const std::filesystem::path& directory, const std::set<RegionId>& regions);

// Throws Fault unavailable when the ledger of a region that is listed is not there.
void require_ledger(const std::filesystem::path& directory, const RegionId& region);

// The regions whose ledgers lie in the directory, whole or only begun, listed or not; none when there is no directory.
// Throws Fault when a folder cannot be looked into.
[[nodiscard]] std::set<RegionId> regions_found(const std::filesystem::path& directory);

}  // namespace creditfold
