// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/simulation_json.hpp"

#include <array>

#include "ledger/forecast/cost.hpp"

namespace creditfold::forecast {
namespace {

using Scratch = std::vector<std::int64_t>;

void write_moment(JsonWriter& out, std::string_view name, std::int64_t micros) {
  out.key(name);
  if (micros >= instant_max.micros) return out.write_null();
  out.write(Instant{micros});
}

// A band over every moment, as three lists.
void write_track(JsonWriter& out, std::string_view name, const Track& track, std::int32_t moments) {
  std::vector<Band> bands;
  Scratch scratch;
  for (std::int32_t moment = 0; moment < moments; ++moment)
    bands.push_back(band_of(track.at(moment), track.futures(), scratch));
  out.key(name).open('{');
  for (const auto& [label, member] : {std::pair{"p10", &Band::p10}, {"p50", &Band::p50}, {"p90", &Band::p90}}) {
    out.key(label).open('[');
    for (const Band& band : bands) out.write(Credits{band.*member});
    out.close(']');
  }
  out.close('}');
}

void write_history(JsonWriter& out, const UsageModel& model) {
  out.key("history").open('{').field("enough", to_name(model.enough)).field("from", model.history.from);
  out.field("days", model.history.days).field("charges", model.history.charges);
  out.field("sentence", std::string_view(model.sentence)).close('}');
}

void write_volumes(JsonWriter& out, const SeriesHistory& history) {
  constexpr std::array<std::string_view, 3> kinds{"query", "input", "output"};
  out.key("volumes").open('{');
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const VolumeQuantiles& of = history.volumes[kind];
    out.key(kinds[kind])
        .open('{')
        .field("p10", of.p10)
        .field("p50", of.p50)
        .field("p90", of.p90)
        .field("max", of.max)
        .close('}');
  }
  out.close('}');
}

// A ratio a day as percent of 30 days, simple, one decimal: "-3.2".
std::string percent_per_month(Ratio a_day) {
  const std::int64_t permille = a_day * 30'000 / one;
  std::string text = (permille < 0 ? "-" : "") + std::to_string(std::abs(permille) / 10);
  if (permille % 10 != 0) text += "." + std::to_string(std::abs(permille) % 10);
  return text;
}

void write_learned(JsonWriter& out, const SeriesHistory& history, const SeriesModel& model) {
  std::int64_t days = 0;
  for (const DayUse& day : history.days) days += day.charges > 0 ? 1 : 0;
  Wide all = 0;
  for (const std::int64_t credits : history.weekdays) all += credits;
  out.field("charges", history.charges).field("days", days);
  out.field("trend_percent_per_month", std::string_view(percent_per_month(model.trend)));
  out.field("smoothing", std::string_view("1/" + std::to_string(1 << model.smoothing_shift)));
  out.key("weekdays").open('[');
  for (const std::int64_t credits : history.weekdays) {
    out.write(all == 0 ? std::int64_t{0} : static_cast<std::int64_t>(static_cast<Wide>(credits) * 1000 / all));
  }
  out.close(']');
  out.key("bursts").open('{').field("days", model.burst_days);
  out.field("share_percent", std::string_view(percent_of(model.burst_share_permille, 1000))).close('}');
  write_volumes(out, history);
}

void write_simulated_usage(JsonWriter& out, const Simulated& simulated) {
  const UsageModel& model = simulated.branch.model;
  out.key("usage").open('[');
  for (std::size_t i = 0; i < simulated.streams.size(); ++i) {
    const Stream& stream = simulated.streams[i];
    out.open('{')
        .field("workflow", stream.key.workflow)
        .field("model", stream.key.model)
        .field("plan", stream.key.plan);
    if (!stream.key.workflow) out.field("rest", true);
    out.field("supposed", stream.supposed);
    if (!stream.supposed) {
      out.field("credits_per_day", Credits{stream.model->level});
      if (stream.model->borrowed) out.field("borrowed", true);
      write_learned(out, model.history.series[i], *stream.model);
    }
    out.field("moved_to", stream.moved_to).key("total");
    write_band(out, simulated.outcome.series[i]);
    out.close('}');
  }
  out.close(']');
  Wide all = 0;
  for (const std::int64_t credits : model.history.hour_of_week) all += credits;
  out.key("hour_of_week").open('[');
  for (const std::int64_t credits : model.history.hour_of_week) {
    out.write(all == 0 ? std::int64_t{0} : static_cast<std::int64_t>(static_cast<Wide>(credits) * 10'000 / all));
  }
  out.close(']');
}

void write_simulated_period(JsonWriter& out, const Slot& slot, const SlotOutcome& outcome, Instant until) {
  const auto count = static_cast<std::int64_t>(outcome.runs_out.size());
  const auto count_if = [](const Scratch& values, auto&& holds) {
    return static_cast<std::int64_t>(std::count_if(values.begin(), values.end(), holds));
  };
  out.open('{')
      .field("term", slot.term)
      .field("period", slot.period)
      .field("starts_at", slot.starts_at)
      .field("ends_at", slot.ends_at);
  out.field("on_exhaustion", slot.on_exhaustion)
      .field("whole", slot.ends_at <= until)
      .field("granted", Credits{slot.granted});
  out.field("consumed_before", Credits{slot.consumed}).field("uncovered_before", Credits{slot.uncovered});
  out.key("consumed");
  write_band(out, outcome.consumed);
  out.key("uncovered");
  write_band(out, outcome.uncovered);
  out.key("remaining");
  write_band(out, outcome.remaining);
  out.key("expired");
  write_band(out, slot.ends_at <= until ? outcome.remaining : Scratch(outcome.remaining.size()));
  Scratch scratch;
  const Band out_at = band_of(outcome.runs_out.data(), outcome.runs_out.size(), scratch);
  const auto out_in = count_if(outcome.runs_out, [](std::int64_t at) { return at < instant_max.micros; });
  out.key("runs_out").open('{').field("chance_percent", std::string_view(percent_of(out_in, count)));
  write_moment(out, "p10", out_at.p10);
  write_moment(out, "p50", out_at.p50);
  write_moment(out, "p90", out_at.p90);
  out.close('}');
  const auto stopped = count_if(outcome.refused, [](std::int64_t credits) { return credits > 0; });
  out.key("stops").open('{').field("chance_percent", std::string_view(percent_of(stopped, count))).key("refused");
  write_band(out, outcome.refused);
  out.close('}').close('}');
}

void write_plans(JsonWriter& out, const Simulated& simulated) {
  const Course& course = simulated.course;
  const Outcome& outcome = simulated.outcome;
  const std::int32_t moments = course.days + 1;
  out.key("plans").open('[');
  for (std::size_t plan = 0; plan < course.plans.size(); ++plan) {
    const PlanTracks& tracks = outcome.plans[plan];
    out.open('{').field("plan", course.plans[plan]);
    out.field("chance_percent", std::string_view(percent_of(futures_out(course, outcome, plan), outcome.futures)));
    write_track(out, "remaining", tracks.remaining, moments);
    write_track(out, "consumed", tracks.consumed, moments);
    write_track(out, "uncovered", tracks.uncovered, moments);
    write_track(out, "expired", tracks.expired, moments);
    out.key("out_percent").open('[');
    for (const std::int32_t count : tracks.out) out.write(std::string_view(percent_of(count, outcome.futures)));
    out.close(']').key("periods").open('[');
    for (std::size_t slot = 0; slot < course.slots.size(); ++slot) {
      if (course.slots[slot].plan == plan)
        write_simulated_period(out, course.slots[slot], outcome.slots[slot], simulated.until());
    }
    out.close(']').close('}');
  }
  out.close(']');
}

void write_unplaced(JsonWriter& out, const Simulated& simulated) {
  out.key("unplaced");
  if (!simulated.course.unplaced) return out.write_null();
  const Refusal& refusal = *simulated.course.unplaced;
  out.open('{').key("total");
  write_band(out, simulated.outcome.unplaced);
  out.field("code", to_name(refusal.code))
      .field("clause", refusal.clause)
      .field("message", std::string_view(refusal.message))
      .close('}');
}

}  // namespace

void write_band(JsonWriter& out, const std::vector<std::int64_t>& values) {
  Scratch scratch;
  const Band band = band_of(values.data(), values.size(), scratch);
  out.open('{')
      .field("p10", Credits{band.p10})
      .field("p50", Credits{band.p50})
      .field("p90", Credits{band.p90})
      .close('}');
}

void write_commands(JsonWriter& out, const std::vector<Supposed>& commands) {
  out.key("commands").open('[');
  for (const Supposed& supposed : commands) {
    out.open('{').field("assumed", supposed.assumed).key("command").write_raw(supposed.command);
    out.key("answer").write_raw(supposed.answer);
    out.close('}');
  }
  out.close(']');
}

std::string simulation_json(const Simulated& simulated) {
  const Scenario& scenario = simulated.scenario;
  JsonWriter out;
  out.open('{').field("informational", true);
  const auto notice = simulated.catalog.notices.find("estimate");  // AI-6
  if (notice != simulated.catalog.notices.end()) out.field("notice", std::string_view(notice->second));
  out.field("account", simulated.branch.state.account)
      .field("at", simulated.branch.at)
      .field("version", simulated.branch.state.version);
  out.field("seed", scenario.seed).field("futures", scenario.futures).field("days", scenario.days);
  write_history(out, simulated.branch.model);
  write_simulated_usage(out, simulated);
  write_commands(out, simulated.supposition.commands);
  out.key("timeline").open('[');
  for (std::int32_t day = 0; day <= simulated.course.days; ++day)
    out.write(Instant{simulated.branch.at.micros + day * day_micros});
  out.close(']');
  write_track(out, "demand", simulated.outcome.demand, simulated.course.days + 1);
  write_plans(out, simulated);
  write_unplaced(out, simulated);
  write_cost(out, simulated);
  write_answers(out, simulated);
  out.close('}');
  return out.take();
}

}  // namespace creditfold::forecast
