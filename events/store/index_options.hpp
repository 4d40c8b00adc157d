// SPDX-License-Identifier: Apache-2.0
// How the index beside a ledger grows. Tests choose small numbers, so that a short log has runs; nobody else has to.
#pragma once

#include <cstddef>

namespace creditfold {

struct IndexOptions {
  std::size_t window = std::size_t{1} << 18;  // keys held in memory until they become a run
  std::size_t fan_in = 8;                     // so many runs of a size become one
};

}  // namespace creditfold
