// SPDX-License-Identifier: Apache-2.0
// How long hours and days are. Moments are of UTC and know no leap second, so all of a kind are alike.
#pragma once

#include <cstdint>

namespace creditfold {

inline constexpr std::int64_t micros_per_hour = 3'600'000'000;
inline constexpr std::int64_t micros_per_day = 24 * micros_per_hour;

}  // namespace creditfold
