// SPDX-License-Identifier: Apache-2.0
// Where the service gets the present moment from: the machine's clock, or one that a test moves.
#pragma once

#include <chrono>
#include <functional>

#include "events/vocabulary.hpp"

namespace creditfold::service {

// Called from several threads at once.
using Clock = std::function<Instant()>;

[[nodiscard]] inline Instant machine_clock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace creditfold::service
