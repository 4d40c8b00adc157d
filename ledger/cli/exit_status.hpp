// SPDX-License-Identifier: Apache-2.0
// How the program ends. The only place where a failure becomes an exit status; scripts hold on to the numbers.
#pragma once

#include <stdexcept>
#include <string>

#include "events/log.hpp"

namespace creditfold::cli {

enum class ExitStatus : int {
  done = 0,
  refused = 1,  // a rule said no, or a verification failed
  usage = 2,    // the program was asked wrongly
  damaged = 3,  // stored bytes are not what was written
  machine = 4,  // disk full, no permission, nothing there
};

// The program was asked wrongly in a way that only shows while it works: a file of another kind, an option out of
// place.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& what) : std::runtime_error(what) {}
};

[[nodiscard]] inline ExitStatus to_status(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::damaged:
    case Fault::Kind::unsupported_format:
      return ExitStatus::damaged;
    case Fault::Kind::busy:
    case Fault::Kind::full:
    case Fault::Kind::read_only:
    case Fault::Kind::unavailable:
      return ExitStatus::machine;
  }
  return ExitStatus::machine;
}

}  // namespace creditfold::cli
