// SPDX-License-Identifier: Apache-2.0
// What many futures say of one figure: the nearest-rank 10th, 50th and 90th percentile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace creditfold::forecast {

struct Band {
  std::int64_t p10 = 0;
  std::int64_t p50 = 0;
  std::int64_t p90 = 0;
};

// REQUIRES: count > 0. `scratch` is overwritten.
[[nodiscard]] inline Band band_of(const std::int64_t* values, std::size_t count, std::vector<std::int64_t>& scratch) {
  const auto rank = [&](std::size_t percent) { return (count * percent + 99) / 100 - 1; };
  scratch.assign(values, values + count);
  const auto at = [&](std::size_t place) { return scratch.begin() + static_cast<std::ptrdiff_t>(place); };
  std::nth_element(scratch.begin(), at(rank(50)), scratch.end());
  std::nth_element(scratch.begin(), at(rank(10)), at(rank(50)));
  if (rank(90) > rank(50)) std::nth_element(at(rank(50) + 1), at(rank(90)), scratch.end());
  return {.p10 = *at(rank(10)), .p50 = *at(rank(50)), .p90 = *at(rank(90))};
}

// 47 of 1000 is "4.7": percent with one decimal, rounded half up.
[[nodiscard]] inline std::string percent_of(std::int64_t count, std::int64_t of) {
  const std::int64_t permille = (count * 2000 + of) / (2 * of);
  std::string text = std::to_string(permille / 10);
  if (permille % 10 != 0) text += "." + std::to_string(permille % 10);
  return text;
}

}  // namespace creditfold::forecast
