// SPDX-License-Identifier: Apache-2.0
// Figures at the end of 64 bits and batches at their limit: refused, never wrapped, and never a fault afterwards.
#include <catch2/catch.hpp>

#include "events/log.hpp"
#include "ledger/focus.hpp"
#include "ledger/outlook.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/source_of.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::check_table;

// 2^63 - 1 micro-credits are 9223372036854.775807; `gold` costs 9223372.036854775807 a token.
TEST_CASE("Overflow: an amount beyond 64 bits is malformed where it is written") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 allotment 9223372036854.775808     -> refused malformed
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 allotment 9223372036854.775807  -> TermStarted plus/1
                                                                                          ,  CreditsGranted plus/1/1/1
                                                                                          allotment 9223372036854.775807
    2026-01-02  use unit 0/9223372036854775808/0    -> refused malformed
  )");
}

TEST_CASE("Overflow: a charge beyond 64 bits is refused, a charge of all of them is not") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gold 1000001/0/0             -> refused malformed
    2026-01-02  authorize a gold 1000001/0/0 until 2026-01-03  -> refused malformed
    2026-01-02  use unit 9223372036854775807/9223372036854775807/9223372036854775807   -> refused malformed
    2026-01-02  use gold 1000000/0/0             -> CreditsConsumed plus 9223372036854.775807
    = plus/1/1  open  consumed 100  uncovered 9223372036754.775807
    2026-01-02  use 101                          -> refused malformed
    2026-01-03  consent x yes                    -> ok
    2026-02-02  use 150                          -> ok
    2026-03-01  close                            -> ok
  )");
}

TEST_CASE("Overflow: totals by workflow and model are sums too") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use dust 9223372036854775807/0/0 -> CreditsConsumed plus 9223372.036855
    2026-01-02  use dust 1/0/0                   -> refused malformed
    2026-01-02  use dust 0/1/0                   -> CreditsConsumed plus 0.000001
    2026-01-02  use dust 1/0/0 workflow another  -> CreditsConsumed plus 0.000001
  )");
}

TEST_CASE("Overflow: what a period was granted stays within 64 bits, its allotment to come included") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01 allotment 9000000000000  -> ok
    2026-01-02  grant plus 300000000000 promotion in 1   -> refused malformed
    2026-01-02  grant plus 300000000000 promotion in 2   -> refused malformed
    2026-01-02  buy plus 300000000000 in 2..3            -> refused malformed
    2026-01-02  buy plus 200000000000 in 2..3            -> ok
    2026-01-02  buy plus 200000000000 in 3               -> refused malformed
    2026-01-02  buy plus 200000000000 in 4               -> ok
    2026-05-02  use 1                                    -> ok
    2026-05-02  close                                    -> ok
  )");
}

TEST_CASE("Overflow: a price beyond 64 bits is refused") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01  -> ok
    2026-01-02  buy plus 9223372036750 in 1      -> CreditsGranted plus/1/1/2 purchase 9223372036750
                                                      price=USD:922337203675000
  )");
  const Catalog dear = test::changed_table_catalog({{R"("minor": 1000)", R"("minor": 9223372036854775807)"},
                                                    {R"("minor": 250)", R"("minor": 9223372036854775807)"}});
  test::Table table(dear);
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01  -> ok
    2026-01-02  buy plus 10 in 1                 -> CreditsGranted plus/1/1/2 purchase 10 price=USD:9223372036854775807
    2026-01-02  buy plus 20 in 1                 -> refused malformed
    2026-01-02  buy plus 10 in 1                 -> ok
  )");
}

TEST_CASE("Overflow: live authorizations may cost more together than 64 bits hold, and still can be settled") {
  check_table(R"(
    2026-01-01  start max monthly 2026-01-01..2026-06-01   -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-06-01  -> ok
    2026-01-02  authorize a gold 1000000/0/0 until 2026-05-01    -> ok
    2026-01-02  authorize b gold 1000000/0/0 until 2026-05-01    -> ok
    2026-01-02  authorize c gold 1000000/0/0 until 2026-05-01 plan plus   -> refused insufficient_credits
    2026-01-02  use 5 settles a                  -> ok
    2026-02-01  close                            -> ok
  )");
}

TEST_CASE("Overflow: an authorization that a period cannot cover is refused as that, whatever the sum") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01           -> ok
    2026-01-02  use 10                                              -> ok
    2026-01-02  authorize a unit 9223372036854/0/0 until 2026-01-03 -> refused insufficient_credits H18
    2026-01-02  authorize a 90 until 2026-01-03                     -> CreditsHeld a plus 90
  )");
}

TEST_CASE("Overflow: credits held in several periods may be more together than 64 bits hold") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01 allotment 9000000000000  -> ok
    2026-01-02  authorize a gold 900000/0/0 until 2026-05-01     -> ok
    2026-02-02  authorize b gold 900000/0/0 until 2026-05-01     -> ok
    2026-02-03  release a                        -> HoldReleased a released
  )");
}

TEST_CASE("Overflow: figures about an account at the end of 64 bits are answered") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start max monthly 2026-01-01..2026-04-01 allotment 9000000000000   -> ok
    2026-01-02  use gold 970000/0/0                          -> ok
    2026-01-02  use gold 970000/0/0 workflow two             -> ok
  )");
  const auto plans =
      outlook(table.state(), test::source_of(table.events()), test::table_catalog(), test::moment("2026-01-03"));
  REQUIRE(plans.size() == 1);
  CHECK(plans[0].remaining.micro == 0);
  CHECK_FALSE(outlook_json(plans, test::table_catalog(), test::moment("2026-01-03")).empty());
  CHECK_FALSE(replay_json(table.engine().book()).empty());
}

TEST_CASE("Overflow: an export adds up what a charge used beyond 64 bits") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01                  -> ok
    2026-01-02  use dust 9223372036854775807/9223372036854775807/0         -> ok
  )");
  std::string rows;
  FocusWriter focus(test::table_catalog(), [&](std::string_view text) { rows += text; });
  for (const Event& event : table.events()) focus.event(event, true);
  CHECK(rows.find(",18446744073709551614,Tokens,") != std::string::npos);
}

TEST_CASE("A batch holds events_per_batch_max events; a command that would bring more is refused and changes nothing") {
  test::Table table;
  // A monthly term over all the years there are has 119,988 periods.
  table.rows(R"(
    clock 9999-12-31
    0001-01-01  start plus monthly 0001-01-01..9999-12-31  -> ok
  )");
  const auto head = table.log().head();
  const auto answer =
      table.send(R"({"command":"ClosePeriods","account":"acme","key":"c","at":"9999-12-30T00:00:00Z"})");
  REQUIRE(answer.refused);
  CHECK(answer.refused->code == RefusalCode::malformed);
  CHECK(table.log().head() == head);
  // What a smaller step brings is not too much, so that nobody is locked out.
  const auto half = table.send(R"({"command":"ClosePeriods","account":"acme","key":"c","at":"4000-01-01T00:00:00Z"})");
  REQUIRE_FALSE(half.refused);
  CHECK(half.accepted.size() <= events_per_batch_max);
  CHECK(half.accepted.size() == 2 * 3999 * 12);
  CHECK(table.log().head() == head + static_cast<std::int64_t>(half.accepted.size()));
}
