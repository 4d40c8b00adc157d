// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/pools.hpp"

#include <algorithm>

namespace creditfold::forecast {
namespace {

// A slot in the future that is running.
struct RunningSlot {
  std::int64_t remaining = 0;
  std::int64_t held = 0;
  std::int64_t consumed = 0;
  std::int64_t uncovered = 0;
  std::int64_t runs_out = instant_max.micros;
};

// When in a slice its use comes to what was covered of it, by the hours its series are busy in.
std::int64_t moment_within(const Slice& slice, std::int64_t covered, std::int64_t used) {
  const std::int64_t wanted = scaled(slice.marks.back().credits, covered, used);
  std::size_t next = 1;
  while (next + 1 < slice.marks.size() && slice.marks[next].credits <= wanted) ++next;
  const Slice::Mark& from = slice.marks[next - 1];
  const Slice::Mark& to = slice.marks[next];
  const std::int64_t between = std::max<std::int64_t>(1, to.credits - from.credits);
  const std::int64_t past = std::clamp<std::int64_t>(wanted - from.credits, 0, between);
  return from.at.micros + scaled(to.at.micros - from.at.micros, past, between);
}

class Running {
 public:
  Running(const Course& course, const Futures& futures, Detail detail)
      : course_(course), futures_(futures), detail_(detail) {
    const std::int32_t count = futures.futures();
    const auto size = static_cast<std::size_t>(count);
    out_.futures = count;
    out_.slots.resize(course.slots.size());
    for (SlotOutcome& slot : out_.slots) {
      for (auto* values : {&slot.consumed, &slot.uncovered, &slot.remaining, &slot.refused, &slot.runs_out})
        values->resize(size);
    }
    out_.unplaced.resize(size);
    if (detail == Detail::slots) return;
    const std::int32_t moments = course.days + 1;
    out_.demand = Track(moments, count);
    out_.series.assign(futures.series(), std::vector<std::int64_t>(size));
    for (std::size_t plan = 0; plan < course.plans.size(); ++plan) {
      out_.plans.push_back({Track(moments, count), Track(moments, count), Track(moments, count), Track(moments, count),
                            std::vector<std::int32_t>(static_cast<std::size_t>(moments))});
    }
  }

  [[nodiscard]] Outcome run() {
    for (future_ = 0; future_ < futures_.futures(); ++future_) one_future();
    return std::move(out_);
  }

 private:
  void one_future() {
    pools_.assign(course_.slots.size(), {});
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      pools_[i].remaining = course_.slots[i].remaining;
      pools_[i].held = course_.slots[i].held;
    }
    totals_.assign(course_.plans.size(), {});
    if (detail_ == Detail::everything) note(0);
    demand_ = 0;
    for (std::size_t i = 0; i < course_.slices.size(); ++i) {
      const Slice& slice = course_.slices[i];
      for (const std::uint32_t slot : slice.ending) {
        Totals& plan = totals_[course_.slots[slot].plan];
        plan.expired =
            capped_sum(plan.expired, pools_[slot].remaining + pools_[slot].held);  // H4: a close releases first
      }
      // A day's moment is after what ends then and before what comes then is used.
      if (detail_ == Detail::everything && slice.day > 0 &&
          slice.starts_at.micros == course_.at.micros + slice.day * day_micros)
        note(slice.day);
      for (const Inflow& inflow : slice.inflows) take_in(inflow);
      if (!slice.flows.empty()) use(slice);
    }
    for (std::size_t i = 0; i < pools_.size(); ++i) keep(i);
  }

  void take_in(const Inflow& inflow) {
    RunningSlot& pool = pools_[inflow.slot];
    pool.remaining = capped_sum(pool.remaining, inflow.credits);
    if (inflow.released) pool.held -= inflow.credits;
  }

  void use(const Slice& slice) {
    const std::uint32_t* ratios = futures_.on(future_, slice.day);
    for (std::size_t i = 0; i < slice.flows.size();) {
      const std::uint32_t slot = slice.flows[i].slot;
      std::int64_t used = 0;
      for (; i < slice.flows.size() && slice.flows[i].slot == slot; ++i) {
        const Flow& flow = slice.flows[i];
        const std::int64_t credits = times(flow.credits, ratios[flow.series]);
        used += credits;
        if (detail_ == Detail::everything) {
          std::int64_t& sum = out_.series[flow.series][static_cast<std::size_t>(future_)];
          sum = capped_sum(sum, credits);
        }
      }
      demand_ = capped_sum(demand_, used);
      if (slot == no_slot) {
        std::int64_t& sum = out_.unplaced[static_cast<std::size_t>(future_)];
        sum = capped_sum(sum, used);
      } else {
        draw_on(slice, slot, used);
      }
    }
  }

  void draw_on(const Slice& slice, std::uint32_t slot, std::int64_t used) {
    RunningSlot& pool = pools_[slot];
    Totals& plan = totals_[course_.slots[slot].plan];
    const std::int64_t covered = std::min(used, pool.remaining);
    pool.remaining -= covered;
    pool.consumed += covered;
    plan.consumed = capped_sum(plan.consumed, covered);
    if (covered == used) return;
    if (pool.uncovered == 0) pool.runs_out = moment_within(slice, covered, used);
    pool.uncovered = capped_sum(pool.uncovered, used - covered);
    plan.uncovered = capped_sum(plan.uncovered, used - covered);
  }

  void note(std::int32_t moment) {
    const auto future = static_cast<std::size_t>(future_);
    out_.demand.at(moment)[future] = demand_;
    demand_ = 0;
    for (std::size_t plan = 0; plan < totals_.size(); ++plan) {
      PlanTracks& tracks = out_.plans[plan];
      const std::uint32_t open = course_.open_at[plan][static_cast<std::size_t>(moment)];
      tracks.remaining.at(moment)[future] = open == no_slot ? 0 : pools_[open].remaining;
      tracks.consumed.at(moment)[future] = totals_[plan].consumed;
      tracks.uncovered.at(moment)[future] = totals_[plan].uncovered;
      tracks.expired.at(moment)[future] = totals_[plan].expired;
      const bool limited = open != no_slot && course_.slots[open].on_exhaustion != OnExhaustion::unlimited;
      if (limited && pools_[open].uncovered > 0) tracks.out[static_cast<std::size_t>(moment)] += 1;
    }
  }

  void keep(std::size_t i) {
    const Slot& slot = course_.slots[i];
    const RunningSlot& pool = pools_[i];
    SlotOutcome& kept = out_.slots[i];
    const auto future = static_cast<std::size_t>(future_);
    kept.consumed[future] = pool.consumed;
    kept.uncovered[future] = pool.uncovered;
    kept.remaining[future] = pool.remaining + pool.held;
    kept.runs_out[future] = slot.on_exhaustion == OnExhaustion::unlimited ? instant_max.micros : pool.runs_out;
    if (slot.on_exhaustion != OnExhaustion::stop || pool.uncovered == 0) return;
    const std::int64_t limit = scaled(slot.granted, slot.stop_at_percent, 100);
    Wide spoken_for = static_cast<Wide>(slot.consumed) + slot.uncovered + pool.consumed + pool.uncovered;
    if (pool.held > 0) spoken_for += slot.hold_cost;
    const Wide beyond = spoken_for - limit;
    kept.refused[future] = beyond <= 0 ? 0 : static_cast<std::int64_t>(std::min<Wide>(beyond, pool.uncovered));
  }

  struct Totals {
    std::int64_t consumed = 0;
    std::int64_t uncovered = 0;
    std::int64_t expired = 0;
  };
  const Course& course_;
  const Futures& futures_;
  Detail detail_;
  std::int32_t future_ = 0;
  std::int64_t demand_ = 0;
  std::vector<RunningSlot> pools_;
  std::vector<Totals> totals_;
  Outcome out_;
};

}  // namespace

Outcome run(const Course& course, const Futures& futures, Detail detail) {
  return Running(course, futures, detail).run();
}

std::int32_t futures_out(const Course& course, const Outcome& outcome, std::optional<std::size_t> plan) {
  std::int32_t count = 0;
  for (std::size_t future = 0; future < static_cast<std::size_t>(outcome.futures); ++future) {
    bool out = false;
    for (std::size_t i = 0; i < course.slots.size() && !out; ++i) {
      out = (!plan || course.slots[i].plan == *plan) && outcome.slots[i].runs_out[future] < instant_max.micros;
    }
    if (out) ++count;
  }
  return count;
}

}  // namespace creditfold::forecast
