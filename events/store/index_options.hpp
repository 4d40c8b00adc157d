// SPDX-License-Identifier: Apache-2.0
// How the index beside a ledger grows. Tests choose small numbers, so that a short log has runs; nobody else has to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace creditfold {

// Told why the index could not be written, on a thread of its own: the first time, and again after it could be.
using IndexFailed = std::function<void(const std::string& what)>;

struct IndexOptions {
  std::size_t window = std::size_t{1} << 18;  // keys held in memory until they become a run
  std::size_t fan_in = 8;                     // so many runs of a size become one
  IndexFailed failed{};                       // keys stay in memory then, and none is lost
};

}  // namespace creditfold
