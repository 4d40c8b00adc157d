// SPDX-License-Identifier: Apache-2.0
// What an account has agreed to and may use: access, provenance, terms, consents, beta models, gov (AI-0 to AI-5,
// GOV-1, GOV-3).
#include <catch2/catch.hpp>

#include "ledger/outlook.hpp"
#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("AI-0: the right to use Asana AI is revocable: authorizations are refused, reports flagged") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a 1 until 2026-02-01   -> CreditsHeld a plus 1
    2026-01-03  access no reason "unpaid"        -> AccessChanged false reason=unpaid
    = account access false
    2026-01-04  authorize b 1 until 2026-02-01   -> refused revoked AI-0
    2026-01-04  use 1 settles a                  -> CreditsConsumed plus 1 revoked
    2026-01-05  access yes                       -> AccessChanged true reason=-
    = account access true
    = at 2026-01-04  account access false
    2026-01-05  authorize b 1 until 2026-02-01   -> CreditsHeld b plus 1
    2026-01-05  use 1                            -> CreditsConsumed plus 1
  )");
}

TEST_CASE("AI-2: output may not be represented as human-generated") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use 1 ai_generated false         -> refused provenance AI-2
    2026-01-02  use 1 ai_generated true          -> CreditsConsumed plus 1
    2026-01-02  use 1                            -> CreditsConsumed plus 1
  )");
}

TEST_CASE("AI-3: a model's partner terms must be accepted: refused at authorization, flagged when reported") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a partner 1/0/0 until 2026-02-01 -> refused partner_terms AI-3
    2026-01-02  use partner 1/0/0                          -> CreditsConsumed plus 0.000001 partner_terms
    2026-01-03  accept other-terms                         -> TermsAccepted other-terms true
    2026-01-03  use partner 1/0/0                          -> CreditsConsumed plus 0.000001 partner_terms
    2026-01-04  accept openai-2025                         -> TermsAccepted openai-2025 true
    2026-01-04  authorize a partner 1/0/0 until 2026-02-01 -> CreditsHeld a plus 0.000001
    2026-01-04  use partner 1/0/0                          -> CreditsConsumed plus 0.000001
    = account terms openai-2025+other-terms
    2026-01-05  accept openai-2025 accepted false          -> TermsAccepted openai-2025 false
    2026-01-05  use partner 1/0/0                          -> CreditsConsumed plus 0.000001 partner_terms
    = account terms other-terms
  )");
}

TEST_CASE("AI-4: training is answered never, and no consent can change it") {
  check_table(R"(
    2026-01-01  consent training yes             -> refused never_for_training AI-4
    2026-01-01  consent training no              -> ConsentChanged training false
    2026-01-01  consent training yes             -> refused never_for_training AI-4
  )");
}

TEST_CASE("AI-4: consent to other uses is off until given, an event, and answerable as of any moment") {
  creditfold::test::Table table;
  table.rows(R"(
    2026-01-01  consent benchmarks yes           -> ConsentChanged benchmarks true
    2026-03-01  consent benchmarks no            -> ConsentChanged benchmarks false
  )");
  const auto at = [&](const char* when) { return table.balance("acme", creditfold::test::moment(when)); };
  CHECK(at("2025-12-31").find(R"("consents":{})") != std::string::npos);
  CHECK(at("2026-02-28").find(R"("consents":{"benchmarks":true})") != std::string::npos);
  CHECK(at("2026-03-01").find(R"("consents":{"benchmarks":false})") != std::string::npos);
}

TEST_CASE("AI-5: a beta model needs the account's opt-in") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a young 1/0/0 until 2026-02-01   -> refused beta_not_accepted AI-5
    2026-01-02  use young 1/0/0                            -> CreditsConsumed plus 0.000001 beta_not_accepted
    2026-01-03  consent beta yes                           -> ConsentChanged beta true
    2026-01-03  authorize a young 1/0/0 until 2026-02-01   -> CreditsHeld a plus 0.000001
    2026-01-03  use young 1/0/0                            -> CreditsConsumed plus 0.000001
    2026-01-04  consent beta no                            -> ConsentChanged beta false
    2026-01-04  use young 1/0/0                            -> CreditsConsumed plus 0.000001 beta_not_accepted
  )");
}

TEST_CASE("AI-5: a model is refused from its withdrawal date on") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-02-28T23:59:59.999999  authorize a old 1/0/0 until 2026-06-01  -> CreditsGranted plus/1/2/1 allotment 100
                                                                        ,  CreditsHeld a plus 0.000001
    2026-03-01                  authorize b old 1/0/0 until 2026-06-01     -> refused discontinued AI-5
    2026-03-01                  use old 1/0/0    -> CreditsGranted plus/1/3/1 allotment 100
                                                 ,  CreditsConsumed plus 0.000001 discontinued
    2026-02-28                  use old 1/0/0    -> CreditsConsumed plus 0.000001
  )");
}

TEST_CASE("GOV-1: a gov account lives only in a gov region, others in any") {
  check_table(R"(
    2026-01-01  open us-gov account a                    -> AccountOpened environment=commercial region=us-gov
    2026-01-01  open us-gov environment gov account b    -> AccountOpened environment=gov
    2026-01-01  open us environment gov account c        -> refused not_authorized_in_gov GOV-1
    2026-01-01  open mars account c                      -> refused unknown_region
    2026-01-01  open eu account c                        -> AccountOpened
    2026-01-01  open us-gov environment gov account c    -> refused account_exists
    2026-01-01  open us environment secret account d     -> refused malformed
  )");
}

TEST_CASE("GOV-1: a gov account uses only models authorized there") {
  check_table(R"(
    2026-01-01  open us-gov environment gov                -> AccountOpened
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a unit 1/0/0 until 2026-02-01    -> CreditsHeld a plus 1
    2026-01-02  authorize b gpt 1/0/0 until 2026-02-01     -> refused not_authorized_in_gov GOV-1
    2026-01-02  use gpt 100/0/0                            -> CreditsConsumed plus 1 not_authorized_in_gov
    2026-01-02  use unit 1/0/0                             -> CreditsConsumed plus 1
  )");
  check_table(R"(
    2026-01-01  open us-gov                                -> AccountOpened environment=commercial
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use gpt 100/0/0                            -> CreditsConsumed plus 1
  )");
}

TEST_CASE("GOV-3: only unclassified data and CUI, in any environment") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01        -> ok
    2026-01-02  use 1 classification unclassified                -> CreditsConsumed plus 1
    2026-01-02  use 1 classification cui                         -> CreditsConsumed plus 1
    2026-01-02  use 1 classification secret                      -> refused classified GOV-3
    2026-01-02  use 1 classification CUI                         -> refused classified GOV-3
    2026-01-02  authorize a 1 until 2026-02-01 classification confidential   -> refused classified GOV-3
    2026-01-02  authorize a 1 until 2026-02-01 classification cui            -> CreditsHeld a plus 1
  )");
}

TEST_CASE("GOV-3: a classification marking in any text is refused before anything is stored") {
  check_table(R"table(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01        -> ok
    2026-01-02  use 1 memo "re: (TS//SI) cable"                  -> refused classified GOV-3
    2026-01-02  use 1 memo "TOP SECRET//NOFORN"                  -> refused classified GOV-3
    2026-01-02  use 1 memo "SECRET//REL TO USA"                  -> refused classified GOV-3
    2026-01-02  use 1 workflow "CONFIDENTIAL//NF intake"         -> refused classified GOV-3
    2026-01-02  authorize a 1 until 2026-02-01 workflow "(S//NF)"    -> refused classified GOV-3
    2026-01-02  grant plus 5 promotion in 1 reason "(C//REL)"    -> refused classified GOV-3
    2026-01-02  access no reason "SECRET//NOFORN"                -> refused classified GOV-3
    2026-01-02  use 1 memo "the secret of //comments, (see S//x)"     -> CreditsConsumed plus 1
                                                                           memo="the secret of //comments, (see S//x)"
    = plus/1/1  open  consumed 1
  )table");
}

TEST_CASE("GOV-3: the refusal holds no content") {
  creditfold::test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  const std::string secret = "TOP SECRET//ORCON the well is at 51.5";
  const auto answer = table.send(
      creditfold::test::command_json(creditfold::test::words_of("2026-01-02 use 1 memo \"" + secret + "\""), 9));
  REQUIRE(answer.refused);
  const std::string text = to_json(answer);
  CHECK(text.find("ORCON") == std::string::npos);
  CHECK(text.find("51.5") == std::string::npos);
  CHECK(table.log().head() == 3);
}
