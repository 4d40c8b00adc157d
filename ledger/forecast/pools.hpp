// SPDX-License-Identifier: Apache-2.0
// Futures run against the account's pools as the terms burn them: a period's use draws its credits, what they do not
// cover is uncovered, what is left at the end expires (AIS-4d, AIS-4e, H11, H12). Micro-credits; exact.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/forecast/course.hpp"

namespace creditfold::forecast {

// A figure at each moment of the horizon in each future: moments x futures, futures together.
class Track {
 public:
  Track() = default;
  Track(std::int32_t moments, std::int32_t futures)
      : futures_(static_cast<std::size_t>(futures)), values_(static_cast<std::size_t>(moments) * futures_) {}
  [[nodiscard]] std::int64_t* at(std::int32_t moment) {
    return values_.data() + static_cast<std::size_t>(moment) * futures_;
  }
  [[nodiscard]] const std::int64_t* at(std::int32_t moment) const {
    return values_.data() + static_cast<std::size_t>(moment) * futures_;
  }
  [[nodiscard]] std::size_t futures() const { return futures_; }

 private:
  std::size_t futures_ = 0;
  std::vector<std::int64_t> values_;
};

struct PlanTracks {
  Track remaining;  // of the period open at the moment; 0 where none is
  Track consumed;   // since the branch, like the next two
  Track uncovered;
  Track expired;
  std::vector<std::int32_t> out;  // by moment: futures in which the period then open has left use uncovered
};

// By future.
struct SlotOutcome {
  std::vector<std::int64_t> consumed;   // since the branch
  std::vector<std::int64_t> uncovered;  // since the branch
  std::vector<std::int64_t> remaining;  // at its end, before it expires, or at the horizon's
  std::vector<std::int64_t> refused;    // of a `stop` plan: what of `uncovered` lies beyond its limit (H18)
  std::vector<std::int64_t> runs_out;   // the moment, in µs since 1970; instant_max: it doesn't
};

struct Outcome {
  std::int32_t futures = 0;
  std::vector<PlanTracks> plans;                  // as Course::plans; empty where only slots were asked for
  std::vector<SlotOutcome> slots;                 // as Course::slots
  Track demand;                                   // used in the 24 hours before each moment
  std::vector<std::vector<std::int64_t>> series;  // by series, then future: used in the horizon
  std::vector<std::int64_t> unplaced;             // by future: use that no plan takes
};

enum class Detail { slots, everything };  // `slots`: what searches ask for

[[nodiscard]] Outcome run(const Course& course, const Futures& futures, Detail detail);

// In how many futures any of the plan's periods runs out; of all plans where `plan` is none.
[[nodiscard]] std::int32_t futures_out(const Course& course, const Outcome& outcome, std::optional<std::size_t> plan);

}  // namespace creditfold::forecast
