// SPDX-License-Identifier: Apache-2.0
// The log of a vendor's year for the benchmarks of replay, packed as the store packs it: every account has two monthly
// plans, charges fall on accounts and plans evenly, periods open with the first command behind their start and close an
// hour after their end. First what sets the accounts up, with two further lots each; then as many events as are asked
// for, over the twelve periods of 10,000 accounts, or over as much less time as there are more accounts.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace creditfold::test {

inline constexpr int replay_workflows = 64;
inline constexpr int replay_models = 16;

// An event as the peers get it: figures alone, names as numbers, and its period looked up beforehand.
struct ReplayRow {
  std::uint32_t account = 0;
  std::uint8_t plan = 0;
  std::uint8_t period = 0;
  std::uint8_t kind = 0;  // 0 charge, 1 grant, 2 close
  std::uint8_t workflow = 0;
  std::uint8_t model = 0;
  std::uint32_t query = 0;
  std::uint32_t input = 0;
  std::uint32_t output = 0;
  std::int64_t credits = 0;  // charged, granted or expired
};

struct ReplayLog {
  struct Run {
    std::vector<std::uint8_t> bytes;
    std::int64_t first_seq = 0;
  };
  std::vector<Run> set_up;
  std::vector<Run> runs;
  std::int64_t set_up_events = 0;
  std::int64_t events = 0;
  std::int64_t charges = 0;
  std::size_t bytes = 0;  // of runs
};

// `row`: called for every event of `runs`. `plans_each`: of every account, one or two.
[[nodiscard]] ReplayLog make_replay_log(std::int64_t events, std::uint32_t accounts,
                                        const std::function<void(const ReplayRow&)>& row = {},
                                        std::size_t plans_each = 2);

}  // namespace creditfold::test
