// SPDX-License-Identifier: Apache-2.0
// What lies beside a region's ledger and is made of it: nothing that a copy has to take along.
#pragma once

namespace creditfold {

inline constexpr const char* index_directory = "index";
inline constexpr const char* state_file_name = "state";

}  // namespace creditfold
