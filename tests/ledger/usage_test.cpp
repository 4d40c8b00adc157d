// SPDX-License-Identifier: Apache-2.0
// What use of a model costs and how a report of it is kept (AIS-1, AIS-4a, AIS-4c, H13 to H15).
#include <catch2/catch.hpp>
#include <limits>

#include "ledger/decide.hpp"
#include "ledger/outlook.hpp"
#include "ledger/usage.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::check_table;

TEST_CASE("AIS-1: every charge names a workflow and a model; an unknown model is refused") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gpt 1/2/3 workflow triage by ann       -> CreditsConsumed plus 0.2 workflow=triage model=gpt
                                                                query=1 input=2 output=3 actor=ann
    2026-01-02  use gpt-9 1/2/3             -> refused unknown_model AIS-1
    2026-01-02  use "GPT" 1/2/3             -> refused unknown_model AIS-1
    2026-01-02  authorize a gpt-9 1/2/3 until 2026-01-03   -> refused unknown_model AIS-1
    = usage triage gpt  charges 1  query 1  input 2  output 3  credits 0.2
  )");
}

TEST_CASE("AIS-1: a model is looked up in the rate card of the term that pays") {
  check_table(R"(
    2026-01-01  start other monthly 2026-01-01..2026-04-01 -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use 10                      -> CreditsConsumed plus 10 rate_card=card
    2026-01-02  use 10 plan other           -> CreditsConsumed other 20 rate_card=other
    2026-01-02  use gpt 1/1/1 plan other    -> refused unknown_model AIS-1
  )");
}

TEST_CASE("AIS-4a: the charge is query, input and output volume, each by the chosen model's rate") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gpt 100/0/0             -> CreditsConsumed plus 1
    2026-01-02  use gpt 0/100/0             -> CreditsConsumed plus 2
    2026-01-02  use gpt 0/0/100             -> CreditsConsumed plus 5
    2026-01-02  use gpt 100/0/50            -> CreditsConsumed plus 3.5 rate_card=card
    2026-01-02  use unit 1/2/3              -> CreditsConsumed plus 6
    2026-01-02  use unit 0/0/0              -> CreditsConsumed plus 0
    2026-01-02  use unit -1/0/0             -> refused malformed
    = usage flow gpt   charges 4  query 200  input 100  output 150  credits 11.5
    = usage flow unit  charges 2  credits 6
    = plus/1/1  open  consumed 17.5
  )");
}

TEST_CASE("AIS-4a: the event carries the charge, so that a fold never needs a rate card") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gpt 100/0/50            -> CreditsConsumed plus 3.5
  )");
  const auto before = fingerprint(table.engine().book());
  const Catalog dearer =
      test::changed_table_catalog({{R"("query": "10000", "input": "20000")", R"("query": "7", "input": "9")"}});
  table.use_catalog(dearer);
  CHECK(fingerprint(table.engine().book()) == before);
}

TEST_CASE("AIS-4c: an estimate appends nothing and equals to the bit what the real charge then is") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use 90                      -> ok
  )");
  const std::string report = test::command_json(test::words_of("2026-01-03 use gpt 33/44/55"), 99);
  const auto command = parse_command(report);
  const Instant now = test::moment("2030-01-01");
  const auto head = table.log().head();
  const auto estimate = decide(&table.state(), command->command, test::table_catalog(), now);
  REQUIRE(estimate.has_value());
  CHECK(table.log().head() == head);
  const Answer real = table.send(report);
  REQUIRE(real.accepted.size() == estimate->size());
  for (std::size_t i = 0; i < estimate->size(); ++i) {
    Event expected = (*estimate)[i];
    expected.seq = real.accepted[i].seq;
    CHECK(real.accepted[i] == expected);
  }
}

TEST_CASE("H13: a usage report is recorded, whatever would have been answered beforehand") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-12-01  -> ok
    2026-01-02  use 5000                    -> CreditsConsumed plus 5000
    = plus/1/1  open  consumed 100  uncovered 4900
    2026-01-03  access no                   -> ok
    2026-01-03  use 1                       -> CreditsConsumed plus 1 revoked
    2026-03-01  use worst 1/0/0             -> CreditsGranted plus/1/2/1 allotment 100
                                            ,  CreditsGranted plus/1/3/1 allotment 100
                                            ,  CreditsConsumed plus 1 revoked discontinued beta_not_accepted
                                                 partner_terms
    2026-03-01  use worst 1/0/0 settles no-such    -> CreditsConsumed plus 1 revoked discontinued beta_not_accepted
                                                        partner_terms unknown_authorization
    2026-02-28  use worst 1/0/0 settles no-such    -> CreditsConsumed plus 1 revoked beta_not_accepted partner_terms
                                                        unknown_authorization
    = plus/1/3  open  consumed 2
  )");
}

TEST_CASE("H13: once per key, not per usage id") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-12-01  -> ok
    2026-01-02  use 5 id same               -> CreditsConsumed plus 5
    2026-01-02  use 5 id same               -> CreditsConsumed plus 5
    = plus/1/1  open  consumed 10
  )");
}

TEST_CASE("H14: late usage whose period is open or closing is charged to it and is not late") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-03-15  use 1                       -> ok
    2026-01-15  use 30                      -> CreditsConsumed plus 30 late=false
    = plus/1/1  closing  consumed 30  uncovered 0
  )");
}

TEST_CASE("H14: after the close it is recorded against the closed period, late and wholly uncovered") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-01  close                       -> ok
    2026-01-15  use 30                      -> CreditsConsumed plus 30 late
    = plus/1/1    closed     consumed 0   expired 100  uncovered 30  remaining 0
    = plus/1/1/1  allotment  expired 100  remaining 0
    = plus/1/2    open       consumed 0   uncovered 0
    = usage flow unit  charges 1  credits 30
    2026-02-02  close                       -> nothing
  )");
}

TEST_CASE("H14: a late report still settles what it says it settles") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-02  authorize a 40 until 2026-03-01            -> ok
    2026-02-02  close                       -> PeriodClosed plus/1/1 expired 100
    2026-01-15  use 30 settles a            -> CreditsConsumed plus 30 late
    = plus/1/2  open    held 0      remaining 100
    = plus/1/1  closed  uncovered 30
  )");
}

TEST_CASE("H15: the sum is rounded up to the micro-credit once, not each part of it") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use dust 0/0/0              -> CreditsConsumed plus 0
    2026-01-02  use dust 1/0/0              -> CreditsConsumed plus 0.000001
    2026-01-02  use dust 999999/1/0         -> CreditsConsumed plus 0.000001
    2026-01-02  use dust 999999/1/1         -> CreditsConsumed plus 0.000002
    2026-01-02  use third 1/1/1             -> CreditsConsumed plus 0.000001
    2026-01-02  use third 2/2/2             -> CreditsConsumed plus 0.000002
    2026-01-02  use third 1/1/2             -> CreditsConsumed plus 0.000002
  )");
}

TEST_CASE("H15: the charge is summed in 128-bit integers") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Model gold = *test::table_catalog().model(RateCardId("card"), ModelId("gold"));
  CHECK(gold.query.micro_per_million == most);
  CHECK(usage::charge(gold, Volume{1'000'000}, Volume{0}, Volume{0}).micro == most);
  CHECK(usage::charge(gold, Volume{333'333}, Volume{333'333}, Volume{333'334}).micro == most);
  CHECK(usage::charge(gold, Volume{1}, Volume{0}, Volume{0}).micro == 9'223'372'036'855);
  CHECK_THROWS_AS(usage::charge(gold, Volume{1'000'000}, Volume{0}, Volume{1}), Overflow);
  CHECK_THROWS_AS(usage::charge(gold, Volume{most}, Volume{most}, Volume{most}), Overflow);
  Model cheap;
  cheap.query = cheap.input = cheap.output = Rate{333'333};
  // 3 x (2^63 - 1) x 333,333 / 1,000,000 leaves 64 bits on the way, not in the end.
  CHECK(usage::charge(cheap, Volume{most}, Volume{most}, Volume{most}).micro == 9'223'362'813'482'738'953);
}
