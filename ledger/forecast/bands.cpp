// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/bands.hpp"

#include <algorithm>

namespace creditfold::forecast {

Band band_of(const std::int64_t* values, std::size_t count, std::vector<std::int64_t>& scratch) {
  const auto rank = [&](std::size_t percent) { return (count * percent + 99) / 100 - 1; };
  scratch.assign(values, values + count);
  const auto at = [&](std::size_t place) { return scratch.begin() + static_cast<std::ptrdiff_t>(place); };
  std::nth_element(scratch.begin(), at(rank(50)), scratch.end());
  std::nth_element(scratch.begin(), at(rank(10)), at(rank(50)));
  if (rank(90) > rank(50)) std::nth_element(at(rank(50) + 1), at(rank(90)), scratch.end());
  return {.p10 = *at(rank(10)), .p50 = *at(rank(50)), .p90 = *at(rank(90))};
}

std::string percent_of(std::int64_t count, std::int64_t of) {
  const std::int64_t permille = (count * 2000 + of) / (2 * of);
  std::string text = std::to_string(permille / 10);
  if (permille % 10 != 0) text += "." + std::to_string(permille % 10);
  return text;
}

}  // namespace creditfold::forecast
