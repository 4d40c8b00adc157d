// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/draw.hpp"

#include <algorithm>
#include <array>

#include "ledger/forecast/philox.hpp"

namespace creditfold::forecast {
namespace {

// The level of a future stays within these of today's, however its days fall.
constexpr Ratio level_min = one / 64;
constexpr Ratio level_max = 64 * one;
// Steps of single days say too little of how far a level is off: days resemble those before them, and what comes is not
// always like what was. By so much the bands of whole periods were too narrow (scripts/bench forecast, other seeds).
constexpr Ratio level_wider_percent = 160;
// A counter's place for what is common to all series.
constexpr std::uint32_t common = 0xFFFF'FFFF;

// 2^-1 to 2^1 in sixteen steps: what a level is off by when next to nothing is known of it.
constexpr std::array<Ratio, 17> rule_of_thumb{524288,  571734,  623489,  679930,  741455,  808559,
                                              881744,  961548,  1048576, 1143470, 1246977, 1359856,
                                              1482910, 1617117, 1763488, 1923096, 2097152};

// The middles of 32 equal parts of a normal distribution: what a slope is off by, of its deviation.
constexpr std::array<Ratio, 32> normal{
    -2258501, -1757350, -1486668, -1289600, -1129857, -992773, -870854, -759708, -656512, -559321, -466718,
    -377624,  -291180,  -206673,  -123491,  -41079,   41079,   123491,  206673,  291180,  377624,  466718,
    559321,   656512,   759708,   870854,   992773,   1129857, 1289600, 1486668, 1757350, 2258501,
};

std::uint32_t word(const DrawOptions& options, std::int32_t future, std::uint32_t series, std::uint32_t block,
                   Purpose purpose) {
  return philox4x32_10({block, series, static_cast<std::uint32_t>(future), static_cast<std::uint32_t>(purpose)},
                       options.seed)[0];
}

// A series made ready for one pass over a future's days.
struct Drawn {
  const SeriesModel* model = nullptr;
  std::vector<std::uint32_t> residual;  // by day of the window
  std::vector<std::int32_t> step;
  std::array<Ratio, days_per_week> of_phase{};  // what a residual is multiplied with on a day of the phase
  std::vector<Ratio> damped;                    // what remains of a trend, by future day
  std::vector<std::array<std::int16_t, days_per_week>> day_of_phase;  // by day of the window: the nearest of the phase
};

Ratio seasoned(Ratio shape, std::int64_t percent) {
  return std::clamp<Ratio>(one + (shape - one) * percent / 100, 0, 8 * one);
}

Drawn make_ready(const UsageModel& usage, const SeriesModel& model, const DrawOptions& options) {
  Drawn drawn;
  drawn.model = &model;
  for (std::size_t phase = 0; phase < days_per_week; ++phase) {
    drawn.of_phase[phase] = seasoned(model.shape[phase], options.seasonality_percent);
  }
  for (std::size_t day = 0; day < model.residual.size(); ++day) {
    drawn.residual.push_back(static_cast<std::uint32_t>(model.residual[day]));
    drawn.step.push_back(static_cast<std::int32_t>(model.step[day]));
  }
  Ratio remains = one;
  for (std::int32_t day = 0; day < options.days; ++day) {
    drawn.damped.push_back(remains);
    remains = remains * damping_per_day / one;
  }
  if (!model.by_weekday) return drawn;
  for (std::int32_t day = 0; day < usage.window; ++day) {
    std::array<std::int16_t, days_per_week> nearest{};
    for (int phase = 0; phase < days_per_week; ++phase) {
      int ahead = phase_of(phase - phase_of(day - usage.window));
      if (ahead > 3) ahead -= days_per_week;
      std::int32_t found = day + ahead;
      if (found < 0) found += days_per_week;
      if (found >= usage.window) found -= days_per_week;
      nearest[static_cast<std::size_t>(phase)] = static_cast<std::int16_t>(found);
    }
    drawn.day_of_phase.push_back(nearest);
  }
  return drawn;
}

// Which day of the window stands for each day of a future: blocks, by class of day, around the window's end.
void draw_days(const UsageModel& model, const DrawOptions& options, std::int32_t future,
               std::vector<std::int32_t>& days) {
  std::array<std::uint32_t, 2> next{};
  for (std::int32_t day = 0; day < options.days; ++day) {
    if (day % block_days == 0) {
      const auto block = static_cast<std::uint32_t>(day / block_days);
      const std::uint32_t start = word(options, future, common, block, Purpose::block);
      for (std::size_t kind = 0; kind < next.size(); ++kind) {
        const auto count = static_cast<std::uint32_t>(model.class_days[kind].size());
        if (count > 0) next[kind] = below(count, start);
      }
    }
    const auto kind = static_cast<std::size_t>(model.class_of_phase[static_cast<std::size_t>(phase_of(day))]);
    const std::vector<std::int32_t>& of_kind = model.class_days[kind];
    days[static_cast<std::size_t>(day)] = of_kind[next[kind]];
    if (++next[kind] == of_kind.size()) next[kind] = 0;
  }
}

// Days of the window whose steps a future's level is off by, common to all series.
using OffDays = std::array<std::uint32_t, 16>;

OffDays draw_off_days(const UsageModel& model, const DrawOptions& options, std::int32_t future) {
  OffDays days;
  for (std::uint32_t i = 0; i < days.size(); i += 4) {
    const PhiloxCounter words = philox4x32_10(
        {i, common, static_cast<std::uint32_t>(future), static_cast<std::uint32_t>(Purpose::level)}, options.seed);
    for (std::uint32_t j = 0; j < 4; ++j) days[i + j] = below(static_cast<std::uint32_t>(model.window), words[j]);
  }
  return days;
}

// A smoothed level errs with a variance of about half the constant's share of a day's: that of the steps of half the
// days it remembers. As many again for the constant itself, which is one of a few. Sixteen steps stand for more.
Ratio level_error(const Drawn& drawn, const OffDays& off_days) {
  const int shift = drawn.model->smoothing_shift;
  const std::size_t count = std::min(std::size_t{1} << shift, off_days.size());
  Ratio sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += drawn.step[off_days[i]];
  constexpr Ratio root_of_2 = 1'482'910;
  if (shift == 5) sum = sum * root_of_2 / one;
  if (shift == 6) sum *= 2;
  return sum * level_wider_percent / 100;
}

void draw_series(const Drawn& drawn, const DrawOptions& options, std::int32_t future, std::size_t place,
                 const std::vector<std::int32_t>& days, const OffDays& off_days, Futures& out) {
  const SeriesModel& model = *drawn.model;
  Ratio level = std::clamp(one + level_error(drawn, off_days), level_min, level_max);
  const std::uint32_t own = word(options, future, static_cast<std::uint32_t>(place), 0, Purpose::trend);
  const Ratio trend = model.trend + model.trend_spread * normal[below(normal.size(), own)] / one;
  for (std::int32_t day = 0; day < options.days; ++day) {
    const auto at = static_cast<std::size_t>(day);
    const auto phase = static_cast<std::size_t>(phase_of(day));
    std::int32_t from = days[at];
    if (!model.known[static_cast<std::size_t>(from)] && !model.days.empty()) {
      const std::uint32_t other =
          word(options, future, static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(day), Purpose::own_day);
      from = model.days[below(static_cast<std::uint32_t>(model.days.size()), other)];
    }
    if (model.by_weekday) from = drawn.day_of_phase[static_cast<std::size_t>(from)][phase];
    const auto source = static_cast<std::size_t>(from);
    const Ratio of_level = (static_cast<Ratio>(drawn.residual[source]) * drawn.of_phase[phase]) >> ratio_bits;
    const Ratio ratio = (level * std::min(of_level, ratio_max)) >> ratio_bits;
    out.on(future, day)[place] = static_cast<std::uint32_t>(std::min(ratio, ratio_max));
    level += (level * (drawn.step[source] + ((trend * drawn.damped[at]) >> ratio_bits))) >> ratio_bits;
    level = std::clamp(level, level_min, level_max);
  }
}

// Without days to draw from: today's level, off by one factor for the whole future.
void draw_level_alone(const DrawOptions& options, std::size_t series, Futures& out) {
  for (std::int32_t future = 0; future < options.futures; ++future) {
    const std::uint32_t drawn = word(options, future, common, 0, Purpose::level);
    const Ratio factor = rule_of_thumb[below(rule_of_thumb.size(), drawn)];
    for (std::int32_t day = 0; day < options.days; ++day)
      std::fill_n(out.on(future, day), series, static_cast<std::uint32_t>(factor));
  }
}

}  // namespace

Futures draw(const UsageModel& model, const std::vector<const SeriesModel*>& series, const DrawOptions& options) {
  Futures out(options.futures, options.days, series.size());
  if (model.window == 0) {
    draw_level_alone(options, series.size(), out);
    return out;
  }
  std::vector<Drawn> ready;
  ready.reserve(series.size());
  for (const SeriesModel* of_series : series) ready.push_back(make_ready(model, *of_series, options));
  std::vector<std::int32_t> days(static_cast<std::size_t>(options.days));
  for (std::int32_t future = 0; future < options.futures; ++future) {
    draw_days(model, options, future, days);
    const OffDays off_days = draw_off_days(model, options, future);
    for (std::size_t place = 0; place < ready.size(); ++place) {
      if (ready[place].model->residual.empty()) continue;  // nothing was ever used: nothing is
      draw_series(ready[place], options, future, place, days, off_days, out);
    }
  }
  return out;
}

}  // namespace creditfold::forecast
