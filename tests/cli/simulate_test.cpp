// SPDX-License-Identifier: Apache-2.0
// creditfold simulate: a table for people, the document with --json, the same from every form of a log, errors with
// their place.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

// Two accounts, one of which used 25 credits a day for ten weeks.
class TenWeeks {
 public:
  TenWeeks() {
    std::string commands = opening("acme") + "\n" + opening("zeta") + "\n";
    for (int day = 0; day < 70; ++day) {
      const int month = day < 31 ? 1 : day < 59 ? 2 : 3;
      const int date = day - (month == 1 ? 0 : month == 2 ? 31 : 59) + 1;
      commands +=
          usage("acme", "u" + std::to_string(day),
                "2026-0" + std::to_string(month) + (date < 10 ? "-0" : "-") + std::to_string(date) + "T10:00:00Z") +
          "\n";
    }
    static_cast<void>(ask({"apply", "--data", data()}, commands));
    static_cast<void>(ask({"export", "--data", data(), "--format", "cflog", "--output", file("log.cflog")}));
    write_file(file("log.jsonl"), ask({"export", "--data", data(), "--format", "jsonl"}));
  }
  [[nodiscard]] std::string data() const { return directory_.data().string(); }
  [[nodiscard]] std::string file(const std::string& name) const { return (directory_.path() / name).string(); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("simulate prints the same document from a directory, a .cflog and JSON Lines, and a table of it for people") {
  const TenWeeks ledger;
  const std::string scenario =
      R"({"account":"acme","days":40,"asks":[{"ask":"smallest_purchase"},{"ask":"cheapest_plan"},{"ask":"model_moves"}]})";
  write_file(ledger.file("s.json"), scenario);
  const std::string json = ask({"simulate", "--json", ledger.data(), ledger.file("s.json")});
  CHECK(at(json_of(json), "/plans/0/plan") == "plus");
  CHECK(json == ask({"simulate", "--json", ledger.file("log.cflog"), "-"}, scenario));
  CHECK(json == ask({"simulate", "--json", ledger.file("log.jsonl"), "-"}, scenario));
  CHECK(json == ask({"simulate", "--json", "--account", "acme", ledger.data(), "-"}, scenario));
  const std::string text = ask({"simulate", ledger.data(), "-"}, scenario);
  CHECK(contains(text, "acme, from 2026-03-11 10:00"));
  CHECK(contains(text, "Level, trend, weekdays, hours and bursts are learned from 69 charges over 69 days."));
  CHECK(contains(text, "plus runs out in 0 % of the futures"));
  CHECK(contains(text, "no purchase is needed"));
  CHECK(contains(text, "Move triage from gpt-4o to gpt-4o-mini first"));
  CHECK(contains(text, "for information only"));
}

TEST_CASE("simulate shows refusals with their clause and ends well all the same") {
  const TenWeeks ledger;
  const std::string text = ask({"simulate", "--account", "acme", ledger.data(), "-"},
                               R"({"days":20,"levers":{"packs":[{"packs":1,"periods":{"first":1,"last":1}}]}})");
  CHECK(contains(text, "REFUSED, period_closed (AIS-5c)"));
}

TEST_CASE("simulate tells what is wrong with a scenario by its place, and does not guess an account") {
  const TenWeeks ledger;
  const Ended misspelt = run({"simulate", "--account", "acme", ledger.data(), "-"}, R"({"levers":{"pack":[]}})");
  CHECK(misspelt.status == 2);
  CHECK(misspelt.err == "creditfold: -, /levers/pack: is not a field of this form\n");
  const Ended several = run({"simulate", ledger.data(), "-"}, "{}");
  CHECK(several.status == 2);
  CHECK(contains(several.err, "holds several accounts: say which with --account"));
  CHECK(run({"simulate", "--account", "zeta", ledger.data(), "-"}, R"({"account":"acme"})").status == 2);
  const Ended nobody = run({"simulate", "--json", "--account", "nobody", ledger.data(), "-"}, "{}");
  CHECK(nobody.status == 1);
  CHECK(at(json_of(nobody.out), "/refused/code") == "unknown_account");
  CHECK(run({"simulate", ledger.data()}).status == 2);
}

TEST_CASE("simulate says that a history is too short, and what it does then") {
  const TenWeeks ledger;
  CHECK(contains(ask({"simulate", "--account", "acme", ledger.data(), "-"}, R"({"at":"2026-01-05T00:00:00Z"})"),
                 "too short for a forecast"));
  CHECK(contains(ask({"simulate", "--account", "zeta", ledger.data(), "-"}, "{}"), "Nothing was charged"));
}
