// SPDX-License-Identifier: Apache-2.0
// What `creditfold import --json` counted.
#pragma once

#include <cstdint>

#include "tests/cli/program.hpp"

namespace creditfold::test {

[[nodiscard]] inline std::int64_t count(const Ended& ended, const char* name) {
  return json_of(ended.out).at(name).as_int64();
}

// How many were refused with a code.
[[nodiscard]] inline std::int64_t times_refused(const Ended& ended, const char* code) {
  const boost::json::value summary = json_of(ended.out);
  const auto& codes = summary.at("refused").as_object();
  return codes.contains(code) ? codes.at(code).as_int64() : 0;
}

}  // namespace creditfold::test
