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

VolumeQuantiles quantiles_of(std::vector<std::int64_t>& values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto rank = [&](std::size_t percent) { return values[(values.size() * percent + 99) / 100 - 1]; };
  return {.p10 = rank(10), .p50 = rank(50), .p90 = rank(90), .max = values.back()};
}

// The plan the charge was sent to by name: another than the one H6 takes.
std::optional<PlanId> named_plan(const AccountState& state, const Catalog& catalog, const Event& event,
                                 const CreditsConsumed& charge) {
  const auto taken = terms::plan_for_usage(state, catalog, std::nullopt, event.actor, event.at);
  if (taken && taken->plan == charge.plan) return std::nullopt;
  return charge.plan;
}

std::int64_t credits_of(const SeriesHistory& series) {
  std::int64_t sum = 0;
  for (const DayUse& day : series.days) sum = capped_sum(sum, day.credits);
  return sum;
}

// The smallest beyond the limit become one series of no workflow. Sorted by credits already.
void join_rest(std::vector<SeriesHistory>& series) {
  if (series.size() <= series_max) return;
  SeriesHistory rest = std::move(series[series_max - 1]);
  rest.key = {};
  rest.actor.reset();
  rest.volumes = {};
  for (std::size_t i = series_max; i < series.size(); ++i) {
    for (std::size_t day = 0; day < rest.days.size(); ++day) add(rest.days[day], series[i].days[day]);
    for (std::size_t hour = 0; hour < rest.hours.size(); ++hour) {
      rest.hours[hour] = capped_sum(rest.hours[hour], series[i].hours[hour]);
    }
    for (std::size_t day = 0; day < rest.weekdays.size(); ++day) {
      rest.weekdays[day] = capped_sum(rest.weekdays[day], series[i].weekdays[day]);
    }
    rest.charges += series[i].charges;
  }
  series.resize(series_max - 1);
  series.push_back(std::move(rest));
}

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
    if (term->ai_studio) ended_[term->ai_studio->plan] = false;
  }
  if (const auto* end = std::get_if<TermEnded>(&event.payload)) {
    if (end->plan) ended_[*end->plan] = true;
  }
  const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
  if (charge == nullptr) return;
  SeriesKey key{charge->workflow, charge->model, named_plan(after, catalog_, event, *charge)};
  const auto [found, fresh] = numbers_.emplace(std::move(key), static_cast<std::uint32_t>(keys_.size()));
  if (fresh) {
    keys_.push_back(found->first);
    actors_.emplace_back();
  }
  actors_[found->second] = event.actor;
  charges_.push_back({.series = found->second,
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
  for (const Charge& charge : charges_) {
    const bool looked_at = charge.at <= at && at.micros - charge.at.micros < history_days_max * day_micros;
    if (looked_at && (!history.from || charge.at < *history.from)) history.from = charge.at;
  }
  if (!history.from) return history;
  // The oldest window is whole too: a day that began before the first charge would look like a quiet one.
  const std::int64_t span = at.micros - history.from->micros;
  history.days = static_cast<std::int32_t>(span / day_micros);
  const std::size_t windows = static_cast<std::size_t>(std::max(history.days, 1));
  std::vector<std::array<std::vector<std::int64_t>, 3>> volumes(keys_.size());
  history.series.resize(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    history.series[i].key = keys_[i];
    history.series[i].actor = actors_[i];
    history.series[i].days.resize(windows);
  }
  for (const Charge& charge : charges_) {
    if (charge.at > at || charge.at < *history.from) continue;
    const std::int64_t age = (at.micros - charge.at.micros) / day_micros;
    if (age >= static_cast<std::int64_t>(windows)) continue;
    SeriesHistory& series = history.series[charge.series];
    add(series.days[windows - 1 - static_cast<std::size_t>(age)], charge.use);
    const std::int64_t into_window = day_micros - 1 - (at.micros - charge.at.micros) % day_micros;
    const auto hour = static_cast<std::size_t>(phase_of(-1 - age) * hours_per_day + into_window / hour_micros);
    const auto calendar = static_cast<std::size_t>(hour_of_week(charge.at));
    series.hours[hour] = capped_sum(series.hours[hour], charge.use.credits);
    series.weekdays[calendar / hours_per_day] =
        capped_sum(series.weekdays[calendar / hours_per_day], charge.use.credits);
    history.hour_of_week[calendar] = capped_sum(history.hour_of_week[calendar], charge.use.credits);
    series.charges += 1;
    history.charges += 1;
    volumes[charge.series][0].push_back(charge.use.query);
    volumes[charge.series][1].push_back(charge.use.input);
    volumes[charge.series][2].push_back(charge.use.output);
  }
  for (std::size_t i = 0; i < history.series.size(); ++i) {
    for (std::size_t kind = 0; kind < 3; ++kind) history.series[i].volumes[kind] = quantiles_of(volumes[i][kind]);
  }
  const auto unused = [](const SeriesHistory& series) { return series.charges == 0; };
  history.series.erase(std::remove_if(history.series.begin(), history.series.end(), unused), history.series.end());
  std::sort(history.series.begin(), history.series.end(), [](const SeriesHistory& a, const SeriesHistory& b) {
    const std::int64_t a_credits = credits_of(a);
    const std::int64_t b_credits = credits_of(b);
    return a_credits != b_credits ? a_credits > b_credits : a.key < b.key;
  });
  join_rest(history.series);
  return history;
}

}  // namespace creditfold::forecast
