// SPDX-License-Identifier: Apache-2.0
// Events for tests and benchmarks, made from the catalogue's `fields`, so that a new event needs nothing here. The same
// seed gives the same events on every platform.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/event.hpp"

namespace creditfold::test {

// SplitMix64: small, good enough to scatter, and the same everywhere (the standard's distributions are not).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  // 0 … bound - 1
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // One of `size` things.
  std::size_t index(std::size_t size) { return static_cast<std::size_t>(below(size)); }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

// A fixed event of the kind with this tag: everything set that can be, or nothing that need not be. Never changes.
[[nodiscard]] Event sample_event(std::uint8_t tag, bool full);

// An event of any kind with any valid values: long ids, other alphabets, extreme numbers. seq is 0.
[[nodiscard]] Event random_event(Random& random);

// What a busy ledger holds: charges, nearly, with ids as customers write them; of one account, at `version`.
[[nodiscard]] Event typical_event(Random& random, const AccountId& account, std::int64_t version);

// A line "name = value" for the envelope and each field: what golden files say of an event.
[[nodiscard]] std::string describe(const Event& event);

[[nodiscard]] std::string to_hex(const std::vector<std::uint8_t>& bytes);
// Pairs of hex digits, spaces and line ends between them. Throws std::invalid_argument at anything else.
[[nodiscard]] std::vector<std::uint8_t> from_hex(std::string_view text);

}  // namespace creditfold::test
