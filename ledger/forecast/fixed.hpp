// SPDX-License-Identifier: Apache-2.0
// Ratios without floating point: fixed-point numbers of a named scale. Everything of a forecast is for information
// (AIS-4c), so a figure too large is cut, not refused (capped.hpp).
#pragma once

#include <cstdint>

#include "ledger/capped.hpp"
#include "ledger/days.hpp"

namespace creditfold::forecast {

using Wide = SignedWide;

// A ratio in units of 2^-20: `one` is 1, the smallest step about a millionth.
using Ratio = std::int64_t;
inline constexpr int ratio_bits = 20;
inline constexpr Ratio one = Ratio{1} << ratio_bits;

// What a day may be, relative to the series' level: a burst beyond 64 times the level is taken as one of 64 times.
inline constexpr Ratio ratio_max = 64 * one;
// Micro-credits of a series' average day at the most, 281 million credits: all series' bursts of a day still sum in 64
// bits.
inline constexpr std::int64_t amount_max = std::int64_t{1} << 48;

inline constexpr std::int64_t hour_micros = micros_per_hour;
inline constexpr std::int64_t day_micros = micros_per_day;
inline constexpr int days_per_week = 7;
inline constexpr int hours_per_day = 24;
inline constexpr int hours_per_week = days_per_week * hours_per_day;

// amount x ratio rounded down, in 64 bits alone: 128-bit products are calls in a WebAssembly module.
// REQUIRES: 0 <= amount <= amount_max, 0 <= ratio <= ratio_max.
[[nodiscard]] inline std::int64_t times(std::int64_t amount, Ratio ratio) {
  return (amount >> ratio_bits) * ratio + (((amount & (one - 1)) * ratio) >> ratio_bits);
}

}  // namespace creditfold::forecast
