// SPDX-License-Identifier: Apache-2.0
// Folds one account's events into what a scenario branches from, and keeps no event: the state, what was charged, and
// states of moments on the way, so that an earlier moment is some events away instead of all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/forecast/history.hpp"
#include "ledger/forecast/suppose.hpp"
#include "ledger/state.hpp"

namespace creditfold::forecast {

class Learner {
 public:
  // `at`: only what had happened by then is folded, and it is the moment of the branch; else that is the newest
  // event's. REQUIRES: the catalog outlives it.
  Learner(AccountId account, const Catalog& catalog, std::optional<Instant> at = std::nullopt);

  // The next event of the log; those of other accounts change nothing. Throws Fault when it cannot follow: then the
  // learner is not to be used any more.
  void take(const Event& event);

  // Goes to the newest place at or before a position from which it can read on, and says which that is: the events
  // after it are to be taken next. They have to be those that were taken before, if they were.
  std::int64_t go_to(std::int64_t seq);

  // nullopt: nothing of the account is known where it stands.
  [[nodiscard]] std::optional<Branch> branch() const;
  [[nodiscard]] const AccountId& account() const { return account_; }
  [[nodiscard]] const std::optional<Instant>& at() const { return at_; }

 private:
  // Where it stands in the log.
  struct Stand {
    std::int64_t seq = 0;  // of the newest event folded
    Instant newest = instant_min;
    bool known = false;  // whether there is anything to branch from
    AccountState state;
    HistoryWatch::Place history;
  };
  void keep();
  [[nodiscard]] Stand stand() const;

  AccountId account_;
  std::optional<Instant> at_;
  HistoryWatch history_;
  Stand now_;                // but for its history: the watch has that
  std::vector<Stand> kept_;  // ascending
  Stand furthest_;           // it was at before it went back: the end of a log is asked for again and again
  std::int64_t events_between_;
};

}  // namespace creditfold::forecast
