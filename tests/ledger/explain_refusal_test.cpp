// SPDX-License-Identifier: Apache-2.0
// Why a command was refused: the clause, the values, and what the account says about it.
#include <catch2/catch.hpp>

#include "ledger/json.hpp"
#include "tests/ledger/explain_story.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// The answer to a row, as its caller would keep it.
std::string refusal_of(Table& table, std::string_view row, int number = 1000) {
  const Answer answer = table.send(command_json(words_of(row), number));
  REQUIRE(answer.refused.has_value());
  return to_json(answer);
}

constexpr std::string_view started = "2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok";

}  // namespace

TEST_CASE("AIS-5b: bad_increment tells the plan's increment and the packs around the amount") {
  Table table;
  table.rows(started);
  check_why(table, "refusal", refusal_of(table, "2026-01-02 buy plus 15 in 1"), R"(
    answer Refused as bad_increment (AIS-5b): Credits are sold in positive multiples of the plan's increment.
    Refusal | Rule | Additional credits are sold in multiples of the plan's increment. = bad_increment | AIS-5b
    What was asked | credits | = 15
    What was asked | increment | = 10
    Arithmetic | Left over | 15 − 1 × 10 = 5 credits | AIS-5b
    Arithmetic | The pack below | 1 × 10 = 10 credits
    Arithmetic | The pack above | 2 × 10 = 20 credits
    The account | plus, increment of its packs | in term 1 = 10 credits | AIS-5b
    event TermStarted plus/1
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-02 buy plus -5 in 1"), R"(
    Arithmetic | Smallest pack | an amount is positive = 10 credits | AIS-5b
  )");
}

TEST_CASE("H18: what was spoken for is told though it leaves 64 bits") {
  Table table;
  table.rows(started);
  table.rows(R"(
    2026-01-02  use unit 9223372036000/0/0                  -> ok
    2026-01-02  use 900 workflow other                      -> ok
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-04 authorize more 1 until 2026-01-20"), R"(
    The account | Spoken for in plus/1/1 | 100 consumed + 9223372036800 uncovered + 0 authorized and live = 9223372036900 credits | H18 -> period plus/1/1
  )");
}

TEST_CASE("H18: insufficient_credits tells what was spoken for, by whom, and the most that fits") {
  Table table;
  table.rows(started);
  table.rows(R"(
    2026-01-02  use 40                                      -> ok
    2026-01-03  authorize job 35 until 2026-01-20           -> ok
  )");
  const std::string refusal = refusal_of(table, "2026-01-04 authorize more 30 until 2026-01-20");
  check_why(table, "refusal", refusal, R"(
    answer Refused as insufficient_credits (H18): The period's credits do not cover this authorization.
    Arithmetic | Would be spoken for | 75 + 30 = 105 credits | H18
    Arithmetic | May be spoken for | 100 × 100 ÷ 100 = 100 credits | H18
    Arithmetic | The most that fits | what may be − what is spoken for = 25 credits
    The account | Spoken for in plus/1/1 | 40 consumed + 0 uncovered + 35 authorized and live = 75 credits | H18 -> period plus/1/1
  )");
  table.rows("2026-01-05  use 1  -> ok");
  check_why(table, "refusal", refusal, R"(
    The account | Moved on | No Credit Period of the account has these figures now; ask as of the moment of the refusal. | H18
  )");
  check_why(table, "refusal", refusal, R"(
    The account | Spoken for in plus/1/1 | 40 consumed + 0 uncovered + 35 authorized and live = 75 credits | H18 -> period plus/1/1
  )",
            5);
}

TEST_CASE("AIS-4d: period_closed tells the period's bounds and the event that closed it") {
  Table table;
  table.rows(started);
  table.rows("2026-02-01  close  -> ok");
  check_why(table, "refusal", refusal_of(table, "2026-01-20 grant plus 10 correction in 1"), R"(
    What was asked | period | = 1
    The account | Credit Period plus/1/1 | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = closed | H4 -> period plus/1/1
    event PeriodClosed plus/1/1 expired 100
  )");
}

TEST_CASE("H7: outside_term and plan_mismatch tell the terms there are and whom their builder lists admit") {
  Table table;
  table.rows(started);
  check_why(table, "refusal", refusal_of(table, "2026-05-01 use 1"), R"(
    answer Refused as outside_term (AIS-2): No AI Studio term of the account is in force at this moment.
    The account | plus, term 1 | 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z, 3 Credit Periods = over | H7
  )");
  table.rows("2026-01-02  builders plus ann  -> ok");
  check_why(table, "refusal", refusal_of(table, "2026-01-05 use 1 by bob", 1001), R"(
    What was asked | actor | = bob
    The account | plus, builder list | 1 actors = does not admit the actor | H6
  )");
}

TEST_CASE("H16: authorization refusals tell whether it is live, and what became of it") {
  Table table;
  table.rows(started);
  table.rows("2026-01-02  authorize job 5 until 2026-01-20  -> ok");
  check_why(table, "refusal", refusal_of(table, "2026-01-03 authorize job 5 until 2026-01-20"), R"(
    The account | job | live until 2026-01-20T00:00:00Z = 5 credits | H16 -> period plus/1/1
    event CreditsHeld job plus 5
  )");
  table.rows("2026-01-03  release job  -> ok");
  check_why(table, "refusal", refusal_of(table, "2026-01-03 release job", 1001), R"(
    The account | job | It was live once, and was settled or released. | H16
    event HoldReleased job released
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-03 release other", 1002), R"(
    The account | other | No event of the account names it. | H16
  )");
}

TEST_CASE("AI-0, AI-3, AI-5: refusals of a model tell how access, consent and terms stood at their own moment") {
  Table table;
  table.rows(started);
  const std::string beta = refusal_of(table, "2026-01-02 authorize a young 0/1/0 until 2026-01-20");
  const std::string partner = refusal_of(table, "2026-01-02 authorize a partner 0/1/0 until 2026-01-20");
  table.rows("2026-01-03  access no  -> ok");
  const std::string access = refusal_of(table, "2026-01-04 authorize a 1 until 2026-01-20");
  table.rows(R"(
    2026-01-05  access yes               -> ok
    2026-01-05  consent beta yes         -> ok
    2026-01-05  accept openai-2025       -> ok
  )");
  check_why(table, "refusal", beta, R"(
    The account | Consent to beta | by the moment 2026-01-02T00:00:00Z = not given | AI-5
    event ConsentChanged beta true
  )");
  check_why(table, "refusal", partner, R"(
    The account | Terms openai-2025 | by the moment 2026-01-02T00:00:00Z = not accepted | AI-3
    event TermsAccepted openai-2025 true
  )");
  check_why(table, "refusal", access, R"(
    The account | Access to AI | by the moment 2026-01-04T00:00:00Z = suspended | AI-0
    event AccessChanged false
    event AccessChanged true
  )");
}

TEST_CASE("ADD-1, H6: parity and builder lists are told as they stood at the refusal's own moment") {
  Table table;
  table.rows(started);
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2026-02-01   -> ok
    2026-01-01  add permissions                                    -> ok
    2026-01-01  builders plus bob                                  -> ok
  )");
  const std::string parity = refusal_of(table, "2026-01-02 seats permissions 5");
  const std::string builders = refusal_of(table, "2026-01-02 use 1 by eve", 1001);
  table.rows(R"(
    2026-03-01  builders plus everyone  -> ok
  )");
  check_why(table, "refusal", parity, R"(
    The account | permissions | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 10 seats | ADD-1
    The account | enterprise | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 10 seats | ADD-1
  )");
  check_why(table, "refusal", builders, R"(
    The account | plus, builder list | 1 actors = does not admit the actor | H6
  )");
}

TEST_CASE("ADD-1, H19, H1: parity tells the seats, a reused key its events, a future moment how far it lies ahead") {
  Table table;
  table.rows(started);
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                                    -> ok
    clock 2026-01-10
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-02 seats permissions 5"), R"(
    The account | permissions | 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z = 10 seats | ADD-1
    The account | enterprise | 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z = 10 seats | ADD-1
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-02 buy plus 10 in 1 key #2"), R"(
    The account | Events under this key | = 2 events | H19
    event TermStarted plus/1
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-11 use 1"), R"(
    Arithmetic | Ahead of the clock | 2026-01-11T00:00:00Z − 2026-01-10T00:00:00Z = 86400 seconds | H1
    Arithmetic | Allowed | at most = 300 seconds | H1
  )");
}

TEST_CASE("Explain: unknown names are told with those the catalog at hand has") {
  Table table;
  table.rows(started);
  check_why(table, "refusal", refusal_of(table, "2026-01-02 use gpt-9 0/1/0"), R"(
    The catalog at hand | Models on rate card card | dust, gold, gpt, old, partner, third, unit, worst and young | AIS-1
  )");
  check_why(table, "refusal", refusal_of(table, "2026-01-02 start lite monthly 2026-05-01..2026-06-01"), R"(
    The catalog at hand | Plans | basic, even, max, other, over, plus and pro
  )");
}

TEST_CASE("Explain: a refusal is explained without an account too, and so is one that no account can have") {
  const std::string refusal =
      R"({"code":"bad_increment","clause":"AIS-5b","message":"No.","details":{"credits":"15","increment":"0"}})";
  const auto told = explain(AccountHistory(), *read_why("refusal", refusal), table_catalog());
  REQUIRE(told.has_value());
  CHECK_FALSE(told->account.has_value());
  check_story(*told, R"(
    answer Refused as bad_increment (AIS-5b): No.
    Arithmetic | Increment | The plan sells no packs: its increment is 0. | AIS-5b
    no The account
  )");
  const auto form =
      explain(AccountHistory(),
              *read_why("refusal", R"({"code":"malformed","clause":null,"message":"Not JSON.","details":{}})"),
              table_catalog());
  REQUIRE(form.has_value());
  check_story(*form, R"(
    answer Refused as malformed (a rule of form): Not JSON.
    Refusal | Rule | The form of what was sent; no clause states it. = malformed
  )");
}

TEST_CASE("Explain: every code there is can be explained, with an account and without") {
  Table table;
  table.rows(started);
  const AccountHistory history(table.log(), AccountId("acme"), std::nullopt);
  for (const std::string_view code : refusal_names) {
    const std::string refusal = R"({"code":")" + std::string(code) + R"(","clause":null,"message":"No.","details":{}})";
    INFO(refusal);
    const auto why = read_why("refusal", refusal);
    REQUIRE(why.has_value());
    for (const bool known : {false, true}) {
      const auto told = explain(known ? history : AccountHistory(), *why, table_catalog());
      REQUIRE(told.has_value());
      check_story(*told, "");
    }
  }
}

TEST_CASE("Explain: what is no refusal is said to be none, with the place") {
  const auto why_not = [](std::string_view text) { return read_why("refusal", text).error(); };
  CHECK(why_not("nonsense").substr(0, 25) == "The refusal is not JSON: ");
  CHECK(why_not("[]") == "The refusal's / is not an object.");
  CHECK(why_not(R"({"key":"k","accepted":[]})") == "The answer was accepted; there is no refusal to explain.");
  CHECK(why_not(R"({"key":"k","refused":{"code":"no_such"}})") ==
        "The refusal's /refused/code is no refusal: no_such.");
  CHECK(why_not(R"({"code":"malformed","clause":null,"message":"x"})") == "The refusal's /details is missing.");
  CHECK(why_not(R"({"code":"malformed","clause":"AIS-9","message":"x","details":{}})") ==
        "The refusal's /clause is no clause of the table.");
  CHECK(why_not(R"({"code":"malformed","clause":null,"message":"x","details":{"a":1}})") ==
        "The refusal's /details/a is not a string.");
  CHECK(why_not(R"({"code":"malformed","clause":null,"message":"x","details":{},"more":1})") ==
        "The refusal's /more is not a field of this form.");
  CHECK(why_not(R"({"code":"malformed","code":"malformed"})") == "The refusal has the field /code twice.");
}
