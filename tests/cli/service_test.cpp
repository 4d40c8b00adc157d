// SPDX-License-Identifier: Apache-2.0
// The command line beside a running service: it hands its commands over, and reads as before.
#include <catch2/catch.hpp>

#include <chrono>

#include "events/vocabulary.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/service.hpp"

using namespace creditfold::test;

namespace {

// Yesterday: the service's calendar has nothing to close in a term that began then.
std::string yesterday() {
  constexpr std::int64_t day = 86'400LL * 1'000'000;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return creditfold::to_text(
             creditfold::Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count() - day})
      .substr(0, 10);
}

// Answers without what no two runs share.
std::string without_recorded_at(std::string text) {
  for (std::size_t at = text.find("\"recorded_at\":\""); at != std::string::npos;
       at = text.find("\"recorded_at\":\"", at)) {
    text.erase(at, text.find("\",", at) + 2 - at);
  }
  return text;
}

}  // namespace

TEST_CASE("service: apply beside a service gets the answers it would have given itself") {
  const TemporaryDirectory alone, beside;
  const std::string open = opening("acme", "o", yesterday());
  std::string input = open + "\nnot JSON\n" + R"({"command":"ClosePeriods","key":"k","account":5})" + "\n" +
                      R"({"command":"TransferCredits","account":"acme","key":"t","to":"z","credits":"1"})" + "\n" +
                      R"({"command":"GrantCredits","account":"acme","key":"g","plan":"plus","credits":"0","kind":)" +
                      R"("promotion","period":1,"reason":"none"})" + "\n" + open;
  for (int i = 0; i < 1'500; ++i) input += usage("acme", "u" + std::to_string(i), yesterday() + "T01:00:00Z");
  input += "the last line, malformed as well";
  static_cast<void>(ask({"apply", "--data", beside.data().string()}));
  Service service(beside.data().string());
  const Ended handed_over = run({"apply", "--data", beside.data().string()}, input);
  INFO(handed_over.err);
  CHECK(handed_over.status == 0);
  const std::string own = ask({"apply", "--data", alone.data().string()}, input);
  const auto expected = lines_of(without_recorded_at(own)), actual = lines_of(without_recorded_at(handed_over.out));
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(actual[i] == expected[i]);
  CHECK(service.stop() == 0);
  CHECK(run({"verify", beside.data().string()}).status == 0);
}

TEST_CASE("service: --reader takes the origin of a page, and says which it did not take") {
  const TemporaryDirectory directory;
  for (const char* origin : {"x", "*", "page.example", "https://a.b/path"}) {
    const Ended ended =
        run({"serve", "--data", directory.data().string(), "--listen", "127.0.0.1:0", "--reader", origin});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--reader " + std::string(origin) + ": it is SCHEME://HOST"));
  }
}

TEST_CASE("service: import beside a service charges through it, once") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme", "o", yesterday())));
  const auto file = directory.path() / "trace.csv";
  write_file(file, "TIMESTAMP,ContextTokens,GeneratedTokens\n" + yesterday() + " 01:00:00.6805900,1000,100\nx,x,1\n");
  const Words words{"import", "--data", data, "--format", "azure-llm", "--account", "acme", "--json", file.string()};
  Service service(data);
  const Ended first = run(words);
  INFO(first.err);
  CHECK(first.status == 1);
  CHECK(contains(first.err, "service at http://"));
  CHECK(json_of(first.out).at("charged").as_int64() == 1);
  CHECK(at(json_of(first.out), "/credits") == "45");
  CHECK(service.stop() == 0);
  CHECK(json_of(run(words).out).at("replayed").as_int64() == 1);  // by itself, what the service stored
}

TEST_CASE("service: reading goes on beside it, and a second service is told who holds the directory") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  const std::string replayed = ask({"replay", data, "--json"});
  const std::string head = std::to_string(json_of(replayed).at("events").as_int64());
  Service service(data);  // which closes what has ended meanwhile
  CHECK(ask({"replay", data, "--json", "--as-of", head}) == replayed);
  CHECK(run({"verify", data}).status == 0);
  CHECK(run({"balance", "--data", data, "--account", "acme"}).status == 0);
  CHECK(run({"export", "--data", data, "--format", "cflog"}).status == 0);
  const Ended second = run({"serve", "--data", data, "--listen", "127.0.0.1:0"});
  CHECK(second.status == 4);
  CHECK(contains(second.err, "process"));
  CHECK(service.stop() == 0);
}

TEST_CASE("service: wrong addresses and catalogs end with 2 before anything is served") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  CHECK(run({"serve", "--data", data, "--listen", "nowhere"}).status == 2);
  const Ended open = run({"serve", "--data", data, "--listen", "0.0.0.0:0"});
  CHECK(open.status == 2);
  CHECK(contains(open.err, "--allow-remote"));
  const auto catalog = directory.path() / "catalog.json";
  write_file(catalog, "{");
  CHECK(run({"serve", "--data", data, "--catalog", catalog.string()}).status == 2);
}
