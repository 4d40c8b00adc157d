// SPDX-License-Identifier: Apache-2.0
// Folded logs: a book for each region a log holds, and all of them as one, by account.
#pragma once

#include <map>
#include <string>

#include "ledger/cli/log_source.hpp"
#include "ledger/replay.hpp"

namespace creditfold::cli {

using Books = std::map<RegionId, Book>;  // a document's under its partition

// The accounts of all regions. Throws Fault damaged when one lives in two.
[[nodiscard]] Book merged(const Books& books);

// Of everything in a data directory, at one moment.
[[nodiscard]] Book fold_directory(const std::string& directory);

}  // namespace creditfold::cli
