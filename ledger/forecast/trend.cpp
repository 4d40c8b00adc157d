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

// The middle of a list in order.
std::int64_t median(const std::vector<std::int64_t>& sorted) { return sorted[sorted.size() / 2]; }

std::int64_t root(std::int64_t square) {
  std::int64_t low = 0;
  while ((low + 1) * (low + 1) <= square) ++low;
  return low;
}

Ratio a_day(std::int64_t slope, std::int64_t end) {
  const Wide ratio = static_cast<Wide>(slope) * one / end / days_per_week;
  return static_cast<Ratio>(std::clamp<Wide>(ratio, -trend_max, trend_max));
}

}  // namespace

Trend trend_of(const std::vector<std::int64_t>& days) {
  std::vector<std::int64_t> weeks = weekly_sums(days);
  const auto n = static_cast<std::int64_t>(weeks.size());
  if (weeks.size() < spread_weeks_min) return {};
  std::int64_t score = 0;
  std::vector<std::int64_t> slopes;
  for (std::size_t i = 0; i < weeks.size(); ++i) {
    for (std::size_t j = i + 1; j < weeks.size(); ++j) {
      score += weeks[j] > weeks[i] ? 1 : weeks[j] < weeks[i] ? -1 : 0;
      slopes.push_back((weeks[j] - weeks[i]) / static_cast<std::int64_t>(j - i));
    }
  }
  std::sort(slopes.begin(), slopes.end());
  std::sort(weeks.begin(), weeks.end());
  // Kendall's variance of the score without ties is n (n - 1) (2 n + 5) / 18.
  const std::int64_t variance_18 = n * (n - 1) * (2 * n + 5);
  const bool seen = weeks.size() >= trend_weeks_min && score * score * 18 * 10'000 >= score_squared_e4 * variance_18;
  const std::int64_t slope = seen ? median(slopes) : 0;
  // The line goes through the medians of weeks and of time; its end is half the weeks later.
  const std::int64_t end = median(weeks) + slope * (n - 1) / 2;
  if (end <= 0) return {};
  // Sen: the ranks half the score's deviation to both sides of the middle.
  const auto off = static_cast<std::size_t>(root(variance_18 / 18) / 2);
  const std::size_t middle = slopes.size() / 2;
  const std::int64_t width = slopes[std::min(middle + off, slopes.size() - 1)] - slopes[middle - std::min(off, middle)];
  return {.a_day = a_day(slope, end), .spread = a_day(width / 2, end)};
}

}  // namespace creditfold::forecast
