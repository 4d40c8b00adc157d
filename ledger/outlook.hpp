// SPDX-License-Identifier: Apache-2.0
// How long credits will last at the present rate, in integers and in a sentence (AIS-4c: informational, never a
// guarantee).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// The present rate is what was charged to the plan in the last seven days, or since the period began if that is
// shorter.
inline constexpr std::int64_t rate_window_micros = 7LL * 86'400 * 1'000'000;

struct PlanOutlook {
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
  Instant starts_at;
  Instant ends_at;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  Credits granted;
  Credits consumed;
  Credits held;
  Credits remaining;
  Credits uncovered;
  Instant window_starts_at;
  Credits charged_in_window;
  Credits rate_per_day;
  std::optional<Instant> runs_out_at;  // inside the period; nullopt: it lasts
  Credits expires_unused;              // at the end of the period, at this rate
  std::string sentence;
};

// Gives events to whoever asks, one by one, so that nobody has to hold all of them.
using EventSource = std::function<void(const std::function<bool(Event&&)>& visit)>;

// Every plan with a Credit Period that contains `at`, highest rank first. `events` are the account's, in order, of the
// last rate_window_micros at least; those after the state's version or later than `at` are ignored.
[[nodiscard]] std::vector<PlanOutlook> outlook(const AccountState& state, const EventSource& events,
                                               const Catalog& catalog, Instant at);
[[nodiscard]] std::string outlook_json(const std::vector<PlanOutlook>& plans, const Catalog& catalog, Instant at);

// One step of a plan's burn-down: after an event moved the pool.
struct TimelinePoint {
  Instant at;
  Credits remaining;
  Credits uncovered;
  std::int64_t seq = 0;
};
// The plan's burn-down over the account's whole history: takes its events in log order, one by one, so that nobody has
// to hold all of them.
class Timeline {
 public:
  explicit Timeline(PlanId plan) : plan_(std::move(plan)) {}
  // The point behind this event, if it moved the pool. Throws Inconsistent if it does not follow.
  [[nodiscard]] std::optional<TimelinePoint> take(const Event& event);
  // Position of the event taken last; 0: none.
  [[nodiscard]] std::int64_t seq() const { return seq_; }
  // Whether it is of that account and plan, and the event taken last had that position.
  [[nodiscard]] bool ends(const AccountId& account, const PlanId& plan, std::int64_t seq) const {
    return seq == seq_ && plan == plan_ && account == state_.account;
  }

 private:
  PlanId plan_;
  AccountState state_;
  std::int64_t seq_ = 0;
};

}  // namespace creditfold
