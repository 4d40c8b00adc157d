// SPDX-License-Identifier: Apache-2.0
// GOV-3 at the service's door: marked addresses, bodies and headers are refused, and no answer, log line or file
// repeats what they held.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "ledger/service/target.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// What the process says on standard error while this lives.
class Overheard {
 public:
  explicit Overheard(const std::filesystem::path& file) : file_(file), kept_(::dup(2)) {
    std::fflush(stderr);
    REQUIRE(std::freopen(file.c_str(), "w", stderr) != nullptr);
  }
  ~Overheard() { stop(); }
  std::string stop() {
    if (kept_ >= 0) {
      std::fflush(stderr);
      ::dup2(kept_, 2);
      ::close(kept_);
      kept_ = -1;
    }
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path file_;
  int kept_;
};

}  // namespace

TEST_CASE("GOV-3: an address carries a marking whatever its encoding") {
  for (const char* marked :
       {"/v1/accounts/SECRET%2F%2FNOFORN/balance", "/v1/accounts/SECRET/balance", "/v1/accounts/SECRET//NOFORN",
        "/%53ECRET%2f%2fSI", "/v1/accounts/a/balance?at=(TS%2F%2FSI)", "/?q=TOP%20SECRET", "/TOP%C2%A0SECRET",
        "/%zz%20SECRET%2F%2FSI", "/a%", "/v1/accounts/(S%2FNF)"}) {
    INFO(marked);
    CHECK(service::carries_marking(marked) == (std::string(marked) != "/a%"));
  }
  for (const char* open : {"/v1/accounts/acme/balance?at=2026-03-06T00:00:00Z", "/", "/assets/index-1a2b.js",
                           "/v1/events?after=0&account=a%2Fb", "/v1/accounts/secret-santa/log", "*", ""}) {
    INFO(open);
    CHECK_FALSE(service::carries_marking(open));
  }
}

TEST_CASE("GOV-3: marked requests of every kind are refused, and answers and log lines hold nothing of them") {
  const TemporaryDirectory directory;
  Overheard overheard(directory.path() / "stderr.txt");
  std::string answers;
  int refused = 0;
  {
    service::ServiceOptions options;
    options.debug = true;
    Running running(options);
    running.open_account("acme");
    const std::string well = "wellhead515";
    const auto keep = [&](const Response& response) {
      answers += response.body;
      for (const auto& [name, value] : response.headers) answers += name + value;
      if (response.status >= 400) ++refused;
    };
    Client client = running.client();
    for (const std::string& target :
         {"/v1/accounts/SECRET%2F%2FNOFORN%20" + well + "/balance", "/SECRET%2F%2FNOFORN%20" + well,
          "/v1/accounts/acme/balance?at=(TS%2F%2FSI)" + well, "/v1/accounts/acme/balance?TOP%20SECRET%20" + well + "=1",
          "/v1/events?account=(TS%2F%2FSI)%20" + well, "/v1/accounts/acme/estimate?model=SECRET%2F%2FNF" + well,
          "/%zz%20SECRET%2F%2FSI%20" + well, "/v1/accounts/SECRET//NOFORN-" + well}) {
      const Response response = client.get(target);
      CHECK(response.status == 422);
      CHECK(at(response.body, "/error/code") == "classified");
      keep(response);
    }
    const std::string memo = R"("memo":"SECRET//NOFORN )" + well + '"';
    keep(client.post(command("RecordUsage", "acme", "k1",
                             R"("usage":"u","workflow":"w","model":"gpt-4o","query":0,"input":1,"output":0,)" + memo)));
    keep(client.post(command("RecordUsage", "nobody-" + well, "k2", memo)));
    keep(client.post(command("Nothing", "acme", "(TS//SI) " + well, memo)));
    keep(client.post(R"({"SECRET//NOFORN )" + well + R"(":1,"SECRET//NOFORN )" + well + R"(":2})"));
    keep(client.post(R"({"command":"RecordUsage",)" + memo));
    keep(client.post("SECRET//NOFORN " + well + "\n{\"memo\":\"(TS//SI) " + well + "\"}", "application/x-ndjson"));
    refused += 1;  // its lines are refused one by one, in an answer of 200
    keep(running.client().send("POST", "/v1/commands", {{"Content-Type", "SECRET//NOFORN " + well}}, "{}"));
    keep(running.client().send("GET", "/v1/accounts", {{"Origin", "SECRET//NOFORN " + well}}));
    keep(running.client().send("GET", "/v1/events", {{"Last-Event-ID", "SECRET//NOFORN " + well}}));
    Client other = running.client();
    other.write("SECRET//NOFORN-" + well + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    keep(other.read());
    CHECK(running.log().head() == 3);
    CHECK(running.log().head() == 3);
  }
  const std::string said = overheard.stop();
  CHECK(refused == 18);
  CHECK(answers.find("wellhead515") == std::string::npos);
  CHECK(answers.find("NOFORN") == std::string::npos);
  CHECK(said.find("\"request\"") != std::string::npos);  // the log was on
  CHECK(said.find("wellhead515") == std::string::npos);
  CHECK(said.find("NOFORN") == std::string::npos);
}
