// SPDX-License-Identifier: Apache-2.0
// What the command line says when it says no: which value, what is allowed, and what to try.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

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
        "/key is not 1 to 255 bytes of UTF-8 without control characters.");
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
