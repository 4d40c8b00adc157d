// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/trend.hpp"

#include <algorithm>

namespace creditfold::forecast {
namespace {

// A trend is taken for one when chance alone would show one so marked in about 1 of 10 series: 1.645 squared, in
// hundredths of hundredths.
constexpr std::int64_t score_squared_e4 = 27'060;
// No use triples in a month for long, and none falls faster than to a third.
constexpr Ratio trend_max = one / 28;

std::vector<std::int64_t> weekly_sums(const std::vector<std::int64_t>& days) {
  const std::size_t weeks = std::min(days.size() / days_per_week, trend_weeks_max);
  std::vector<std::int64_t> sums(weeks, 0);
  for (std::size_t week = 0; week < weeks; ++week) {
    const std::size_t first = days.size() - (weeks - week) * days_per_week;
    for (std::size_t i = first; i < first + days_per_week; ++i) sums[week] = capped_sum(sums[week], days[i]);
  }
  return sums;
}

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Ratio trend_of(const std::vector<std::int64_t>& days) {
  const std::vector<std::int64_t> weeks = weekly_sums(days);
  const auto n = static_cast<std::int64_t>(weeks.size());
  if (weeks.size() < trend_weeks_min) return 0;
  std::int64_t score = 0;
  std::vector<std::int64_t> slopes;
  for (std::size_t i = 0; i < weeks.size(); ++i) {
    for (std::size_t j = i + 1; j < weeks.size(); ++j) {
      score += weeks[j] > weeks[i] ? 1 : weeks[j] < weeks[i] ? -1 : 0;
      slopes.push_back((weeks[j] - weeks[i]) / static_cast<std::int64_t>(j - i));
    }
  }
  // Kendall's variance of the score without ties is n (n - 1) (2 n + 5) / 18.
  if (score * score * 18 * 10'000 < score_squared_e4 * n * (n - 1) * (2 * n + 5)) return 0;
  const std::int64_t slope = median(std::move(slopes));
  // The line goes through the medians of weeks and of time; its end is half the weeks later.
  const std::int64_t end = median(weeks) + slope * (n - 1) / 2;
  if (end <= 0) return 0;
  const Wide a_day = static_cast<Wide>(slope) * one / end / days_per_week;
  return static_cast<Ratio>(std::clamp<Wide>(a_day, -trend_max, trend_max));
}

}  // namespace creditfold::forecast
