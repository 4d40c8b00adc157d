// SPDX-License-Identifier: Apache-2.0
// Weekdays are learned as far as a history bears them out, and how long a level remembers is chosen by what its days
// are on average.
#include <catch2/catch.hpp>

#include "ledger/forecast/philox.hpp"
#include "ledger/forecast/usage_model.hpp"
#include "ledger/forecast/week_shape.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;
using forecast::one;
using Days = std::vector<std::int64_t>;

namespace {

std::int64_t drawn(int day, std::uint32_t below, std::uint32_t of = 0) {
  return forecast::below(below, forecast::philox4x32_10({static_cast<std::uint32_t>(day), of, 0, 0}, 7)[0]);
}

Days days_of(int count, const std::function<std::int64_t(int)>& credits) {
  Days days;
  for (int day = 0; day < count; ++day) days.push_back(credits(day));
  return days;
}

forecast::SeriesModel learned_series(int days, const std::function<std::int64_t(int)>& credits) {
  return learned(days, credits).series.at(0);
}

// Of a quiet weekday with such a use in the second of two weeks, of which the first was four times as much.
forecast::Ratio residual_of_quiet_day(std::size_t quiet, std::int64_t use) {
  forecast::SeriesHistory series;
  series.key.workflow = WorkflowId("w");
  series.days.resize(14);
  for (std::size_t day = 0; day < 14; ++day) {
    const std::int64_t usual = day % 7 == quiet ? 20'000'000 : 100'000'000;
    series.days[day].credits = day < 7 ? usual : day == 7 + quiet ? use : usual / 4;
  }
  forecast::History history;
  history.at = moment("2026-03-02");
  history.from = Instant{history.at.micros - 14 * story_day};
  history.days = 14;
  history.charges = series.charges = 14;
  history.series.push_back(series);
  const auto model = forecast::learn(std::move(history)).series.at(0);
  return model.residual.at(model.residual.size() - 7 + quiet);
}

}  // namespace

TEST_CASE("Days that are all alike have no week, nor have less than two") {
  const auto even = forecast::week_shape_of(days_of(70, [](int) { return 5'000'000; }), false);
  const auto short_ = forecast::week_shape_of(days_of(13, [](int day) { return day % 7 < 5 ? 9 : 1; }), false);
  for (const auto& week : {even, short_}) {
    CHECK(week.borne_out == 0);
    for (const auto of_phase : week.shape) CHECK(of_phase == one);
  }
}

TEST_CASE("Days that differ by chance are hardly given a week") {
  for (std::uint32_t trace = 0; trace < 20; ++trace) {
    const auto week =
        forecast::week_shape_of(days_of(84, [&](int day) { return 500'000 + drawn(day, 1'000'000, trace); }), false);
    for (const auto of_phase : week.shape) {
      CHECK(of_phase > one * 75 / 100);
      CHECK(of_phase < one * 125 / 100);
    }
  }
}

TEST_CASE("Bursts on any day are hardly given a week, though a weekday's largest share is left out") {
  int weeks = 0;
  for (std::uint32_t trace = 0; trace < 100; ++trace) {
    const auto burst = [&](int day) {
      return 100'000 + drawn(day, 20'000, trace) + (drawn(day, 7, 1'000 + trace) == 0 ? 1'000'000 : 0);
    };
    const auto week = forecast::week_shape_of(days_of(84, burst), false);
    weeks += 2 * week.borne_out >= one ? 1 : 0;
  }
  CHECK(weeks <= 15);
}

TEST_CASE("A history of which nothing but a hair is left is learned from") {
  // A week of a hundred a day, then one of a quarter of that; of the quiet day's uses, those around the least that
  // leaves a residual at all.
  for (std::size_t quiet = 0; quiet < 7; ++quiet) {
    std::int64_t none = 0;
    std::int64_t some = 90'000'000;
    while (some - none > 1) {
      const std::int64_t middle = none + (some - none) / 2;
      (residual_of_quiet_day(quiet, middle) > 0 ? some : none) = middle;
    }
    for (std::int64_t use = some - 300; use < some + 300; ++use) {
      const auto residual = residual_of_quiet_day(quiet, use);
      REQUIRE(residual >= 0);
      REQUIRE(residual < one);
    }
  }
}

TEST_CASE("A week that is there is learned whole, and its quiet days are never without hope") {
  const auto week =
      forecast::week_shape_of(days_of(84, [](int day) { return day % 7 < 5 ? 900 + drawn(day, 200) : 0; }), false);
  CHECK(week.borne_out > one * 99 / 100);
  for (std::size_t phase = 0; phase < 5; ++phase) CHECK(week.shape[phase] * 100 / one >= 135);
  CHECK(week.shape[5] == one / 64);
  CHECK(week.shape[6] == one / 64);
}

TEST_CASE("One use a week, each time on another day, is no week") {
  // The largest share of every weekday is its only one: without it nothing would be left.
  for (const bool sparse : {false, true}) {
    const auto week = forecast::week_shape_of(days_of(49, [](int day) { return day % 8 == 0 ? 70 : 0; }), sparse);
    CHECK(week.borne_out == 0);
    for (const auto of_phase : week.shape) CHECK(of_phase == one);
  }
}

TEST_CASE("A few calls on any day are hardly ever drawn by weekday, and their level has a long memory") {
  // All ten of them, were weekdays not asked for and absolute errors compared.
  int by_weekday = 0;
  int short_memories = 0;
  for (std::uint32_t trace = 0; trace < 20; trace += 2) {
    const auto model =
        learned_series(126, [&](int day) { return drawn(day, 100, trace) < 30 ? 1 + drawn(day, 50, trace + 1) : 0; });
    by_weekday += model.by_weekday ? 1 : 0;
    short_memories += model.smoothing_shift <= 3 ? 1 : 0;
  }
  CHECK(by_weekday <= 4);
  CHECK(short_memories <= 4);
}

TEST_CASE("A level that moves has a short memory") {
  const auto model = learned_series(126, [](int day) { return (day / 21 % 2 == 0 ? 20 : 60) + drawn(day, 5); });
  CHECK(model.smoothing_shift <= 3);
}
