// SPDX-License-Identifier: Apache-2.0
// creditfold import: traces of the form of Azure's public LLM inference traces, good and bad.
#include <catch2/catch.hpp>

#include "events/vocabulary.hpp"
#include "tests/cli/import_summary.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

constexpr const char* header = "TIMESTAMP,ContextTokens,GeneratedTokens";

// Calls three seconds apart from 2026-01-16 18:15:46.6805900 on: 1000 tokens in, 100 out, which are 45 credits of
// gpt-4o.
std::string trace(int calls, const std::string& line_end = "\n") {
  std::string text = header + line_end;
  for (int i = 0; i < calls; ++i) {
    const int second = 46 + 3 * i;
    char time[64];
    std::snprintf(time, sizeof time, "2026-01-16 18:%02d:%02d.6805900", 15 + second / 60, second % 60);
    text += std::string(time) + ",1000,100" + line_end;
  }
  return text;
}

class TraceLedger {
 public:
  explicit TraceLedger(const std::string& account = "acme", const std::string& key_prefix = "o") : account_(account) {
    static_cast<void>(ask({"apply", "--data", data()}, opening(account, key_prefix)));
  }
  [[nodiscard]] std::string data() const { return directory_.data().string(); }
  [[nodiscard]] std::string file(const std::string& name, std::string_view content) const {
    write_file(directory_.path() / name, content);
    return (directory_.path() / name).string();
  }
  [[nodiscard]] Ended import(const std::string& file, const Words& more = {}) const {
    Words words{"import", "--data", data(), "--format", "azure-llm", "--account", account_, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(file);
    return run(words);
  }
  [[nodiscard]] boost::json::value balance() const {
    return json_of(ask({"balance", "--data", data(), "--account", account_, "--at", "2026-01-31T00:00:00Z", "--json"}));
  }
  [[nodiscard]] std::string events() const {
    return ask({"export", "--data", data(), "--account", account_, "--format", "jsonl"});
  }

 private:
  TemporaryDirectory directory_;
  std::string account_;
};

}  // namespace

TEST_CASE("import: a trace is charged once, and the same file again replays") {
  const TraceLedger ledger;
  const std::string file = ledger.file("conversations.csv", trace(40));
  const Ended first = ledger.import(file);
  INFO(first.err);
  CHECK(first.status == 0);
  CHECK(count(first, "rows") == 40);
  CHECK(count(first, "charged") == 40);
  CHECK(at(json_of(first.out), "/credits") == "1800");
  CHECK(at(json_of(first.out), "/covered") == "1800");
  CHECK(at(json_of(first.out), "/uncovered") == "0");
  CHECK(at(json_of(first.out), "/starts_at") == "2026-01-16T18:15:46.68059Z");  // cut to microseconds, not moved
  const auto balance = ledger.balance();
  CHECK(at(balance, "/usage/0/workflow") == "conversations");
  CHECK(at(balance, "/usage/0/model") == "gpt-4o");
  CHECK(at(balance, "/usage/0/credits") == "1800");
  CHECK(balance.at_pointer("/usage/0/input").as_int64() == 40'000);

  const Ended again = ledger.import(file);
  CHECK(again.status == 0);
  CHECK(count(again, "charged") == 0);
  CHECK(count(again, "replayed") == 40);
  CHECK(at(json_of(again.out), "/credits") == "0");
  CHECK(ledger.balance() == balance);
  CHECK(contains(ledger.events(), R"("ai_generated":true)"));  // AI-2
}

TEST_CASE("import: the same content under another name is the same trace; other content is another") {
  const TraceLedger ledger;
  static_cast<void>(ledger.import(ledger.file("a.csv", trace(5)), {"--workflow", "triage"}));
  CHECK(count(ledger.import(ledger.file("b.csv", trace(5)), {"--workflow", "triage"}), "replayed") == 5);
  CHECK(count(ledger.import(ledger.file("b.csv", trace(6)), {"--workflow", "triage"}), "charged") == 6);
}

TEST_CASE("H19: the same rows as another workflow or model are refused, not charged twice") {
  const TraceLedger ledger;
  const std::string file = ledger.file("a.csv", trace(5));
  CHECK(ledger.import(file, {"--workflow", "triage", "--model", "gpt-4o-mini"}).status == 0);
  const Ended other = ledger.import(file, {"--workflow", "triage", "--model", "gpt-4o"});
  CHECK(other.status == 1);  // every row failed
  CHECK(json_of(other.out).at_pointer("/refused/key_reused").as_int64() == 5);
  CHECK(at(ledger.balance(), "/usage/0/model") == "gpt-4o-mini");
}

TEST_CASE("import: a bad line is told with its number and why, and the rest goes on") {
  const TraceLedger ledger;
  const std::string text = std::string(header) +
                           "\n2026-01-16 18:15:46.6805900,374,44\n"  // 2
                           "yesterday,1,2\n"                         // 3
                           "2026-01-16 18:15:47,1\n"                 // 4
                           "2026-01-16 18:15:47,-1,5\n"              // 5
                           "\n"                                      // 6: blank
                           "\"2026-01-16 18:15:47,5,5\n"             // 7
                           "2026-13-16 18:15:47,5,5\n"               // 8
                           "2026-01-16 18:15:49,5,1e3\n"             // 9
                           "2026-01-16 18:15:49,\"5\"6,7\n"          // 10
                           "2026-01-16 18:15:49,5,99999999999999999999\n";
  const Ended ended = ledger.import(ledger.file("a.csv", text));
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(count(ended, "rows") == 9);
  CHECK(count(ended, "charged") == 1);
  CHECK(count(ended, "bad_lines") == 8);
  for (const char* line : {"line 3: TIMESTAMP", "line 4: 2 fields", "line 5: ContextTokens", "line 7: a quote",
                           "line 8: TIMESTAMP", "line 9: GeneratedTokens", "line 10: text follows", "line 11: Gen"}) {
    CHECK(contains(ended.err, line));
  }
  const Ended nothing_good = ledger.import(ledger.file("b.csv", std::string(header) + "\nx,y,z\n"));
  CHECK(nothing_good.status == 1);
  CHECK(count(nothing_good, "bad_lines") == 1);
}

TEST_CASE("import: what a bad file says is not repeated without end") {
  const TraceLedger ledger;
  std::string text = std::string(header) + "\n";
  for (int i = 0; i < 1'000; ++i) text += "x\n";
  const Ended ended = ledger.import(ledger.file("a.csv", text));
  CHECK(count(ended, "bad_lines") == 1'000);
  CHECK(lines_of(ended.err).size() < 200);
}

TEST_CASE("import: quotes, carriage returns, a byte order mark, other columns and their order") {
  const TraceLedger ledger;
  const std::string plain = "2026-01-16 18:15:46.6805900,1000,100\n";
  const std::vector<std::string> same{
      std::string(header) + "\r\n2026-01-16 18:15:46.6805900,1000,100\r\n",
      "\xEF\xBB\xBF" + std::string(header) + "\n" + plain,
      std::string(header) + "\n\"2026-01-16 18:15:46.6805900\",\"1000\",\"100\"",
      std::string("GeneratedTokens,region,\"timestamp\",CONTEXTTOKENS\n100,\"a \"\"b\"\", c\",2026-01-16 "
                  "18:15:46.68059,1000\n"),
      std::string(header) + "\n2026-01-16T18:15:46.680590+00:00,1000,100\n",
  };
  for (const std::string& text : same) {
    const Ended ended = ledger.import(ledger.file("same.csv", text));
    INFO(text << ended.err);
    CHECK(ended.status == 0);
    CHECK(at(json_of(ended.out), "/credits") == "45");
    CHECK(at(json_of(ended.out), "/starts_at") == "2026-01-16T18:15:46.68059Z");
  }
  const Ended bare = ledger.import(ledger.file("bare.csv", plain));
  CHECK(count(bare, "charged") == 1);
  CHECK(contains(bare.err, "no header"));
}

TEST_CASE("import: a file of another form is wrong usage, an empty one is nothing to do") {
  const TraceLedger ledger;
  const Ended other = ledger.import(ledger.file("a.csv", "name,age\nx,1\n"));
  CHECK(other.status == 2);
  CHECK(contains(other.err, "TIMESTAMP"));
  CHECK(other.out.empty());
  for (const std::string& text : {std::string(), std::string(header), std::string(header) + "\n\n"}) {
    const Ended empty = ledger.import(ledger.file("b.csv", text));
    CHECK(empty.status == 0);
    CHECK(count(empty, "rows") == 0);
  }
}

TEST_CASE("import: rules that say no are counted by code") {
  const TraceLedger ledger;
  const Ended unknown = ledger.import(ledger.file("a.csv", trace(3)), {"--model", "abacus"});
  CHECK(unknown.status == 1);
  CHECK(json_of(unknown.out).at_pointer("/refused/unknown_model").as_int64() == 3);
  const std::string early = trace(1) + "2025-12-31 23:59:59.9999999,10,10\n";
  const Ended partly = ledger.import(ledger.file("b.csv", early));
  CHECK(partly.status == 1);
  CHECK(count(partly, "charged") == 1);
  CHECK(json_of(partly.out).at_pointer("/refused/outside_term").as_int64() == 1);
  const Ended nobody = run({"import", "--data", ledger.data(), "--format", "azure-llm", "--account", "nobody", "--json",
                            ledger.file("c.csv", trace(1))});
  CHECK(nobody.status == 1);
  CHECK(at(json_of(nobody.out), "/refused/code") == "unknown_account");
}

TEST_CASE("import: --starting moves the first call and keeps the distances") {
  const TraceLedger ledger;
  const std::string file = ledger.file("a.csv", trace(3));
  CHECK(ledger.import(file, {"--starting", "2026-01-05T00:00:00Z"}).status == 0);
  const std::string events = ledger.events();
  for (const char* moment : {"2026-01-05T00:00:00Z", "2026-01-05T00:00:03Z", "2026-01-05T00:00:06Z"}) {
    CHECK(contains(events, "\"CreditsConsumed\""));
    CHECK(contains(events, "\"at\":\"" + std::string(moment) + "\""));
  }
}

TEST_CASE("import: the account that `serve --demo` makes gets the trace in its present, the same one each time") {
  const TraceLedger demo("demo", "demo:");
  const std::string file = demo.file("a.csv", trace(3));
  const Ended first = demo.import(file);
  CHECK(contains(first.err, "demo account's present"));
  const auto opened = json_of(lines_of(demo.events()).front());
  const std::int64_t recorded = parse_instant(at(opened, "/recorded_at")).value().micros;
  constexpr std::int64_t hour = 3'600'000'000;
  CHECK(at(json_of(first.out), "/starts_at") == to_text(Instant{recorded - recorded % hour - 2 * hour}));
  CHECK(count(first, "charged") == 3);
  CHECK(count(demo.import(file), "replayed") == 3);
  CHECK(at(json_of(demo.import(demo.file("b.csv", trace(4)), {"--starting", "original"}).out), "/starts_at") ==
        "2026-01-16T18:15:46.68059Z");
}

TEST_CASE("import: any other account keeps the trace's own times, also one that is named demo") {
  const TraceLedger named("demo", "mine-");
  CHECK(at(json_of(named.import(named.file("a.csv", trace(1))).out), "/starts_at") == "2026-01-16T18:15:46.68059Z");
  const TraceLedger other("acme", "demo:");
  CHECK(at(json_of(other.import(other.file("a.csv", trace(1))).out), "/starts_at") == "2026-01-16T18:15:46.68059Z");
}

TEST_CASE("import: the summary for people tells rows, credits and what no lot covered") {
  const TraceLedger ledger;
  const std::string file = ledger.file("large.csv", std::string(header) + "\n2026-01-16 18:15:46,5000000000,0\n");
  const Ended ended = run({"import", "--data", ledger.data(), "--format", "azure-llm", "--account", "acme", file});
  CHECK(ended.status == 0);
  for (const char* part : {"large.csv", "account acme", "covered", "100,000", "124,900,000", "125,000,000"}) {
    INFO(ended.out);
    CHECK(contains(ended.out, part));
  }
}
