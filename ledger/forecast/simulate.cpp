// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/simulate.hpp"

#include "ledger/forecast/learner.hpp"
#include "ledger/forecast/simulation_json.hpp"

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

}  // namespace

std::optional<Branch> branch_at(std::span<const Event> events, const Catalog& catalog, const Scenario& scenario) {
  if (events.empty()) return std::nullopt;
  Learner learner(events.front().account, catalog, scenario.at);
  for (const Event& event : events) {
    if (scenario.as_of && event.seq > *scenario.as_of) break;
    learner.take(event);
  }
  return learner.branch();
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
