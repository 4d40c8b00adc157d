// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/history.hpp"

#include <algorithm>
#include <tuple>

#include "ledger/terms.hpp"

namespace creditfold::forecast {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// 1970-01-01 was a Thursday: three days after a Monday.
int hour_of_week(Instant at) {
  const std::int64_t hours = floor_div(at.micros, hour_micros) + 3 * hours_per_day;
  return static_cast<int>(((hours % hours_per_week) + hours_per_week) % hours_per_week);
}

// Leaves the values in another order.
VolumeQuantiles quantiles_of(std::vector<std::int64_t>::iterator first, std::vector<std::int64_t>::iterator last) {
  if (first == last) return {};
  const std::ptrdiff_t count = last - first;
  const auto rank = [&](std::ptrdiff_t percent) {
    const auto wanted = first + (count * percent + 99) / 100 - 1;
    std::nth_element(first, wanted, last);
    return *wanted;
  };
  return {.p10 = rank(10), .p50 = rank(50), .p90 = rank(90), .max = *std::max_element(first, last)};
}

// The plan the charge was sent to by name: another than the one H6 takes.
std::optional<PlanId> named_plan(const AccountState& state, const Catalog& catalog, const Event& event,
                                 const CreditsConsumed& charge) {
  const auto taken = terms::plan_for_usage(state, catalog, std::nullopt, event.actor, event.at);
  if (taken && taken->plan == charge.plan) return std::nullopt;
  return charge.plan;
}

constexpr std::array<std::int64_t DayUse::*, 3> volume_kinds{&DayUse::query, &DayUse::input, &DayUse::output};

// What of a series' charges lies in the windows.
struct Used {
  std::int64_t credits = 0;
  std::int64_t charges = 0;
};

// Which series are forecast on their own, by their credits, the largest first; the smallest beyond the limit are one
// without a workflow, which comes last.
struct Chosen {
  std::vector<std::uint32_t> order;  // those with charges
  std::size_t alone = 0;             // the first so many of them
  std::vector<std::uint32_t> place;  // of a series, in the history

  Chosen(const std::vector<Used>& used, const std::vector<SeriesKey>& keys) : place(used.size(), 0) {
    for (std::uint32_t i = 0; i < used.size(); ++i) {
      if (used[i].charges > 0) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return used[a].credits != used[b].credits ? used[a].credits > used[b].credits : keys[a] < keys[b];
    });
    alone = order.size() <= series_max ? order.size() : series_max - 1;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::uint32_t>(std::min(i, alone));
  }
  [[nodiscard]] std::size_t series() const { return std::min(order.size(), series_max); }
};

}  // namespace

bool operator<(const SeriesKey& a, const SeriesKey& b) {
  const auto order = [](const auto& x, const auto& y) { return x == y ? 0 : (!x || (y && *x < *y)) ? -1 : 1; };
  if (const int by_workflow = order(a.workflow, b.workflow)) return by_workflow < 0;
  if (const int by_model = order(a.model, b.model)) return by_model < 0;
  return order(a.plan, b.plan) < 0;
}

void add(DayUse& sum, const DayUse& use) {
  sum.query = capped_sum(sum.query, use.query);
  sum.input = capped_sum(sum.input, use.input);
  sum.output = capped_sum(sum.output, use.output);
  sum.credits = capped_sum(sum.credits, use.credits);
  sum.charges = capped_sum(sum.charges, use.charges);
}

void HistoryWatch::operator()(const Event& event, const AccountState& after) {
  if (const auto* term = std::get_if<TermStarted>(&event.payload)) {
    if (term->ai_studio) place_.ended[term->ai_studio->plan] = false;
  }
  if (const auto* end = std::get_if<TermEnded>(&event.payload)) {
    if (end->plan) place_.ended[*end->plan] = true;
  }
  const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
  if (charge == nullptr) return;
  SeriesKey key{charge->workflow, charge->model, named_plan(after, catalog_, event, *charge)};
  const auto [found, fresh] = numbers_.emplace(std::move(key), static_cast<std::uint32_t>(keys_.size()));
  const std::uint32_t series = found->second;
  if (fresh) keys_.push_back(found->first);
  if (series >= place_.actors.size()) place_.actors.resize(series + 1);
  place_.actors[series] = event.actor;
  place_.charges += 1;
  if (place_.charges <= charges_.size()) return;  // watched before
  charges_.push({.series = series,
                 .at = event.at,
                 .use = {.query = charge->query.tokens,
                         .input = charge->input.tokens,
                         .output = charge->output.tokens,
                         .credits = charge->credits.micro,
                         .charges = 1}});
}

History HistoryWatch::until(Instant at) const {
  History history;
  history.at = at;
  charges_.read(place_.charges, [&](const Charge& charge) {
    const bool looked_at = charge.at <= at && at.micros - charge.at.micros < history_days_max * day_micros;
    if (looked_at && (!history.from || charge.at < *history.from)) history.from = charge.at;
  });
  if (!history.from) return history;
  // The oldest window is whole too: a day that began before the first charge would look like a quiet one.
  const std::int64_t span = at.micros - history.from->micros;
  history.days = static_cast<std::int32_t>(span / day_micros);
  const std::int64_t windows = std::max(history.days, 1);
  const auto read_windows = [&](const auto& visit) {
    charges_.read(place_.charges, [&](const Charge& charge) {
      if (charge.at > at || charge.at < *history.from) return;
      const std::int64_t age = (at.micros - charge.at.micros) / day_micros;
      if (age < windows) visit(charge, age);
    });
  };
  std::vector<Used> used(keys_.size());
  read_windows([&](const Charge& charge, std::int64_t) {
    used[charge.series].credits = capped_sum(used[charge.series].credits, charge.use.credits);
    used[charge.series].charges += 1;
  });
  const Chosen chosen(used, keys_);
  history.series.resize(chosen.series());
  for (std::size_t i = 0; i < history.series.size(); ++i) {
    history.series[i].days.resize(static_cast<std::size_t>(windows));
    if (i >= chosen.alone) continue;
    history.series[i].key = keys_[chosen.order[i]];
    history.series[i].actor = place_.actors[chosen.order[i]];
  }
  read_windows([&](const Charge& charge, std::int64_t age) {
    SeriesHistory& series = history.series[chosen.place[charge.series]];
    add(series.days[static_cast<std::size_t>(windows - 1 - age)], charge.use);
    const std::int64_t into_window = day_micros - 1 - (at.micros - charge.at.micros) % day_micros;
    const auto hour = static_cast<std::size_t>(phase_of(-1 - age) * hours_per_day + into_window / hour_micros);
    const auto calendar = static_cast<std::size_t>(hour_of_week(charge.at));
    series.hours[hour] = capped_sum(series.hours[hour], charge.use.credits);
    series.weekdays[calendar / hours_per_day] =
        capped_sum(series.weekdays[calendar / hours_per_day], charge.use.credits);
    history.hour_of_week[calendar] = capped_sum(history.hour_of_week[calendar], charge.use.credits);
    series.charges += 1;
    history.charges += 1;
  });
  // One kind of volume at a time, those of a series together, in room made once: they are as many as the charges.
  std::vector<std::ptrdiff_t> begins(chosen.alone + 1, 0);
  for (std::size_t i = 0; i < chosen.alone; ++i) {
    begins[i + 1] = begins[i] + static_cast<std::ptrdiff_t>(history.series[i].charges);
  }
  std::vector<std::int64_t> volumes(static_cast<std::size_t>(begins.back()));
  for (std::size_t kind = 0; kind < volume_kinds.size(); ++kind) {
    std::vector<std::ptrdiff_t> next = begins;
    read_windows([&](const Charge& charge, std::int64_t) {
      const std::size_t series = chosen.place[charge.series];
      if (series < chosen.alone) volumes[static_cast<std::size_t>(next[series]++)] = charge.use.*volume_kinds[kind];
    });
    for (std::size_t i = 0; i < chosen.alone; ++i) {
      history.series[i].volumes[kind] = quantiles_of(volumes.begin() + begins[i], volumes.begin() + begins[i + 1]);
    }
  }
  return history;
}

}  // namespace creditfold::forecast
