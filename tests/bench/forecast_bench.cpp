// SPDX-License-Identifier: Apache-2.0
// Forecasts of use held against what was used: the last periods of each trace are held out in turn, learned up to
// there, and scored by pinball loss at 10, 50 and 90 percent beside three naive forecasts, and by how often the band
// held. Usage: forecast_bench [FIRST_SEED SEEDS] NAME=FILE ...; a JSON line for each kind of trace.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "ledger/catalog.hpp"
#include "ledger/forecast/draw.hpp"
#include "tests/bench/forecast_traces.hpp"

namespace {

using namespace creditfold;
using namespace creditfold::bench;
using Days = std::vector<double>;

constexpr std::int64_t day_micros = 86'400'000'000;
constexpr std::array<double, 3> levels{0.1, 0.5, 0.9};
using Quantiles = std::array<double, 3>;

double pinball(double level, double forecast, double actual) {
  const double error = actual - forecast;
  return error >= 0 ? level * error : (level - 1) * error;
}
double pinball(const Quantiles& forecast, double actual) {
  double sum = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) sum += pinball(levels[i], forecast[i], actual);
  return sum / 3;
}

double rank(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(level * static_cast<double>(values.size())));
  return values[std::min(std::max<std::size_t>(at, 1), values.size()) - 1];
}

// What each naive forecast says of day `ahead` (from 0), knowing the days before `origin`.
constexpr std::array<const char*, 3> naive_names{"last period again", "moving average", "seasonal naive"};
double naive(std::size_t which, const Days& days, std::size_t origin, std::size_t ahead, std::size_t period) {
  if (which == 0) return days[origin - period + ahead % period];
  if (which == 2) return days[origin - 7 + ahead % 7];
  const std::size_t width = std::min<std::size_t>(28, origin);
  double sum = 0;
  for (std::size_t i = origin - width; i < origin; ++i) sum += days[i];
  return sum / static_cast<double>(width);
}
// The same with the band its own errors had before: one period back from each of the last days.
Quantiles naive_band(std::size_t which, const Days& days, std::size_t origin, std::size_t ahead, std::size_t period) {
  const double point = naive(which, days, origin, ahead, period);
  std::vector<double> errors;
  for (std::size_t day = origin - std::min(origin - period, 8 * period); day < origin; ++day) {
    const std::size_t from = day - day % period;
    if (from < std::max<std::size_t>(period, 14)) continue;
    errors.push_back(days[day] - naive(which, days, from, day - from, period));
  }
  if (errors.size() < 5) return {point, point, point};
  return {std::max(0.0, point + rank(errors, 0.1)), point, std::max(0.0, point + rank(errors, 0.9))};
}

struct Score {
  double ours = 0;
  std::array<double, 3> naives{};
  std::array<double, 3> banded{};
  double total_ours = 0;  // of what the whole period uses
  std::array<double, 3> total_naives{};
  long days = 0, inside = 0, periods = 0, totals_inside = 0;
  double fair = 0, totals_fair = 0;
  long distinct = 0;  // days: one may lie in several of the periods
};

// How much of what was lies between the 10th and the 90th percentile. Where many futures are the same (a day without
// use) a right band holds more than 80 percent, as its end is shared by days outside: what was counts by the share of
// its likes that are inside (Smith 1985; Czado, Gneiting, Held 2009).
double fairly_inside(const std::vector<double>& drawn, double was) {
  double below = 0;
  double not_above = 0;
  for (const double value : drawn) {
    below += value < was ? 1 : 0;
    not_above += value <= was ? 1 : 0;
  }
  const auto count = static_cast<double>(drawn.size());
  if (not_above == below) return below > count * levels[0] && below <= count * levels[2] ? 1 : 0;
  return std::max(0.0, std::min(not_above, count * levels[2]) - std::max(below, count * levels[0])) /
         (not_above - below);
}

void hold_out(const Trace& trace, std::int32_t origin, const Days& actual, Score& score) {
  forecast::HistoryWatch watch(default_catalog());
  AccountState nobody;
  for (const Event& event : trace.charges) watch(event, nobody);
  const Instant at{trace.starts_at.micros + origin * day_micros - 1};
  const forecast::UsageModel model = forecast::learn(watch.until(at));
  std::vector<const forecast::SeriesModel*> series;
  for (const auto& each : model.series) series.push_back(&each);
  const forecast::DrawOptions options{.seed = 1, .futures = 1000, .days = trace.period_days};
  const forecast::Futures futures = forecast::draw(model, series, options);
  const auto period = static_cast<std::size_t>(trace.period_days);
  const auto begin = static_cast<std::size_t>(origin);
  std::vector<double> totals(1000, 0);
  double total = 0;
  std::array<double, 3> naive_totals{};
  const double scale = [&] {
    double sum = 0;
    for (std::size_t d = 0; d < begin; ++d) sum += actual[d];
    return sum / static_cast<double>(begin);
  }();
  for (std::size_t d = 0; d < period; ++d) {
    std::vector<double> drawn(1000, 0);
    for (std::int32_t f = 0; f < 1000; ++f) {
      const std::uint32_t* ratios = futures.on(f, static_cast<std::int32_t>(d));
      for (std::size_t s = 0; s < series.size(); ++s)
        drawn[static_cast<std::size_t>(f)] += static_cast<double>(forecast::times(series[s]->level, ratios[s]));
      totals[static_cast<std::size_t>(f)] += drawn[static_cast<std::size_t>(f)];
    }
    const double was = actual[begin + d];
    const Quantiles ours{rank(drawn, 0.1), rank(drawn, 0.5), rank(drawn, 0.9)};
    score.ours += pinball(ours, was) / scale;
    for (std::size_t n = 0; n < 3; ++n) {
      const double point = naive(n, actual, begin, d, period);
      score.naives[n] += pinball({point, point, point}, was) / scale;
      score.banded[n] += pinball(naive_band(n, actual, begin, d, period), was) / scale;
      naive_totals[n] += point;
    }
    score.days += 1;
    score.inside += ours[0] <= was && was <= ours[2] ? 1 : 0;
    score.fair += fairly_inside(drawn, was);
    total += was;
  }
  const Quantiles ours{rank(totals, 0.1), rank(totals, 0.5), rank(totals, 0.9)};
  const double part = scale * static_cast<double>(period);
  score.total_ours += pinball(ours, total) / part;
  for (std::size_t n = 0; n < 3; ++n)
    score.total_naives[n] += pinball({naive_totals[n], naive_totals[n], naive_totals[n]}, total) / part;
  score.periods += 1;
  score.totals_inside += ours[0] <= total && total <= ours[2] ? 1 : 0;
  score.totals_fair += fairly_inside(totals, total);
}

void score_trace(const Trace& trace, Score& score) {
  Days actual(static_cast<std::size_t>(trace.days), 0);
  for (const Event& event : trace.charges) {
    const std::int64_t d = (event.at.micros - trace.starts_at.micros) / day_micros;
    if (d < trace.days)
      actual[static_cast<std::size_t>(d)] +=
          static_cast<double>(std::get<CreditsConsumed>(event.payload).credits.micro);
  }
  bool first = true;
  for (std::int32_t origin = trace.days - 3 * trace.period_days; origin + trace.period_days <= trace.days;
       origin += trace.step_days) {
    if (origin < 28) continue;
    score.distinct += first ? trace.period_days : std::min(trace.step_days, trace.period_days);
    first = false;
    hold_out(trace, origin, actual, score);
  }
}

void print(const std::string& name, const Score& score) {
  const auto best = [](const std::array<double, 3>& of) {
    return static_cast<std::size_t>(std::min_element(of.begin(), of.end()) - of.begin());
  };
  const std::size_t point = best(score.naives);
  const std::size_t band = best(score.banded);
  const std::size_t whole = best(score.total_naives);
  const auto days = static_cast<double>(score.days);
  const auto periods = static_cast<double>(score.periods);
  std::printf(
      R"({"trace":"%s","periods":%ld,"days":%ld,"distinct_days":%ld,"loss":%.5f,"naive":"%s","naive_loss":%.5f,"banded_naive":"%s","banded_loss":%.5f,"coverage":%.4f,"fair_coverage":%.4f,"total_loss":%.5f,"total_naive":"%s","total_naive_loss":%.5f,"total_coverage":%.4f,"total_fair_coverage":%.4f})"
      "\n",
      name.c_str(), score.periods, score.days, score.distinct, score.ours / days, naive_names[point],
      score.naives[point] / days, naive_names[band], score.banded[band] / days,
      static_cast<double>(score.inside) / days, score.fair / days, score.total_ours / periods, naive_names[whole],
      score.total_naives[whole] / periods, static_cast<double>(score.totals_inside) / periods,
      score.totals_fair / periods);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t seeds = 20;
  std::vector<std::string> files;
  std::vector<std::uint64_t> numbers;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.find('=') != std::string::npos)
      files.push_back(argument);
    else
      numbers.push_back(std::strtoull(argv[i], nullptr, 10));
  }
  if (numbers.size() == 2) {
    first = numbers[0];
    seeds = numbers[1];
  }
  // Months of ten workflows; and one alone, its last weeks of eight, as little as the traces of an hour have.
  for (const TraceForm& form :
       {TraceForm{.days = 126}, TraceForm{.days = 240}, TraceForm{.days = 57, .workflows = 1, .period_days = 7}}) {
    for (std::size_t kind = 0; kind < trace_kinds; ++kind) {
      Score score;
      for (std::uint64_t seed = first; seed < first + seeds; ++seed) score_trace(generated(kind, seed, form), score);
      print(std::string(kind_name(kind)) + "-" + std::to_string(form.days), score);
    }
  }
  for (const std::string& file : files) {
    const auto split = file.find('=');
    Score score;
    score_trace(from_minutes(file.substr(0, split), file.substr(split + 1)), score);
    if (score.periods > 0) print(file.substr(0, split), score);
  }
  return 0;
}
