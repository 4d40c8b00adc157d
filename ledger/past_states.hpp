// SPDX-License-Identifier: Apache-2.0
// States that accounts had, for who looks at one moment after the other: now and then one is kept, so that the next
// moment is folded from the nearest before it instead of from the beginning.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "events/log.hpp"
#include "ledger/statement.hpp"

namespace creditfold {

// Events of an account between two states that are kept: a few hundredths of a second of folding in a browser.
inline constexpr std::int64_t events_between_states = 4'096;

class PastStates {
 public:
  // `view_as_of` for a position, from the same log each time; it may have grown. Throws Inconsistent or Overflow where
  // an event does not follow.
  [[nodiscard]] std::optional<View> view(const Log& log, const AccountId& account, std::int64_t seq);

 private:
  struct Kept {
    std::int64_t seq = 0;
    View view;
  };
  std::map<AccountId, std::vector<Kept>> kept_;  // by seq
};

}  // namespace creditfold
