// SPDX-License-Identifier: Apache-2.0
// XXH3-64 for stored bytes: finds accidents, not forgers. One place, so that every file of the project means the same.
#pragma once

#include <cstdint>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace creditfold {

// `seed` is the check of what came before, so that a chain of checks also finds what was moved.
[[nodiscard]] inline std::uint64_t checksum(std::span<const std::uint8_t> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace creditfold
