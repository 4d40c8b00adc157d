// SPDX-License-Identifier: Apache-2.0
// Seconds of processor time this process has used, natively and under Node.js, where std::clock would tell the wall's.
#pragma once

#ifdef __EMSCRIPTEN__
extern "C" double creditfold_cpu_seconds();  // tests/bench/cpu_clock.js
#else
#include <ctime>
#endif

namespace creditfold::test {

[[nodiscard]] inline double cpu_seconds() {
#ifdef __EMSCRIPTEN__
  return creditfold_cpu_seconds();
#else
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
#endif
}

}  // namespace creditfold::test
