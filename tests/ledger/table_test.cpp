// SPDX-License-Identifier: Apache-2.0
// The tables' own words: a row that says something else than the engine has to come out as different.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/ledger/table.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("Tables: a moment may leave out what is zero, and nothing else") {
  CHECK(moment("2026-01-31") == parse_instant("2026-01-31T00:00:00Z"));
  CHECK(moment("2026-01-31T12") == parse_instant("2026-01-31T12:00:00Z"));
  CHECK(moment("2026-01-31T12:30") == parse_instant("2026-01-31T12:30:00Z"));
  CHECK(moment("2026-01-31T12:30:15.5") == parse_instant("2026-01-31T12:30:15.5Z"));
  CHECK_THROWS_AS(moment("2026-02-30"), std::invalid_argument);
  CHECK_THROWS_AS(moment("soon"), std::invalid_argument);
}

TEST_CASE("Tables: quoted text is one word, also behind an equals sign") {
  CHECK(words_of(R"(  a  "b c" d="e f" "" )") == std::vector<std::string>{"a", "b c", "d=e f", ""});
}

TEST_CASE("Tables: a row is the command a caller would send") {
  CHECK(command_json(words_of("2026-01-02 use 60 by ann"), 7) ==
        R"({"account":"acme","actor":"ann","at":"2026-01-02T00:00:00Z","command":"RecordUsage","input":60,"key":"#7",)"
        R"("model":"unit","output":0,"query":0,"usage":"u7","workflow":"flow"})");
  CHECK(
      command_json(words_of("- buy plus 20 in 1..3 key k"), 7) ==
      R"({"account":"acme","command":"PurchaseCredits","credits":"20","key":"k","periods":{"first":1,"last":3},"plan":"plus"})");
  CHECK_THROWS_AS(command_json(words_of("2026-01-02 refund 5"), 1), std::invalid_argument);
  CHECK_THROWS_AS(command_json(words_of("2026-01-02 buy plus"), 1), std::invalid_argument);
  CHECK_THROWS_AS(command_json(words_of("2026-01-02 authorize h gpt 1/2/3"), 1), std::invalid_argument);
}

TEST_CASE("Tables: an event is told by its words, and any field of it by name") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-02-01  -> ok
    2026-01-02  use gpt 100/0/50 by ann                    -> ok
  )");
  const Event charge = table.events().back();
  CHECK(in_words(charge) == "CreditsConsumed plus 3.5");
  CHECK(mismatch(charge, "CreditsConsumed plus 3.5").empty());
  CHECK(mismatch(charge, "CreditsConsumed plus 3.5 actor=ann late=false settles=- at=2026-01-02").empty());
  CHECK(mismatch(charge, "CreditsConsumed plus 3.6") == "CreditsConsumed plus 3.5");
  CHECK(mismatch(charge, "CreditsConsumed plus") == "CreditsConsumed plus 3.5");
  CHECK(mismatch(charge, "CreditsConsumed plus 3.5 late") == "CreditsConsumed plus 3.5");
  CHECK(mismatch(charge, "CreditsConsumed plus 3.5 actor=bob") == "actor=ann");
  CHECK(mismatch(charge, "CreditsConsumed plus 3.5 colour=red") == "colour=(no such field)");
}

TEST_CASE("Tables: a figure of the balance that is another comes out") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-02-01          -> ok
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-02  use gpt 100/0/50                                   -> ok
  )");
  const std::string balance = table.balance("acme", std::nullopt);
  const auto says = [&](const char* row) { return mismatch(balance, words_of(row)); };
  CHECK(says("plus/1/1 open granted 100 consumed 3.5").empty());
  CHECK(says("plus/1/1 closed") == "state open");
  CHECK(says("plus/1/1 open consumed 3") == "consumed 3.5");
  CHECK(says("plus/1/1 open burnt 3") == "no burnt");
  CHECK(says("plus/1/2 open") == "absent");
  CHECK(says("plus/1/2 absent").empty());
  CHECK_FALSE(says("plus/1/1 absent").empty());
  CHECK(says("plus/1/1/1 promotion") == "kind allotment");
  CHECK(says("plus/1/1 open ends_at 2026-03-01") == "ends_at 2026-02-01T00:00:00Z");
  CHECK(says("usage flow gpt charges 2") == "charges 1");
  CHECK(says("seats enterprise 11") == "10");
  CHECK(says("invoice lines 2") == "1 lines");
  CHECK(says("invoice 1 Other") == "name Enterprise");
  CHECK(says("invoice 1 Enterprise amount EUR:365000") == "amount USD:365000");
  CHECK(says("account region eu") == "region us");
}
