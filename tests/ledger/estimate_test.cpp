// SPDX-License-Identifier: Apache-2.0
// AIS-4c: an estimate informs, never appends, and is to the bit what the real charge would have been.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <string>

#include "ledger/estimate.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
namespace json = boost::json;

namespace {

std::string pointed(const json::value& value, const char* pointer) {
  json::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr) return "";
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

EstimateQuestion question(const char* model, std::int64_t input, const char* at) {
  EstimateQuestion asked;
  asked.model = ModelId(model);
  asked.input = Volume{input};
  asked.at = test::moment(at);
  return asked;
}

json::value estimate(const test::Table& table, const EstimateQuestion& asked) {
  const auto found = estimate_json(table.state(), asked, table.engine().catalog(), test::moment("2030-01-01"));
  REQUIRE(found.has_value());
  return json::parse(*found);
}

RefusalCode refused(const test::Table& table, const EstimateQuestion& asked) {
  const auto found = estimate_json(table.state(), asked, table.engine().catalog(), test::moment("2030-01-01"));
  REQUIRE_FALSE(found.has_value());
  return found.error().code;
}

// The estimate of a use beside the charge the same use then is.
void check_as_charged(test::Table& table, const EstimateQuestion& asked) {
  const std::string before = table.balance("acme", std::nullopt);
  const std::int64_t head = table.log().head();
  const json::value told = estimate(table, asked);
  CHECK(table.log().head() == head);
  CHECK(table.balance("acme", std::nullopt) == before);
  std::string more;
  if (asked.plan) more += R"(,"plan":")" + asked.plan->value + '"';
  if (asked.actor) more += R"(,"actor":")" + asked.actor->value + '"';
  const std::string id = "e" + std::to_string(head);
  const Answer answer =
      table.send(R"({"command":"RecordUsage","account":"acme","key":")" + id + R"(","at":")" + to_text(*asked.at) +
                 R"(","usage":")" + id + R"(","workflow":"w","model":")" + asked.model.value + R"(","query":)" +
                 std::to_string(asked.query.tokens) + R"(,"input":)" + std::to_string(asked.input.tokens) +
                 R"(,"output":)" + std::to_string(asked.output.tokens) + more + "}");
  REQUIRE_FALSE(answer.refused);
  const json::value charge = json::parse(to_json(answer.accepted.back()));
  for (const char* field :
       {"/plan", "/model", "/query", "/input", "/output", "/rate_card", "/credits", "/late", "/flags", "/at"}) {
    INFO(field);
    CHECK(pointed(told, field) == pointed(charge, field));
  }
}

}  // namespace

TEST_CASE("AIS-4c: an estimate says that it is informational and what it reckons with") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  const json::value told = estimate(table, question("unit", 130, "2026-01-02"));
  CHECK(pointed(told, "/informational") == "true");
  CHECK(pointed(told, "/credits") == "130");
  CHECK(pointed(told, "/covered") == "100");
  CHECK(pointed(told, "/uncovered") == "30");
  CHECK(pointed(told, "/plan") == "plus");
  CHECK(pointed(told, "/period") == "1");
  CHECK(pointed(told, "/authorization/accepted") == "false");
  CHECK(pointed(told, "/authorization/code") == "insufficient_credits");
  CHECK(pointed(estimate(table, question("unit", 100, "2026-01-02")), "/authorization") == R"({"accepted":true})");
}

TEST_CASE("AIS-4c: an estimate equals the charge to the bit, whatever plan, model, moment and flags") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start basic monthly 2026-01-01..2027-01-01   -> ok
    2026-01-01  start plus monthly 2026-01-01..2027-01-01    -> ok
    2026-01-01  builders plus ann+bob                        -> ok
    2026-02-02  close                                        -> ok
  )");
  EstimateQuestion asked = question("third", 7, "2026-02-03");
  check_as_charged(table, asked);  // basic: nobody is named, and plus has a list
  asked.actor = ActorId("ann");
  asked.query = Volume{3};
  asked.output = Volume{11};
  check_as_charged(table, asked);
  asked.plan = PlanId("basic");
  check_as_charged(table, asked);
  check_as_charged(table, question("worst", 1, "2026-03-03"));  // all flags
  check_as_charged(table, question("unit", 5, "2026-01-15"));   // late: its period is closed
  check_as_charged(table, question("dust", 1, "2026-05-20"));   // periods open on the way
  check_as_charged(table, question("gold", 1, "2026-05-20"));
}

TEST_CASE("AIS-4c: what would be refused is refused, and nothing is appended") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  CHECK(refused(table, question("unheard-of", 1, "2026-01-02")) == RefusalCode::unknown_model);
  CHECK(refused(table, question("unit", 1, "2025-01-02")) == RefusalCode::outside_term);
  CHECK(refused(table, question("unit", 1, "2031-01-02")) == RefusalCode::in_future);
  EstimateQuestion other_plan = question("unit", 1, "2026-01-02");
  other_plan.plan = PlanId("pro");
  CHECK(refused(table, other_plan) == RefusalCode::plan_mismatch);
  CHECK(table.log().head() == 3);
}

TEST_CASE("AIS-4c: an estimate's authorization meets none that is live, whatever their ids") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize estimate 1 until 2026-01-20      -> ok
    2026-01-02  authorize estimate-1 1 until 2026-01-20    -> ok
  )");
  CHECK(pointed(estimate(table, question("unit", 1, "2026-01-03")), "/authorization/accepted") == "true");
}

TEST_CASE("GOV-3: an estimate is refused for a marking too, and repeats nothing") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  EstimateQuestion asked = question("unit", 1, "2026-01-02");
  asked.workflow = WorkflowId("SECRET//NF well");
  CHECK(refused(table, asked) == RefusalCode::classified);
  asked.plan = PlanId("well");
  const auto found = estimate_json(table.state(), asked, table.engine().catalog(), test::moment("2030-01-01"));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == RefusalCode::plan_mismatch);
  CHECK(found.error().details.empty());
}

TEST_CASE("AI-6: notices go with an estimate, the one on beta with a beta model alone") {
  Catalog catalog = test::table_catalog();
  catalog.notices = {
      {"estimate", "Only an estimate."}, {"output", "Check it."}, {"beta", "As it is."}, {"other", "Else."}};
  test::Table table(catalog);
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  CHECK(pointed(estimate(table, question("unit", 1, "2026-01-02")), "/notices") ==
        R"({"estimate":"Only an estimate.","output":"Check it."})");
  CHECK(pointed(estimate(table, question("young", 1, "2026-01-02")), "/notices/beta") == "As it is.");
}
