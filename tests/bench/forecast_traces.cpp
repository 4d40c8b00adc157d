// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/forecast_traces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <random>

namespace creditfold::bench {
namespace {

constexpr std::int64_t day = 86'400'000'000;
constexpr std::int64_t minute = 60'000'000;
// A Monday, at midnight.
constexpr Instant monday{1'735'516'800'000'000};

Event charge(Instant at, std::size_t workflow, std::int64_t input, std::int64_t output, double credits) {
  CreditsConsumed fact;
  fact.usage = UsageId("u");
  fact.plan = PlanId("plus");
  fact.workflow = WorkflowId("workflow-" + std::to_string(workflow));
  fact.model = ModelId("gpt-4o");
  fact.input = Volume{input};
  fact.output = Volume{output};
  fact.credits = Credits{static_cast<std::int64_t>(credits)};
  Event event;
  event.account = AccountId("bench");
  event.at = at;
  event.payload = std::move(fact);
  return event;
}

// Charges of one day of a workflow: a few, by working hours, adding up to `credits`.
void add_day(Trace& trace, std::mt19937_64& random, Instant start, std::size_t workflow, double credits) {
  if (credits < 1) return;
  constexpr int calls = 4;
  std::normal_distribution<double> hour(13.0, 3.0);
  for (int i = 0; i < calls; ++i) {
    const double at = std::clamp(hour(random), 0.0, 23.9);
    trace.charges.push_back(
        charge(Instant{start.micros + static_cast<std::int64_t>(at * 3600e6)}, workflow, 1000, 200, credits / calls));
  }
}

// One call on two days, and each of another size.
double few_calls(std::mt19937_64& random, double size) {
  std::poisson_distribution<int> calls(0.5);
  std::normal_distribution<double> normal;
  double credits = 0;
  for (int left = calls(random); left > 0; --left) credits += size * std::exp(0.7 * normal(random));
  return credits;
}

}  // namespace

std::string_view kind_name(std::size_t kind) {
  constexpr std::array<std::string_view, trace_kinds> names{"weekly", "trend",  "bursts", "shift", "batch",
                                                            "wander", "steady", "few",    "heavy", "moods"};
  return names.at(kind);
}

Trace generated(std::size_t kind, std::uint64_t seed, const TraceForm& form) {
  const std::int32_t days = form.days;
  std::mt19937_64 random(seed * 1000 + kind);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Trace trace{.name = std::string(kind_name(kind)),
              .period_days = form.period_days,
              .step_days = form.period_days,
              .days = days,
              .starts_at = monday,
              .charges = {}};
  struct Workflow {
    double size, growth, weekend, noise, level = 1;
    int changes_on;
    double change;
  };
  const bool has_weekends = kind < 6;
  std::vector<Workflow> all;
  for (std::size_t i = 0; i < form.workflows; ++i) {
    all.push_back({.size = 1e8 * std::exp(normal(random)),
                   .growth = kind == 1 ? 0.001 + 0.005 * uniform(random) : 0,
                   .weekend = 0.15 + 0.5 * uniform(random),
                   .noise = 0.2 + 0.3 * uniform(random),
                   .changes_on = kind == 3 ? static_cast<int>(uniform(random) * days * 1.5) : days,
                   .change = uniform(random) < 0.5 ? 2.0 : 0.4});
  }
  double mood = 0;  // of all workflows: a day resembles the one before
  for (std::int32_t d = 0; d < days; ++d) {
    const double common = std::exp(0.12 * normal(random));
    if (kind == 9) mood = 0.7 * mood + 0.2 * normal(random);
    const bool weekend = has_weekends && d % 7 >= 5;
    for (std::size_t i = 0; i < form.workflows; ++i) {
      Workflow& w = all[i];
      if (d == w.changes_on) w.level *= w.change;
      if (kind == 5) w.level *= std::exp(0.03 * normal(random));
      double credits = w.size * w.level * std::exp(w.growth * d) * common * std::exp(w.noise * normal(random));
      if (kind == 4) {  // half of them batch jobs, on one weekday each, and not always
        if (i % 2 == 0)
          credits *= d % 7 == static_cast<int>(i / 2) && uniform(random) < 0.85 ? 5 : 0;
        else if (weekend)
          credits *= w.weekend;
      } else if (weekend) {
        credits *= w.weekend;
      }
      if (kind == 2 && uniform(random) < 0.04) credits *= 3 + 7 * uniform(random);
      if (kind == 7) credits = few_calls(random, w.size);
      if (kind == 8) credits *= std::exp(normal(random));
      credits *= std::exp(mood);
      add_day(trace, random, Instant{trace.starts_at.micros + d * day}, i, credits);
    }
  }
  std::stable_sort(trace.charges.begin(), trace.charges.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  return trace;
}

Trace from_minutes(const std::string& name, const std::string& file) {
  Trace trace{.name = name, .period_days = 7, .step_days = 1, .days = 0, .starts_at = monday, .charges = {}};
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  std::int64_t first = -1;
  std::int64_t last = 0;
  while (std::getline(in, line)) {
    int year = 0, month = 0, date = 0, hour = 0, min = 0;
    double second = 0;
    long long input = 0, output = 0;
    if (std::sscanf(line.c_str(), "%d-%d-%d %d:%d:%lf,%lld,%lld", &year, &month, &date, &hour, &min, &second, &input,
                    &output) != 8)
      continue;
    const std::int64_t at = (date * 1440LL + hour * 60 + min) * minute + static_cast<std::int64_t>(second * 1e6);
    if (first < 0) first = at;
    last = at - first;
    // GPT-4o's public multipliers: (input x 2.5 + output x 20) / 100 credits.
    trace.charges.push_back(charge(Instant{trace.starts_at.micros + last * (day / minute)}, 0, input, output,
                                   (static_cast<double>(input) * 2.5 + static_cast<double>(output) * 20) * 1e4));
  }
  trace.days = static_cast<std::int32_t>(last / minute);
  return trace;
}

}  // namespace creditfold::bench
