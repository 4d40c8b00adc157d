// SPDX-License-Identifier: Apache-2.0
// What is asked of a scenario: the smallest purchase, the cheapest plan, the first workflow to move.
#include <catch2/catch.hpp>

#include "ledger/forecast/answers.hpp"
#include "ledger/forecast/philox.hpp"
#include "ledger/forecast/simulation_json.hpp"
#include "tests/ledger/forecast_story.hpp"

using namespace creditfold;
using namespace creditfold::test;
using forecast::Purchase;

namespace {

// Slots of one plan that sells packs of ten, and what futures leave uncovered in each.
struct Needs {
  forecast::Course course;
  forecast::Outcome outcome;
  std::vector<std::size_t> slots;
};

Needs needs_of(std::uint64_t seed, std::size_t slots, std::int32_t futures, std::uint32_t most) {
  Needs needs;
  needs.outcome.futures = futures;
  for (std::size_t i = 0; i < slots; ++i) {
    forecast::Slot slot;
    slot.increment = Credits{10};
    needs.course.slots.push_back(slot);
    forecast::SlotOutcome outcome;
    for (std::int32_t f = 0; f < futures; ++f) {
      const auto words =
          forecast::philox4x32_10({static_cast<std::uint32_t>(f), static_cast<std::uint32_t>(i), 0, 0}, seed);
      const std::uint32_t drawn = forecast::below(most, words[0]);
      outcome.uncovered.push_back(words[1] % 3 == 0 ? 0 : static_cast<std::int64_t>(drawn));
    }
    needs.outcome.slots.push_back(outcome);
    needs.slots.push_back(i);
  }
  return needs;
}

std::int32_t out_with(const Needs& needs, const std::vector<std::int64_t>& packs) {
  std::int32_t out = 0;
  for (std::size_t f = 0; f < static_cast<std::size_t>(needs.outcome.futures); ++f) {
    bool runs_out = false;
    for (std::size_t i = 0; i < packs.size(); ++i)
      runs_out = runs_out || needs.outcome.slots[i].uncovered[f] > packs[i] * 10;
    if (runs_out) ++out;
  }
  return out;
}

// Every combination.
std::int64_t smallest_by_force(const Needs& needs, std::int32_t allowed, std::int64_t most) {
  std::int64_t best = INT64_MAX;
  for (std::int64_t a = 0; a <= most; ++a) {
    for (std::int64_t b = 0; b <= most; ++b) {
      if (a + b < best && out_with(needs, {a, b}) <= allowed) best = a + b;
    }
  }
  return best;
}

struct WithTenWeeks : Table {
  explicit WithTenWeeks(std::string_view plans = "2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok") {
    rows(plans);
    use_daily(*this, moment("2026-01-05"), 70, [](int day) { return 3 + day * 7919 % 4; });
    use_daily(
        *this, moment("2026-01-05"), 70, [](int day) { return day % 2; }, "report");
  }
};

std::string answers(const Table& table, std::string_view asks, std::string_view more = "",
                    const Catalog& catalog = table_catalog()) {
  const auto scenario = scenario_of(R"({"at":"2026-03-16T00:00:00Z","days":70,"futures":300,"asks":[)" +
                                    std::string(asks) + "]" + std::string(more) + "}");
  const auto told = forecast::simulate_json(branch_of(table, scenario), catalog, scenario);
  if (!told) throw std::invalid_argument(told.error().place + ' ' + told.error().what);
  return told->substr(told->find("\"answers\":"));
}

}  // namespace

TEST_CASE("A purchase curve tells of each purchase in how many futures it is not enough, from none to enough for all") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Needs needs = needs_of(seed, 3, 150, 90);
    const auto curve = forecast::purchase_curve(needs.course, needs.outcome, needs.slots);
    CHECK(curve.front().total == 0);
    CHECK(curve.back().futures_out == 0);
    for (std::size_t i = 0; i < curve.size(); ++i) {
      CHECK(curve[i].futures_out == out_with(needs, curve[i].packs));
      CHECK(curve[i].total == curve[i].packs[0] + curve[i].packs[1] + curve[i].packs[2]);
      if (i > 0) CHECK(curve[i].total > curve[i - 1].total);
      if (i > 0) CHECK(curve[i].futures_out < curve[i - 1].futures_out);
    }
  }
}

TEST_CASE("The smallest purchase found is the smallest there is, or next to it") {
  int exact = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Needs needs = needs_of(seed, 2, 120, 130);
    const auto curve = forecast::purchase_curve(needs.course, needs.outcome, needs.slots);
    const Purchase& found = forecast::smallest_within(curve, 5, 120);
    CHECK(found.futures_out <= 6);
    const std::int64_t best = smallest_by_force(needs, 6, 14);
    CHECK(found.total <= best + 1);
    if (found.total == best) ++exact;
  }
  CHECK(exact >= 15);
}

TEST_CASE("AIS-5b: the smallest purchase is decided by the ledger and keeps what it promises") {
  const WithTenWeeks table;
  const std::string told = answers(table, R"({"ask":"smallest_purchase","chance_percent":5})");
  CHECK(has(told, R"("ask":"smallest_purchase","chance_percent":"5","plan":"plus","increment":"10","found":true)"));
  CHECK(has(told, R"("command":"PurchaseCredits","plan":"plus")"));
  CHECK(has(told, R"("kind":"purchase")"));
  CHECK(has(told, R"("currency":"USD")"));
  // AIS-5b: no packs of Basic are sold, and the ledger says so.
  const WithTenWeeks basic("2026-01-01  start basic monthly 2026-01-01..2027-01-01  -> ok");
  const std::string none = answers(basic, R"({"ask":"smallest_purchase"})");
  CHECK(has(none, R"("found":false)"));
  CHECK(has(none, R"("code":"bad_increment","clause":"AIS-5b")"));
  // Nothing runs out of an unlimited plan.
  const WithTenWeeks endless("2026-01-01  start max monthly 2026-01-01..2027-01-01  -> ok");
  CHECK(has(answers(endless, R"({"ask":"smallest_purchase"})"), "no purchase is needed"));
}

TEST_CASE("The cheapest plan goes by cost where prices are given, else by the credits it takes") {
  const WithTenWeeks table;
  const std::string by_credits = answers(table, R"({"ask":"cheapest_plan"})");
  CHECK(has(by_credits, R"("by":"credits")"));
  CHECK(has(by_credits, R"({"plan":"plus","cadence":"monthly","current":true)"));
  std::string prices = R"(,"levers":{"prices":[)";
  for (const auto& [plan, minor] : {std::pair{"basic", "1"},
                                    {"even", "900000"},
                                    {"max", "90"},
                                    {"other", "900000"},
                                    {"over", "900000"},
                                    {"plus", "80000"},
                                    {"pro", "900000"}}) {
    prices += R"({"plan":")" + std::string(plan) +
              R"(","increment":{"currency":"USD","minor":1000},"period":{"currency":"USD","minor":)" +
              std::string(minor) + "}},";
  }
  prices.back() = ']';
  const std::string by_cost = answers(table, R"({"ask":"cheapest_plan"})", prices + "}");
  CHECK(has(by_cost, R"("by":"cost")"));
  CHECK(has(by_cost, "Max, monthly is the cheapest"));
  CHECK(has(answers(table, R"({"ask":"cheapest_plan"})", R"(,"levers":{"growth_percent_per_month":0})"), R"("best":)"));
}

TEST_CASE("AI-3: a move to a model that the account may not use is told with its clause") {
  const WithTenWeeks table;
  const std::string told = answers(table, R"({"ask":"model_moves","moves":2})");
  CHECK(has(told, R"("workflow":"triage","from":"unit","to":"dust")"));
  CHECK(has(told, R"("to":"partner")"));
  CHECK(has(told, R"("code":"partner_terms","clause":"AI-3")"));
  CHECK(has(told, "is for you to judge"));
  CHECK(has(told, R"("sequence":[{"workflow":"triage","from":"unit","to":"dust")"));
  CHECK(has(told, R"(,{"workflow":"report","from":"unit","to":"dust")"));
}

TEST_CASE("Where nothing is known nothing is promised: answers over no history") {
  Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok");
  const std::string told =
      answers(table, R"({"ask":"smallest_purchase"},{"ask":"cheapest_plan"},{"ask":"model_moves"})");
  CHECK(has(told, "no purchase is needed"));
  CHECK(has(told, "No workflow would use fewer credits"));
}
