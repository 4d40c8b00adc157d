// SPDX-License-Identifier: Apache-2.0
// What the command line says when it says no: which value, what is allowed, and what to try.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

struct Filled {
  TemporaryDirectory directory;
  std::string data = directory.data().string();

  Filled() { fill(data); }
  [[nodiscard]] std::string file(const std::string& name) const { return (directory.path() / name).string(); }
  // The message that one command is refused with.
  [[nodiscard]] std::string message(const std::string& command) const {
    const std::string message = at(json_of(ask({"apply", "--data", data}, command)), "/refused/message");
    const std::string line = "Line 1: ";
    REQUIRE(message.substr(0, line.size()) == line);
    return message.substr(line.size());
  }
};

}  // namespace

TEST_CASE("sentences: a malformed command is told the value it has and what is allowed") {
  const Filled filled;
  const std::string rest = R"(,"account":"acme","key":"k")";
  const std::string open = R"({"command":"OpenAccount","region":"us")" + rest;
  CHECK(filled.message(R"({"command":"OpenAccont")" + rest + "}") == R"(/command "OpenAccont" is no command.)");
  CHECK(filled.message(open + R"(,"environment":"pub\n"})") ==
        R"(/environment "pub\n" is none of the names allowed here: commercial, gov.)");
  CHECK(filled.message(open + R"(,"environment":")" + std::string(65, 'x') + "\"}") ==
        "/environment is none of the names allowed here: commercial, gov.");
  const std::string grant = R"({"command":"GrantCredits","plan":"plus","credits":"1","period":1,"reason":"")" + rest;
  CHECK(filled.message(grant + R"(,"kind":"purchase"})") ==
        R"(/kind "purchase" is none of the names allowed here: promotion, correction.)");
  CHECK(filled.message(R"({"command":"ClosePeriods","account":"acme","key":""})") ==
        "/key is not 1 to 255 bytes of UTF-8.");
  CHECK(filled.message(R"({"command":"ClosePeriods","account":"","key":"k"})") ==
        "/account is not 1 to 128 bytes of UTF-8 without control characters.");
  CHECK(filled.message(R"({"command":"ClosePeriods","key":"j")" + rest + "}") == "/key stands twice.");
  CHECK(filled.message(R"(["ClosePeriods"])") == "The command is not an object.");
}

TEST_CASE("GOV-3: a malformed command repeats nothing where one of its texts carries a marking") {
  const Filled filled;
  for (const char* command :
       {R"({"command":"SECRET//NOFORN","account":"acme","key":"k"})",
        R"({"command":"OpenAccont","account":"acme","key":"k","memo":"(S) text"})",
        R"({"command":"OpenAccount","region":"us","account":"acme","key":"k","environment":"TOP SECRET"})"}) {
    INFO(command);
    CHECK(filled.message(command) == "The command is malformed. It carries a classification marking (GOV-3), so that "
                                     "nothing of it is repeated here.");
  }
}

TEST_CASE("sentences: a refusal as text has its code, its clause and the values that broke it") {
  const Filled filled;
  const Ended estimate = run({"estimate", "--data", filled.data, "--account", "acme", "--model", "nope"});
  CHECK(estimate.status == 1);
  CHECK(contains(estimate.err, ". (unknown_model, AIS-1; "));
  CHECK(contains(estimate.err, "model nope"));
  const std::string arn = "arn:aws:kms:us-east-1:999999999999:key/1";
  const Ended keys = run({"keys", "--data", filled.data, "--account", "acme", "rotate", arn});
  CHECK(keys.status == 1);
  CHECK(contains(keys.err, ". (product_required, EKM-1; product ekm, at "));
  CHECK(contains(run({"balance", "--data", filled.data, "--account", "SECRET//NOFORN"}).err, "(classified, GOV-3)"));
}

TEST_CASE("sentences: who names no account hears which one was meant") {
  const Filled filled;
  write_file(filled.file("trace.csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\n2026-01-01 00:00:00,1,1\n");
  const Words balance{"balance", "--data", filled.data};
  const Words import{"import", "--data", filled.data, "--format", "azure-llm", filled.file("trace.csv")};
  for (const Words& words : {balance, import}) {
    const Ended ended = run(words);
    CHECK(ended.status == 1);
    CHECK(contains(ended.err, "There is no account demo here. It is the one meant when --account names none; "
                              "creditfold accounts lists them."));
  }
  CHECK_FALSE(contains(run({"balance", "--data", filled.data, "--account", "nobody"}).err, "--account"));
}

TEST_CASE("sentences: an import of other events says of which type they are") {
  const Filled filled;
  const std::string file = filled.file("other.jsonl");
  write_file(file, R"({"specversion":"1.0","id":"1","source":"s","type":"com.example.other","data":{}})");
  const std::string told =
      ask({"import", "--data", filled.data, "--format", "cloudevents", "--account", "acme", file});
  CHECK(contains(told, "Nothing in the file is a use of a model: nothing to import. The first event is of the type "
                       "com.example.other; those of uses are of the type io.creditfold.usage.v1."));
  CHECK_FALSE(contains(told, "has no rows"));
}

TEST_CASE("sentences: help is said for the asking") {
  CHECK(ask({"help"}) == ask({"--help"}));
  CHECK(ask({"help", "balance"}) == ask({"balance", "--help"}));
  CHECK(ask({"help", "tokens", "create"}) == ask({"tokens", "create", "--help"}));
  CHECK(contains(ask({"keys", "--help"}), "(else CREDITFOLD_KEY_SERVICE, else local)"));
}

TEST_CASE("sentences: directories that cannot be meant are named") {
  const Filled filled;
  const Ended page = run({"serve", "--data", filled.data, "--listen", "127.0.0.1:0", "--web", filled.file("nodir")});
  CHECK(page.status == 2);
  CHECK(contains(page.err, "--web " + filled.file("nodir") + ": there is no such directory"));
  const std::string round_about = filled.data + "/../" + filled.directory.data().filename().string() + "/a/b";
  for (const std::string& inside : {filled.data + "/sub", round_about}) {
    const Ended backup = run({"backup", "--data", filled.data, inside});
    CHECK(backup.status == 2);
    CHECK(contains(backup.err, inside + " lies in " + filled.data));
    CHECK_FALSE(std::filesystem::exists(inside));
  }
  CHECK(run({"backup", "--data", filled.data, filled.data + "-copy"}).status == 0);
}
