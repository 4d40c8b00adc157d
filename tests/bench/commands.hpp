// SPDX-License-Identifier: Apache-2.0
// Commands as text for the benchmarks of commits: accounts with a plan, and charges to them that are all accepted.
#pragma once

#include <string>

#include "events/vocabulary.hpp"
#include "tests/events/samples.hpp"

namespace creditfold::test {

inline constexpr Instant commands_now{1'780'272'000'000'000};  // 2026-06-01T00:00:00Z, inside every account's term

[[nodiscard]] std::string open_account(std::size_t account);
[[nodiscard]] std::string start_term(std::size_t account);
// For one of the first `accounts`. REQUIRES: a new number each time.
[[nodiscard]] std::string record_usage(Random& random, std::size_t number, std::size_t accounts);

}  // namespace creditfold::test
