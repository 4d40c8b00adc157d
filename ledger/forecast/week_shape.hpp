// SPDX-License-Identifier: Apache-2.0
// How a series' weekdays differ, as far as its history bears that out: of each weekday the mean share of its week,
// drawn towards every day alike by the part of their differences that days alone would have made (James, Stein 1961;
// Efron, Morris 1973). Use that knows no week is not given one by chance.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ledger/forecast/fixed.hpp"

namespace creditfold::forecast {

// Half a year, as for the days futures are made of.
inline constexpr std::size_t shape_weeks_max = 26;

struct WeekShape {
  std::array<Ratio, days_per_week>
      shape{};          // of a day by its phase (history.hpp); about `one` on average, as the quietest are lifted
  Ratio borne_out = 0;  // 0: weekdays differ no more than days do; `one`: all of what they differ by is their own
};

// `days`: micro-credits by day, oldest first, the last one before the moment. `sparse`: many of them have nothing. Less
// than two weeks have no shape.
[[nodiscard]] WeekShape week_shape_of(const std::vector<std::int64_t>& days, bool sparse);

// Of one of `count` days that end at the moment.
[[nodiscard]] int phase_of_day(std::size_t day, std::size_t count);

}  // namespace creditfold::forecast
