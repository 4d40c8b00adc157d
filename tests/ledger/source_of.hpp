// SPDX-License-Identifier: Apache-2.0
// Events that lie side by side, as a source of them.
#pragma once

#include <vector>

#include "ledger/outlook.hpp"

namespace creditfold::test {

// REQUIRES: they outlive it.
inline EventSource source_of(const std::vector<Event>& events) {
  return [&events](const std::function<bool(Event&&)>& visit) {
    for (Event event : events) visit(std::move(event));
  };
}

}  // namespace creditfold::test
