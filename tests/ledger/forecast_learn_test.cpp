// SPDX-License-Identifier: Apache-2.0
// What a forecast learns of a history and draws of it, and that draws are functions of their counter alone.
#include <catch2/catch.hpp>

#include <numeric>

#include "ledger/forecast/bands.hpp"
#include "ledger/forecast/philox.hpp"
#include "ledger/forecast/trend.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;
using forecast::Ratio;

namespace {

std::vector<const forecast::SeriesModel*> series_of(const forecast::UsageModel& model) {
  std::vector<const forecast::SeriesModel*> all;
  for (const auto& series : model.series) all.push_back(&series);
  return all;
}

std::int64_t percent(Ratio ratio) { return ratio * 100 / forecast::one; }

}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers of Random123") {
  using forecast::philox4x32_10;
  using Words = forecast::PhiloxCounter;
  CHECK(philox4x32_10({0, 0, 0, 0}, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffff) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A product in 64 bits alone is the product in 128 bits") {
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'048'575},
                                    std::int64_t{123'456'789'012}, forecast::amount_max}) {
    for (const Ratio ratio :
         {Ratio{0}, Ratio{1}, forecast::one - 1, forecast::one, 3 * forecast::one + 7, forecast::ratio_max}) {
      CHECK(forecast::times(amount, ratio) ==
            static_cast<std::int64_t>((static_cast<forecast::Wide>(amount) * ratio) >> forecast::ratio_bits));
    }
  }
}

TEST_CASE("A band is the nearest rank, whatever the order of the futures") {
  std::vector<std::int64_t> values(1000);
  std::iota(values.begin(), values.end(), 1);
  std::vector<std::int64_t> scratch;
  for (int turn = 0; turn < 7; ++turn) {
    const forecast::Band band = forecast::band_of(values.data(), values.size(), scratch);
    CHECK(band.p10 == 100);
    CHECK(band.p50 == 500);
    CHECK(band.p90 == 900);
    for (std::size_t i = 0; i < values.size(); ++i) std::swap(values[i], values[(i * 7919 + 13) % values.size()]);
  }
  CHECK(forecast::percent_of(47, 1000) == "4.7");
  CHECK(forecast::percent_of(1000, 1000) == "100");
  CHECK(forecast::percent_of(1, 3) == "33.3");
}

TEST_CASE("Nothing used is nothing expected") {
  WithPlan table;
  const auto branch = branch_of(table, scenario_of("{}"));
  CHECK(branch.model.enough == forecast::Enough::none);
  CHECK(branch.model.series.empty());
  CHECK(branch.model.sentence.find("Nothing was charged") == 0);
}

TEST_CASE("A short history says so, and gives a level with a rule of thumb around it") {
  const auto model = learned(5, [](int) { return 12; });
  CHECK(model.enough == forecast::Enough::short_);
  CHECK(model.sentence.find("too short") != std::string::npos);
  REQUIRE(model.series.size() == 1);
  CHECK(model.series[0].level == 12'000'000);
  const auto futures = forecast::draw(model, series_of(model), {.seed = 1, .futures = 400, .days = 3});
  std::uint32_t least = UINT32_MAX;
  std::uint32_t most = 0;
  for (std::int32_t f = 0; f < 400; ++f) {
    CHECK(futures.on(f, 0)[0] == futures.on(f, 2)[0]);
    least = std::min(least, futures.on(f, 0)[0]);
    most = std::max(most, futures.on(f, 0)[0]);
  }
  CHECK(least == forecast::one / 2);
  CHECK(most == forecast::one * 2);
}

TEST_CASE("An even history gives its level, no trend, and futures that are all alike") {
  const auto model = learned(84, [](int) { return 10; });
  CHECK(model.enough == forecast::Enough::full);
  REQUIRE(model.series.size() == 1);
  CHECK(model.series[0].level == 10'000'000);
  CHECK(model.series[0].trend == 0);
  CHECK(model.series[0].burst_days == 0);
  const auto futures = forecast::draw(model, series_of(model), {.seed = 3, .futures = 100, .days = 60});
  for (std::int32_t day = 0; day < 60; ++day) CHECK(percent(futures.on(day, day)[0]) == 100);
}

TEST_CASE("Weekdays are learned, and seasonality is a lever on them") {
  const auto model = learned(84, [](int day) { return day % 7 < 5 ? 13 : 3; });  // from Monday
  const auto& series = model.series.at(0);
  // Future day 0 is a Monday again. 7 x 13 / 71 and 7 x 3 / 71, drawn a little towards every day alike.
  CHECK(percent(series.shape[0]) >= 122);
  CHECK(percent(series.shape[0]) <= 128);
  CHECK(percent(series.shape[6]) >= 29);
  CHECK(percent(series.shape[6]) <= 38);
  const auto sums = [&](std::int64_t seasonality) {
    const auto futures = forecast::draw(model, series_of(model),
                                        {.seed = 1, .futures = 100, .days = 7, .seasonality_percent = seasonality});
    std::array<std::int64_t, 7> sum{};
    for (std::int32_t f = 0; f < 100; ++f) {
      for (std::int32_t day = 0; day < 7; ++day)
        sum[static_cast<std::size_t>(day)] += forecast::times(series.level, futures.on(f, day)[0]);
    }
    return sum;
  };
  const auto learned_week = sums(100);
  CHECK(learned_week[0] / 1'000'000 / 100 >= 12);
  CHECK(learned_week[0] / 1'000'000 / 100 <= 14);
  CHECK(learned_week[6] / 1'000'000 / 100 >= 2);
  CHECK(learned_week[6] / 1'000'000 / 100 <= 4);
  CHECK(sums(0)[6] > learned_week[6] * 2);
  CHECK(sums(200)[6] < learned_week[6]);
}

TEST_CASE("A trend is seen where there is one, and its direction") {
  std::vector<std::int64_t> rising;
  std::vector<std::int64_t> falling;
  std::vector<std::int64_t> restless;
  for (int day = 0; day < 91; ++day) {
    rising.push_back(1'000'000 + day * 10'000);
    falling.push_back(2'000'000 - day * 10'000);
    const auto word = forecast::philox4x32_10({static_cast<std::uint32_t>(day), 0, 0, 0}, 5)[0];
    restless.push_back(1'000'000 + forecast::below(600'000, word));
  }
  // 10,000 a day of 1,900,000 at the end: 0.53 %.
  CHECK(forecast::trend_of(rising).a_day * 10'000 / forecast::one >= 50);
  CHECK(forecast::trend_of(rising).a_day * 10'000 / forecast::one <= 56);
  CHECK(forecast::trend_of(falling).a_day < 0);
  CHECK(forecast::trend_of(restless).a_day == 0);
  CHECK(forecast::trend_of(restless).spread > 0);
  CHECK(forecast::trend_of({1, 2, 3}).a_day == 0);
}

TEST_CASE("Bursts are counted, and do not become the level") {
  const auto model = learned(84, [](int day) { return day % 20 == 19 ? 100 : 10; });
  CHECK(model.series[0].burst_days >= 3);
  CHECK(model.series[0].burst_share_permille > 100);
  CHECK(model.series[0].level < 16'000'000);
}

TEST_CASE("A batch of one weekday stays on it") {
  const auto model = learned(84, [](int day) { return day % 7 == 2 ? 70 : 0; });
  CHECK(model.series[0].by_weekday);
  const auto futures = forecast::draw(model, series_of(model), {.seed = 1, .futures = 100, .days = 28});
  for (std::int32_t day = 0; day < 28; ++day) {
    const std::int64_t credits = forecast::times(model.series[0].level, futures.on(17, day)[0]) / 1'000'000;
    if (day % 7 == 2) {
      CHECK(credits > 40);
    } else {
      CHECK(credits < 2);
    }
  }
}

TEST_CASE("A future is a function of seed and number alone, a series of its place") {
  WithPlan table;
  use_daily(table, monday, 70, [](int day) { return 5 + day * 7919 % 11; });
  use_daily(
      table, monday, 70, [](int day) { return 3 + day * 104729 % 17; }, "report");
  const auto model = branch_of(table, scenario_of("{}")).model;
  REQUIRE(model.series.size() == 2);
  const auto few = forecast::draw(model, series_of(model), {.seed = 9, .futures = 100, .days = 30});
  const auto many = forecast::draw(model, series_of(model), {.seed = 9, .futures = 300, .days = 45});
  const auto alone = forecast::draw(model, {series_of(model)[0]}, {.seed = 9, .futures = 100, .days = 30});
  const auto other = forecast::draw(model, series_of(model), {.seed = 10, .futures = 100, .days = 30});
  std::size_t differing = 0;
  for (std::int32_t f = 0; f < 100; ++f) {
    for (std::int32_t day = 0; day < 30; ++day) {
      REQUIRE(few.on(f, day)[0] == many.on(f, day)[0]);
      REQUIRE(few.on(f, day)[1] == many.on(f, day)[1]);
      REQUIRE(few.on(f, day)[0] == alone.on(f, day)[0]);
      if (few.on(f, day)[0] != other.on(f, day)[0]) ++differing;
    }
  }
  CHECK(differing > 2000);
}

TEST_CASE("A workflow of a few days has its own level and the account's spread") {
  WithPlan table;
  use_daily(table, monday, 70, [](int day) { return 8 + day * 7919 % 5; });
  use_daily(
      table, Instant{monday.micros + 66 * story_day}, 4, [](int) { return 2; }, "young");
  const auto model = branch_of(table, scenario_of("{}")).model;
  REQUIRE(model.series.size() == 2);
  CHECK_FALSE(model.series[0].borrowed);
  CHECK(model.series[1].borrowed);
  CHECK(model.series[1].level == 2'000'000);
  const auto futures = forecast::draw(model, series_of(model), {.seed = 1, .futures = 100, .days = 7});
  std::uint32_t least = UINT32_MAX;
  std::uint32_t most = 0;
  for (std::int32_t f = 0; f < 100; ++f) {
    least = std::min(least, futures.on(f, 3)[1]);
    most = std::max(most, futures.on(f, 3)[1]);
  }
  CHECK(least < most);
}

TEST_CASE("The smallest of many workflows are forecast together") {
  WithPlan table;
  for (int i = 0; i < 40; ++i) {
    for (int day = 0; day < 16; ++day)
      use_at(table, Instant{monday.micros + day * story_day + i}, 1 + i, "w" + std::to_string(i));
  }
  const auto branch = branch_of(table, scenario_of("{}"));
  REQUIRE(branch.model.series.size() == forecast::series_max);
  const auto& rest = branch.model.history.series.back();
  CHECK_FALSE(rest.key.workflow.has_value());
  std::int64_t charges = 0;
  for (const auto& series : branch.model.history.series) charges += series.charges;
  CHECK(charges == branch.model.history.charges);
  // 1 to 9 are taken together: 45 credits a day.
  CHECK(branch.model.series.back().level == 45'000'000);
}

TEST_CASE(
    "Only what was known then is learned: charges later than the moment or beyond the position are not looked at") {
  WithPlan table;
  use_daily(table, monday, 40, [](int) { return 10; });
  const auto at = branch_of(table, scenario_of(R"({"at":"2026-01-25T00:00:00Z"})"));
  CHECK(at.model.history.charges == 19);  // the first lies in no whole day before the moment
  const auto as_of = branch_of(table, scenario_of(R"({"as_of":12})"));
  CHECK(as_of.model.history.charges < 12);
  CHECK(as_of.state.version == 12);
  CHECK_FALSE(
      forecast::branch_at(table.events(), table.engine().catalog(), scenario_of(R"({"at":"0500-01-01T00:00:00Z"})"))
          .has_value());
}
