// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/simulate.hpp"

#include <algorithm>
#include <functional>

#include "ledger/forecast/simulation_json.hpp"
#include "ledger/statement.hpp"

namespace creditfold::forecast {
namespace {

Futures draw_for(const Branch& branch, const std::vector<Stream>& streams, const Scenario& scenario) {
  std::vector<const SeriesModel*> models;
  models.reserve(streams.size());
  for (const Stream& stream : streams) models.push_back(stream.model);
  return draw(branch.model, models,
              {.seed = static_cast<std::uint64_t>(scenario.seed),
               .futures = static_cast<std::int32_t>(scenario.futures),
               .days = static_cast<std::int32_t>(scenario.days),
               .seasonality_percent = scenario.seasonality_percent});
}

// `view`: folds the account's events up to the scenario's position and tells the watch of them.
std::optional<Branch> branch_of(const Catalog& catalog, const Scenario& scenario,
                                const std::function<std::optional<View>(const AsOf&, const Watch&)>& view) {
  HistoryWatch history(catalog);
  std::int64_t seq = 0;
  Instant newest = instant_min;
  const auto watch = [&](const Event& event, const AccountState& after) {
    seq = event.seq;
    newest = std::max(newest, event.at);
    history(event, after);
  };
  auto then = view({.at = scenario.at, .seq = scenario.as_of}, watch);
  if (!then) return std::nullopt;
  const Instant at = scenario.at.value_or(newest);
  return Branch{.state = std::move(then->state),
                .at = at,
                .seq = seq,
                .ended = history.ended(),
                .model = learn(history.until(at))};
}

}  // namespace

std::optional<Branch> branch_at(std::span<const Event> events, const Catalog& catalog, const Scenario& scenario) {
  if (scenario.as_of) {
    const auto later =
        std::find_if(events.begin(), events.end(), [&](const Event& event) { return event.seq > *scenario.as_of; });
    events = events.first(static_cast<std::size_t>(later - events.begin()));
  }
  return branch_of(catalog, scenario, [&](const AsOf& as_of, const Watch& watch) { return view_of(events, as_of, instant_min, watch); });
}

std::optional<Branch> branch_at(const Log& log, const AccountId& account, const Catalog& catalog, const Scenario& scenario) {
  return branch_of(catalog, scenario, [&](const AsOf& as_of, const Watch& watch) {
    return view_as_of(log, account, as_of, instant_min, watch);
  });
}

Expected<Simulated, ScenarioFault> simulate(const Branch& branch, const Catalog& base, const Scenario& scenario) {
  auto catalog = catalog_of(base, scenario);
  if (!catalog) return Unexpected{catalog.error()};
  auto orders = orders_of(branch, *catalog, scenario);
  if (!orders) return Unexpected{orders.error()};
  auto streams = streams_of(branch, scenario);
  if (!streams) return Unexpected{streams.error()};
  const std::int64_t cells =
      scenario.futures * scenario.days * (static_cast<std::int64_t>(streams->size()) + cells_of_pools);
  if (cells > cells_max) {
    return Unexpected{
        ScenarioFault{"/futures", "times days times the " + std::to_string(streams->size()) +
                                      " workflows and models is too much at once: ask for fewer futures or days"}};
  }
  const auto days = static_cast<std::int32_t>(scenario.days);
  const Instant until{branch.at.micros + scenario.days * day_micros};
  const Weather weather{scenario.growth_percent_per_month, scenario.calendar};
  Futures futures = draw_for(branch, *streams, scenario);
  Supposition supposition = suppose(branch, *catalog, *orders, scenario.renew, until);
  Course course = lay_course(branch, *catalog, supposition, *streams, weather, days);
  Outcome outcome = run(course, futures, Detail::everything);
  return Simulated{.branch = branch,
                   .scenario = scenario,
                   .catalog = std::move(catalog).value(),
                   .orders = std::move(orders).value(),
                   .streams = std::move(streams).value(),
                   .weather = weather,
                   .futures = std::move(futures),
                   .supposition = std::move(supposition),
                   .course = std::move(course),
                   .outcome = std::move(outcome)};
}

Expected<std::string, ScenarioFault> simulate_json(const Branch& branch, const Catalog& catalog,
                                                   const Scenario& scenario) {
  const auto simulated = simulate(branch, catalog, scenario);
  if (!simulated) return Unexpected{simulated.error()};
  return simulation_json(*simulated);
}

}  // namespace creditfold::forecast
