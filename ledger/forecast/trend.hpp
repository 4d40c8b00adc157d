// SPDX-License-Identifier: Apache-2.0
// Whether a series rises or falls, and how fast, robust against bursts: the Mann-Kendall test and the Theil-Sen slope
// of its weekly sums (Mann 1945, Kendall 1975; Theil 1950, Sen 1968).
#pragma once

#include <vector>

#include "ledger/forecast/fixed.hpp"

namespace creditfold::forecast {

// Weeks looked at: a quarter. A trend older than that is history.
inline constexpr std::size_t trend_weeks_max = 13;
inline constexpr std::size_t trend_weeks_min = 8;
inline constexpr std::size_t spread_weeks_min = 4;  // to say how far a trend that cannot be told yet may lie from none

struct Trend {
  Ratio a_day =
      0;  // the change of a day's use from one day to the next, of the use at the end; 0 where no trend is seen
  Ratio spread = 0;  // how far it may be off: half the width of Sen's interval of 68 percent; likewise
};

// `days`: micro-credits by day, oldest first.
[[nodiscard]] Trend trend_of(const std::vector<std::int64_t>& days);

}  // namespace creditfold::forecast
