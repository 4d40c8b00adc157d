// SPDX-License-Identifier: Apache-2.0
// An account's events as a question finds them: read from the first to the newest known, and a few of them once more.
// They are not held: a question about ten million charges takes little more memory than the account's state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "events/log.hpp"
#include "ledger/state.hpp"
#include "ledger/statement.hpp"

namespace creditfold {

// Where an event stands: in its log, and in its account.
struct Place {
  std::int64_t seq = 0;
  std::int64_t version = 0;
};
[[nodiscard]] inline Place place_of(const Event& event) { return {event.seq, event.version}; }

class AccountHistory {
 public:
  AccountHistory() = default;  // nobody's: without events
  // As known at a position; without one, as far as the log goes now. The log must outlive it. REQUIRES: *as_of >= 0.
  AccountHistory(const Log& log, AccountId account, std::optional<std::int64_t> as_of);

  [[nodiscard]] bool empty() const;
  void read(const std::function<void(const Event&)>& visit) const;
  // REQUIRES: `read` met an event there.
  [[nodiscard]] Event at(const Place& place) const;

 private:
  const Log* log_ = nullptr;
  AccountId account_;
  std::int64_t to_ = 0;
};

// One reading, folded, and what of it is few: everything but grants, charges, authorizations and their releases is kept
// whole, and of grants where they stand.
struct Reading {
  // `after` is told of each event with the state after it, `before` with the one before. Throws Fault(damaged) when
  // they do not fold.
  explicit Reading(const AccountHistory& history, const Watch& after = {}, const Watch& before = {});
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  AccountState state;    // after all events
  std::int64_t seq = 0;  // of the newest; 0: there is none
  std::vector<Event> standing;
  std::vector<Place> grants;
};

}  // namespace creditfold
