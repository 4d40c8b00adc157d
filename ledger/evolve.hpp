// SPDX-License-Identifier: Apache-2.0
// The fold's one step: an event into its account's state. Needs nothing but the event.
#pragma once

#include <stdexcept>

#include "events/event.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// An event that cannot follow the events before it: no `decide` made this log. Caught where a fold ends (replay.hpp).
class Inconsistent : public std::runtime_error {
 public:
  explicit Inconsistent(const char* what) : std::runtime_error(what) {}
};

inline void require(bool holds, const char* what) {
  if (!holds) throw Inconsistent(what);
}

// What is folded: an account's every event, or a selection of them, whose lots are not all there and whose holds may
// have been released by events that are not; or every event, without summing by workflow and model what was used.
enum class Folding { whole, selection, pools };

// REQUIRES: event.account == state.account, or a fresh state. Throws Inconsistent or Overflow; the state is then to be
// thrown away.
void evolve(AccountState& state, const Event& event);

// The same for who looks at the pools alone: `usage` stays empty.
void evolve_pools(AccountState& state, const Event& event);

// The same over a selection of an account's events ("what was true at TIME", chosen by `at`, which may run backwards):
// versions have gaps, and a fact whose ground was not selected moves no pool; a charge still counts as usage.
void evolve_selected(AccountState& state, const Event& event);

}  // namespace creditfold
