// SPDX-License-Identifier: Apache-2.0
// Idempotency keys: the same command once and for ever (H19).
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("H19: the same key with the same command gets the stored answer and changes nothing") {
  creditfold::test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-02  use 30 key k id u           -> CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 30
    2026-02-02  use 30 key k id u           -> again CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 30
    2026-03-01  close                       -> ok
    2026-02-02  use 30 key k id u           -> again CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 30
    = plus/1/2  closed  consumed 30  expired 70
  )");
  const auto head = table.log().head();
  const auto print = fingerprint(table.engine().book());
  table.use_catalog(creditfold::test::table_catalog());  // opened again: keys are in the log
  table.rows("2026-02-02  use 30 key k id u -> again CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 30");
  CHECK(table.log().head() == head);
  CHECK(fingerprint(table.engine().book()) == print);
}

TEST_CASE("H19: the stored answer is the first one, its moments, positions and all") {
  creditfold::test::Table table;
  table.rows(R"(
    clock 2026-01-15
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
  )");
  const std::string report =
      R"({"command":"RecordUsage","account":"acme","key":"k","usage":"u","workflow":"w","model":"unit",)"
      R"("query":1,"input":0,"output":0})";
  const auto first = table.send(report);
  table.rows("clock 2026-06-01");  // the term has ended by now
  auto again = table.send(report);
  CHECK(again.replayed);
  again.replayed = false;
  CHECK(to_json(again) == to_json(first));
}

TEST_CASE("H19: with another command the key is refused") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use 30 key k id u           -> ok
    2026-01-02  use 31 key k id u           -> refused key_reused H19
    2026-01-02  use 30 key k id v           -> refused key_reused H19
    2026-01-02T00:00:00.000001  use 30 key k id u    -> refused key_reused H19
    2026-01-02  close key k                 -> refused key_reused H19
    = plus/1/1  open  consumed 30
  )");
}

TEST_CASE("H19: commands are the same when they are equal as JSON values") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    json {"command":"SetBuilders","account":"acme","key":"k","at":"2026-01-02T00:00:00Z","plan":"plus",
         "actors":["a","\u0062"]} -> BuildersChanged plus a+b
    json {"actors":["\u0061","b"],  "plan":"pl\u0075s", "at":"2026-01-02T00:00:00Z","key":"k","account":"acme" ,
         "command":"SetBuilders" } -> again BuildersChanged plus a+b
    json {"command":"SetBuilders","account":"acme","key":"k","at":"2026-01-02T00:00:00Z","plan":"plus",
         "actors":["b","a"]} -> refused key_reused
    json {"command":"SetBuilders","account":"acme","key":"k","at":"2026-01-02T00:00:00.0Z","plan":"plus",
         "actors":["a","b"]} -> refused key_reused
  )");
}

TEST_CASE("H19: a field given with its default is another command than one without it") {
  check_table(R"(
    json {"command":"AcceptTerms","account":"acme","key":"k","at":"2026-01-02T00:00:00Z",
         "terms":"t"} -> TermsAccepted t true
    json {"command":"AcceptTerms","account":"acme","key":"k","at":"2026-01-02T00:00:00Z","terms":"t",
         "accepted":true} -> refused key_reused
  )");
}

TEST_CASE("H19: a missing at equals only a missing at") {
  check_table(R"(
    clock 2026-01-15
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    -           use 1 key k id u            -> CreditsConsumed plus 1 at=2026-01-15
    clock 2026-01-16
    -           use 1 key k id u            -> again CreditsConsumed plus 1 at=2026-01-15 recorded_at=2026-01-15
    2026-01-15  use 1 key k id u            -> refused key_reused H19
  )");
}

TEST_CASE("H19: a refusal stores nothing; the same key is decided afresh") {
  check_table(R"(
    2026-01-01  use 1 key k id u            -> refused outside_term
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  use 1 key k id u            -> CreditsConsumed plus 1
    2026-01-01  use 1 key k id u            -> again CreditsConsumed plus 1
    2026-01-02  buy plus 15 in 1 key b      -> refused bad_increment
    2026-01-02  buy plus 20 in 1 key b      -> CreditsGranted plus/1/1/2 purchase 20
  )");
}

TEST_CASE("H19: an accepted batch without events is stored too") {
  creditfold::test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  close key k                 -> nothing
    2026-01-02  close key k                 -> again nothing
    2026-02-01  close key k                 -> refused key_reused H19
  )");
  table.use_catalog(creditfold::test::table_catalog());
  table.rows("2026-01-02  close key k -> again nothing");
}

TEST_CASE("H19: keys are an account's own, and OpenAccount's is spent like any other") {
  check_table(R"(
    2026-01-01  open us key k               -> AccountOpened
    2026-01-01  open us key k account other -> AccountOpened
    2026-01-01  open us key k               -> again AccountOpened
    2026-01-01  close key k                 -> refused key_reused H19
    2026-01-01  close key k2                -> nothing
    2026-01-01  close key k2 account other  -> nothing
  )");
}

TEST_CASE("H19: a command that repeats a key of its own group is answered as if the first were stored") {
  creditfold::test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  using creditfold::test::command_json;
  using creditfold::test::words_of;
  const std::string use = command_json(words_of("2026-01-02 use 30 key k id u"), 1);
  const std::string other = command_json(words_of("2026-01-02 use 31 key k id u"), 2);
  const std::string close = command_json(words_of("2026-01-02 close key c"), 3);
  const std::string_view group[] = {use, use, other, close, close, use};
  creditfold::MemoryLog log;
  creditfold::Engine engine(log, creditfold::test::table_catalog());
  const std::string open = command_json(words_of("2026-01-01 open us key o"), 4);
  const std::string start = command_json(words_of("2026-01-01 start plus monthly 2026-01-01..2026-04-01 key s"), 5);
  const std::string_view first[] = {open, open, start};
  const auto now = creditfold::test::moment("2030-01-01");
  const auto opened = engine.process(first, now);
  CHECK(opened[1].replayed);
  const auto answers = engine.process(group, now);
  REQUIRE(answers.size() == 6);
  CHECK(!answers[0].replayed);
  CHECK(answers[1].replayed);
  CHECK(answers[1].accepted == answers[0].accepted);
  REQUIRE(answers[2].refused);
  CHECK(answers[2].refused->code == creditfold::RefusalCode::key_reused);
  CHECK(answers[3].accepted.empty());
  CHECK(answers[4].replayed);
  CHECK(answers[5].accepted == answers[0].accepted);
  CHECK(answers[0].accepted.front().seq == log.head());
}
