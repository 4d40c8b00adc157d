// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/course.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "ledger/terms.hpp"

namespace creditfold::forecast {
namespace {

using SlotName = std::tuple<PlanId, std::int32_t, std::int32_t>;  // plan, term, period

// Of 30 days; the months of a growth "a month".
constexpr int days_per_month = 30;
constexpr int power_bits = 30;

// What a day's growth is when a month's is `percent`: the 30th root, by bisection, in units of 2^-30.
std::int64_t daily_factor(std::int64_t percent) {
  const Wide wanted = (static_cast<Wide>(100 + percent) << power_bits) / 100;
  std::int64_t low = std::int64_t{1} << (power_bits - 1);
  std::int64_t high = std::int64_t{1} << (power_bits + 1);
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    Wide power = Wide{1} << power_bits;
    for (int day = 0; day < days_per_month; ++day) power = (power * middle) >> power_bits;
    (power <= wanted ? low : high) = middle;
  }
  return low;
}

// Growth by each day of the horizon, at most ratio_max.
std::vector<Ratio> growth_by_day(std::int64_t percent, std::int32_t days) {
  std::vector<Ratio> growth(static_cast<std::size_t>(days), one);
  if (percent == 0) return growth;
  const std::int64_t factor = daily_factor(percent);
  Wide grown = Wide{1} << power_bits;
  for (Ratio& of_day : growth) {
    of_day = static_cast<Ratio>(std::min<Wide>(grown >> (power_bits - ratio_bits), ratio_max));
    grown = std::min<Wide>((grown * factor) >> power_bits, Wide{ratio_max} << (power_bits - ratio_bits));
  }
  return growth;
}

// Periods, what lies in them at the branch, and what comes later.
class Laying {
 public:
  Laying(const Branch& branch, const Supposition& supposition, std::int32_t days)
      : branch_(branch),
        after_(supposition.after),
        supposition_(supposition),
        ends_at_{branch.at.micros + days * day_micros} {
    course_.at = branch.at;
    course_.days = days;
    for (std::int32_t day = 0; day <= days; ++day) cuts_.insert(Instant{branch.at.micros + day * day_micros});
    for (const auto& [plan, pool] : after_.pools) add_plan(plan, pool);
    for (const auto& [id, hold] : branch.state.holds) add_hold(hold);
  }

  void cut(Instant at) {
    if (branch_.at < at && at < ends_at_) cuts_.insert(at);
  }

  // The slices, still without use.
  void slice() {
    for (auto cut = cuts_.begin(); std::next(cut) != cuts_.end(); ++cut) {
      Slice slice{.starts_at = *cut,
                  .ends_at = *std::next(cut),
                  .day = 0,
                  .ending = {},
                  .inflows = {},
                  .flows = {},
                  .marks = {}};
      slice.day = static_cast<std::int32_t>((slice.starts_at.micros - branch_.at.micros) / day_micros);
      add_changes(slice);
      course_.slices.push_back(std::move(slice));
    }
    Slice end{.starts_at = ends_at_,
              .ends_at = ends_at_,
              .day = course_.days,
              .ending = {},
              .inflows = {},
              .flows = {},
              .marks = {}};
    add_changes(end);  // what ends with the horizon; nothing is used in it
    end.inflows.clear();
    course_.slices.push_back(std::move(end));
    for (std::size_t plan = 0; plan < course_.plans.size(); ++plan) {
      course_.open_at.emplace_back();
      for (std::int32_t day = 0; day <= course_.days; ++day) {
        course_.open_at.back().push_back(slot_open(plan, Instant{branch_.at.micros + day * day_micros}));
      }
    }
  }

  [[nodiscard]] std::uint32_t slot_of(const PlanId& plan, const Term& term, Instant at) const {
    const auto found = slots_.find({plan, term.number, terms::period_at(term, at)});
    return found == slots_.end() ? no_slot : found->second;
  }
  [[nodiscard]] const AccountState& after() const { return after_; }
  [[nodiscard]] Course& course() { return course_; }

 private:
  void add_plan(const PlanId& plan, const Pool& pool) {
    std::optional<std::size_t> number;
    for (const Term& term : pool.terms) {
      if (term.ends_at <= branch_.at || ends_at_ <= term.starts_at) continue;
      const std::int64_t count = terms::period_count(term);
      const std::int64_t first = term.in_force(branch_.at) ? terms::period_at(term, branch_.at) : 1;
      for (std::int64_t n = first; n <= count && terms::period_starts_at(term, n) < ends_at_; ++n) {
        if (n <= term.closed) continue;
        if (!number) {
          number = course_.plans.size();
          course_.plans.push_back(plan);
        }
        add_slot(plan, *number, term, static_cast<std::int32_t>(n));
      }
    }
  }

  void add_slot(const PlanId& plan, std::size_t number, const Term& term, std::int32_t n) {
    Slot slot;
    slot.plan = number;
    slot.term = term.number;
    slot.period = n;
    slot.starts_at = terms::period_starts_at(term, n);
    slot.ends_at = terms::period_ends_at(term, n);
    slot.on_exhaustion = term.on_exhaustion;
    slot.stop_at_percent = term.stop_at_percent;
    slot.increment = term.increment;
    const auto id = static_cast<std::uint32_t>(course_.slots.size());
    if (const Period* period = terms::find_period(term, n)) {
      for (const Lot& lot : period->lots) add_lot(slot, id, lot);
      slot.consumed = period->consumed.micro;
      slot.uncovered = period->uncovered.micro;
    }
    if (n > term.opened) {  // its allotment comes when it begins (AIS-3)
      slot.granted = capped_sum(slot.granted, term.allotment.micro);
      slot.remaining = capped_sum(slot.remaining, term.allotment.micro);
    }
    cut(slot.starts_at);
    cut(slot.ends_at);
    slots_.emplace(SlotName{plan, term.number, n}, id);
    course_.slots.push_back(slot);
  }

  // A lot is there from its grant on, or from its period's start; one granted in the horizon comes in there.
  void add_lot(Slot& slot, std::uint32_t id, const Lot& lot) {
    slot.granted = capped_sum(slot.granted, lot.granted.micro);
    const auto supposed = supposition_.moment_of.find(lot.version);
    const bool allotted = lot.kind == LotKind::allotment;
    const Instant comes_at = supposed == supposition_.moment_of.end() || allotted ? slot.starts_at : supposed->second;
    if (comes_at <= std::max(slot.starts_at, branch_.at)) {
      // Of holds, those at the branch count, not those that a later command found expired.
      slot.remaining = capped_sum(slot.remaining, (lot.granted - lot.drawn - lot.expired).micro);
      return;
    }
    cut(comes_at);
    later_.emplace(comes_at, Inflow{.slot = id, .credits = lot.granted.micro, .released = false});
  }

  // Credits a live authorization holds pay for nothing else until it expires (H16); or until their period closes.
  void add_hold(const Hold& hold) {
    const auto found = slots_.find({hold.plan, hold.term, hold.period});
    if (found == slots_.end() || hold.expires_at <= branch_.at) return;
    Slot& slot = course_.slots[found->second];
    std::int64_t held = 0;
    for (const HeldLot& lot : hold.lots) held = capped_sum(held, lot.credits.micro);
    slot.remaining -= held;
    slot.held += held;
    slot.hold_cost = capped_sum(slot.hold_cost, hold.cost.micro);
    if (hold.expires_at >= slot.ends_at || hold.expires_at >= ends_at_) return;
    cut(hold.expires_at);
    later_.emplace(hold.expires_at, Inflow{.slot = found->second, .credits = held, .released = true});
  }

  void add_changes(Slice& slice) const {
    for (std::size_t i = 0; i < course_.slots.size(); ++i) {
      if (course_.slots[i].ends_at == slice.starts_at) slice.ending.push_back(static_cast<std::uint32_t>(i));
    }
    const auto [first, last] = later_.equal_range(slice.starts_at);
    for (auto inflow = first; inflow != last; ++inflow) slice.inflows.push_back(inflow->second);
  }

  [[nodiscard]] std::uint32_t slot_open(std::size_t plan, Instant at) const {
    for (std::size_t i = 0; i < course_.slots.size(); ++i) {
      const Slot& slot = course_.slots[i];
      if (slot.plan == plan && slot.starts_at <= at && at < slot.ends_at) return static_cast<std::uint32_t>(i);
    }
    return no_slot;
  }

  const Branch& branch_;
  const AccountState& after_;
  const Supposition& supposition_;
  Instant ends_at_;
  std::set<Instant> cuts_;
  std::map<SlotName, std::uint32_t> slots_;
  std::multimap<Instant, Inflow> later_;
  Course course_;
};

// The share of a day's use that falls before a moment of it.
Ratio share_before(const SeriesModel& model, std::int32_t day, std::int64_t into_day) {
  if (into_day >= day_micros) return one;
  const auto& hours = model.before_hour[static_cast<std::size_t>(phase_of(day))];
  const auto hour = static_cast<std::size_t>(into_day / hour_micros);
  return hours[hour] + scaled(hours[hour + 1] - hours[hour], into_day % hour_micros, hour_micros);
}

std::int64_t calendar_percent(const Weather& weather, Instant at) {
  std::int64_t percent = 100;
  for (const CalendarLever& lever : weather.calendar) {
    if (lever.from <= at && at < lever.to) percent = scaled(percent, lever.percent, 100);
  }
  return percent;
}

bool runs_at(const Stream& stream, Instant at) {
  return (!stream.starts_at || *stream.starts_at <= at) && (!stream.ends_at || at < *stream.ends_at);
}

void lay_marks(Slice& slice, Instant branch) {
  const std::int64_t day_starts = branch.micros + slice.day * day_micros;
  slice.marks.push_back({slice.starts_at, 0});
  for (int hour = 1; hour < hours_per_day; ++hour) {
    const Instant at{day_starts + hour * hour_micros};
    if (slice.starts_at < at && at < slice.ends_at) slice.marks.push_back({at, 0});
  }
  slice.marks.push_back({slice.ends_at, 0});
}

// Adds a flow to the marks of its slice, by the hours of its series.
void add_to_marks(Slice& slice, Instant branch, const SeriesModel& model, std::int64_t credits) {
  const std::int64_t day_starts = branch.micros + slice.day * day_micros;
  const Ratio before = share_before(model, slice.day, slice.starts_at.micros - day_starts);
  const Ratio whole = std::max<Ratio>(1, share_before(model, slice.day, slice.ends_at.micros - day_starts) - before);
  for (Slice::Mark& mark : slice.marks) {
    const Ratio share = share_before(model, slice.day, mark.at.micros - day_starts) - before;
    mark.credits = capped_sum(mark.credits, scaled(credits, share, whole));
  }
}

// Which plan takes a series' use at a moment: the ledger's own rule, and where its own plan has ended, the rule too.
Expected<terms::InForce, Refusal> plan_at(const Stream& stream, const AccountState& state, const Catalog& catalog,
                                          Instant at) {
  const bool own = stream.key.plan && terms::term_in_force(state, *stream.key.plan, at) != nullptr;
  return terms::plan_for_usage(state, catalog, own ? stream.key.plan : std::nullopt, stream.actor, at);
}

}  // namespace

Course lay_course(const Branch& branch, const Catalog& catalog, const Supposition& supposition,
                  const std::vector<Stream>& streams, const Weather& weather, std::int32_t days) {
  Laying laying(branch, supposition, days);
  for (const Stream& stream : streams) {
    if (stream.starts_at) laying.cut(*stream.starts_at);
    if (stream.ends_at) laying.cut(*stream.ends_at);
  }
  for (const CalendarLever& lever : weather.calendar) {
    laying.cut(lever.from);
    laying.cut(lever.to);
  }
  laying.slice();
  Course& course = laying.course();
  for (Slice& slice : course.slices) lay_marks(slice, branch.at);
  const std::vector<Ratio> all_grow = growth_by_day(weather.growth_percent_per_month, days);
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const Stream& stream = streams[s];
    const std::vector<Ratio> grows = growth_by_day(stream.growth_percent_per_month, days);
    std::map<RateCardId, std::optional<std::int64_t>> levels;
    for (Slice& slice : course.slices) {
      if (slice.starts_at == slice.ends_at || !runs_at(stream, slice.starts_at)) continue;
      const auto day = static_cast<std::size_t>(slice.day);
      const std::int64_t day_starts = branch.at.micros + slice.day * day_micros;
      const Ratio share = share_before(*stream.model, slice.day, slice.ends_at.micros - day_starts) -
                          share_before(*stream.model, slice.day, slice.starts_at.micros - day_starts);
      const auto in_force = plan_at(stream, laying.after(), catalog, slice.starts_at);
      std::optional<std::int64_t> level = stream.model->level;
      Flow flow{.series = static_cast<std::uint32_t>(s)};
      if (in_force) {
        const auto [known, fresh] = levels.emplace(in_force->term->rate_card, std::nullopt);
        if (fresh) known->second = level_under(stream, catalog, in_force->term->rate_card);
        if (known->second) flow.slot = laying.slot_of(in_force->plan, *in_force->term, slice.starts_at);
        if (known->second) level = known->second;
      }
      if (flow.slot == no_slot && !course.unplaced) {
        course.unplaced =
            in_force ? Refusal{RefusalCode::unknown_model,
                               "AIS-1",
                               "The plan's rate card has no model of this name.",
                               {{"model", stream.moved_to.value_or(stream.key.model.value_or(ModelId())).value}}}
                     : in_force.error();
      }
      Wide credits = static_cast<Wide>(*level) * share >> ratio_bits;
      credits = credits * stream.volume_percent / 100 * calendar_percent(weather, slice.starts_at) / 100;
      credits = std::min<Wide>(credits, amount_max) * grows[day] >> ratio_bits;
      credits = std::min<Wide>(credits, amount_max) * all_grow[day] >> ratio_bits;
      flow.credits = static_cast<std::int64_t>(std::min<Wide>(credits, amount_max));
      if (flow.credits == 0) continue;
      slice.flows.push_back(flow);
      add_to_marks(slice, branch.at, *stream.model, flow.credits);
    }
  }
  for (Slice& slice : course.slices) {
    std::stable_sort(slice.flows.begin(), slice.flows.end(),
                     [](const Flow& a, const Flow& b) { return a.slot < b.slot; });
  }
  return std::move(course);
}

}  // namespace creditfold::forecast
