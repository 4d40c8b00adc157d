// SPDX-License-Identifier: Apache-2.0
// Folded logs: a book for each region a log holds, and all of them as one, by account.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "ledger/cli/log_source.hpp"
#include "ledger/replay.hpp"

namespace creditfold::cli {

using Books = std::map<RegionId, Book>;  // a document's under its partition

// The accounts of all regions. Throws Fault damaged when one lives in two.
[[nodiscard]] Book merged(const Books& books);

// The same books as folding its events one by one gives, of a data directory between whose regions no account ever
// moved: folded from segments as they lie, many times faster. Nothing where that is not so, or where an event cannot be
// folded: who folds one by one then finds and names it. `done`: told how many events were folded. Throws Fault.
[[nodiscard]] std::optional<Books> fold_packed(const LogSource& source, const std::function<void(std::int64_t)>& done);

// Of everything in a data directory, at one moment.
[[nodiscard]] Book fold_directory(const std::string& directory);

}  // namespace creditfold::cli
