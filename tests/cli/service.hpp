// SPDX-License-Identifier: Apache-2.0
// The built program serving a data directory on a free port of its own machine, beside a test.
#pragma once

#include <string>

#include "tests/cli/program.hpp"

namespace creditfold::test {

class Service {
 public:
  // Returns when it can be reached; killed at the end of the scope if it still runs. `more`: further words.
  explicit Service(const std::string& data, const Words& more = {});

  [[nodiscard]] int stop();  // SIGTERM; its exit status
  void kill();               // SIGKILL

 private:
  Running program_;
};

}  // namespace creditfold::test
