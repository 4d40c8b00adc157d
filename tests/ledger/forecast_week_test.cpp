// SPDX-License-Identifier: Apache-2.0
// Weekdays are learned as far as a history bears them out, and how long a level remembers is chosen by what its days
// are on average.
#include <catch2/catch.hpp>

#include "ledger/forecast/philox.hpp"
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

forecast::SeriesModel learned(int days, const std::function<std::int64_t(int)>& credits) {
  const Instant monday = moment("2026-01-05");
  Table table;
  table.rows("2026-01-01  start over monthly 2026-01-01..2027-01-01  -> ok");
  use_daily(table, monday, days, credits);
  const Instant at{monday.micros + days * story_day};
  return branch_of(table, scenario_of(R"({"at":")" + to_text(at) + R"("})")).model.series.at(0);
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
        learned(126, [&](int day) { return drawn(day, 100, trace) < 30 ? 1 + drawn(day, 50, trace + 1) : 0; });
    by_weekday += model.by_weekday ? 1 : 0;
    short_memories += model.smoothing_shift <= 3 ? 1 : 0;
  }
  CHECK(by_weekday <= 4);
  CHECK(short_memories <= 4);
}

TEST_CASE("A level that moves has a short memory") {
  const auto model = learned(126, [](int day) { return (day / 21 % 2 == 0 ? 20 : 60) + drawn(day, 5); });
  CHECK(model.smoothing_shift <= 3);
}
