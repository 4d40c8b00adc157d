// SPDX-License-Identifier: Apache-2.0
// The demo: legal, the same for the same day, of the right size, and with something to say.
#include <catch2/catch.hpp>

#include <set>

#include "events/store/memory.hpp"
#include "ledger/demo.hpp"
#include "ledger/outlook.hpp"
#include "ledger/replay.hpp"
#include "tests/ledger/source_of.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("the demo is legal on any day, and its outlook runs out some days before the period ends") {
  for (std::int64_t days = 0; days < 400; days += 13) {
    const Instant now{moment("2026-01-01T09:17:00Z").micros + days * 86'400'000'000 + (days % 24) * 3'600'000'000};
    MemoryLog log;
    fill_demo(log, default_catalog(), now);
    Book book;
    std::vector<Event> events;
    log.read(0, -1, [&](Event&& event) {
      REQUIRE(book.apply(event).has_value());
      CHECK(event.at <= now);
      events.push_back(std::move(event));
      return true;
    });
    const AccountState& state = *book.find(AccountId("demo"));
    CHECK(broken_invariant(state).empty());
    const auto plans = outlook(state, test::source_of(events), default_catalog(), now);
    REQUIRE(plans.size() == 1);
    const PlanOutlook& pro = plans.front();
    INFO(to_text(now) << " " << pro.sentence);
    CHECK(pro.plan.value == "pro");
    CHECK(pro.held.micro > 0);
    REQUIRE(pro.runs_out_at);
    const std::int64_t days_early = (pro.ends_at.micros - pro.runs_out_at->micros) / 86'400'000'000;
    CHECK(days_early >= 3);
    CHECK(days_early <= 30);
  }
}

TEST_CASE("the demo has what a first look should find") {
  MemoryLog log;
  fill_demo(log, default_catalog(), moment("2026-11-23T20:00:00Z"));
  std::map<std::string, int> types;
  std::set<std::string> workflows;
  std::set<std::string> models;
  std::set<std::string> kinds;
  std::set<std::string> reasons;
  int late = 0;
  log.read(0, -1, [&](Event&& event) {
    ++types[std::string(type_name(event.payload))];
    if (const auto* charge = std::get_if<CreditsConsumed>(&event.payload)) {
      workflows.insert(charge->workflow.value);
      models.insert(charge->model.value);
      late += charge->late ? 1 : 0;
    }
    if (const auto* grant = std::get_if<CreditsGranted>(&event.payload))
      kinds.insert(std::string(to_name(grant->kind)));
    if (const auto* hold = std::get_if<HoldReleased>(&event.payload))
      reasons.insert(std::string(to_name(hold->reason)));
    return true;
  });
  CHECK(types["CreditsConsumed"] > 1'800);
  CHECK(types["CreditsConsumed"] < 2'400);
  CHECK(types["PeriodClosed"] == 4);
  CHECK(types["TermEnded"] == 1);
  CHECK(types["CreditsHeld"] == 10);
  CHECK(types["SeatsChanged"] == 4);  // Enterprise, its keys, then both: three invoice lines, the last a joint one
  CHECK(workflows.size() == 5);
  CHECK(models.size() == 5);
  CHECK(kinds == std::set<std::string>{"allotment", "promotion", "purchase"});
  CHECK(reasons == std::set<std::string>{"expired", "released"});
  CHECK(late == 1);
}

TEST_CASE("the same day gives the same demo, and only an empty ledger gets one") {
  const Instant now = moment("2026-11-23T20:00:00Z");
  CHECK(demo_commands(default_catalog(), now) == demo_commands(default_catalog(), now));
  service::ServiceOptions options;
  options.demo = true;
  Running running(options, "2026-11-23T20:00:00Z");
  CHECK(at(running.client().get("/v1/accounts").body, "/accounts/0/account") == "demo");
  const std::int64_t head = running.log().head();
  running.restart();
  CHECK(running.log().head() == head);
}
