// SPDX-License-Identifier: Apache-2.0
// A branch as bytes, for who simulates beside the one who folded the log: "CFBRANCH", format, what it is of, the
// account's state, its history, then the digest of all bytes before it. Made and read by one build; kept nowhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/expected.hpp"
#include "ledger/forecast/suppose.hpp"

namespace creditfold::forecast {

// A branch and which part of the log it is of.
struct LearnedBranch {
  std::int64_t to = 0;        // events up to this position
  std::optional<Instant> at;  // of them only what had happened by then
  Branch branch;
};

inline constexpr std::uint8_t branch_format = 1;
[[nodiscard]] std::vector<std::uint8_t> encode_branch(const LearnedBranch& learned);
// What is wrong with the bytes otherwise. The model is learned anew of the history in them.
[[nodiscard]] Expected<LearnedBranch, std::string> decode_branch(std::span<const std::uint8_t> bytes);

}  // namespace creditfold::forecast
