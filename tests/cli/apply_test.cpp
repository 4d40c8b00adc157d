// SPDX-License-Identifier: Apache-2.0
// creditfold apply: commands in, answers out.
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

Words apply_to(const TemporaryDirectory& directory) { return {"apply", "--data", directory.data().string()}; }

}  // namespace

TEST_CASE("apply: one answer a line in the order of the commands, blank lines skipped, 0 also when refused") {
  const TemporaryDirectory directory;
  const std::string input = opening("acme") + "\n  \t\n" +
                            R"({"command":"TransferCredits","account":"acme","key":"t","to":"zeta","credits":"1"})" +
                            "\r\n" + usage("acme", "u", "2026-01-02T00:00:00Z");
  const auto answers = lines_of(ask(apply_to(directory), input));
  REQUIRE(answers.size() == 4);
  CHECK(at(json_of(answers[0]), "/accepted/0/type") == "AccountOpened");
  CHECK(at(json_of(answers[1]), "/accepted/1/type") == "CreditsGranted");
  CHECK(at(json_of(answers[2]), "/refused/code") == "non_transferable");
  CHECK(at(json_of(answers[2]), "/refused/clause") == "AIS-4f");
  CHECK(at(json_of(answers[3]), "/accepted/0/credits") == "25");
}

TEST_CASE("H19: apply gives the stored answer to a command sent again, also by another process") {
  const TemporaryDirectory directory;
  const auto first = lines_of(ask(apply_to(directory), opening("acme")));
  const auto again = lines_of(ask(apply_to(directory), opening("acme")));
  REQUIRE(again.size() == first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(again[i] == first[i].substr(0, first[i].size() - 1) + R"(,"replayed":true})");
  }
}

TEST_CASE("H19: a key is any text, and one that differs in a control character is another") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask(apply_to(directory), opening("acme")));
  std::string charges;
  for (const char* key : {R"(a)", R"(a\n)", R"(a\u0000)", R"(a\u0000b)", R"(\u0085)"}) {
    charges += std::string(R"({"command":"RecordUsage","account":"acme","key":")") + key +
               R"(","at":"2026-01-02T00:00:00Z","usage":")" + std::to_string(charges.size()) +
               R"(","workflow":"w","model":"gpt-4o","query":0,"input":1000,"output":0})" + "\n";
  }
  for (const std::string& answer : lines_of(ask(apply_to(directory), charges))) CHECK(contains(answer, "accepted"));
  const auto again = lines_of(ask(apply_to(directory), charges));
  REQUIRE(again.size() == 5);
  for (const std::string& answer : again) CHECK(contains(answer, R"("replayed":true)"));
  CHECK(run({"verify", data}).status == 0);
  const std::string log = (directory.path() / "log.jsonl").string();
  write_file(log, ask({"export", "--data", data, "--format", "jsonl"}));
  CHECK(at(json_of(ask({"replay", "--json", log})), "/fingerprint") ==
        at(json_of(ask({"replay", "--json", data})), "/fingerprint"));
}

TEST_CASE("apply: a line with a field twice is answered with its key, unless that is the field") {
  const TemporaryDirectory directory;
  const std::string twice = R"({"command":"ClosePeriods","account":"acme","key":"k9",)";
  const auto answers =
      lines_of(ask(apply_to(directory), twice + R"("command":"ClosePeriods"})" + "\n" + twice + R"("key":"k9"})"));
  REQUIRE(answers.size() == 2);
  CHECK(at(json_of(answers[0]), "/key") == "k9");
  CHECK(at(json_of(answers[0]), "/refused/details/place") == "/command");
  CHECK(json_of(answers[1]).at("key").is_null());
}

TEST_CASE("apply: a line that is no command is answered with its number, and the next line is read") {
  const TemporaryDirectory directory;
  const std::string input = opening("acme") + "\nthis is not JSON\n[]\n" +
                            R"({"command":"ClosePeriods","account":"acme","key":"k9","colour":"red"})" + "\n" +
                            R"({"command":"ClosePeriods","account":"acme","key":"k9"})";
  const auto answers = lines_of(ask(apply_to(directory), input));
  REQUIRE(answers.size() == 6);
  for (const auto& [index, line] : {std::pair{2, "4"}, {3, "5"}, {4, "6"}}) {
    const auto answer = json_of(answers[static_cast<std::size_t>(index)]);
    CHECK(at(answer, "/refused/code") == "malformed");
    CHECK(at(answer, "/refused/details/line") == line);
    CHECK(at(answer, "/refused/message").starts_with("Line " + std::string(line) + ":"));
  }
  CHECK(json_of(answers[2]).at("key").is_null());
  CHECK(at(json_of(answers[4]), "/key") == "k9");
  CHECK(json_of(answers[5]).as_object().contains("accepted"));
}

TEST_CASE("apply: a line longer than a command may be is refused, and the next is read") {
  const TemporaryDirectory directory;
  const std::string input = "{\"command\":\"" + std::string(3U << 20, 'x') + "\"}\n" + opening("acme");
  const auto answers = lines_of(ask(apply_to(directory), input));
  REQUIRE(answers.size() == 3);
  CHECK(at(json_of(answers[0]), "/refused/code") == "malformed");
  CHECK(json_of(answers[2]).as_object().contains("accepted"));
}

TEST_CASE("apply: a file, standard input and - are the same; a byte order mark is not a command") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "commands.jsonl";
  write_file(file, "\xEF\xBB\xBF" + opening("acme"));
  const auto with = [&](const std::string& word) {
    Words words = apply_to(directory);
    words.push_back(word);
    return words;
  };
  CHECK(lines_of(ask(with(file.string()))).size() == 2);
  const std::string again = ask(with(file.string()));
  CHECK(ask(with("-"), opening("acme")) == again);
  CHECK(ask(apply_to(directory), opening("acme")) == again);
  CHECK(ask(apply_to(directory), "").empty());
  CHECK(run(with(directory.path().string())).status == 4);  // a directory is no file
}

TEST_CASE("apply: what comes through a pipe is answered as it comes") {
  const TemporaryDirectory directory;
  Running program(apply_to(directory));
  const auto commands = lines_of(opening("acme"));
  program.send(commands[0] + "\n");
  CHECK(at(json_of(program.read_line()), "/accepted/0/type") == "AccountOpened");
  program.send(commands[1]);  // without its line end: the end of the input ends it
  program.close_input();
  CHECK(at(json_of(program.read_line()), "/accepted/0/type") == "TermStarted");
  CHECK(program.wait() == 0);
}

TEST_CASE("apply: more commands than one group takes are answered in order") {
  const TemporaryDirectory directory;
  std::string input = opening("acme");
  constexpr int count = 2'500;
  for (int i = 0; i < count; ++i) input += usage("acme", "u" + std::to_string(i), "2026-01-02T00:00:00Z");
  const auto answers = lines_of(ask(apply_to(directory), input));
  REQUIRE(answers.size() == count + 2);
  for (int i = 0; i < count; ++i) {
    REQUIRE(at(json_of(answers[static_cast<std::size_t>(i) + 2]), "/key") == "u" + std::to_string(i));
  }
}

TEST_CASE("apply: another writer is told who writes, and readers are not disturbed") {
  const TemporaryDirectory directory;
  Running first(apply_to(directory));
  first.send(opening("acme"));
  static_cast<void>(first.read_line());
  static_cast<void>(first.read_line());
  const Ended second = run(apply_to(directory), opening("zeta"));
  CHECK(second.status == 4);
  CHECK(second.out.empty());
  CHECK(second.err.find("process " + std::to_string(first.pid())) != std::string::npos);
  CHECK(run({"balance", "--data", directory.data().string(), "--account", "acme"}).status == 0);
  first.close_input();
  CHECK(first.wait() == 0);
  CHECK(lines_of(ask(apply_to(directory), opening("zeta"))).size() == 2);
}
