// SPDX-License-Identifier: Apache-2.0
// What an account used, by workflow and model, in windows of 24 hours that end at the moment asked about: the ground a
// usage model is learned from. Charges only; nothing of what they were for.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/forecast/charges.hpp"
#include "ledger/forecast/fixed.hpp"
#include "ledger/state.hpp"

namespace creditfold::forecast {

// A year is enough to learn from and what a weekday needs; older charges are not looked at.
inline constexpr std::int32_t history_days_max = 364;
// Each series costs time in every future; the smallest beyond these are taken together.
inline constexpr std::size_t series_max = 32;

// What is forecast on its own: a workflow's use of a model. `plan`: charged to it though another would have been taken
// for use that names none (H6). No workflow: the rest, taken together.
struct SeriesKey {
  std::optional<WorkflowId> workflow;
  std::optional<ModelId> model;
  std::optional<PlanId> plan;
  friend bool operator==(const SeriesKey& a, const SeriesKey& b) {
    return a.workflow == b.workflow && a.model == b.model && a.plan == b.plan;
  }
  friend bool operator<(const SeriesKey& a, const SeriesKey& b);
};

// Tokens of one charge: nearest-rank quantiles over the series' charges.
struct VolumeQuantiles {
  std::int64_t p10 = 0;
  std::int64_t p50 = 0;
  std::int64_t p90 = 0;
  std::int64_t max = 0;
};

struct SeriesHistory {
  SeriesKey key;
  std::optional<ActorId> actor;  // of the newest charge: builder lists admit by it
  std::vector<DayUse> days;      // oldest first, the last one ends at the moment
  std::array<std::int64_t, hours_per_week>
      hours{};  // micro-credits by day % 7 from the moment, then hour in the window
  std::array<std::int64_t, days_per_week> weekdays{};  // micro-credits by calendar day, from Monday
  std::array<VolumeQuantiles, 3> volumes;              // query, input, output
  std::int64_t charges = 0;
};

struct History {
  Instant at;
  std::optional<Instant> from;        // of the first charge looked at
  std::int32_t days = 0;              // whole windows; 0: less than a day
  std::vector<SeriesHistory> series;  // by their credits, the largest first
  std::array<std::int64_t, hours_per_week>
      hour_of_week{};  // micro-credits by the calendar's hour, from Monday 00:00 UTC
  std::int64_t charges = 0;
};

// Watches a fold (statement.hpp, Watch) and keeps its charges; then cuts them into days. It can go back to a place
// where it was and watch the same events again: what it has kept of them is not kept twice.
class HistoryWatch {
 public:
  // Where it stands in what it has watched.
  struct Place {
    std::size_t charges = 0;
    std::vector<std::optional<ActorId>> actors;  // of the newest charge of each series
    std::map<PlanId, bool> ended;
  };

  explicit HistoryWatch(const Catalog& catalog) : catalog_(catalog) {}
  void operator()(const Event& event, const AccountState& after);
  // Of the charges up to where it stands. Those later than `at` are left out.
  [[nodiscard]] History until(Instant at) const;
  // Plans whose last term was brought to an early end: they are not thought to go on.
  [[nodiscard]] const std::map<PlanId, bool>& ended() const { return place_.ended; }

  [[nodiscard]] const Place& place() const { return place_; }
  void go_to(Place place) { place_ = std::move(place); }

 private:
  const Catalog& catalog_;
  std::map<SeriesKey, std::uint32_t> numbers_;
  std::vector<SeriesKey> keys_;
  Charges charges_;
  Place place_;
};

// The use of a day and of another together.
void add(DayUse& sum, const DayUse& use);
// The day of the week of a future day 0 is phase 0; of a past window, counted back from it.
[[nodiscard]] inline int phase_of(std::int64_t day_from_moment) {
  return static_cast<int>(((day_from_moment % days_per_week) + days_per_week) % days_per_week);
}

}  // namespace creditfold::forecast
