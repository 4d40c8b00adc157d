// SPDX-License-Identifier: Apache-2.0
// Usage to hold a forecast against: generated, with a structure that is known, or read from a trace of the Azure form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"

namespace creditfold::bench {

struct Trace {
  std::string name;
  std::int32_t period_days = 30;  // what is held out at a time
  std::int32_t step_days = 30;    // from one held-out period to the next, over the last three periods
  std::int32_t days = 0;
  Instant starts_at;
  std::vector<Event> charges;  // in order
};

// How long a generated trace is, and what of it is held out.
struct TraceForm {
  std::int32_t days = 126;
  std::size_t workflows = 10;
  std::int32_t period_days = 30;
};

inline constexpr std::size_t trace_kinds = 10;
// One of weekly, trend, bursts, shift, batch, wander, and without a weekend steady, few (calls), heavy (tails) and
// moods (a day resembles the one before).
[[nodiscard]] Trace generated(std::size_t kind, std::uint64_t seed, const TraceForm& form);
[[nodiscard]] std::string_view kind_name(std::size_t kind);

// A trace of an hour or two is far too short to forecast from. Its minutes are taken as days: its bursts and its
// changes are kept, and it has no weekdays. Empty when the file is not there.
[[nodiscard]] Trace from_minutes(const std::string& name, const std::string& file);

}  // namespace creditfold::bench
