// SPDX-License-Identifier: Apache-2.0
// GOV-3: which texts carry a classification marking and which only talk; and that no field of any command lets one in.
#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

#include "ledger/json.hpp"
#include "ledger/markings.hpp"
#include "tests/ledger/table.hpp"

using creditfold::has_marking;

namespace {

using MarkedTexts = std::vector<std::string>;

void check_all(const MarkedTexts& texts, bool marked) {
  for (const std::string& text : texts) {
    INFO(text);
    CHECK(has_marking(text) == marked);
  }
}

// Replaces each blank of "SECRET//NOFORN" variants by hand would hide the bytes: they are written out.
const std::string nbsp = "\xC2\xA0", zero_width = "\xE2\x80\x8B", em_space = "\xE2\x80\x83",
                  line_separator = "\xE2\x80\xA8";

}  // namespace

TEST_CASE("GOV-3: banners are markings") {
  check_all({"SECRET//NOFORN",
             "TOP SECRET//SI//NOFORN",
             "TOP SECRET//SI-G/TK//ORCON/NOFORN",
             "CONFIDENTIAL//REL TO USA, GBR",
             "TOP SECRET//HCS-P//OC/NF",
             "SECRET//SAR-BUTTER POPCORN",
             "SECRET//RD-CNWDI",
             "SECRET//FRD",
             "SECRET//FGI GBR",
             "SECRET//25X1",
             "report SECRET//NOFORN report",
             "TOP SECRET",
             "this is TOP SECRET material",
             "TOP-SECRET",
             "TOPSECRET//SI",
             "TOP_SECRET",
             "SECRET",
             "  SECRET  ",
             "*** SECRET ***",
             "[CONFIDENTIAL]",
             "SECRET.",
             "first line\nSECRET\nlast line",
             "CONFIDENTIAL",
             "SECRET: the well",
             "SECRET - the well",
             "SECRET NOFORN",
             "SECRET RESTRICTED DATA",
             "TOP SECRET/SI",
             "SECRET/NOFORN",
             "SECRET//",
             "SECRET//ANYTHING",
             "UK SECRET",
             "SECRET//CUI//NOFORN",
             "TS//SI//NF",
             "S//NF",
             "cable is S//REL TO USA",
             "TS/SI"},
            true);
}

TEST_CASE("GOV-3: portions are markings where they are unambiguous") {
  check_all({"(TS)",
             "(S) The well is dry.",
             "(C) The well is dry.",
             "(TS//SI)",
             "(TS//SI//NF) text",
             "text (S//NF) text",
             "(C//REL)",
             "(S/NF)",
             "(TS/SI)",
             "(S//REL TO USA, FVEY)",
             "re: (TS//SI) cable",
             "1. (S) First.",
             "a. (C) First.",
             "- (TS) First.",
             "(U) This is open. (S) This is not.",
             "(U) Title\n(C) Text",
             "open text. (TS) closed text",
             "Subject: (S) The well",
             "(//GBR S)",
             "(//CTS)",
             "(//NS)",
             "(//FGI TS)",
             "(CUI) open, (C) not",
             "(SRD) design",
             "(TSRD) design",
             "(s//nf)",
             "(ts//si)",
             "(U) a (NC) b"},
            true);
}

TEST_CASE("GOV-3: markings of NATO, other owners and the Atomic Energy Act") {
  check_all({"COSMIC TOP SECRET", "cosmic top secret", "NATO SECRET", "NATO CONFIDENTIAL", "NATO RESTRICTED",
             "NATO SECRET ATOMAL", "COSMIC TOP SECRET ATOMAL", "holds ATOMAL data", "//GBR SECRET//REL TO USA, GBR",
             "//JOINT SECRET CAN GBR USA", "//CTS//BOHEMIA", "EU SECRET", "SECRET UE/EU SECRET", "NATO-SECRET",
             "FORMERLY RESTRICTED DATA", "Formerly Restricted Data", "RESTRICTED DATA", "holds CNWDI",
             "This holds Restricted Data as defined in the Atomic Energy Act of 1954",
             "Critical Nuclear Weapon Design Information", "SPECIAL ACCESS REQUIRED", "HANDLE VIA COMINT CHANNELS ONLY",
             "Handle via TALENT KEYHOLE channels only"},
            true);
}

TEST_CASE("GOV-3: classification authority blocks and statements") {
  check_all({"Classified By: J. Doe", "Derived From: Source A, 2020", "Declassify On: 20401231", "declassify on: 2040",
             "CLASSIFIED BY: 1234", "Derivatively Classified By: J. Doe", "derived from: multiple sources",
             "text. Classified By: a Derived From: b Declassify On: c", "classified by: a, derived from: b",
             "line\nDerived From: SCG 12\nline", "Classification: Secret", "classification = top secret",
             "CLASSIFICATION: CONFIDENTIAL", "Classification level: SECRET", "classified as TOP SECRET",
             "classified SECRET by the owner"},
            true);
}

TEST_CASE("GOV-3: case, blanks, invisible characters, look-alikes and line ends do not hide a marking") {
  check_all(
      {"secret//noforn",
       "Secret // NoForn",
       "SECRET / / NOFORN",
       "SECRET  //  SI",
       "secret\t//\tnoforn",
       "TOP" + nbsp + "SECRET//SI",
       "TOP" + em_space + "SECRET",
       "SEC" + zero_width + "RET//NO" + zero_width + "FORN",
       "SECRET\xC2\xAD//NOFORN",
       "TOP\nSECRET//SI",
       "TOP SECRET\r\n//NOFORN",
       "open" + line_separator + "SECRET",
       "\xEF\xBC\xB3\xEF\xBC\xA5\xEF\xBC\xA3\xEF\xBC\xB2\xEF\xBC\xA5\xEF\xBC\xB4\xEF\xBC\x8F\xEF\xBC\x8F",  // full
                                                                                                            // width
       "S\xD0\x95\xD0\xA1RET//NOFORN",          // Cyrillic Ie and Es
       "SECRET\xE2\x81\x84\xE2\x81\x84NOFORN",  // fraction slashes
       "\xE2\x80\xAESECRET//NOFORN",
       "S E C R E T / / N O F O R N",
       "T O P  S E C R E T",
       "T O P S E C R E T",
       "(\xE2\x80\x8BTS//SI)",
       "( TS // SI )",
       "SECRET\xAD//NOFORN",
       "\xFFSECRET//NOFORN",
       std::string("SEC\0RET//SI", 11)},
      true);
}

TEST_CASE("GOV-3: unclassified markings and those of CUI are none") {
  check_all({"UNCLASSIFIED",
             "UNCLASSIFIED//FOUO",
             "UNCLASSIFIED//NOFORN",
             "(U)",
             "(U//FOUO) text",
             "(U) One. (U) Two.",
             "CUI",
             "CUI//SP-CTI",
             "CUI//SP-CTI//NOFORN",
             "CUI//NOFORN",
             "(CUI)",
             "(CUI//NF)",
             "CUI//REL TO USA, FVEY",
             "CONTROLLED//SP-PRVCY",
             "Controlled by: Department\nCUI Category: PRVCY",
             "NATO UNCLASSIFIED",
             "unclassified",
             "For Official Use Only",
             "OFFICIAL-SENSITIVE",
             "Declassified on: 2020"},
            false);
}

TEST_CASE("GOV-3: ordinary sentences are no markings") {
  check_all({"the secret sauce",
             "the secret of //comments, (see S//x)",
             "Confidential: do not share",
             "confidential",
             "CONFIDENTIAL: for the board",
             "our top secret recipe",
             "Secret Santa",
             "a secret",
             "secret",
             "victoria's secret/shop",
             "CLIENT_SECRET=1",
             "CLIENT_SECRET//old",
             "secret://vault/key",
             "https://secret.example//x",
             "api/secret/rel/x",
             "Rewrite in TypeScript (TS)",
             "port to TS // JS next",
             "TS/SCI clearance wanted",
             "item(S) bought",
             "(s) or (c)",
             "(C) 2024 Acme",
             "Copyright (C) Acme",
             "(A) first (B) second (C) third",
             "sizes (S) (M) (L)",
             "deg. (C) readings",
             "vitamin (C)",
             "custom resource definition (CRD)",
             "Raleigh (NC)",
             "tickets classified by: priority",
             "derived from: last year's plan",
             "classified as confidential by HR",
             "restricted data access",
             "Restricted Data",
             "special access required for the badge",
             "handle via email",
             "downgrade to: Basic",
             "joint secretariat",
             "the SECRET sauce",
             "secretary//notes",
             "SECRETARY//NOTES",
             "non-classification: none",
             "2026-01-01T00:00:00Z",
             "gpt-4o-mini",
             "run-1234",
             "",
             " ",
             "//",
             "(",
             "TOP",
             "a/b//c",
             "NATO summit, secret venue",
             "Plan C//D",
             "classification: public",
             "unclassified secret sauce"},
            false);
}

TEST_CASE("GOV-3: a marking is refused in every text of every command, and the refusal repeats nothing") {
  const MarkedTexts commands{
      R"({"command":"OpenAccount","account":"new","environment":"commercial","region":"us"})",
      R"({"command":"StartTerm","product":"ai_studio","plan":"pro","cadence":"quarterly","starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})",
      R"({"command":"RenewTerm","product":"ai_studio","plan":"plus","ends_at":"2027-04-01T00:00:00Z"})",
      R"({"command":"EndTerm","product":"ai_studio","plan":"plus","ends_at":"2026-03-01T00:00:00Z"})",
      R"({"command":"SetBuilders","plan":"plus","actors":["a","b"]})",
      R"({"command":"GrantCredits","plan":"plus","credits":"5","kind":"correction","period":1,"reason":"r","corrects":"u"})",
      R"({"command":"PurchaseCredits","plan":"plus","credits":"10","periods":{"first":1,"last":1}})",
      R"({"command":"TransferCredits","to":"other","credits":"1"})",
      R"({"command":"RecordUsage","usage":"u","workflow":"w","model":"unit","query":0,"input":1,"output":0,"plan":"plus","actor":"a","settles":"h","classification":"cui","memo":"m"})",
      R"({"command":"AuthorizeUsage","authorization":"h","workflow":"w","model":"unit","query":0,"input":1,"output":0,"expires_at":"2026-02-01T00:00:00Z","plan":"plus","actor":"a","classification":"cui"})",
      R"({"command":"ReleaseAuthorization","authorization":"h"})",
      R"({"command":"ClosePeriods"})",
      R"({"command":"ChangeSeats","product":"enterprise","seats":5})",
      R"({"command":"AddProduct","product":"data_residency","region":"eu"})",
      R"({"command":"RemoveProduct","product":"data_residency"})",
      R"({"command":"SetConsent","feature":"benchmarks","granted":true})",
      R"({"command":"AcceptTerms","terms":"openai-2025"})",
      R"({"command":"SetAccess","allowed":true,"reason":"r"})",
  };
  const std::string well = "the well is at 51.5", marking = "SECRET//NOFORN " + well;
  creditfold::test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  const auto head = table.log().head();
  int sent = 0;
  for (const std::string& sample : commands) {
    std::string whole = sample;
    const std::string more = std::string(R"(,"key":"k)") + std::to_string(sent) + R"(","at":"2026-01-02T00:00:00Z")" +
                             (sample.find("\"account\"") == std::string::npos ? R"(,"account":"acme"})" : "}");
    whole.replace(whole.size() - 1, 1, more);
    // Every string that follows a colon, a bracket or a comma is a value or a name: each is replaced in its turn.
    for (std::size_t at = whole.find('"'); at != std::string::npos; at = whole.find('"', whole.find('"', at + 1) + 1)) {
      const std::size_t end = whole.find('"', at + 1);
      std::string marked = whole;
      marked.replace(at + 1, end - at - 1, marking);
      INFO(marked);
      const creditfold::Answer answer = table.send(marked);
      ++sent;
      REQUIRE(answer.refused);
      const std::string text = to_json(answer);
      CHECK(text.find("51.5") == std::string::npos);
      CHECK(text.find("NOFORN") == std::string::npos);
      REQUIRE(table.log().head() == head);
    }
  }
  CHECK(sent > 150);
}

TEST_CASE("GOV-3: a declared classification hides the rest of the command from its refusal, whatever refuses it") {
  creditfold::test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok");
  const auto answer = table.send(
      R"({"command":"RecordUsage","account":"acme","key":"k","at":"2026-01-02T00:00:00Z","usage":"u","workflow":"w","model":"unit","query":0,"input":1,"output":0,"plan":"plan of the well","classification":"secret"})");
  REQUIRE(answer.refused);
  CHECK(answer.refused->code == creditfold::RefusalCode::plan_mismatch);  // it stands first in the order
  CHECK(to_json(answer).find("well") == std::string::npos);
  CHECK(answer.key == creditfold::IdempotencyKey("k"));
}

TEST_CASE("GOV-3: the refusal stands in its place of the order: after a command's own, before the model of a usage") {
  creditfold::test::check_table(R"table(
    2026-01-02  use nothing-like-it 1/0/0 memo "(TS//SI)"        -> refused outside_term
    2026-01-01  start plus monthly 2026-01-01..2026-04-01        -> ok
    2026-01-02  use nothing-like-it 1/0/0 memo "(TS//SI)"        -> refused classified GOV-3
    2026-01-02  use 1 plan pro memo "(TS//SI)"                   -> refused plan_mismatch
    2026-01-02  grant plus 5 promotion in 9 reason "(TS//SI)"    -> refused unknown_period
    2026-01-02  grant plus 5 promotion in 1 reason "(TS//SI)"    -> refused classified GOV-3
    2026-01-02  consent training yes                             -> refused never_for_training
    2026-01-02  consent "SECRET//NF" yes                         -> refused classified GOV-3
    2026-01-02  release "SECRET//NF"                             -> refused unknown_authorization
    2026-01-02  close key "SECRET//NF"                           -> refused classified GOV-3
  )table");
}
