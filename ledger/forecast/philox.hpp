// SPDX-License-Identifier: Apache-2.0
// Random integers without a state: Philox4x32-10, a bijection of a 128-bit counter under a 64-bit key (Salmon, Moraes,
// Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011). The same counter gives the same number wherever
// and whenever it is asked for, so a future can be drawn alone and again.
#pragma once

#include <array>
#include <cstdint>

namespace creditfold::forecast {

using PhiloxCounter = std::array<std::uint32_t, 4>;

[[nodiscard]] inline PhiloxCounter philox4x32_10(PhiloxCounter counter, std::uint64_t key) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53U;
  constexpr std::uint64_t multiplier_1 = 0xCD9E8D57U;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9U;  // the golden ratio
  constexpr std::uint32_t weyl_1 = 0xBB67AE85U;  // the root of 3, less 1
  auto key_0 = static_cast<std::uint32_t>(key);
  auto key_1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = multiplier_0 * counter[0];
    const std::uint64_t product_1 = multiplier_1 * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key_0, static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key_1, static_cast<std::uint32_t>(product_0)};
    key_0 += weyl_0;
    key_1 += weyl_1;
  }
  return counter;
}

// What a number is drawn for; a part of the counter, so that no two purposes ever share one.
enum class Purpose : std::uint32_t { block = 0, own_day = 1, level = 2, trend = 3 };

// One of 0..n-1, by multiplying up (Lemire 2019, without the rejection: below n = 400 no value is favoured by more than
// one in ten million). REQUIRES: n > 0.
[[nodiscard]] inline std::uint32_t below(std::uint32_t n, std::uint32_t word) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * n) >> 32);
}

}  // namespace creditfold::forecast
