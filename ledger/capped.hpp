// SPDX-License-Identifier: Apache-2.0
// Sums and ratios of figures that are for information alone: one too large stops at int64's end, where one that is
// stored would be refused.
#pragma once

#include <cstdint>
#include <limits>

namespace creditfold {

__extension__ using SignedWide = __int128;

[[nodiscard]] inline std::int64_t capped(SignedWide value) {
  constexpr SignedWide most = std::numeric_limits<std::int64_t>::max();
  return value > most ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(value);
}

// REQUIRES: a, b >= 0.
[[nodiscard]] inline std::int64_t capped_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// a x b / c rounded down, cut at int64's end. REQUIRES: a, b >= 0, c > 0.
[[nodiscard]] inline std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
  return capped(static_cast<SignedWide>(a) * b / c);
}

}  // namespace creditfold
