// SPDX-License-Identifier: Apache-2.0
// How long credits last at the present rate, and the burn-down behind it (AIS-4c: informational, never a guarantee).
#include <catch2/catch.hpp>

#include "ledger/evolve.hpp"
#include "ledger/outlook.hpp"
#include "tests/ledger/source_of.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::moment;

namespace {

PlanOutlook only_plan(const test::Table& table, const char* at) {
  const auto plans = outlook(table.state(), test::source_of(table.events()), table.engine().catalog(), moment(at));
  REQUIRE(plans.size() == 1);
  return plans.front();
}

std::string points_of(const test::Table& table, const char* plan) {
  std::string out;
  Timeline timeline{PlanId(plan)};
  for (const Event& event : table.events()) {
    const auto point = timeline.take(event);
    if (point)
      out += std::to_string(point->seq) + ":" + to_text(point->remaining) + "/" + to_text(point->uncovered) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("AIS-4c: an outlook says that it is informational, and what it reckons with") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-04  use 14                                       -> ok
    2026-03-10  use 28                                       -> ok
    2026-03-10  authorize h 2 until 2026-03-12               -> ok
  )");
  const auto plans =
      outlook(table.state(), test::source_of(table.events()), test::table_catalog(), moment("2026-03-11"));
  CHECK(outlook_json(plans, test::table_catalog(), moment("2026-03-11")) ==
        R"({"at":"2026-03-11T00:00:00Z","informational":true,"plans":[{"plan":"plus","term":1,"period":1,)"
        R"("starts_at":"2026-03-01T00:00:00Z","ends_at":"2026-04-01T00:00:00Z","on_exhaustion":"stop",)"
        R"("granted":"100","consumed":"42","held":"2",)"
        R"("remaining":"56","uncovered":"0","window_starts_at":"2026-03-04T00:00:00Z","rate_per_day":"6",)"
        R"("runs_out_at":"2026-03-20T08:00:00Z","expires_unused":"0",)"
        R"("sentence":"At this pace Plus runs out on 20 March 2026, 11 days before the period ends;)"
        R"( 0 credits will expire unused."}]})");
  CHECK(outlook_json({}, test::table_catalog(), moment("2026-03-11")) ==
        R"({"at":"2026-03-11T00:00:00Z","informational":true,"plans":[]})");
  // AI-6: a catalog's notice goes with every estimate.
  Catalog noticed = test::table_catalog();
  noticed.notices["estimate"] = "Only an estimate.";
  CHECK(outlook_json({}, noticed, moment("2026-03-11")) ==
        R"({"at":"2026-03-11T00:00:00Z","informational":true,"notice":"Only an estimate.","plans":[]})");
}

TEST_CASE("Outlook: the rate is that of the last seven days, or since the period began") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-02  use 10                                       -> ok
    2026-03-03T12  use 20                                    -> ok
    2026-03-09  use 14                                       -> ok
  )");
  const auto early = only_plan(table, "2026-03-03T12");
  CHECK(early.window_starts_at == moment("2026-03-01"));
  CHECK(to_text(early.charged_in_window) == "30");
  CHECK(to_text(early.rate_per_day) == "12");
  const auto later = only_plan(table, "2026-03-10T12");
  CHECK(later.window_starts_at == moment("2026-03-03T12"));
  CHECK(to_text(later.charged_in_window) == "34");
  const auto latest = only_plan(table, "2026-03-10T12:00:00.000001");
  CHECK(to_text(latest.charged_in_window) == "14");
  CHECK(to_text(latest.rate_per_day) == "2");
}

TEST_CASE("Outlook: it says whether the plan runs out, lasts, stands still, has run out or is unlimited") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-08  use 7                                        -> ok
  )");
  const auto lasting = only_plan(table, "2026-03-08");
  CHECK_FALSE(lasting.runs_out_at);
  CHECK(to_text(lasting.expires_unused) == "69");  // 93 left, 24 days at 1 a day
  CHECK(lasting.sentence ==
        "At this pace Plus lasts until its period ends on 1 April 2026; 69 credits will expire unused.");
  const auto idle = only_plan(table, "2026-03-30");
  CHECK(idle.rate_per_day.micro == 0);
  CHECK_FALSE(idle.runs_out_at);
  CHECK(to_text(idle.expires_unused) == "93");
  CHECK(
      idle.sentence ==
      "Nothing was charged to Plus lately: at this pace its 93 remaining credits will expire unused on 1 April 2026.");
  table.rows("2026-03-20  use 1293 -> ok");
  const auto over = only_plan(table, "2026-03-20");
  CHECK(
      over.sentence ==
      "Plus has run out: 1,200 credits of use are uncovered so far, and the period ends in 12 days, on 1 April 2026.");
  CHECK(over.expires_unused.micro == 0);
  test::Table unlimited;
  unlimited.rows(R"(
    2026-03-01  start max monthly 2026-03-01..2026-06-01     -> ok
    2026-03-02  use 1234567                                  -> ok
  )");
  const auto max = only_plan(unlimited, "2026-03-03");
  CHECK_FALSE(max.runs_out_at);
  CHECK(max.sentence == "Max is unlimited: 1,234,567 credits were used in this period, which ends on 1 April 2026.");
}

TEST_CASE("Outlook: a rate over less than an hour counts as one over an hour") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-01T00:00:01  use 10                              -> ok
  )");
  CHECK(to_text(only_plan(table, "2026-03-01T00:00:01").rate_per_day) == "240");
}

TEST_CASE("Outlook: every plan with a period that contains the moment, highest rank first") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start basic monthly 2026-03-01..2026-06-01   -> ok
    2026-03-01  start pro quarterly 2026-03-01..2026-06-01   -> ok
    2026-03-01  start plus monthly 2026-03-01..2026-04-01    -> ok
    2026-03-01  start even monthly 2026-05-01..2026-06-01    -> ok
  )");
  const auto names = [&](const char* at) {
    std::string out;
    for (const auto& plan : outlook(table.state(), test::source_of(table.events()), test::table_catalog(), moment(at)))
      out += plan.plan.value + " ";
    return out;
  };
  CHECK(names("2026-03-15") == "pro plus basic ");
  CHECK(names("2026-04-15") == "pro ");  // basic's April is not opened yet
  CHECK(names("2026-07-01").empty());
}

TEST_CASE("Outlook: events after the moment or the version asked do not count") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-05  use 10                                       -> ok
    2026-03-06  use 20                                       -> ok
  )");
  CHECK(to_text(only_plan(table, "2026-03-05").charged_in_window) == "10");
  AccountState earlier;
  const auto events = table.events();
  for (std::size_t i = 0; i + 1 < events.size(); ++i) evolve(earlier, events[i]);
  const auto plans = outlook(earlier, test::source_of(events), test::table_catalog(), moment("2026-03-07"));
  CHECK(to_text(plans.at(0).charged_in_window) == "10");
}

TEST_CASE("Timeline: a point after each event that moved the plan's pool, in log order") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-02  use 30                                       -> ok
    2026-03-02  consent x yes                                -> ok
    2026-03-03  authorize h 50 until 2026-03-05              -> ok
    2026-03-04  use 40                                       -> ok
    2026-03-05  buy plus 10 in 2                             -> HoldReleased h expired, CreditsGranted plus/1/2/1
                                                                  purchase 10
    2026-04-01  close                                        -> ok
  )");
  // seq: 3 allotment, 4 use, 6 hold, 7 use, 8 release, 9 purchase for April, 10 April's allotment, 11 March closes
  CHECK(points_of(table, "plus") == "3:100/0 4:70/0 6:20/0 7:0/20 8:50/20 9:50/20 10:110/0 11:110/0 ");
  CHECK(points_of(table, "even").empty());
}

TEST_CASE("Timeline: usage of one plan that settles an authorization of another moves both pools") {
  test::Table table;
  table.rows(R"(
    2026-03-01  start plus monthly 2026-03-01..2026-06-01    -> ok
    2026-03-01  start pro quarterly 2026-03-01..2026-06-01   -> ok
    2026-03-02  authorize h 50 until 2026-03-05 plan plus    -> ok
    2026-03-03  use 40 settles h plan pro                    -> CreditsConsumed pro 40
  )");
  CHECK(points_of(table, "pro") == "5:1000/0 7:960/0 ");
  CHECK(points_of(table, "plus") == "3:100/0 6:50/0 7:100/0 ");
}
