// SPDX-License-Identifier: Apache-2.0
// How an account uses credits, learned from its history: for each workflow and model a level, a trend, a weekday and
// hour shape, and what its days were beside what the day before expected of them. Integers only, so that everybody who
// learns from the same log learns the same.
//
// Level: exponential smoothing with multiplicative error over days freed of their weekday shape, each error cut so that
// one burst does not become a level (Hyndman, Koehler, Ord, Snyder 2008; Gelper, Fried, Croux 2010); the smoothing
// constant is the one of a few whose squared errors would have been least. Trend: the Theil-Sen slope of weekly sums,
// where a Mann-Kendall test sees one, damped with time (Gardner, McKenzie 1985).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/forecast/history.hpp"

namespace creditfold::forecast {

// How much of a history there is, and so how much is learned of it.
enum class Enough : std::uint8_t {
  none,    // no charge: nothing is expected
  short_,  // less than two weeks: the level alone, and a rule of thumb for how far it may be off
  brief,   // less than eight weeks: no trend
  full,
};
[[nodiscard]] std::string_view to_name(Enough enough);
inline constexpr std::int32_t brief_days_min = 14;
inline constexpr std::int32_t full_days_min = 56;

// Days that futures are made of: half a year, so that habits long given up are not drawn again.
inline constexpr std::int32_t residual_days_max = 182;

struct SeriesModel {
  std::int64_t level = 0;                    // micro-credits a day at the moment
  Ratio trend = 0;                           // of the level, a day; may be negative; before damping
  Ratio trend_spread = 0;                    // how far that may be off, as a standard deviation
  int smoothing_shift = 4;                   // the smoothing constant is 2^-shift
  std::array<Ratio, days_per_week> shape{};  // of a day by its phase, on average `one`
  // Whether days are drawn only in place of the same weekday: use that is not there on many days keeps its rhythm so.
  bool by_weekday = false;
  // By day of the window (UsageModel::window): what the day was beside what was expected, and what the level learns of
  // it.
  std::vector<Ratio> residual;
  std::vector<Ratio> step;
  std::vector<bool> known;         // not before the series began, not after it all but ended
  std::vector<std::int32_t> days;  // those that are
  bool borrowed = false;           // all of these are the account's: the series has no week of its own
  // Share of a day's use that falls before an hour of the window, by phase and hour; the 25th is `one`.
  std::array<std::array<Ratio, hours_per_day + 1>, days_per_week> before_hour{};
  std::int32_t burst_days = 0;            // days of more than three times what was expected
  std::int32_t burst_share_permille = 0;  // what they had beyond it, of all
};

struct UsageModel {
  History history;
  Enough enough = Enough::none;
  std::int32_t window = 0;  // how many of the last days futures are made of; 0: none, the level alone
  // Windows days by class: those of working days and those of quiet ones, by time; a day is drawn from its own class.
  std::array<std::vector<std::int32_t>, 2> class_days;
  std::array<int, days_per_week> class_of_phase{};
  std::vector<SeriesModel> series;  // as history.series
  SeriesModel whole;                // of the account, for workflows that are only supposed
  std::string sentence;             // how much there was to learn from, and what follows
};

[[nodiscard]] UsageModel learn(History history);

// What remains of a day's trend on each later day: a trend halves in about eight weeks.
inline constexpr Ratio damping_per_day = one - one / 80;

}  // namespace creditfold::forecast
