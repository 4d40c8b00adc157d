// SPDX-License-Identifier: Apache-2.0
// What is known beforehand of every future of a scenario: which Credit Periods there are, when credits come into them
// and when they end, and which series is charged to which of them at what price, slice by slice of the horizon.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/forecast/draw.hpp"
#include "ledger/forecast/suppose.hpp"
#include "ledger/refusal.hpp"

namespace creditfold::forecast {

inline constexpr std::uint32_t no_slot = 0xFFFF'FFFF;

// A Credit Period of a plan that lies in the horizon, at least in part, and is not closed. Amounts in micro-credits.
struct Slot {
  std::size_t plan = 0;  // of Course::plans
  std::int32_t term = 1;
  std::int32_t period = 1;
  Instant starts_at;
  Instant ends_at;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::int32_t stop_at_percent = 100;
  Credits increment;
  std::int64_t granted = 0;    // by its end or the horizon's
  std::int64_t remaining = 0;  // at the branch, or at its start
  std::int64_t held = 0;       // likewise
  std::int64_t hold_cost = 0;  // the full cost of live authorizations made in it (H18)
  std::int64_t consumed = 0;   // before the branch
  std::int64_t uncovered = 0;  // before the branch
};

// Credits that come into a slot at a slice's start: a lot, or an authorization's that expired and holds them no longer.
struct Inflow {
  std::uint32_t slot = 0;
  std::int64_t credits = 0;
  bool released = false;
};
// What a series is charged in a slice where its future says `one`.
struct Flow {
  std::uint32_t series = 0;
  std::uint32_t slot = no_slot;  // none: no plan takes it
  std::int64_t credits = 0;      // micro-credits, at most amount_max
};

// A part of a day in which nothing changes but by use.
struct Slice {
  Instant starts_at;
  Instant ends_at;
  std::int32_t day = 0;
  std::vector<std::uint32_t> ending;  // slots that end where it starts
  std::vector<Inflow> inflows;
  std::vector<Flow> flows;
  // How far the slice's use has come by its start, each full hour of the day in it, and its end; of all flows at `one`.
  struct Mark {
    Instant at;
    std::int64_t credits = 0;
  };
  std::vector<Mark> marks;
};

// A series of the scenario: learned or supposed, with the levers that bear on it.
struct Stream {
  SeriesKey key;
  std::optional<ActorId> actor;
  const SeriesModel* model = nullptr;
  DayUse recent;  // its volumes lately, which tell what another price makes of its level
  std::optional<ModelId> moved_to;
  std::int64_t volume_percent = 100;
  std::int64_t growth_percent_per_month = 0;
  std::optional<Instant> starts_at;
  std::optional<Instant> ends_at;
  bool supposed = false;  // not in the log: `recent` is one day of it
};

struct Course {
  Instant at;
  std::int32_t days = 0;
  std::vector<PlanId> plans;
  std::vector<Slot> slots;
  std::vector<Slice> slices;
  // The slot of a plan that is open at each moment, the branch and then each 24 hours: plans x (days + 1).
  std::vector<std::vector<std::uint32_t>> open_at;
  std::optional<Refusal> unplaced;  // why use found no plan, the first time
};

// What changes for all use, whatever the series.
struct Weather {
  std::int64_t growth_percent_per_month = 0;
  std::vector<CalendarLever> calendar;
};

[[nodiscard]] Course lay_course(const Branch& branch, const Catalog& catalog, const Supposition& supposition,
                                const std::vector<Stream>& streams, const Weather& weather, std::int32_t days);

// The scenario's series in order: those learned, then those supposed. A fault: a lever names a workflow that is not
// there.
[[nodiscard]] Expected<std::vector<Stream>, ScenarioFault> streams_of(const Branch& branch, const Scenario& scenario);

// What a day at a series' level costs under a rate card, in micro-credits. nullopt: the card has no such model.
[[nodiscard]] std::optional<std::int64_t> level_under(const Stream& stream, const Catalog& catalog,
                                                      const RateCardId& card);

}  // namespace creditfold::forecast
