// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/week_shape.hpp"

#include <algorithm>

#include "ledger/forecast/history.hpp"

namespace creditfold::forecast {
namespace {

// Once there are that many weeks, a weekday's largest and smallest share are left out; not where many days have
// nothing, as they would be its use.
constexpr std::size_t trimmed_from = 5;
// The least share of an average day that is expected of one: a day is drawn as at most 64 times that (ratio_max).
constexpr Ratio shape_min = one / 64;
// Seven weekdays' differences from their mean.
constexpr Wide degrees_of_freedom = days_per_week - 1;

// A weekday's shares of its weeks, relative to a seventh.
using Shares = std::array<std::vector<Ratio>, days_per_week>;

Shares shares_of(const std::vector<std::int64_t>& days) {
  Shares shares;
  const std::size_t weeks = std::min(days.size() / days_per_week, shape_weeks_max);
  for (std::size_t week = 0; week < weeks; ++week) {
    const std::size_t first = days.size() - (week + 1) * days_per_week;
    std::int64_t sum = 0;
    for (std::size_t i = first; i < first + days_per_week; ++i) sum = capped_sum(sum, days[i]);
    if (sum == 0) continue;
    for (std::size_t i = first; i < first + days_per_week; ++i) {
      shares[static_cast<std::size_t>(phase_of_day(i, days.size()))].push_back(
          scaled(days[i], days_per_week * one, sum));
    }
  }
  for (std::vector<Ratio>& of_weekday : shares) std::sort(of_weekday.begin(), of_weekday.end());
  return shares;
}

// REQUIRES: sorted, more than are left out at both ends.
Ratio trimmed_mean(const std::vector<Ratio>& values, std::size_t left_out) {
  Ratio sum = 0;
  for (std::size_t i = left_out; i < values.size() - left_out; ++i) sum += values[i];
  return sum / static_cast<std::int64_t>(values.size() - 2 * left_out);
}

// How far that may be off, squared: from the values with the outermost ones drawn in (Tukey, McLaughlin 1963).
// REQUIRES: likewise, at least two.
Wide variance_of_mean(const std::vector<Ratio>& values, std::size_t left_out) {
  const auto drawn_in = [&](std::size_t i) { return values[std::clamp(i, left_out, values.size() - 1 - left_out)]; };
  const auto count = static_cast<std::int64_t>(values.size());
  Ratio sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += drawn_in(i);
  Wide squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    squares += Wide{drawn_in(i) - sum / count} * (drawn_in(i) - sum / count);
  const std::int64_t kept = count - 2 * static_cast<std::int64_t>(left_out);
  return squares * count / (count - 1) / (kept * kept);
}

}  // namespace

int phase_of_day(std::size_t day, std::size_t count) {
  return phase_of(static_cast<std::int64_t>(day) - static_cast<std::int64_t>(count));
}

WeekShape week_shape_of(const std::vector<std::int64_t>& days, bool sparse) {
  WeekShape week;
  week.shape.fill(one);
  const Shares shares = shares_of(days);
  if (shares[0].size() < 2) return week;
  std::array<Ratio, days_per_week> mean{};
  const std::size_t left_out = sparse || shares[0].size() < trimmed_from ? 0 : 1;
  Ratio sum = 0;
  Wide noise = 0;  // seven times a mean's
  for (std::size_t phase = 0; phase < mean.size(); ++phase) {
    mean[phase] = trimmed_mean(shares[phase], left_out);
    sum += mean[phase];
    noise += variance_of_mean(shares[phase], left_out);
  }
  if (sum == 0) return week;
  Wide differences = 0;
  for (Ratio& of_phase : mean) {
    of_phase = of_phase * days_per_week * one / sum;
    differences += Wide{of_phase - one} * (of_phase - one);
  }
  // What is expected of the differences of means that are all alike, by chance; of means that were scaled as these.
  const Wide scale = days_per_week * one * one / sum;
  const Wide by_chance = noise * scale / one * scale / one * degrees_of_freedom / days_per_week;
  if (differences <= by_chance) return week;
  week.borne_out = static_cast<Ratio>((differences - by_chance) * one / differences);
  for (std::size_t phase = 0; phase < mean.size(); ++phase) {
    // What was used once on a quiet weekday may be again.
    week.shape[phase] = std::max(one + (mean[phase] - one) * week.borne_out / one, shape_min);
  }
  return week;
}

}  // namespace creditfold::forecast
