// SPDX-License-Identifier: Apache-2.0
// What questions are asked over: an account's events as they were known when the question began, read and not held.
#include <catch2/catch.hpp>

#include "ledger/account_history.hpp"
#include "ledger/draws.hpp"
#include "tests/acme.hpp"
#include "tests/ledger/explain_story.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::vector<std::int64_t> positions_of(const AccountHistory& history) {
  std::vector<std::int64_t> positions;
  history.read([&](const Event& event) { positions.push_back(event.seq); });
  return positions;
}

constexpr std::string_view story_begun = R"(
  2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
  2026-01-02  use 1 id u-1                                -> ok
)";

}  // namespace

TEST_CASE("An account's history ends where it was begun to be asked, however the log goes on") {
  Table table;
  table.rows(story_begun);
  const std::int64_t head = table.log().head();
  const AccountHistory known(table.log(), acme, std::nullopt);
  const AccountHistory ahead(table.log(), acme, head + 100);
  const std::vector<std::int64_t> before = positions_of(known);
  table.rows("2026-01-03  use 2 id u-2  -> ok");
  REQUIRE(before.back() == head);
  CHECK(positions_of(known) == before);
  CHECK(positions_of(ahead) == before);
  CHECK_FALSE(FoundCharge(known, UsageId("u-2")));
  CHECK(FoundCharge(AccountHistory(table.log(), acme, std::nullopt), UsageId("u-2")));
}

TEST_CASE("A history of nobody, of an account that is not there and of one before it was opened is empty") {
  Table table;
  table.rows(story_begun);
  const AccountHistory nobody;
  CHECK(nobody.empty());
  CHECK(positions_of(nobody).empty());
  CHECK(Reading(nobody).seq == 0);
  CHECK(AccountHistory(table.log(), AccountId("other"), std::nullopt).empty());
  CHECK(AccountHistory(table.log(), acme, 0).empty());
  CHECK_FALSE(AccountHistory(table.log(), acme, 1).empty());
}

TEST_CASE("A reading keeps what is few: every standing event whole, grants by their place, charges not at all") {
  Table table;
  table.rows(story_begun);
  table.rows(R"(
    2026-01-03  authorize a-1 unit 0/5/0 until 2026-01-20   -> ok
    2026-01-04  release a-1                                 -> ok
    2026-01-05  grant plus 10 promotion in 1                -> ok
    2026-02-02  close                                       -> ok
  )");
  const AccountHistory history(table.log(), acme, std::nullopt);
  std::vector<std::string> standing;
  const Reading reading(history);
  for (const Event& event : reading.standing) {
    standing.emplace_back(type_name(event.payload));
  }
  CHECK(standing == std::vector<std::string>{"AccountOpened", "TermStarted", "PeriodClosed"});
  REQUIRE(reading.grants.size() == 3);
  for (const Place& grant : reading.grants) {
    const Event event = history.at(grant);
    CHECK(std::holds_alternative<CreditsGranted>(event.payload));
    CHECK(event.version == grant.version);
  }
  CHECK(reading.state.version == static_cast<std::int64_t>(positions_of(history).size()));
  CHECK(reading.seq == table.log().head());
}

TEST_CASE("An event of another account is not taken for one that left") {
  Table table;
  table.rows(story_begun);
  const AccountHistory history(table.log(), acme, std::nullopt);
  CHECK(history.at({1, 1}).version == 1);
  try {
    (void)history.at({1, 2});
    FAIL("it was found");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::busy);
    CHECK(std::string(fault.what()) == "position 1: account acme left while it was read");
  }
}

TEST_CASE("H17: of several authorizations of one id a charge tells the one it settled, the newest before it") {
  Table table;
  table.rows(story_begun);
  table.rows(R"(
    2026-01-03  authorize a-1 unit 0/5/0 until 2026-01-20   -> ok
    2026-01-04  release a-1                                 -> ok
    2026-01-05  authorize a-1 unit 0/7/0 until 2026-01-20   -> ok
    2026-01-06  use 6 id settling settles a-1               -> ok
    2026-01-07  authorize a-1 unit 0/9/0 until 2026-01-20   -> ok
  )");
  const FoundCharge charge(AccountHistory(table.log(), acme, std::nullopt), UsageId("settling"));
  REQUIRE(charge);
  REQUIRE(charge.settled() != nullptr);
  CHECK(charge.held()->seq == charge.event().seq - 1);
  CHECK(charge.settled()->cost == Credits{7'000'000});
  check_why(table, "usage", "settling",
            "Authorization | a-1 | held for a cost of up to 7, released by this charge = 7 credits | H17");
}

TEST_CASE("H13: of very many charges under one id the first hundred are named, and the newest is told") {
  Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok");
  constexpr int charges = 130;
  for (int i = 0; i < charges; ++i) table.rows("2026-01-02  use 1 id twice -> ok");
  const FoundCharge charge(AccountHistory(table.log(), acme, std::nullopt), UsageId("twice"));
  REQUIRE(charge);
  CHECK(charge.event().seq == table.log().head());
  REQUIRE(charge.older().size() == namesakes_max);
  CHECK(charge.older().front().seq == 4);
  CHECK(charge.older().back().seq == 3 + static_cast<std::int64_t>(namesakes_max));
}
