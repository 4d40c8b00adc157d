// SPDX-License-Identifier: Apache-2.0
// Futures of an account's use, drawn from what its days were: a block bootstrap (Künsch 1989; circular: Politis, Romano
// 1992) through the usage model. Which days are drawn is common to all workflows, so that what went together goes
// together; every number is a function of seed, future, block and series alone.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/forecast/usage_model.hpp"

namespace creditfold::forecast {

// Days that are drawn together, so that what follows on a day follows on it in a future too.
inline constexpr std::int32_t block_days = 7;

struct DrawOptions {
  std::uint64_t seed = 1;
  std::int32_t futures = 1000;
  std::int32_t days = 90;
  std::int64_t seasonality_percent = 100;  // 0: every weekday alike
};

// What each series uses on each day of each future, in ratios of its level: futures x days x series, series together.
// At most ratio_max, so 32 bits hold it.
class Futures {
 public:
  Futures(std::int32_t futures, std::int32_t days, std::size_t series)
      : futures_(futures),
        days_(days),
        series_(series),
        ratios_(static_cast<std::size_t>(futures) * static_cast<std::size_t>(days) * series) {}

  [[nodiscard]] std::int32_t futures() const { return futures_; }
  [[nodiscard]] std::int32_t days() const { return days_; }
  [[nodiscard]] std::size_t series() const { return series_; }
  // Of all series on that day.
  [[nodiscard]] const std::uint32_t* on(std::int32_t future, std::int32_t day) const {
    return ratios_.data() + at(future, day);
  }
  [[nodiscard]] std::uint32_t* on(std::int32_t future, std::int32_t day) { return ratios_.data() + at(future, day); }

 private:
  [[nodiscard]] std::size_t at(std::int32_t future, std::int32_t day) const {
    return (static_cast<std::size_t>(future) * static_cast<std::size_t>(days_) + static_cast<std::size_t>(day)) *
           series_;
  }
  std::int32_t futures_;
  std::int32_t days_;
  std::size_t series_;
  std::vector<std::uint32_t> ratios_;
};

// `series`: the models to draw, in order; those of `model`, and for a supposed workflow its `whole` again. A series'
// numbers depend on its place in the order and on no other series.
[[nodiscard]] Futures draw(const UsageModel& model, const std::vector<const SeriesModel*>& series,
                           const DrawOptions& options);

}  // namespace creditfold::forecast
