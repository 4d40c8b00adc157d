// SPDX-License-Identifier: Apache-2.0
// Scenarios: read strictly, their levers decided by the ledger's own rules, their effect on a forecast.
#include <catch2/catch.hpp>

#include <array>

#include "ledger/forecast/simulation_json.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::string scenario_fault(std::string_view json) {
  const auto scenario = forecast::parse_scenario(json);
  return scenario ? "" : scenario.error().place + ": " + scenario.error().what;
}

struct WithLightUse : Table {
  WithLightUse() {
    rows("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok");
    use_daily(*this, moment("2026-01-05"), 70, [](int day) { return 2 + day * 7919 % 3; });
    use_daily(
        *this, moment("2026-01-05"), 70, [](int day) { return day % 2; }, "report", "unit");
  }
};

std::string simulated(const Table& table, std::string_view json, const Catalog& catalog = table_catalog()) {
  const auto scenario = scenario_of(json);
  const auto told = forecast::simulate_json(branch_of(table, scenario), catalog, scenario);
  if (!told) return told.error().place + ": " + told.error().what;
  return *told;
}

// The middle of what all use comes to.
std::int64_t demand(const Table& table, const std::string& levers) {
  const auto scenario =
      scenario_of(R"({"at":"2026-03-16T00:00:00Z","days":30,"futures":200,"levers":{)" + levers + "}}");
  const auto branch = branch_of(table, scenario);
  const auto simulation = forecast::simulate(branch, table_catalog(), scenario);
  if (!simulation) throw std::invalid_argument(simulation.error().place + ' ' + simulation.error().what);
  std::int64_t sum = 0;
  for (const auto& series : simulation->outcome.series) {
    std::vector<std::int64_t> scratch;
    sum += forecast::band_of(series.data(), series.size(), scratch).p50;
  }
  return sum / 1'000'000;
}

}  // namespace

TEST_CASE("A scenario is read strictly, and every fault has its place") {
  CHECK(scenario_fault("{}").empty());
  CHECK(scenario_fault("[]") == "/: is not an object");
  CHECK(has(scenario_fault("{"), "byte 2: is not JSON"));
  CHECK(has(scenario_fault("{} x"), "is not JSON"));
  CHECK(scenario_fault(R"({"day":9})") == "/day: is not a field of this form");
  CHECK(scenario_fault(R"({"days":9,"days":9})") == "/days: the field stands twice");
  CHECK(scenario_fault(R"({"levers":{"SECRET//NOFORN":1,"SECRET//NOFORN":2},"levers":{}})") ==
        "/: carries a classification marking (GOV-3)");
  CHECK(scenario_fault(R"({"days":0})") == "/days: is 0, and must be 1 to 366");
  CHECK(scenario_fault(R"({"days":1.5})") == "/days: is not an integer of 64 bits");
  CHECK(scenario_fault(R"({"futures":99})") == "/futures: is 99, and must be 100 to 10000");
  CHECK(scenario_fault(R"({"seed":-1})") == "/seed: is -1, and must be 0 to 9007199254740991");
  CHECK(scenario_fault(R"({"levers":{"packs":[{"packs":1},{"packs":0}]}})") ==
        "/levers/packs/1/packs: is 0, and must be 1 to 1000000");
  CHECK(scenario_fault(R"({"levers":{"packs":[{}]}})") == "/levers/packs/0/packs: is missing");
  CHECK(scenario_fault(R"({"levers":{"packs":[{"packs":1,"periods":{"first":1,"last":2,"n":3}}]}})") ==
        "/levers/packs/0/periods/n: is not a field of this form");
  CHECK(scenario_fault(R"({"levers":{"plan":{"plan":"plus"}}})") == "/levers/plan/cadence: is missing");
  CHECK(scenario_fault(R"({"levers":{"workflows":[{"workflow":"w","per_day":{"query":0,"input":1,"output":1}}]}})") ==
        "/levers/workflows/0/model: is missing: a new workflow names its model");
  CHECK(scenario_fault(R"({"levers":{"calendar":[{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}]}})") ==
        "/levers/calendar/0/to: does not lie after `from`");
  CHECK(scenario_fault(R"({"asks":[{"ask":"everything"}]})") ==
        "/asks/0/ask: is none of smallest_purchase, cheapest_plan and model_moves");
  CHECK(scenario_fault(R"({"commands":[{"command":"RecordUsage"}]})") ==
        "/commands/0/command: is no command that can be supposed");
  CHECK(scenario_fault(R"({"commands":[{"command":"ChangeSeats","key":"k"}]})") ==
        "/commands/0/key: is the scenario's to say");
  std::string many = R"({"asks":[)";
  for (int i = 0; i < 201; ++i) many += R"({"ask":"cheapest_plan"},)";
  many.back() = ']';
  CHECK(scenario_fault(many + "}") == "/asks: has more than 200 elements");
  // GOV-3: what carries a marking is not even repeated.
  CHECK(scenario_fault(R"({"account":"TOP SECRET//NOFORN"})") == "/: carries a classification marking (GOV-3)");
}

TEST_CASE("What a scenario asks of the account must be there") {
  const WithLightUse table;
  CHECK(has(simulated(table, R"({"levers":{"workflows":[{"workflow":"nobody","volume_percent":50}]}})"),
            "/levers/workflows/0/workflow: is not among"));
  CHECK(
      has(simulated(table, R"({"levers":{"rates":[{"model":"none"}]}})"), "/levers/rates/0/model: is on no rate card"));
  CHECK(has(simulated(table, R"({"levers":{"prices":[{"plan":"none"}]}})"), "/levers/prices/0/plan: is no plan"));
  CHECK(has(simulated(table, R"({"levers":{"packs":[{"packs":1,"at":"2020-01-01T00:00:00Z"}]}})"),
            "/levers/packs/0/at: lies outside the horizon"));
  CHECK(has(simulated(table, R"({"futures":10000,"days":366,"levers":{"workflows":[
      {"workflow":"a","model":"unit","per_day":{"query":0,"input":1,"output":1}},{"workflow":"b","model":"unit","per_day":{"query":0,"input":1,"output":1}},
      {"workflow":"c","model":"unit","per_day":{"query":0,"input":1,"output":1}}]}})"),
            "/futures: times days"));
}

TEST_CASE("AIS-5, AIS-4f: what the terms forbid is refused with its clause, in the answer") {
  const WithLightUse table;
  const std::string told = simulated(
      table, R"({"days":20,"levers":{"packs":[{"packs":1,"periods":{"first":1,"last":1}},{"packs":1,"plan":"basic"}]},
      "commands":[{"command":"TransferCredits","to":"other","credits":"5"},
                  {"command":"PurchaseCredits","plan":"plus","credits":"15","periods":{"first":4,"last":4}}]})");
  CHECK(has(told, R"("refused":{"code":"period_closed","clause":"AIS-5c")"));
  CHECK(has(told, R"("refused":{"code":"plan_mismatch","clause":"AIS-5d")"));
  CHECK(has(told, R"("refused":{"code":"non_transferable","clause":"AIS-4f")"));
  CHECK(has(told, R"("refused":{"code":"bad_increment","clause":"AIS-5b")"));
}

TEST_CASE("The same scenario gives the same bytes, another seed others, and the log is not touched") {
  const WithLightUse table;
  const std::int64_t head = table.log().head();
  const std::string once = simulated(table, R"({"days":30,"asks":[{"ask":"smallest_purchase"}]})");
  CHECK(once == simulated(table, R"({"days":30,"asks":[{"ask":"smallest_purchase"}]})"));
  CHECK(once != simulated(table, R"({"days":30,"seed":2,"asks":[{"ask":"smallest_purchase"}]})"));
  CHECK(table.log().head() == head);
  CHECK(has(once, R"("informational":true)"));
}

TEST_CASE("Levers of use do what they say") {
  const WithLightUse table;
  const std::int64_t before = demand(table, "");
  CHECK(before >= 95);
  CHECK(before <= 115);
  CHECK(demand(table, R"("workflows":[{"workflow":"triage","volume_percent":0}])") <= 16);
  CHECK(std::abs(demand(table, R"("workflows":[{"workflow":"triage","volume_percent":200}])") - (before + 90)) <= 12);
  CHECK(std::abs(
            demand(table, R"("calendar":[{"from":"2026-03-16T00:00:00Z","to":"2026-05-16T00:00:00Z","percent":50}])") -
            before / 2) <= 1);
  // Ten days of thirty are left.
  CHECK(
      std::abs(
          demand(
              table,
              R"("workflows":[{"workflow":"triage","ends_at":"2026-03-26T00:00:00Z"},{"workflow":"report","ends_at":"2026-03-26T00:00:00Z"}])") -
          before / 3) <= 3);
  CHECK(
      std::abs(
          demand(
              table,
              R"("workflows":[{"workflow":"triage","starts_at":"2026-04-05T00:00:00Z"},{"workflow":"report","starts_at":"2026-04-05T00:00:00Z"}])") -
          before / 3) <= 3);
  // Doubling in a month is 44 % more over it: (2 - 1) / ln 2.
  CHECK(std::abs(demand(table, R"("growth_percent_per_month":100)") - before * 144 / 100) <= before / 20);
  CHECK(std::abs(demand(table, R"("rates":[{"model":"unit","input":"3000000"}])") - before * 3) <= 6);
  // `gpt` costs 0.02 a token of input in place of 1.
  CHECK(demand(table, R"("workflows":[{"workflow":"triage","move_to":"gpt"}])") <= 18);
  // A workflow nobody has yet: 10 credits a day.
  CHECK(std::abs(
            demand(table,
                   R"("workflows":[{"workflow":"new","model":"unit","per_day":{"query":0,"input":10,"output":0}}])") -
            (before + 300)) <= 60);
}

TEST_CASE("H9: a policy comes with the next term, and a price is counted where it is known") {
  const WithLightUse table;
  const std::string stays =
      simulated(table, R"({"days":40,"levers":{"policies":[{"plan":"plus","on_exhaustion":"overage"}]}})");
  CHECK_FALSE(has(stays, R"("on_exhaustion":"overage")"));
  const std::string renewed = simulated(table, R"({"days":40,"levers":{"plan":{"plan":"plus","cadence":"monthly"},
      "policies":[{"plan":"plus","on_exhaustion":"overage"}],"prices":[{"plan":"plus","overage":{"currency":"EUR","minor":700}}],"packs":[{"packs":2}]}})");
  CHECK(has(renewed, R"("on_exhaustion":"overage")"));
  CHECK(has(renewed, R"({"currency":"USD","committed":2000,)"));
  const std::string seats = simulated(table, R"({"days":10,"levers":{"seats":[{"product":"enterprise","seats":5}]}})");
  CHECK(has(seats, R"("refused":{"code":"outside_term")"));
}

TEST_CASE("Use that no plan takes is told, with the clause") {
  const WithLightUse table;
  const std::string told = simulated(
      table,
      R"({"days":30,"commands":[{"command":"EndTerm","product":"ai_studio","plan":"plus","ends_at":"2026-04-01T00:00:00Z"}]})");
  CHECK(has(told, R"("code":"outside_term","clause":"AIS-2")"));
  CHECK_FALSE(has(told, R"("assumed":true)"));  // what was ended is not renewed
  CHECK(has(simulated(table, R"({"days":30})"), R"("unplaced":null)"));
}
