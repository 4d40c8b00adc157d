// SPDX-License-Identifier: Apache-2.0
// Words, help and exit statuses: what scripts hold on to before anything is asked of a ledger.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

const Words command_names{"serve",     "apply",  "import", "balance", "explain", "invoices", "accounts",
                          "directory", "export", "replay", "verify",  "clauses", "version"};

}  // namespace

TEST_CASE("cli: help about what is no command is wrong usage") {
  for (const auto& words : {std::vector<std::string>{"help", "nope"}, std::vector<std::string>{"nope", "--help"}}) {
    const Ended ended = run(words);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "there is no command nope. Try: creditfold --help"));
    CHECK(ended.out.empty());
  }
  for (const auto& words : {std::vector<std::string>{"help", "tokens", "nope"},
                            std::vector<std::string>{"tokens", "nope", "--help"},
                            std::vector<std::string>{"tokens", "nope"}}) {
    const Ended ended = run(words);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "there is no command tokens nope. Try: creditfold tokens --help"));
    CHECK(ended.out.empty());
  }
  CHECK(run({"tokens", "--help"}).status == 0);
  CHECK(contains(run({"tokens", "--nope"}).err, "--nope is not expected. Try: creditfold tokens --help"));
  CHECK(contains(run({"--nope"}).err, "--nope is not expected. Try: creditfold --help"));
  CHECK(run({"help", "help"}).status == 0);
}

TEST_CASE("cli: help goes to standard output and ends with 0") {
  const Ended program = run({"--help"});
  CHECK(program.status == 0);
  CHECK(program.err.empty());
  for (const std::string& command : command_names) {
    INFO(command);
    CHECK(contains(program.out, "\n  " + command + " "));
    const Ended help = run({command, "--help"});
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    CHECK(contains(help.out, "Usage: creditfold " + command + " "));
    for (const std::string& line : lines_of(help.out)) CHECK(line.size() <= 120);
  }
  CHECK(contains(program.out, "Example:"));
}

TEST_CASE("cli: wrong words end with 2, one sentence with a hint, and nothing on standard output") {
  const std::vector<Words> wrong{
      {},
      {"explain"},
      {"apply", "--bogus"},
      {"apply", "one", "two"},
      {"apply", "--data"},
      {"replay"},
      {"replay", "log", "--as-of", "x"},
      {"replay", "log", "--as-of", "-1"},
      {"balance", "--at", "yesterday"},
      {"balance", "--at", "2026-02-30T00:00:00Z"},
      {"balance", "--account", ""},
      {"balance", "--account", "a\tb"},
      {"balance", "--as-of", "9223372036854775808"},
      {"export"},
      {"import", "file.csv"},
      {"import", "--format", "azure-llm"},
      {"import", "--format", "azure-llm", "--starting", "noon", "file.csv"},
      {"serve", "--close-after", "soon"},
      {"serve", "--store", "postgres://localhost/ledger"},
      {"version", "extra"},
  };
  for (const Words& words : wrong) {
    const Ended ended = run(words);
    INFO(Catch::StringMaker<Words>::convert(words) << ": " << ended.err);
    CHECK(ended.status == 2);
    CHECK(ended.out.empty());
    CHECK(lines_of(ended.err).size() == 1);
    CHECK(contains(ended.err, "--help"));
  }
}

TEST_CASE("cli: what is not built yet is refused by name, with what there is instead") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  const std::string file = (directory.path() / "x").string();
  write_file(file, "");
  const Ended ended = run({"import", "--data", data, "--format", "smoke-signals", file});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "smoke-signals"));
  CHECK(contains(ended.err, "azure-llm, cloudevents and otel-genai"));
  const Ended parchment = run({"export", "--data", data, "--format", "parchment"});
  CHECK(parchment.status == 2);
  CHECK(contains(parchment.err, "jsonl, cflog, focus, archive and sqlite"));
  CHECK(contains(run({"serve", "--store", "postgres://x"}).err, "not built yet"));
}

TEST_CASE("cli: what the machine lacks ends with 4 and names it") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  const std::string missing = (directory.path() / "missing").string();
  for (const Words& words :
       {Words{"balance", "--data", missing}, Words{"accounts", "--data", missing},
        Words{"export", "--data", missing, "--format", "jsonl"}, Words{"replay", missing}, Words{"verify", missing},
        Words{"apply", "--data", data, missing}, Words{"apply", "--data", data, "--catalog", missing},
        Words{"import", "--data", missing, "--format", "azure-llm", missing}}) {
    const Ended ended = run(words);
    INFO(Catch::StringMaker<Words>::convert(words));
    CHECK(ended.status == 4);
    CHECK(ended.out.empty());
    CHECK(contains(ended.err, missing));
  }
  CHECK_FALSE(std::filesystem::exists(missing));  // asking makes nothing
}

TEST_CASE("cli: an answer that cannot be written ends with 4") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  CHECK(run({"apply", "--data", data}, opening("acme"), {}, "/dev/full").status == 4);
  for (const Words& words : {Words{"balance", "--data", data, "--account", "acme"}, Words{"accounts", "--data", data},
                             Words{"export", "--data", data, "--format", "cflog"}, Words{"replay", data},
                             Words{"verify", data}, Words{"clauses"}, Words{"version", "--json"}}) {
    const Ended ended = run(words, "", {}, "/dev/full");
    INFO(words.front());
    CHECK(ended.status == 4);
    CHECK(contains(ended.err, "standard output"));
  }
}

TEST_CASE("cli: a catalog that is none ends with 2 and says the line") {
  const TemporaryDirectory directory;
  const auto catalog = directory.path() / "catalog.json";
  write_file(catalog, "{\"catalog\": \"x\",\n \"plans\": {\"plus\": {\"rank\": \"high\"}}}");
  const Ended ended = run({"apply", "--data", directory.data().string(), "--catalog", catalog.string()});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "line 2"));
}

TEST_CASE("cli: the data directory is --data, else CREDITFOLD_DATA") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  const std::string variable = "CREDITFOLD_DATA=" + data;
  CHECK(run({"accounts", "--json"}, "", {variable}).out == ask({"accounts", "--json", "--data", data}));
  const std::string other = (directory.path() / "other").string();
  CHECK(run({"accounts", "--data", other}, "", {variable}).status == 4);
}

TEST_CASE("cli: version and clauses, for people and as JSON") {
  const auto version = json_of(ask({"version", "--json"}));
  CHECK(at(version, "/name") == "creditfold");
  CHECK(version.at("format").as_int64() == 2);
  CHECK_FALSE(at(version, "/version").empty());
  CHECK(contains(ask({"version"}), at(version, "/version")));
  CHECK(ask({"--version"}) == ask({"version"}));
  const auto table = json_of(ask({"clauses", "--json"}));
  CHECK(at(table, "/clauses/0/id") == "AIS-1");
  for (const auto& clause : table.at("clauses").as_array()) {
    CHECK(contains(ask({"clauses"}), at(clause, "/sentence")));
  }
}
