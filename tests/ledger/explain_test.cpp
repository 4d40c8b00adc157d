// SPDX-License-Identifier: Apache-2.0
// Why a charge, a lot, a period and a workflow's use are what they are (AIS-1 to AIS-5d, H6, H8, H11 to H18).
#include <catch2/catch.hpp>

#include "ledger/statement.hpp"
#include "tests/ledger/explain_story.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("H11: a charge across two lots tells both draws in burn order, and what was left in each") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  buy plus 50 in 1                           -> ok
    2026-01-03  grant plus 20 promotion in 1               -> ok
    2026-01-04  use 90                                     -> ok
    2026-01-05  use 45 id u-17                             -> ok
  )");
  check_why(table, "usage", "u-17", R"(
    answer Usage u-17 was charged 45 credits to Plus: 10 from lot plus/1/1/1, 20 from lot plus/1/1/3 and 15 from lot plus/1/1/2.
    Plan | plus | rank 2, admits everyone = chosen
    Plan | Why plus | the only plan in force that admits the actor | H6
    Plan | Credit Period of its moment | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 2026-01-05T00:00:00Z | AIS-4d -> period plus/1/1
    Lots | plus/1/1/1, allotment | 45 to pay, 10 left in the lot = 10 credits | H11 -> lot plus/1/1/1
    Lots | plus/1/1/3, promotion | 35 to pay, 20 left in the lot = 20 credits | H11 -> lot plus/1/1/3
    Lots | plus/1/1/2, purchase | 15 to pay, 50 left in the lot = 15 credits | H11 -> lot plus/1/1/2
    Lots | Covered | 10 + 20 + 15 = 45 credits | H12
    no Uncovered
    no Flags
    no Corrections
    draw u-17 plus/1/1/1 allotment 10
    draw u-17 plus/1/1/3 promotion 20
    draw u-17 plus/1/1/2 purchase 15
    event TermStarted plus/1
    event CreditsGranted plus/1/1/1 allotment 100
    event CreditsGranted plus/1/1/2 purchase 50
    event CreditsGranted plus/1/1/3 promotion 20
    event CreditsConsumed plus 45
    link lot plus/1/1/1
    link lot plus/1/1/3
    link lot plus/1/1/2
  )");
}

TEST_CASE("H15: a charge's factors are the rates, volumes and the one rounding, to the last digit") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use third 1/1/1 id even                    -> ok
    2026-01-02  use third 1/0/1 id rounded                 -> ok
    2026-01-02  use gpt 100/20/50 id plain                 -> ok
  )");
  check_why(table, "usage", "plain", R"(
    Price | Model | rate card card = gpt | AIS-1
    Price | Query | 100 × 10000 ÷ 1000000 = 1 credits | AIS-4a
    Price | Input | 20 × 20000 ÷ 1000000 = 0.4 credits | AIS-4a
    Price | Output | 50 × 50000 ÷ 1000000 = 2.5 credits | AIS-4a
    Price | Sum | 1 + 0.4 + 2.5 = 3.9 credits
    Price | Charge | nothing to round = 3.9 credits | H15
  )");
  check_why(table, "usage", "even", R"(
    Price | Query | 1 × 0.333333 ÷ 1000000 = 0.000000333333 credits | AIS-4a
    Price | Sum | 0.000000333333 + 0.000000333333 + 0.000000333334 = 0.000001 credits
    Price | Charge | nothing to round = 0.000001 credits | H15
  )");
  check_why(table, "usage", "rounded", R"(
    Price | Sum | 0.000000333333 + 0 + 0.000000333334 = 0.000000666667 credits
    Price | Charge | 0.000000666667 rounded up to the micro-credit, once = 0.000001 credits | H15
  )");
}

TEST_CASE("AIS-4a: where the catalog at hand has other rates, no card or no model, no factors are shown") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gpt 100/20/50 id plain                 -> ok
  )");
  const std::string_view unproven = R"(
    Price | Query | = 100 tokens
    Price | Input | = 20 tokens
    Price | Output | = 50 tokens
  )";
  const Catalog dearer =
      changed_table_catalog({{R"("query": "10000", "input": "20000")", R"("query": "10000", "input": "30000")"}});
  check_why(table, "usage", "plain", unproven, {}, dearer);
  check_why(table, "usage", "plain", R"(
    Price | Rates | The catalog at hand would charge 4.1 for these volumes: its rates are not those of this charge. | AIS-4a
    Price | Charge | as recorded = 3.9 credits | H15
  )",
            {}, dearer);
  const Catalog renamed = changed_table_catalog({{R"("gpt": {)", R"("gpt-5": {)"}});
  check_why(table, "usage", "plain", R"(
    Price | Rates | The catalog at hand has no model gpt on rate card card, so the factors cannot be shown. | AIS-4a
  )",
            {}, renamed);
  const Catalog immense = changed_table_catalog(
      {{R"("rates": {"query": "10000", "input": "20000", "output": "50000"})",
        R"("rates": {"query": "9223372036854.775807", "input": "9223372036854.775807", "output": "9223372036854.775807"})"}});
  check_why(table, "usage", "plain", unproven, {}, immense);
}

TEST_CASE("H6: which plan was chosen: the highest rank that admits the actor, or one that was named") {
  Table table;
  table.rows(R"(
    2026-01-01  start basic monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-01  start over monthly 2026-01-01..2026-04-01   -> ok
    2026-01-01  builders over ann                           -> ok
    2026-01-02  use 1 by bob id highest                     -> CreditsConsumed plus 1
    2026-01-02  use 1 by ann id listed                      -> CreditsConsumed over 1
    2026-01-02  use 1 by bob plan basic id named            -> CreditsConsumed basic 1
  )");
  check_why(table, "usage", "highest", R"(
    Plan | basic | rank 1, admits everyone = not chosen
    Plan | over | rank 4, its builder list does not admit the actor = not chosen
    Plan | plus | rank 2, admits everyone = chosen
    Plan | Why plus | the highest rank in force that admits the actor | H6
  )");
  check_why(table, "usage", "listed", R"(
    Plan | over | rank 4, its builder list admits the actor = chosen
    Plan | Why over | the highest rank in force that admits the actor | H6
  )");
  check_why(table, "usage", "named", R"(
    Plan | Why basic | not the highest in rank by the catalog at hand: the report named it, or ranks have changed | H6
  )");
}

TEST_CASE("H13, H18: what no lot covered is told with its reason and what becomes of it") {
  Table table;
  table.rows(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  use 130 id part                             -> ok
    2026-01-02  use 7 id whole                              -> ok
    2026-01-02  start max monthly 2026-01-01..2026-04-01    -> ok
    2026-01-02  use 3 plan max id free                      -> ok
  )");
  check_why(table, "usage", "part", R"(
    answer Usage part was charged 130 credits to Over: 100 from lot over/1/1/1; 30 stayed uncovered.
    Lots | Covered | = 100 credits | H12
    Uncovered | Uncovered | 130 − 100 = 30 credits | H12
    Uncovered | Why | The lots of the period had nothing more to give. | H13
    Uncovered | Policy overage | What is uncovered is billed when the period closes. | H18
  )");
  check_why(table, "usage", "whole", R"(
    answer Usage whole was charged 7 credits to Over, none of it covered: no lot of the period had anything left.
    Lots | Nothing left in | over/1/1/1 = 0 credits | H11
    Uncovered | Uncovered | 7 − 0 = 7 credits | H12
  )");
  check_why(table, "usage", "free", R"(
    Uncovered | Why | The period had no lot. | H13
    Uncovered | Policy unlimited | What is uncovered is never billed. | H18
  )");
}

TEST_CASE("H14: a late charge is wholly uncovered, because its period had been closed") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-02-01  close                                       -> ok
    2026-01-31  use 5 id late                               -> CreditsConsumed plus 5 late
  )");
  check_why(table, "usage", "late", R"(
    answer Usage late was charged 5 credits to Plus, none of it covered: the report came after its period had been closed.
    Plan | Credit Period of its moment | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 2026-01-31T00:00:00Z | H14 -> period plus/1/1
    no Lots
    Uncovered | Uncovered | 5 − 0 = 5 credits | H12
    Uncovered | Why | The period had been closed when the report came: nothing that expired comes back. | H14
    Flags | late | The report came after its period had been closed. = uncovered | H14
    event PeriodClosed plus/1/1 expired 100
    event CreditsConsumed plus 5 late
  )");
}

TEST_CASE("H18: what is reported late under an overage plan is told as billed no more") {
  Table table;
  table.rows(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01   -> ok
    2026-02-01  close                                       -> ok
    2026-01-31  use 5 id late                               -> CreditsConsumed over 5 late
  )");
  check_why(table, "usage", "late", R"(
    Uncovered | Policy overage | What comes after the close is recorded and never billed: a close is done once. | H18
  )");
}

TEST_CASE("H13: every flag is told with the clause that would have refused it") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2027-01-01   -> ok
    2026-03-02  access no                                   -> ok
    2026-03-03  use worst 0/1/0 id bad settles nobody       -> ok
  )");
  check_why(table, "usage", "bad", R"(
    Flags | revoked | This account's access to AI is suspended. = recorded all the same | AI-0
    Flags | discontinued | This model has been withdrawn. = recorded all the same | AI-5
    Flags | beta_not_accepted | This is a beta model and the account has not opted in to beta. = recorded all the same | AI-5
    Flags | partner_terms | The account has not accepted this model's partner terms. = recorded all the same | AI-3
    Flags | unknown_authorization | There is no live authorization of this id. = recorded all the same | H17
    no Authorization
  )");
}

TEST_CASE("H17: a settled hold is told, and its credits pay for the charge that settles it") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  authorize job 80 until 2026-01-05           -> ok
    2026-01-02  use 30 id meanwhile                         -> ok
    2026-01-03  use 70 id settled settles job               -> ok
  )");
  check_why(table, "usage", "settled", R"(
    answer Usage settled was charged 70 credits to Plus, all of it from lot plus/1/1/1.
    Lots | plus/1/1/1, allotment | 70 to pay, 80 left in the lot = 70 credits | H11 -> lot plus/1/1/1
    Authorization | job | held for a cost of up to 80, released by this charge = 80 credits | H17
    event CreditsHeld job plus 80
    event CreditsConsumed plus 70
  )");
  check_why(table, "usage", "meanwhile", R"(
    answer Usage meanwhile was charged 30 credits to Plus: 20 from lot plus/1/1/1; 10 stayed uncovered.
    Uncovered | Held for authorizations | pays only what settles them = 80 credits | H16
    Uncovered | Policy stop | What is uncovered is recorded, and stops further authorizations. | H18
  )");
}

TEST_CASE("AIS-4b: corrections that name a charge are told with it, and it with them") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-10  use 30 id u-17                              -> ok
    2026-01-11  grant plus 30 correction in 1 reason "charged twice" corrects u-17  -> ok
  )");
  check_why(table, "usage", "u-17", R"(
    Corrections | plus/1/1/2 | charged twice = 30 credits | AIS-4b -> lot plus/1/1/2
    event CreditsGranted plus/1/1/2 correction 30
  )");
  check_why(table, "lot", "plus/1/1/2", R"(
    answer Lot plus/1/1/2 is a correction of 30 credits: 30 left, for usage until 1 February 2026.
    Grant | Correction | given at 2026-01-11T00:00:00Z = 30 credits | AIS-4b
    Grant | Corrects | the charge = u-17 | AIS-4b -> usage u-17
    Grant | Reason | charged twice
  )");
}

TEST_CASE("H13: of several charges under one id the newest is explained, the others by asking as of their position") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  use 1 id twice                              -> ok
    2026-01-03  use 2 id twice                              -> ok
  )");
  check_why(table, "usage", "twice", R"(
    answer Usage twice was charged 2 credits to Plus, all of it from lot plus/1/1/1.
    Same id | Position 4 | another charge under this id = 1 credits | H13 -> usage twice as of 4
  )");
  check_why(table, "usage", "twice", "answer Usage twice was charged 1 credit to Plus, all of it from lot plus/1/1/1.",
            4);
}

TEST_CASE("AIS-4d: a lot tells its grant, every draw, what is held and what expired at the close") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  use 30 id a                                 -> ok
    2026-01-03  authorize job 15 until 2026-01-20           -> ok
    2026-01-04  use 10 id b                                 -> ok
  )");
  check_why(table, "lot", "plus/1/1/1", R"(
    answer Lot plus/1/1/1 is its period's allotment of 100 credits: 40 drawn by 2 charges, 15 held and 45 left, for usage until 1 February 2026.
    Grant | Allotment | of Credit Period 1, once, when it opened = 100 credits | AIS-3
    Grant | Pays for usage | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z | H10 -> period plus/1/1
    Held | job | for an authorization of up to 15 until 2026-01-20T00:00:00Z = 15 credits | H16
    Where it went | Granted | = 100 credits
    Where it went | Drawn by 2 charges | 30 + 10 = 40 credits | H11
    Where it went | Held | by live authorizations = 15 credits
    Where it went | Expired | at the close of its period = 0 credits | AIS-4d
    Where it went | Remaining | 100 − 40 − 15 − 0 = 45 credits | H12
    draw a plus/1/1/1 allotment 30
    draw b plus/1/1/1 allotment 10
    event CreditsGranted plus/1/1/1 allotment 100
    event CreditsConsumed plus 30
    event CreditsHeld job plus 15
    event CreditsConsumed plus 10
    link usage a
    link usage b
  )");
  table.rows("2026-02-01  close  -> ok");
  check_why(table, "lot", "plus/1/1/1", R"(
    answer Lot plus/1/1/1 is its period's allotment of 100 credits: 40 drawn by 2 charges and 60 expired when its period closed.
    no Held
    Where it went | Expired | at the close of its period = 60 credits | AIS-4d
    Where it went | Remaining | 100 − 40 − 0 − 60 = 0 credits | H12
    event HoldReleased job expired
    event PeriodClosed plus/1/1 expired 60
  )");
  check_why(
      table, "lot", "plus/1/1/1",
      "answer Lot plus/1/1/1 is its period's allotment of 100 credits: 100 left, for usage until 1 February 2026.", 3);
}

TEST_CASE("AIS-5b, AIS-5c: a pack tells its increments, its price and its invoice line") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  buy plus 70 in 2..3                         -> ok
  )");
  check_why(table, "lot", "plus/1/3/1", R"(
    answer Lot plus/1/3/1 was bought with 70 credits: 70 left, for usage until 1 April 2026.
    Grant | Purchase | bought at 2026-01-02T00:00:00Z for Credit Period 3 = 70 credits | AIS-5c
    Grant | Increments | 70 ÷ 10 = 7 increments | AIS-5b
    Grant | Price | 7 × 1000 = 7000 minor units of USD | H22 -> line 2
    link line 2
  )");
}

TEST_CASE("H8: lots of a period cut off are void and counted nowhere") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  buy plus 10 in 3                            -> ok
    2026-01-03  end plus on 2026-03-01                      -> ok
  )");
  check_why(table, "lot", "plus/1/3/1", R"(
    answer Lot plus/1/3/1 was bought with 10 credits; it is void, because its period was cut off when the term's end was brought forward.
    Where it went | Void | its period was cut off = counted nowhere | H8
    event CreditsGranted plus/1/3/1 purchase 10
    event TermEnded plus/1 on 2026-03-01
    link line 1
  )");
  check_why(table, "lot", "plus/1/3/1",
            "answer Lot plus/1/3/1 was bought with 10 credits: 10 left, for usage until 1 April 2026.", 4);
}

TEST_CASE("H12: a period tells where its credits went, its lots and its close") {
  Table table;
  table.rows(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  grant over 20 promotion in 1                -> ok
    2026-01-03  use 100                                     -> ok
    2026-01-04  use 45                                      -> ok
    2026-02-01  close                                       -> ok
  )");
  check_why(table, "period", "over/1/1", R"(
    answer Credit Period 1 of Over, term 1, was granted 120 credits: 120 consumed, 0 expired when it closed; 25 of use stayed uncovered.
    Bounds | Credit Period 1 of 3 | 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z | H2
    Figures | Granted by 2 lots | 100 + 20 = 120 credits | AIS-3
    Figures | Consumed | the covered part of 2 charges = 120 credits | AIS-4a
    Figures | Remaining | 120 − 120 − 0 − 0 = 0 credits | H12
    Figures | Uncovered | 145 charged − 120 consumed = 25 credits | H12
    Lots | over/1/1/1, allotment | 100 granted − 100 drawn − 0 held − 0 expired = 0 credits | H11 -> lot over/1/1/1
    Lots | over/1/1/2, promotion | 20 granted − 20 drawn − 0 held − 0 expired = 0 credits | H11 -> lot over/1/1/2
    Close | Closed | by the event at position 8 = 2026-02-01T00:00:00Z | H4
    Close | Overage | 25 credits uncovered = 750 minor units of USD | H18 -> line 1
    event PeriodClosed over/1/1 expired 0 uncovered 25 bills USD:750
  )");
  CHECK(explained(table, "period", "over/1/3").error() ==
        "There is no Credit Period over/1/3 in this account: none of this number has been opened or has a lot.");
}

TEST_CASE("AIS-1: a workflow's use of a model is the sum of its charges") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  use gpt 100/0/50 id one workflow triage     -> ok
    2026-01-03  use gpt 0/50/0 id two workflow triage       -> ok
    2026-01-03  use gpt 0/50/0 id three workflow intake     -> ok
  )");
  check_why(table, "use", R"({"workflow":"triage","model":"gpt"})", R"(
    answer Workflow triage used model gpt in 2 charges, for 4.5 credits in all.
    Sum | Credits of 2 charges | = 4.5 credits | AIS-4a
    Sum | Query | = 100 tokens | AIS-1
    Sum | Input | = 50 tokens | AIS-1
    Sum | Output | = 50 tokens | AIS-1
    Charges, newest first | two | 2026-01-03T00:00:00Z, plus = 1 credits -> usage two
    Charges, newest first | one | 2026-01-02T00:00:00Z, plus = 3.5 credits -> usage one
  )");
}

TEST_CASE("Explain: what was never there is said, with what there is") {
  Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  CHECK(explained(table, "lot", "plus/1/1/2").error() == "There is no lot plus/1/1/2 in this account.");
  CHECK(explained(table, "lot", "basic/1/1/1").error() == "There is no lot basic/1/1/1 in this account.");
  CHECK(explained(table, "usage", "u-1").error() == "There is no usage u-1 in this account.");
  CHECK(explained(table, "line", "1").error() == "There is no invoice line 1 in this account; it has 0 lines.");
  CHECK(explained(table, "use", R"({"workflow":"w","model":"m"})").error() ==
        "Workflow w has not used model m in this account.");
}

TEST_CASE("Explain: a question that is none is refused with what it should be") {
  const auto why_not = [](std::string_view about, std::string_view which) { return read_why(about, which).error(); };
  CHECK(why_not("lot", "plus") == "A lot is named as plan/term/period/n.");
  CHECK(why_not("lot", "plus/1/1/0") == "A lot is named as plan/term/period/n.");
  CHECK(why_not("period", "plus/1") == "A Credit Period is named as plan/term/period.");
  CHECK(why_not("line", "0") == "An invoice line is a number from 1.");
  CHECK(why_not("line", "1x") == "An invoice line is a number from 1.");
  CHECK(why_not("usage", "") == "A usage id is 1 to 128 bytes of UTF-8 without control characters.");
  CHECK(why_not("use", R"({"workflow":"w"})") == "The use's /model is missing.");
  CHECK(why_not("colour", "red") == "Nothing is asked about but lot, usage, line, period, use and refusal.");
}

TEST_CASE("Explain: the newest draws and events are given one by one, the older ones as a sum") {
  Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  constexpr int charges = 10'050;
  for (int i = 0; i < charges; ++i) {
    const std::string n = std::to_string(i);
    (void)table.send(R"({"command":"RecordUsage","account":"acme","key":"k)" + n +
                     R"(","at":"2026-01-02T00:00:00Z","usage":"c)" + n +
                     R"(","workflow":"w","model":"dust","query":1000000,"input":0,"output":0})");
  }
  const auto told = explained(table, "lot", "plus/1/1/1");
  REQUIRE(told.has_value());
  CHECK(told->draws.size() == why_draws_max);
  CHECK(told->draws.back().usage.value == "c10049");
  CHECK(told->draws_left_out == 50);
  CHECK(to_text(told->credits_left_out) == "0.00005");
  CHECK(told->events.size() == why_events_max + 2);  // with the term's start and the grant
  CHECK(told->events_left_out == charges - static_cast<int>(why_events_max));
  CHECK(told->links.size() <= why_lines_max + 2);
  check_story(*told,
              "Where it went | Drawn by 10,050 charges | 0.000001 + 0.000001 + 0.000001 + 0.000001 + … + 0.000001 + "
              "0.000001 = 0.01005 credits | H11");
}
