// SPDX-License-Identifier: Apache-2.0
// The series of a scenario: those learned, with the levers on them, and those supposed; and what their days cost.
#include <algorithm>

#include "ledger/forecast/course.hpp"
#include "ledger/usage.hpp"

namespace creditfold::forecast {
namespace {

// Volumes of the last eight weeks tell a series' mix of query, input and output.
constexpr std::size_t recent_days = 56;

DayUse recent_use(const SeriesHistory& history) {
  DayUse sum;
  for (std::size_t back = 0; back < history.days.size(); ++back) {
    if (back >= recent_days && sum.charges > 0) break;  // of a series that ended long ago: its last days
    add(sum, history.days[history.days.size() - 1 - back]);
  }
  return sum;
}

std::optional<std::int64_t> price_of_use(const Catalog& catalog, const RateCardId& card, const ModelId& id,
                                         const DayUse& use) {
  const Model* model = catalog.model(card, id);
  if (model == nullptr) return std::nullopt;
  const Wide micro =
      usage::cost(*model, Volume{use.query}, Volume{use.input}, Volume{use.output}).sum() / 1'000'000;
  constexpr Wide most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(micro, most));
}

bool bears_on(const WorkflowLever& lever, const Stream& stream) {
  return !lever.per_day && stream.key.workflow == lever.workflow && (!lever.model || stream.key.model == lever.model);
}

void turn(Stream& stream, const WorkflowLever& lever) {
  stream.volume_percent = scaled(stream.volume_percent, lever.volume_percent, 100);
  stream.growth_percent_per_month = lever.growth_percent_per_month;
  if (lever.move_to) stream.moved_to = lever.move_to;
  if (lever.starts_at) stream.starts_at = lever.starts_at;
  if (lever.ends_at) stream.ends_at = lever.ends_at;
}

}  // namespace

Expected<std::vector<Stream>, ScenarioFault> streams_of(const Branch& branch, const Scenario& scenario) {
  std::vector<Stream> streams;
  const UsageModel& model = branch.model;
  for (std::size_t i = 0; i < model.series.size(); ++i) {
    const SeriesHistory& history = model.history.series[i];
    Stream stream;
    stream.key = history.key;
    stream.actor = history.actor;
    stream.model = &model.series[i];
    stream.recent = recent_use(history);
    streams.push_back(std::move(stream));
  }
  const std::size_t learned = streams.size();
  for (std::size_t i = 0; i < scenario.workflows.size(); ++i) {
    const WorkflowLever& lever = scenario.workflows[i];
    if (lever.per_day) {
      Stream stream;
      stream.key = {lever.workflow, lever.model, std::nullopt};
      stream.model = &model.whole;
      stream.recent = {lever.per_day->query, lever.per_day->input, lever.per_day->output, 0, 1};
      stream.supposed = true;
      turn(stream, lever);
      streams.push_back(std::move(stream));
      continue;
    }
    bool found = false;
    for (std::size_t s = 0; s < learned; ++s) {
      if (!bears_on(lever, streams[s])) continue;
      turn(streams[s], lever);
      found = true;
    }
    if (!found) {
      return Unexpected{
          ScenarioFault{"/levers/workflows/" + std::to_string(i) + "/workflow",
                        "is not among what the account used; a new workflow says what it uses with `per_day`"}};
    }
  }
  return streams;
}

std::optional<std::int64_t> level_under(const Stream& stream, const Catalog& catalog, const RateCardId& card) {
  const std::int64_t level = stream.model->level;
  if (!stream.key.model) return std::min(level, amount_max);  // many models together: as charged
  const auto cost = price_of_use(catalog, card, stream.moved_to.value_or(*stream.key.model), stream.recent);
  if (!cost) return std::nullopt;
  if (stream.supposed) return std::min(*cost, amount_max);
  // The log's own charges were rounded up one by one; nothing has changed where that is all the difference.
  const std::int64_t charged = stream.recent.credits;
  const bool unchanged = *cost <= charged && charged - *cost <= stream.recent.charges;
  if (unchanged) return std::min(level, amount_max);
  return charged == 0 ? 0 : std::min(scaled(level, *cost, charged), amount_max);
}

}  // namespace creditfold::forecast
