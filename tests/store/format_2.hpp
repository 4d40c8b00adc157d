// SPDX-License-Identifier: Apache-2.0
// A ledger.db as programs wrote it that kept events and batches as rows of their own, and no tree over them.
#pragma once

#include <filesystem>

namespace creditfold::test {

// Makes a database of today's format one of the format before. Checks of batches are left out: nobody looks at them.
void back_to_format_2(const std::filesystem::path& ledger);

}  // namespace creditfold::test
