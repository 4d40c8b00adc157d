// SPDX-License-Identifier: Apache-2.0
// What many futures say of one figure: the nearest-rank 10th, 50th and 90th percentile.
#pragma once

#include <cstddef>
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
[[nodiscard]] Band band_of(const std::int64_t* values, std::size_t count, std::vector<std::int64_t>& scratch);

// 47 of 1000 is "4.7": percent with one decimal, rounded half up.
[[nodiscard]] std::string percent_of(std::int64_t count, std::int64_t of);

}  // namespace creditfold::forecast
