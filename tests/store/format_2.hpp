// SPDX-License-Identifier: Apache-2.0
// A ledger.db as programs wrote it that kept events and batches as rows of their own.
#pragma once

#include <filesystem>
#include <vector>

#include "events/log.hpp"

namespace creditfold::test {

// One with the group in it. Checks of batches are left out: nobody looks at them any more.
void make_format_2(const std::filesystem::path& directory, const std::vector<Batch>& group);

}  // namespace creditfold::test
