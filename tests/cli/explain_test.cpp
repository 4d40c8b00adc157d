// SPDX-License-Identifier: Apache-2.0
// creditfold explain and creditfold invoices: what people read, what programs read, and how they end.
#include <catch2/catch.hpp>

#include "ledger/cli/explain_text.hpp"
#include "ledger/cli/keys_text.hpp"
#include "ledger/cli/members.hpp"
#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

// A filled data directory, with seats and their joint line on acme.
struct Data {
  TemporaryDirectory directory;
  std::string data = directory.data().string();

  Data() {
    fill(data);
    const std::string who = R"("account":"acme","at":"2026-02-03T00:00:00Z")";
    const std::string seats =
        R"({"command":"StartTerm",)" + who +
        R"(,"key":"s1","product":"enterprise","starts_at":"2026-02-03T00:00:00Z","ends_at":"2027-02-03T00:00:00Z","seats":10})"
        "\n" +
        R"({"command":"AddProduct",)" + who +
        R"(,"key":"s2","product":"ekm"})"
        "\n" +
        R"({"command":"ChangeSeats",)" + who +
        R"(,"key":"s3","product":"enterprise","seats":12})"
        "\n" +
        R"({"command":"GrantCredits",)" + who +
        R"(,"key":"g1","plan":"plus","credits":"25","kind":"correction","period":2,"reason":"a )"
        "\\u001b[31m"
        R"(red remark"})"
        "\n";
    for (const std::string& answer : lines_of(ask({"apply", "--data", data}, seats)))
      REQUIRE(contains(answer, "accepted"));
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (directory.path() / name).string(); }
  [[nodiscard]] Words explain(const Words& more) const {
    Words words{"explain", "--data", data, "--account", "acme"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

}  // namespace

TEST_CASE("explain: for people, the sentence, the arithmetic with its figures apart, the events and the clauses") {
  const Data data;
  CHECK(ask(data.explain({"--usage", "u3"})) ==
        R"(Usage u3 was charged 25 credits to Plus, all of it from lot plus/1/1/1.

Plan                         From                              Comes to  Clause
───────────────────────────  ────────────────────────  ────────────────  ──────
plus                         rank 2, admits everyone             chosen
Credit Period of its moment  2026-01-01 to 2026-02-01  2026-01-03 10:00  AIS-4d
Why plus: the only plan in force that admits the actor (H6)

Price   From                          Comes to  Clause
──────  ──────────────────────────  ──────────  ──────
Model   rate card 2025-10               gpt-4o  AIS-1
Query   0 × 25,000 ÷ 1,000,000       0 credits  AIS-4a
Input   1,000 × 25,000 ÷ 1,000,000  25 credits  AIS-4a
Output  0 × 200,000 ÷ 1,000,000      0 credits  AIS-4a
Sum     0 + 25 + 0                  25 credits
Charge  nothing to round            25 credits  H15

Lots                   From                                 Comes to  Clause
─────────────────────  ─────────────────────────────────  ──────────  ──────
plus/1/1/1, allotment  25 to pay, 99,950 left in the lot  25 credits  H11
Covered                                                   25 credits  H12

Event  At                Type             Says
─────  ────────────────  ───────────────  ─────────────────────────────────────────────────────────────────────────
    2  2026-01-01        TermStarted      plan plus, product ai_studio, term 1
    3  2026-01-01        CreditsGranted   plan plus, lot plus/1/1/1, kind allotment, credits 100000
   10  2026-01-03 10:00  CreditsConsumed  plan plus, usage u3, credits 25, model gpt-4o
   23  2026-02-01 01:00  PeriodClosed     plan plus, term 1, period 1, granted 200000, consumed 225, expired 199775

H6      Usage without a plan goes to the plan in force with the highest rank that admits the actor.
AIS-4d  Credits unused at the end of their Credit Period expire by themselves.
AIS-1   A workflow is an automation that uses AI: every charge names its workflow and its model.
AIS-4a  A charge is the volume of query, input and output times the rates of the model chosen.
H15     A charge is summed in 128-bit integers and rounded up to the micro-credit once.
H11     Lots burn in the order allotment, promotion, purchase, correction; the older first.
H12     Granted equals consumed plus held plus expired plus remaining, after every event.
)");
}

TEST_CASE("explain: people's text and JSON are one document; a lot's draws are a table of their own") {
  const Data data;
  const std::string text = ask(data.explain({"--lot", "plus/1/1/1"}));
  const auto json = json_of(ask(data.explain({"--lot", "plus/1/1/1", "--json"})));
  CHECK(lines_of(text).front() == at(json, "/answer"));
  CHECK(at(json, "/draws/8/usage") == "u9");
  CHECK(contains(text, "Drawn by 9 charges  25 + 25 + 25 + 25 + … + 25 + 25"));
  CHECK(contains(text, "\nDraw  At                Usage  Credits\n"));
  for (const auto& clause : json.at("clauses").as_array()) CHECK(contains(text, at(clause, "/sentence")));
}

TEST_CASE("explain: a line, a period, a workflow's use of a model, as of a position, with another catalog") {
  const Data data;
  CHECK(contains(ask(data.explain({"--line", "3"})), "Billed as Asana Enterprise"));
  CHECK(contains(ask(data.explain({"--period", "plus/1/1"})),
                 "Credit Period 1 of Plus, term 1, was granted 200,000 credits"));
  CHECK(contains(ask(data.explain({"--workflow", "triage", "--model", "gpt-4o"})),
                 "in 9 charges, for 225 credits in all."));
  const auto lot = json_of(ask(data.explain({"--lot", "plus/1/1/1", "--json"})));
  const std::string third = std::to_string(lot.at("draws").as_array().at(2).at("seq").as_int64());
  CHECK(contains(ask(data.explain({"--lot", "plus/1/1/1", "--as-of", third})), "by 3 charges"));
  write_file(data.file("own.json"), R"({"catalog":"own","plans":{},"rate_cards":{},"regions":{}})");
  CHECK(contains(ask(data.explain({"--usage", "u3", "--catalog", data.file("own.json")})),
                 "so the factors cannot be shown."));
}

TEST_CASE("explain: a refusal from a file or standard input, with the account it met or without any") {
  const Data data;
  const std::string answer = ask(
      {"apply", "--data", data.data},
      R"({"command":"PurchaseCredits","account":"acme","key":"p9","at":"2026-02-04T00:00:00Z","plan":"plus","credits":"15","periods":{"first":2,"last":2}})");
  write_file(data.file("refusal.json"), answer);
  const std::string without = ask({"explain", "--data", data.file("nowhere"), "--refusal", data.file("refusal.json")});
  CHECK(contains(without, "Refused as bad_increment (AIS-5b)"));
  CHECK_FALSE(contains(without, "The account"));
  CHECK(contains(ask(data.explain({"--refusal", data.file("refusal.json")})), "plus, increment of its packs"));
  const Ended piped = run(data.explain({"--refusal", "-", "--json"}), answer);
  CHECK(piped.status == 0);
  CHECK(at(json_of(piped.out), "/which") == "bad_increment");
}

TEST_CASE("EKM-5: explain tells people a sealed reason as sealed") {
  const Data data;
  const std::string who = R"("account":"acme","at":"2026-02-04T00:00:00Z")";
  const std::string commands =
      R"({"command":"RotateKey",)" + who +
      R"(,"key":"r1","key_arn":"arn:aws:kms:us-east-1:111122223333:key/one"})"
      "\n" +
      R"({"command":"GrantCredits",)" + who +
      R"(,"key":"g3","plan":"plus","credits":"25","kind":"correction","period":2,"reason":"twice","corrects":"u3"})"
      "\n";
  const std::string granted = ask({"apply", "--data", data.data, "--key-service", "local"}, commands);
  const std::string lot = at(json_of(lines_of(granted).back()), "/accepted/0/lot");
  for (const Words& words : {Words{"--lot", lot}, Words{"--usage", "u3"}}) {
    const std::string text = ask(data.explain(words));
    CHECK(contains(text, "(sealed)"));
    CHECK(contains(text, "reason (sealed)"));
    CHECK_FALSE(contains(text, "twice"));
    CHECK_FALSE(contains(text, "{\"sealed\""));
    CHECK_FALSE(contains(ask(data.explain(words)), "\xFF"));
  }
}

TEST_CASE("AI-3: explain tells people what the events of a refusal said") {
  const Data data;
  const std::string who = R"("account":"acme","at":"2026-02-04T00:00:00Z")";
  static_cast<void>(ask({"apply", "--data", data.data},
                        R"({"command":"AcceptTerms",)" + who + R"(,"key":"a1","terms":"t-1","accepted":false})"));
  write_file(
      data.file("refusal.json"),
      R"({"key":"k","refused":{"code":"partner_terms","clause":"AI-3","message":"m","details":{"terms":"t-1"}}})");
  CHECK(contains(ask(data.explain({"--refusal", data.file("refusal.json")})),
                 "TermsAccepted  terms t-1, accepted false"));
}

TEST_CASE("explain: what is not there ends with 1 and says so; with --json like a refusal") {
  const Data data;
  for (const Words& words : {Words{"--lot", "plus/1/1/9"}, Words{"--usage", "nobody"}, Words{"--line", "99"},
                             Words{"--period", "plus/1/9"}}) {
    const Ended text = run(data.explain(words));
    CHECK(text.status == 1);
    CHECK(text.out.empty());
    CHECK(lines_of(text.err).size() == 1);
    Words asked = words;
    asked.emplace_back("--json");
    const Ended json = run(data.explain(asked));
    CHECK(json.status == 1);
    CHECK(at(json_of(json.out), "/refused/code") == "not_found");
    CHECK(contains(json.err, at(json_of(json.out), "/refused/message")));
  }
  const Ended unknown = run({"explain", "--data", data.data, "--account", "nobody", "--usage", "u1", "--json"});
  CHECK(unknown.status == 1);
  CHECK(at(json_of(unknown.out), "/refused/code") == "unknown_account");
}

TEST_CASE("explain: wrong questions end with 2, one sentence with a hint") {
  const Data data;
  write_file(data.file("bad.json"), "{");
  write_file(data.file("accepted.json"), R"({"key":"k","accepted":[]})");
  write_file(data.file("unknown.json"), R"({"code":"no_such","clause":null,"message":"","details":{}})");
  for (const Words& words :
       {Words{}, Words{"--lot", "plus/1/1/1", "--usage", "u1"}, Words{"--lot", "plus"}, Words{"--line", "0"},
        Words{"--workflow", "triage"}, Words{"--refusal", data.file("bad.json")},
        Words{"--refusal", data.file("accepted.json")}, Words{"--refusal", data.file("unknown.json")}}) {
    const Ended ended = run(data.explain(words));
    INFO(ended.err);
    CHECK(ended.status == 2);
    CHECK(ended.out.empty());
    CHECK(lines_of(ended.err).size() == 1);
    CHECK(contains(ended.err, "creditfold explain --help"));
  }
  CHECK(run(data.explain({"--refusal", data.file("none.json")})).status == 4);
}

TEST_CASE("explain: free text of the log does not reach the terminal as control characters") {
  const Data data;
  const std::string text = ask(data.explain({"--lot", "plus/1/2/3"}));
  CHECK(contains(text, "red remark"));
  CHECK_FALSE(contains(text, "\x1b"));
}

TEST_CASE("cli: control characters of free text are spaces wherever people read it") {
  using creditfold::cli::harmless;
  CHECK(harmless("plain, \u00e9 and \u2014") == "plain, \u00e9 and \u2014");
  CHECK(harmless("\x1b[2J\x7f\n") == " [2J  ");
  CHECK(harmless("a\u0080b\u009b31mc\u00a0") == "a b 31mc\u00a0");  // the C1 controls, and what comes after them
  CHECK(harmless("\xc2") == "\xc2");
  CHECK(harmless("\xc2" "A") == "\xc2" "A");
  const std::string report = creditfold::cli::keys_text(
      R"({"account":"acme","key":null,"history":[{"type":"KeyRevoked","at":"2026-01-01T00:00:00Z",)"
      R"("seq":7,"key_arn":"arn","reason":"left \u001b]0;title\u0007"}],"texts":[]})");
  CHECK(contains(report, "left  ]0;title"));
}

TEST_CASE("explain: figures in expressions have their thousands apart; dates, ids and words stay") {
  using creditfold::cli::grouped_figures;
  CHECK(grouped_figures("1200000 × 5 ÷ 365") == "1,200,000 × 5 ÷ 365");
  CHECK(grouped_figures("1234.5 to pay, 9999 left in the lot") == "1,234.5 to pay, 9,999 left in the lot");
  CHECK(grouped_figures("0 consumed + (1000 + 2000) authorized") == "0 consumed + (1,000 + 2,000) authorized");
  CHECK(grouped_figures("2026-01-01T00:00:00Z to 2026-02-01T12:30:00Z, begun") ==
        "2026-01-01 to 2026-02-01 12:30, begun");
  CHECK(grouped_figures("rate card 2025-10, lot plus/1000/1/1, run-20000") ==
        "rate card 2025-10, lot plus/1000/1/1, run-20000");
  CHECK(grouped_figures("").empty());
}

TEST_CASE("invoices: for people, as JSON and as CSV, as of a moment and a position") {
  const Data data;
  const Words asked{"invoices", "--data", data.data, "--account", "acme"};
  const auto with = [&](const Words& more) {
    Words words = asked;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const std::string text = ask(asked);
  CHECK(contains(text, "Asana Enterprise"));
  CHECK(contains(text, "2 seats"));
  CHECK(contains(text, "365 days to 2027-02-03"));
  CHECK(contains(text, "4,320.00 XXX"));  // 3,000 + 600 + 720
  const auto json = json_of(ask(with({"--json", "--at", "2026-03-01T00:00:00Z"})));
  CHECK(json == json_of(ask(with({"--format", "json", "--at", "2026-03-01T00:00:00Z"}))));
  CHECK(json.at("lines").as_array().size() == 3);
  const std::string csv = ask(with({"--format", "csv"}));
  CHECK(csv.substr(0, 14) == "line,at,name,p");
  CHECK(lines_of(csv).size() == 1 + 4);
  for (const std::string& line : lines_of(csv)) CHECK(line.back() == '\r');
  CHECK(json_of(ask(with({"--json", "--at", "2026-02-01T00:00:00Z"}))).at("lines").as_array().empty());
  CHECK(json_of(ask(with({"--json", "--as-of", "5"}))).at("lines").as_array().empty());
  CHECK(contains(ask({"invoices", "--data", data.data, "--account", "zeta"}), "zeta has no invoice line."));
  CHECK(run(with({"--format", "xml"})).status == 2);
  CHECK(run(with({"--format", "csv", "--json"})).status == 2);
  CHECK(run({"invoices", "--data", data.data, "--account", "nobody"}).status == 1);
}
