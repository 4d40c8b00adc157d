// SPDX-License-Identifier: Apache-2.0
// Tokens, consents, estimates and exports on the command line (AC-3, IA-5, AI-1, AI-4, AI-6, AIS-4c).
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"
#include "tests/cli/service.hpp"

using namespace creditfold::test;

TEST_CASE("tokens: made for an account or the operator, listed without their secret, revoked by id") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  CHECK(contains(ask({"tokens", "list", "--data", (fill(data), data)}), "No tokens"));
  const std::string token =
      lines_of(ask({"tokens", "create", "--data", data, "--account", "acme", "--write", "--label", "ci"})).front();
  CHECK(token.size() == 59);
  const auto made =
      json_of(ask({"tokens", "create", "--data", data, "--operator", "--expires", "2199-01-01T00:00:00Z", "--json"}));
  CHECK(at(made, "/scope") == "operator");
  const std::string listed = ask({"tokens", "list", "--data", data});
  CHECK(contains(listed, "acme, read and write"));
  CHECK(contains(listed, "ci"));
  CHECK(contains(listed, "until 2199-01-01"));
  CHECK_FALSE(contains(listed, token.substr(16)));
  const auto list = json_of(ask({"tokens", "list", "--data", data, "--json"}));
  CHECK(list.at("tokens").as_array().size() == 2);
  CHECK_FALSE(list.at("tokens").as_array().front().as_object().contains("hash"));
  CHECK(contains(ask({"tokens", "revoke", "--data", data, token.substr(3, 12)}), "revoked"));
  CHECK(contains(ask({"tokens", "list", "--data", data}), "revoked 20"));
  CHECK(run({"tokens", "revoke", "--data", data, "0123456789ab"}).status == 1);
  struct stat status {};
  REQUIRE(::stat((directory.data() / "tokens.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("tokens: wrong words end with 2") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  for (const Words& words :
       {Words{"tokens"}, Words{"tokens", "create", "--data", data},
        Words{"tokens", "create", "--data", data, "--operator", "--account", "acme"},
        Words{"tokens", "create", "--data", data, "--operator", "--write"},
        Words{"tokens", "create", "--data", data, "--operator", "--expires", "2020-01-01T00:00:00Z"},
        Words{"tokens", "revoke", "--data", data}, Words{"gov"}, Words{"gov", "matrix", "--data", data}}) {
    INFO(Catch::StringMaker<Words>::convert(words));
    CHECK(run(words).status == 2);
  }
  CHECK(contains(run({"tokens", "create"}).err, "creditfold tokens create --help"));
  CHECK(contains(ask({"tokens", "create", "--help"}), "creditfold tokens create"));
}

TEST_CASE("AC-3: beside a service that asks for tokens, the owner of the data directory needs none of their own") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme")));
  const std::string reader = lines_of(ask({"tokens", "create", "--data", data, "--account", "acme"})).front();
  Service service(data);
  const std::string at = "2026-01-16T00:00:00Z";
  const Ended own = run({"apply", "--data", data}, usage("acme", "u1", at));
  INFO(own.err);
  CHECK(own.status == 0);
  CHECK(contains(own.out, "\"accepted\""));
  // Without the file that only its owner reads, the environment's token is sent, with its own scope.
  const auto token_file = directory.data() / "service.token";
  const std::string kept = read_file(token_file);
  REQUIRE_FALSE(kept.empty());
  std::filesystem::remove(token_file);
  const Ended unknown = run({"apply", "--data", data}, usage("acme", "u2", at));
  CHECK(unknown.status == 4);
  CHECK(contains(unknown.err, "asks for a token"));
  const Ended reading = run({"apply", "--data", data}, usage("acme", "u2", at), {"CREDITFOLD_TOKEN=" + reader});
  CHECK(reading.status == 4);
  CHECK(contains(reading.err, "only read"));
  const std::string writer =
      lines_of(ask({"tokens", "create", "--data", data, "--account", "acme", "--write"})).front();
  CHECK(run({"apply", "--data", data}, usage("acme", "u2", at), {"CREDITFOLD_TOKEN=" + writer}).status == 0);
  write_file(token_file, kept);  // nobody reads it any more
  CHECK(service.stop() == 0);
  CHECK_FALSE(std::filesystem::exists(token_file));
}

TEST_CASE("AC-17: --allow-remote complains where there are no tokens, and does not where there are") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme")));
  const auto serve = [&] {
    // 0.0.0.0 is beyond this machine; the port is free and nobody is told of it.
    const std::string command =
        std::string(CREDITFOLD_PROGRAM) + " serve --data " + data + " --listen 0.0.0.0:0 --allow-remote";
    const auto err = directory.path() / "err.txt";
    const std::string shell = "timeout 2 " + command + " 2> " + err.string();
    CHECK(std::system(shell.c_str()) != -1);
    return read_file(err);
  };
  CHECK(contains(serve(), "there are no tokens"));
  static_cast<void>(ask({"tokens", "create", "--data", data, "--operator"}));
  const std::string quiet = serve();
  CHECK(contains(quiet, "open http://"));
  CHECK_FALSE(contains(quiet, "there are no tokens"));
}

TEST_CASE("AI-4: consents for people and as JSON, as of any moment") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask(
      {"apply", "--data", data},
      opening("acme") + "\n" +
          R"({"command":"SetConsent","account":"acme","key":"c1","at":"2026-01-05T00:00:00Z","feature":"beta","granted":true})"
          "\n"
          R"({"command":"SetConsent","account":"acme","key":"c2","at":"2026-01-07T00:00:00Z","feature":"beta","granted":false})"
          "\n"
          R"({"command":"SetAccess","account":"acme","key":"a","at":"2026-01-08T00:00:00Z","allowed":false})"));
  const auto then =
      json_of(ask({"consents", "--data", data, "--account", "acme", "--at", "2026-01-06T00:00:00Z", "--json"}));
  CHECK(at(then, "/consents/0/state") == "granted");
  CHECK(at(then, "/consents/1/state") == "never");
  const std::string now = ask({"consents", "--data", data, "--account", "acme"});
  CHECK(contains(now, "training  never"));
  CHECK(contains(now, "AI access: suspended, since 2026-01-08"));
  CHECK(contains(now, "revoked"));
  CHECK(contains(ask({"balance", "--data", data, "--account", "acme"}), "AI suspended"));  // AI-0
  CHECK_FALSE(
      contains(ask({"balance", "--data", data, "--account", "acme", "--at", "2026-01-07T00:00:00Z"}), "AI suspended"));
  CHECK(run({"consents", "--data", data, "--account", "nobody"}).status == 1);
  CHECK(run({"consents", "--data", data, "--account", "acme", "--at", "2020-01-01T00:00:00Z"}).status == 1);
}

TEST_CASE("AIS-4c, AI-6: an estimate with its notices, and nothing recorded") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme")));
  const std::string log = ask({"export", "--data", data, "--format", "jsonl"});
  const Words words{"estimate", "--data", data,   "--account",           "acme", "--model", "gpt-4o",
                    "--input",  "1000",   "--at", "2026-01-16T00:00:00Z"};
  const std::string text = ask(words);
  CHECK(contains(text, "25 credits of plus for gpt-4o"));
  CHECK(contains(text, "for information only"));
  Words as_json = words;
  as_json.emplace_back("--json");
  const auto told = json_of(ask(as_json));
  CHECK(told.at("informational").as_bool());
  CHECK(ask({"export", "--data", data, "--format", "jsonl"}) == log);
  const auto charged = json_of(ask({"apply", "--data", data}, usage("acme", "u", "2026-01-16T00:00:00Z")));
  CHECK(at(told, "/credits") == at(charged, "/accepted/0/credits"));
  const Ended refused = run(
      {"estimate", "--data", data, "--account", "acme", "--model", "none", "--json", "--at", "2026-01-16T00:00:00Z"});
  CHECK(refused.status == 1);
  CHECK(at(json_of(refused.out), "/refused/code") == "unknown_model");
}

TEST_CASE("AI-1: export --format archive writes a tar that tar opens and sha256sum confirms, the same each time") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  const auto tar = (directory.path() / "acme.tar").string(), again = (directory.path() / "again.tar").string();
  CHECK(run({"export", "--data", data, "--format", "archive", "--account", "acme", "--output", tar}).status == 0);
  CHECK(run({"export", "--data", data, "--format", "archive", "--account", "acme", "--output", again}).status == 0);
  CHECK(read_file(tar) == read_file(again));
  const std::string check = "cd " + directory.path().string() +
                            " && tar xf acme.tar && cd creditfold-export && sha256sum -c --quiet SHA256SUMS";
  CHECK(std::system(check.c_str()) == 0);
  const auto folder = directory.path() / "creditfold-export";
  CHECK(run({"verify", (folder / "log.cflog").string()}).status == 0);
  CHECK(read_file(folder / "events.jsonl") ==
        ask({"export", "--data", data, "--format", "jsonl", "--account", "acme"}));
  CHECK(read_file(folder / "charges.focus.csv") ==
        ask({"export", "--data", data, "--format", "focus", "--account", "acme"}));
  const auto replayed = json_of(ask({"replay", "--json", (folder / "events.jsonl").string()}));
  CHECK(boost::json::serialize(replayed.at("accounts").as_array().front()) + "\n" ==
        boost::json::serialize(json_of(read_file(folder / "balance.json"))) + "\n");
  CHECK(run({"export", "--data", data, "--format", "archive", "--account", "nobody", "--output", tar}).status == 1);
  CHECK(run({"export", "--data", data, "--format", "archive", "--output", tar}).status == 2);
}

TEST_CASE("AI-2: every export of a charge says that it is AI generated") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  int charges = 0;
  for (const std::string& line : lines_of(ask({"export", "--data", data, "--format", "jsonl"}))) {
    const bool charge = contains(line, "\"CreditsConsumed\"");
    CHECK(contains(line, R"("ai_generated":true)") == charge);
    charges += charge ? 1 : 0;
  }
  CHECK(charges > 0);
  const std::string focus = ask({"export", "--data", data, "--format", "focus"});
  CHECK(contains(lines_of(focus).front(), "x_AiGenerated"));
  const auto file = directory.path() / "log.jsonl";
  std::string said = ask({"export", "--data", data, "--format", "jsonl"});
  write_file(file, said);
  CHECK(run({"verify", file.string()}).status == 0);
  said.replace(said.find(R"("ai_generated":true)"), 19, R"("ai_generated":false)");
  write_file(file, said);
  CHECK(run({"verify", file.string()}).status == 3);  // a document that says otherwise is not read
}
