// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/usage_model.hpp"

#include <algorithm>
#include <utility>

#include "ledger/forecast/trend.hpp"
#include "ledger/forecast/week_shape.hpp"
#include "ledger/words.hpp"

namespace creditfold::forecast {
namespace {

using Days = std::vector<std::int64_t>;  // micro-credits, oldest first

// Smoothing constants tried: 2^-2 to 2^-6, a memory of days up to one of two months.
constexpr int shift_min = 2;
constexpr int shift_max = 6;
// The level is first the average of this many days; they are not among those futures are made of.
constexpr std::size_t warm_up_days = 14;
// What is fitted to a series' days: seven weekdays and a level. Six of the weekdays' are free, and count as far as the
// history bears them out.
constexpr std::int64_t fitted_figures = 8;
constexpr std::int64_t free_weekdays = 6;
// Of n days drawn again the middle 80 percent hold only (n - 1) / (n + 1) of 80 percent of the days to come. To make up
// for it wholly would take seven figures more; with three no loss grows (scripts/bench forecast, other seeds).
constexpr std::int64_t unseen_figures = 3;
// Of the sum of squared errors.
constexpr int shorter_memory_percent = 4;
// An error counts as at most this much of the level; where memories are compared, of the average day, which is the same
// for all of them.
constexpr std::int64_t error_max_levels = 2;
constexpr std::int64_t error_max_averages = 3;

// Whether many days have nothing: then a weekday's days are drawn for that weekday only, if weekdays differ at all.
bool is_sparse(const Days& days) {
  const auto empty = static_cast<std::size_t>(std::count(days.begin(), days.end(), std::int64_t{0}));
  return days.size() >= 4 * days_per_week && empty * 4 > days.size();
}

std::int64_t average(const Days& days, std::size_t first, std::size_t last) {
  Wide sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += days[i];
  return last == first ? 0 : capped(sum / static_cast<std::int64_t>(last - first));
}

// One pass of smoothing: the level before each day and after the last, and how far each day was from its expectation,
// as a square: a level is an average, and the least absolute error would be a median's, which for use that is mostly
// nothing is far below.
struct Smoothed {
  Days level_before;
  std::int64_t level = 0;
  Wide error = 0;
};

Smoothed smooth(const Days& days, const std::array<Ratio, days_per_week>& shape, int shift, std::size_t begun) {
  const std::size_t warm = std::min(begun + warm_up_days, days.size());
  const std::int64_t of_all = average(days, begun, days.size());
  const std::int64_t floor = of_all / 4;  // what an error may be at least, to come back from 0
  Smoothed result;
  result.level_before.assign(days.size(), 0);
  std::int64_t level = average(days, begun, warm);
  for (std::size_t i = begun; i < days.size(); ++i) {
    const Ratio of_day = shape[static_cast<std::size_t>(phase_of_day(i, days.size()))];
    result.level_before[i] = level;
    const std::int64_t error = days[i] - scaled(level, of_day, one);
    const Wide counted_as = std::clamp(error, -error_max_averages * of_all, error_max_averages * of_all);
    if (i >= warm) result.error += counted_as * counted_as;
    const std::int64_t freed = static_cast<std::int64_t>(static_cast<Wide>(error) * one / std::max(of_day, one));
    const std::int64_t most = error_max_levels * std::max(level, floor);
    level += std::clamp(freed, -most, most) / (std::int64_t{1} << shift);
    level = std::clamp<std::int64_t>(level, 0, amount_max);
  }
  result.level = level;
  return result;
}

// The days of the window beside their expectations, and the steps the level takes by them, which sum to nothing.
void keep_residuals(SeriesModel& model, const Days& days, const Smoothed& smoothed, std::size_t begun,
                    std::int32_t window, Ratio borne_out) {
  const std::size_t first = days.size() - static_cast<std::size_t>(window);
  const std::int64_t least = average(days, begun, days.size()) / 8;
  model.residual.assign(static_cast<std::size_t>(window), one);
  model.step.assign(static_cast<std::size_t>(window), 0);
  model.known.assign(static_cast<std::size_t>(window), false);
  Ratio sum = 0;
  Wide beyond = 0;
  Wide all = 0;
  Wide expected_all = 0;
  Wide ratios = 0;  // weighted with their day's share, as are the next
  Wide shares = 0;
  for (std::size_t i = std::max(first, begun + days_per_week); i < days.size(); ++i) {
    const Ratio of_day = model.shape[static_cast<std::size_t>(phase_of_day(i, days.size()))];
    const std::int64_t level = smoothed.level_before[i];
    if (level == 0 || level < least) continue;
    const std::size_t at = i - first;
    const std::int64_t expected = scaled(level, of_day, one);
    if (expected > 0) model.residual[at] = std::min(scaled(days[i], one, expected), ratio_max);
    const Ratio weight = std::min(of_day, one);
    const Ratio freed = (model.residual[at] - one) * weight / one;
    model.step[at] =
        std::clamp(freed, -error_max_levels * one, error_max_levels * one) / (std::int64_t{1} << model.smoothing_shift);
    sum += model.step[at];
    model.known[at] = true;
    model.days.push_back(static_cast<std::int32_t>(at));
    all += days[i];
    expected_all += expected;
    shares += of_day;
    if (days[i] <= 3 * expected) continue;
    model.burst_days += 1;
    beyond += days[i] - expected;
  }
  if (model.days.empty()) return;
  const Ratio mean = sum / static_cast<std::int64_t>(model.days.size());
  for (const std::int32_t day : model.days) model.step[static_cast<std::size_t>(day)] -= mean;
  // Days that a shape was fitted to lie nearer to it than days to come will (Davison, Hinkley 1997, 6.2): spread a
  // little.
  const auto count = static_cast<std::int64_t>(model.days.size());
  // What is drawn for its weekday only has a seventh of the days, and one figure fitted to them.
  const std::int64_t fitted = fitted_figures - free_weekdays + (free_weekdays * borne_out + one / 2) / one;
  const std::int64_t figures = model.by_weekday ? days_per_week * (1 + unseen_figures) : fitted + unseen_figures;
  const Ratio wider = one + figures * one / (2 * count);
  ratios = 0;
  for (const std::int32_t day : model.days) {
    Ratio& residual = model.residual[static_cast<std::size_t>(day)];
    residual = std::clamp<Ratio>(one + (residual - one) * wider / one, 0, ratio_max);
    ratios += static_cast<Wide>(residual) * model.shape[static_cast<std::size_t>(phase_of(day - window))];
  }
  // A level that is itself uncertain makes ratios to it too large on average (Jensen's inequality); what all days had
  // of what was expected of all is not, so the residuals are scaled to that.
  if (ratios >= one && expected_all > 0) {
    const Wide fair = std::min<Wide>(all * one / expected_all * shares / (ratios / one), 2 * one);
    for (const std::int32_t day : model.days) {
      Ratio& residual = model.residual[static_cast<std::size_t>(day)];
      residual = std::min(scaled(residual, static_cast<std::int64_t>(fair), one), ratio_max);
    }
  }
  if (all > 0) model.burst_share_permille = static_cast<std::int32_t>(beyond * 1000 / all);
}

// An hour's share of its day: what that weekday's hours had, beside what that hour has on all days.
void learn_hours(SeriesModel& model, const std::array<std::int64_t, hours_per_week>& hours) {
  std::array<Wide, hours_per_day> on_all{};
  Wide all = 0;
  for (std::size_t i = 0; i < hours.size(); ++i) {
    on_all[i % hours_per_day] += hours[i];
    all += hours[i];
  }
  for (std::size_t phase = 0; phase < days_per_week; ++phase) {
    std::array<Wide, hours_per_day> weight{};
    Wide sum = 0;
    for (std::size_t hour = 0; hour < hours_per_day; ++hour) {
      // The weekday's own count as much as a seventh of all days'; one hour in a hundred days is never impossible.
      weight[hour] = Wide{hours[phase * hours_per_day + hour]} * days_per_week + on_all[hour] + all / 100 + 1;
      sum += weight[hour];
    }
    Wide before = 0;
    for (std::size_t hour = 0; hour < hours_per_day; ++hour) {
      model.before_hour[phase][hour] = static_cast<Ratio>(before * one / sum);
      before += weight[hour];
    }
    model.before_hour[phase][hours_per_day] = one;
  }
}

SeriesModel learn_series(const Days& days, const std::array<std::int64_t, hours_per_week>& hours, Enough enough,
                         std::int32_t window, const History& history) {
  SeriesModel model;
  model.shape.fill(one);
  learn_hours(model, hours);
  if (enough == Enough::none) return model;
  if (enough == Enough::short_) {
    const std::int64_t span = std::max(history.at.micros - history.from->micros, hour_micros);
    Wide sum = 0;
    for (const std::int64_t day : days) sum += day;
    const std::int64_t covered = history.days == 0 ? span : history.days * day_micros;
    model.level = std::min(capped(sum * day_micros / covered), amount_max);
    return model;
  }
  std::size_t begun = 0;
  while (begun < days.size() && days[begun] == 0) ++begun;
  if (begun == days.size()) return model;
  // A series that began lately: whole weeks of its own only, or its first days would be weekdays without use.
  const Days own(days.begin() + static_cast<std::ptrdiff_t>(begun), days.end());
  const bool sparse = is_sparse(own);
  const WeekShape week = week_shape_of(own, sparse);
  model.shape = week.shape;
  model.by_weekday = sparse && 2 * week.borne_out >= one;
  Smoothed best;
  for (int shift = shift_max; shift >= shift_min; --shift) {
    Smoothed tried = smooth(days, model.shape, shift, begun);
    // A shorter memory has to earn its place: by chance alone one of five errs a little less than the others.
    if (shift != shift_max && tried.error * 100 >= best.error * (100 - shorter_memory_percent)) continue;
    best = std::move(tried);
    model.smoothing_shift = shift;
  }
  model.level = best.level;
  keep_residuals(model, days, best, begun, window, week.borne_out);
  const Trend trend = trend_of(own);
  model.trend = enough == Enough::full ? trend.a_day : 0;
  model.trend_spread = trend.spread;
  return model;
}

// Workflows too small to show a trend each may show one together; then it is taken to be every one's.
void share_trend(UsageModel& model, const std::vector<Days>& days) {
  Days together;
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (model.series[i].trend != 0) continue;
    together.resize(days[i].size());
    for (std::size_t day = 0; day < together.size(); ++day)
      together[day] = std::min(capped_sum(together[day], days[i][day]), amount_max);
  }
  const Ratio shared = trend_of(together).a_day;
  for (SeriesModel& series : model.series) {
    if (series.trend == 0) series.trend = shared;
  }
}

// A workflow of less than a week has no days to draw from; its spread is taken to be that of the account's.
void borrow_days(UsageModel& model) {
  for (SeriesModel& series : model.series) {
    if (!series.days.empty() || model.whole.days.empty()) continue;
    series.borrowed = true;
    series.by_weekday = false;
    series.shape = model.whole.shape;
    series.smoothing_shift = model.whole.smoothing_shift;
    series.residual = model.whole.residual;
    series.step = model.whole.step;
    series.known = model.whole.known;
    series.days = model.whole.days;
  }
}

// Quiet days have less than half of an average one's use.
void learn_classes(UsageModel& model) {
  for (std::size_t phase = 0; phase < days_per_week; ++phase) {
    model.class_of_phase[phase] = model.whole.shape[phase] < one / 2 ? 1 : 0;
  }
  for (std::int32_t day = 0; day < model.window; ++day) {
    const int phase = phase_of(day - model.window);
    model.class_days[static_cast<std::size_t>(model.class_of_phase[static_cast<std::size_t>(phase)])].push_back(day);
  }
}

std::string sentence_of_model(const History& history, Enough enough) {
  const std::string of = counted(history.charges, "charge") + " over " +
                         (history.days == 0 ? std::string("less than a day") : counted(history.days, "day"));
  switch (enough) {
    case Enough::none:
      return "Nothing was charged in the year before this moment, so nothing is expected of the future.";
    case Enough::short_:
      return "The history is too short for a forecast: " + of +
             ", and two weeks are needed. It is taken to go on at its " +
             "average, with bands from half to double, which are a rule of thumb and nothing learned.";
    case Enough::brief:
      return "The history is brief: " + of +
             ". Level, weekdays and spread are learned from it; a trend needs eight weeks.";
    case Enough::full:
      return "Level, trend, weekdays, hours and bursts are learned from " + of + ".";
  }
  __builtin_unreachable();
}

Enough enough_of(const History& history) {
  if (!history.from) return Enough::none;
  if (history.days < brief_days_min) return Enough::short_;
  return history.days < full_days_min ? Enough::brief : Enough::full;
}

}  // namespace

std::string_view to_name(Enough enough) {
  switch (enough) {
    case Enough::none:
      return "none";
    case Enough::short_:
      return "short";
    case Enough::brief:
      return "brief";
    case Enough::full:
      return "full";
  }
  __builtin_unreachable();
}

UsageModel learn(History history) {
  UsageModel model;
  model.enough = enough_of(history);
  if (model.enough == Enough::brief || model.enough == Enough::full) {
    const std::int32_t warm = std::min<std::int32_t>(static_cast<std::int32_t>(warm_up_days), history.days / 4);
    model.window = std::min(history.days - warm, residual_days_max);
  }
  Days whole(static_cast<std::size_t>(std::max(history.days, 1)), 0);
  std::array<std::int64_t, hours_per_week> hours{};
  std::vector<Days> all;
  for (const SeriesHistory& series : history.series) {
    Days days;
    days.reserve(series.days.size());
    for (const DayUse& day : series.days) days.push_back(std::min(day.credits, amount_max));
    for (std::size_t i = 0; i < days.size(); ++i) whole[i] = std::min(capped_sum(whole[i], days[i]), amount_max);
    for (std::size_t i = 0; i < hours.size(); ++i) hours[i] = capped_sum(hours[i], series.hours[i]);
    model.series.push_back(learn_series(days, series.hours, model.enough, model.window, history));
    all.push_back(std::move(days));
  }
  if (model.enough == Enough::full) share_trend(model, all);
  model.whole = learn_series(whole, hours, model.enough, model.window, history);
  borrow_days(model);
  learn_classes(model);
  model.sentence = sentence_of_model(history, model.enough);
  model.history = std::move(history);
  return model;
}

}  // namespace creditfold::forecast
