// SPDX-License-Identifier: Apache-2.0
// creditfold balance, accounts, export, replay and verify over sound logs.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

// A filled data directory with its exports beside it.
struct Logs {
  TemporaryDirectory directory;
  std::string data = directory.data().string();
  std::string cflog = (directory.path() / "ledger.cflog").string();
  std::string jsonl = (directory.path() / "ledger.jsonl").string();

  Logs() {
    fill(data);
    static_cast<void>(ask({"export", "--data", data, "--format", "cflog", "--output", cflog}));
    write_file(jsonl, ask({"export", "--data", data, "--format", "jsonl"}));
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (directory.path() / name).string(); }
};

}  // namespace

TEST_CASE("replay: a data directory, its .cflog and its JSON Lines give the same bytes") {
  const Logs logs;
  const std::string replayed = ask({"replay", logs.data, "--json"});
  CHECK(ask({"replay", logs.cflog, "--json"}) == replayed);
  CHECK(ask({"replay", logs.jsonl, "--json"}) == replayed);
  CHECK(json_of(replayed).at("events").as_int64() == static_cast<std::int64_t>(lines_of(read_file(logs.jsonl)).size()));
  CHECK(at(json_of(replayed), "/accounts/0/account") == "acme");
  CHECK(at(json_of(replayed), "/accounts/1/account") == "zeta");
  const std::string text = ask({"replay", logs.cflog});
  CHECK(contains(text, at(json_of(replayed), "/fingerprint")));
  CHECK(contains(text, "events/s"));
}

TEST_CASE("replay: files are told apart by what is in them, not by their names") {
  const Logs logs;
  const std::string replayed = ask({"replay", logs.data, "--json"});
  write_file(logs.file("one.txt"), read_file(logs.cflog));
  write_file(logs.file("two.cflog"), read_file(logs.jsonl));
  CHECK(ask({"replay", logs.file("one.txt"), "--json"}) == replayed);
  CHECK(ask({"replay", logs.file("two.cflog"), "--json"}) == replayed);
}

TEST_CASE("property 3: replay --snapshot goes through a snapshot and gives the same bytes") {
  const Logs logs;
  for (const std::string& log : {logs.data, logs.cflog, logs.jsonl}) {
    CHECK(ask({"replay", log, "--json", "--snapshot"}) == ask({"replay", log, "--json"}));
    for (const char* as_of : {"0", "1", "2", "7"}) {
      CHECK(ask({"replay", log, "--json", "--snapshot", "--as-of", as_of}) ==
            ask({"replay", log, "--json", "--as-of", as_of}));
    }
  }
}

TEST_CASE("balance --as-of SEQ is the element of replay --as-of SEQ, byte for byte, at every position") {
  const Logs logs;
  const std::size_t events = lines_of(read_file(logs.jsonl)).size();
  for (std::size_t seq = 1; seq <= events; seq += 3) {
    const std::string as_of = std::to_string(seq);
    const std::string replayed = ask({"replay", logs.cflog, "--json", "--as-of", as_of});
    const Ended acme = run({"balance", "--data", logs.data, "--account", "acme", "--as-of", as_of, "--json"});
    REQUIRE(acme.status == 0);
    INFO(as_of);
    CHECK(contains(replayed, acme.out.substr(0, acme.out.size() - 1)));
  }
}

TEST_CASE("balance: for people, periods, lots and usage with totals, figures grouped") {
  const Logs logs;
  const std::string text = ask({"balance", "--data", logs.data, "--account", "acme", "--at", "2026-02-02T00:00:00Z"});
  for (const char* part : {"acme, commercial, us", "plus, term 1", "Now in period 2", "200,000 of 200,000 credits left",
                           "closed", "plus/1/1/2", "purchase", "triage", "gpt-4o", "9,000", "Total"}) {
    INFO(text);
    CHECK(contains(text, part));
  }
  for (const std::string& line : lines_of(text)) CHECK((line.empty() || line.back() != ' '));
}

TEST_CASE("balance: totals of figures that each fit 64 bits are shown though together they do not") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  std::string commands = opening("acme");
  for (const char* month : {"01", "02"}) {
    commands += R"({"command":"RecordUsage","account":"acme","key":"u)" + std::string(month) + R"(","at":"2026-)" +
                month + R"(-15T00:00:00Z","usage":"u)" + month + R"(","workflow":"w)" + month +
                R"(","model":"gpt-4o","query":368000000000000,"input":0,"output":0})" + "\n";
  }
  REQUIRE(lines_of(ask({"apply", "--data", data}, commands)).size() == 4);
  const std::string text = ask({"balance", "--data", data, "--account", "acme"});
  INFO(text);
  CHECK(contains(text, "18,399,999,800,000"));  // uncovered, of two allotments of 100,000
  CHECK(contains(text, "18,400,000,000,000"));
  CHECK(contains(text, "736,000,000,000,000"));
}

TEST_CASE("balance: an unknown account is a sentence, the refusal as JSON, and 1") {
  const Logs logs;
  const Ended text = run({"balance", "--data", logs.data, "--account", "nobody"});
  CHECK(text.status == 1);
  CHECK(text.out.empty());
  CHECK(contains(text.err, "nobody"));
  const Ended json = run({"balance", "--data", logs.data, "--account", "nobody", "--json"});
  CHECK(json.status == 1);
  CHECK(at(json_of(json.out), "/refused/code") == "unknown_account");
  const Ended early =
      run({"balance", "--data", logs.data, "--account", "acme", "--at", "2020-01-01T00:00:00Z", "--json"});
  CHECK(early.status == 1);
  CHECK(at(json_of(early.out), "/refused/code") == "unknown_account");
}

TEST_CASE("accounts: every account with its version and the fingerprint its balance has") {
  const Logs logs;
  const auto accounts = json_of(ask({"accounts", "--data", logs.data, "--json"})).at("accounts").as_array();
  REQUIRE(accounts.size() == 2);
  for (const auto& account : accounts) {
    const std::string id = at(account, "/account");
    const auto balance = json_of(ask({"balance", "--data", logs.data, "--account", id, "--json"}));
    CHECK(account.at("version") == balance.at("version"));
    CHECK(account.at("fingerprint") == balance.at("fingerprint"));
    CHECK(contains(ask({"accounts", "--data", logs.data}), id));
  }
}

TEST_CASE("export: one account's part keeps its positions and folds by itself") {
  const Logs logs;
  const std::string part = logs.file("zeta.cflog");
  static_cast<void>(ask({"export", "--data", logs.data, "--account", "zeta", "--format", "cflog", "--output", part}));
  const auto replayed = json_of(ask({"replay", part, "--json"}));
  CHECK(replayed.at("accounts").as_array().size() == 1);
  const std::string whole = ask({"replay", logs.data, "--json"});
  CHECK(json_of(whole).at_pointer("/accounts/1") == replayed.at_pointer("/accounts/0"));
  CHECK(run({"verify", part}).status == 0);
  const std::string lines = ask({"export", "--data", logs.data, "--account", "zeta", "--format", "jsonl"});
  write_file(logs.file("zeta.jsonl"), lines);
  REQUIRE(json_of(lines_of(lines).front()).at("seq").as_int64() > 1);
  CHECK(json_of(ask({"replay", logs.file("zeta.jsonl"), "--json"})) == replayed);
  CHECK(run({"verify", logs.file("zeta.jsonl")}).status == 0);
  for (const std::string& line : lines_of(lines)) {
    CHECK(at(json_of(line), "/account") == "zeta");
    CHECK(contains(read_file(logs.jsonl), line));
  }
  CHECK(run({"export", "--data", logs.data, "--account", "nobody", "--format", "jsonl"}).status == 1);
}

TEST_CASE("export --after goes on where another ended") {
  const Logs logs;
  const std::string all = read_file(logs.jsonl);
  std::string first_ten;
  for (const std::string& line : lines_of(all)) {
    if (json_of(line).at("seq").as_int64() <= 10) first_ten += line + "\n";
  }
  CHECK(first_ten + ask({"export", "--data", logs.data, "--format", "jsonl", "--after", "10"}) == all);
  const std::string tail = logs.file("tail.cflog");
  static_cast<void>(ask({"export", "--data", logs.data, "--format", "cflog", "--after", "10", "--output", tail}));
  const Ended alone = run({"replay", tail});
  CHECK(alone.status == 2);  // not damaged: a part that cannot be folded by itself
  CHECK(contains(alone.err, "begins after position 10"));
  const std::string lines = logs.file("tail.jsonl");
  write_file(lines, ask({"export", "--data", logs.data, "--format", "jsonl", "--after", "10"}));
  for (const char* command : {"replay", "verify"}) {
    const Ended same = run({command, lines});
    CHECK(same.status == 2);
    CHECK(contains(same.err, "begins after position 10 of its log; it takes the log from its beginning"));
  }
  CHECK(run({"export", "--data", logs.data, "--format", "jsonl", "--after", "99999"}).status == 2);
}

TEST_CASE("export --output: the file is there when it is whole; a link is written through, not replaced") {
  const Logs logs;
  const std::string target = logs.file("target"), link = logs.file("link");
  write_file(target, "old");
  std::filesystem::create_symlink(target, link);
  static_cast<void>(ask({"export", "--data", logs.data, "--format", "jsonl", "--output", link}));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(read_file(target) == read_file(logs.jsonl));
  const std::string nowhere = logs.file("missing/file");
  CHECK(run({"export", "--data", logs.data, "--format", "jsonl", "--output", nowhere}).status == 4);
}

TEST_CASE("verify: a sound log is told as such in every form") {
  const Logs logs;
  for (const std::string& log : {logs.data, logs.cflog, logs.jsonl}) {
    const auto verified = json_of(ask({"verify", log, "--json"}));
    CHECK(verified.at("ok").as_bool());
    CHECK(verified.at("events") == json_of(ask({"replay", log, "--json"})).at("events"));
    CHECK(at(verified, "/fingerprint") == at(json_of(ask({"replay", log, "--json"})), "/fingerprint"));
    CHECK(contains(ask({"verify", log}), "is sound"));
  }
  // A batch without events is among them.
  CHECK(json_of(ask({"verify", logs.cflog, "--json"})).at("batches") ==
        json_of(ask({"verify", logs.data, "--json"})).at("batches"));
}

TEST_CASE("replay and verify: an empty log is a log") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}));
  const std::string cflog = (directory.path() / "empty.cflog").string();
  static_cast<void>(ask({"export", "--data", data, "--format", "cflog", "--output", cflog}));
  const std::string jsonl = (directory.path() / "empty.jsonl").string();
  write_file(jsonl, "");
  for (const std::string& log : {data, cflog, jsonl}) {
    CHECK(json_of(ask({"replay", log, "--json", "--snapshot"})).at("events").as_int64() == 0);
    CHECK(run({"verify", log}).status == 0);
  }
  CHECK(json_of(ask({"accounts", "--data", data, "--json"})).at("accounts").as_array().empty());
}
