// SPDX-License-Identifier: Apache-2.0
// Scenarios and simulations have the shape that their served schemas say: over the demo, with every lever and every
// ask.
#include <catch2/catch.hpp>

#include "ledger/explain.hpp"
#include "ledger/forecast/simulate.hpp"
#include "tests/service/running.hpp"
#include "tests/service/schema.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

constexpr std::string_view every_lever = R"({"days":100,"futures":200,"seed":3,"renew":true,
  "commands":[{"command":"TransferCredits","to":"other","credits":"5"},{"command":"ChangeSeats","product":"enterprise","seats":900}],
  "levers":{"plan":{"plan":"plus","cadence":"monthly","months":6,"allotment":"150000"},
    "packs":[{"packs":1},{"plan":"pro","packs":2,"periods":{"first":1,"last":1}}],
    "seats":[{"product":"enterprise","seats":400}],
    "workflows":[{"workflow":"request-triage","volume_percent":120,"growth_percent_per_month":5,"move_to":"gpt-4o-mini"},
      {"workflow":"new","model":"gpt-4o","per_day":{"query":0,"input":500000,"output":20000}}],
    "growth_percent_per_month":3,"seasonality_percent":80,
    "calendar":[{"from":"2020-01-01T00:00:00Z","to":"2020-01-02T00:00:00Z","percent":10}],
    "rates":[{"model":"gpt-4o","output":"150000"}],
    "prices":[{"plan":"plus","increment":{"currency":"EUR","minor":9900},"overage":{"currency":"EUR","minor":12000},"period":{"currency":"EUR","minor":1}}],
    "policies":[{"plan":"plus","on_exhaustion":"overage"}]},
  "asks":[{"ask":"smallest_purchase","chance_percent":10},{"ask":"cheapest_plan"},{"ask":"model_moves","moves":2}]})";

}  // namespace

TEST_CASE("AIS-4c: a simulation says that it is informational, and fits its schema whatever is asked") {
  service::ServiceOptions options;
  options.demo = true;
  Running running(options, "2026-11-23T20:00:00Z");
  Client client = running.client();
  std::vector<Event> events;
  AccountHistory(running.log(), AccountId("demo"), {}).read([&](const Event& event) { events.push_back(event); });
  for (const std::string_view text :
       {std::string_view("{}"), every_lever,
        std::string_view(R"({"days":5,"as_of":4,"asks":[{"ask":"smallest_purchase"},{"ask":"model_moves"}]})")}) {
    CHECK(misfit(client, "scenario.schema.json", text).empty());
    const auto scenario = forecast::parse_scenario(text);
    REQUIRE(scenario.has_value());
    const auto branch = forecast::branch_at(events, default_catalog(), *scenario);
    REQUIRE(branch.has_value());
    const auto told = forecast::simulate_json(*branch, default_catalog(), *scenario);
    REQUIRE(told.has_value());
    CHECK(misfit(client, "simulation.schema.json", *told) == "");
    CHECK(at(*told, "/informational") == "true");
  }
}
