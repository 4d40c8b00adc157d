// SPDX-License-Identifier: Apache-2.0
// AC-3, AC-7: once a directory has a token, every address of the API asks for one and keeps to its scope; what is open
// stays open.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/edge/tokens.hpp"
#include "ledger/service/limits.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

const Instant noon = moment("2026-03-10T12:00:00Z");

// A service whose directory has tokens: the operator's, and of acme one to read and one to write.
class Guarded {
 public:
  Guarded() {
    running.open_account("acme");
    running.open_account("zeta");
    vendor = make({});
    reader = make({.account = AccountId("acme"), .write = false});
    writer = make({.account = AccountId("acme"), .write = true});
  }

  std::string make(const edge::Scope& scope, std::optional<Instant> ends = std::nullopt) {
    return edge::TokenFile(directory.path()).create(scope, "", noon, ends).token;
  }
  static Headers with(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
  [[nodiscard]] Response get(const std::string& target, const std::string& token) const {
    return running.client().get(target, with(token));
  }
  [[nodiscard]] Response post(const std::string& body, const std::string& token,
                              const char* type = "application/json") const {
    Headers headers = with(token);
    headers.emplace_back("Content-Type", type);
    return running.client().send("POST", "/v1/commands", headers, body);
  }

  TemporaryDirectory directory;
  Running running{options()};
  std::string vendor, reader, writer;

 private:
  [[nodiscard]] service::ServiceOptions options() const {
    service::ServiceOptions asked;
    asked.tokens = directory.path();
    return asked;
  }
};

std::vector<std::string> described_paths(const Running& running) {
  std::vector<std::string> paths;
  const auto value = boost::json::parse(running.client().get("/openapi.json").body);
  for (const auto& [key, methods] : value.at("paths").as_object()) {
    std::string path(key);
    if (const std::size_t place = path.find("{account}"); place != std::string::npos) path.replace(place, 9, "acme");
    if (const std::size_t place = path.find("{region}"); place != std::string::npos) path.replace(place, 8, "us");
    if (const std::size_t place = path.find("{level}/{tile}"); place != std::string::npos)
      path.replace(place, 14, "0/000.p/1");
    if (path.rfind("/v1/", 0) == 0) paths.push_back(path);
  }
  return paths;
}

}  // namespace

TEST_CASE("AC-3: without a token in the directory nobody is asked, and the first one closes the door at once") {
  const TemporaryDirectory directory;
  service::ServiceOptions options;
  options.tokens = directory.path();
  Running running(options);
  running.open_account("acme");
  Client client = running.client();
  CHECK(client.get("/v1/accounts").status == 200);
  CHECK(client.get("/v1/accounts", {{"Authorization", "Bearer nonsense"}}).status == 200);
  edge::TokenFile file(directory.path());
  const std::string token = file.create({}, "", noon, std::nullopt).token;
  CHECK(client.get("/v1/accounts").status == 401);
  CHECK(client.get("/v1/accounts", Guarded::with(token)).status == 200);
  REQUIRE(file.revoke(token.substr(3, 12), noon));
  CHECK(client.get("/v1/accounts", Guarded::with(token)).status == 401);
  CHECK(client.get("/v1/accounts").status == 401);  // taking the last token back does not open the door
}

TEST_CASE("AC-3: every address of the API asks for a token; health, page and description do not") {
  const Guarded guarded;
  Client client = guarded.running.client();
  for (const std::string& path : described_paths(guarded.running)) {
    INFO(path);
    // A body that nobody reads ends its connection.
    const Response asked = path == "/v1/commands" ? guarded.running.client().post("{}") : client.get(path);
    CHECK(asked.status == 401);
    CHECK(asked.header("www-authenticate") == R"(Bearer realm="creditfold")");
    CHECK(at(asked.body, "/error/code") == "unauthorized");
  }
  CHECK(client.get("/v1/nothing-there").status == 401);
  for (const char* open : {"/", "/healthz", "/readyz", "/openapi.json", "/schemas/event.schema.json", "/favicon.svg"}) {
    INFO(open);
    CHECK(client.get(open).status == 200);
  }
}

TEST_CASE("AC-3: a token of an account reaches that account's addresses and no others") {
  const Guarded guarded;
  for (const std::string& token : {guarded.reader, guarded.writer}) {
    for (const char* own :
         {"/v1/accounts/acme", "/v1/accounts/acme/balance", "/v1/accounts/acme/log", "/v1/accounts/acme/proof",
          "/v1/accounts/acme/consents", "/v1/accounts/acme/export", "/v1/accounts/acme/estimate?model=gpt-4o&input=1",
          "/v1/accounts", "/v1/catalog", "/v1/version", "/v1/directory/names/acme", "/v1/directory/labels/acme"}) {
      INFO(own);
      CHECK(guarded.get(own, token).status == 200);
    }
    for (const char* beyond : {"/v1/accounts/zeta",
                               "/v1/accounts/zeta/balance",
                               "/v1/accounts/zeta/log",
                               "/v1/accounts/zeta/consents",
                               "/v1/accounts/zeta/export",
                               "/v1/accounts/zeta/estimate?model=gpt-4o",
                               "/v1/accounts/nobody/balance",
                               "/v1/accounts/zeta/proof",
                               "/v1/log/us/checkpoint",
                               "/v1/log/us/tile/0/000.p/1",
                               "/v1/ledger",
                               "/v1/log",
                               "/v1/events",
                               "/v1/events?account=zeta",
                               "/v1/directory",
                               "/v1/directory/people",
                               "/v1/directory/people/u-1",
                               "/v1/directory/organizations",
                               "/v1/directory/names/zeta",
                               "/v1/directory/labels/zeta"}) {
      INFO(beyond);
      const Response refused = guarded.get(beyond, token);
      CHECK(refused.status == 403);
      CHECK(at(refused.body, "/error/code") == "forbidden");
      CHECK(refused.header("www-authenticate").find("insufficient_scope") != std::string::npos);
    }
  }
  CHECK(at(guarded.get("/v1/accounts", guarded.reader).body, "/accounts/0/account") == "acme");
  CHECK(at(guarded.get("/v1/accounts", guarded.reader).body, "/accounts/1").empty());
  CHECK(at(guarded.get("/v1/accounts", guarded.vendor).body, "/accounts/1/account") == "zeta");
  CHECK(guarded.get("/v1/accounts/zeta/balance", guarded.vendor).status == 200);
}

TEST_CASE("AC-3, RES-2: the directory is the operator's; an account's token reads and labels its own ids") {
  const Guarded guarded;
  const auto send = [&](const char* method, const std::string& address, const std::string& token,
                        const std::string& body = "") {
    Headers headers = Guarded::with(token);
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return guarded.running.client().send(method, address, headers, body).status;
  };
  const std::string person = "/v1/directory/people/u-1";
  const std::string entry = R"({"person":"u-1","name":"Ana Lima","email":"ana@example.com"})";
  const std::string label = "/v1/directory/labels/acme/workflow/triage";
  const std::string name = R"({"label":"workflow","account":"acme","id":"triage","name":"Triage"})";
  const std::string other = "/v1/directory/labels/zeta/workflow/triage";
  const std::string others = R"({"label":"workflow","account":"zeta","id":"triage","name":"Triage"})";
  CHECK(guarded.running.client().send("PUT", person, {{"Content-Type", "application/json"}}, entry).status == 401);
  CHECK(guarded.running.client().send("DELETE", person).status == 401);
  CHECK(guarded.running.client().get("/v1/directory/names/acme").status == 401);
  for (const std::string& token : {guarded.reader, guarded.writer}) {
    CHECK(send("PUT", person, token, entry) == 403);
    CHECK(send("DELETE", person, token) == 403);
    CHECK(send("PUT", other, token, others) == 403);
    CHECK(send("DELETE", other, token) == 403);
  }
  CHECK(send("PUT", label, guarded.reader, name) == 403);
  CHECK(send("PUT", label, guarded.writer, others) == 400);  // the address is its own, the entry is not
  CHECK(send("PUT", label, guarded.writer, name) == 200);
  CHECK(send("GET", label, guarded.reader) == 200);
  CHECK(send("DELETE", label, guarded.reader) == 403);
  CHECK(send("DELETE", label, guarded.writer) == 200);
  CHECK(send("PUT", person, guarded.vendor, entry) == 200);
  CHECK(send("DELETE", person, guarded.vendor) == 200);
}

TEST_CASE("AC-3: a reading token sends no command, a writing one its own account's and none of the vendor's") {
  const Guarded guarded;
  CHECK(guarded.post(usage("acme", "u1"), guarded.reader).status == 403);
  CHECK(guarded.post(usage("acme", "u1"), guarded.writer).status == 200);
  CHECK(guarded.post(usage("zeta", "u1"), guarded.writer).status == 403);
  CHECK(guarded.post(command("SetConsent", "acme", "c", R"("feature":"beta","granted":true)"), guarded.writer).status ==
        200);
  const std::string grant = R"("plan":"plus","credits":"5","kind":"promotion","period":1,"reason":"r")";
  CHECK(guarded.post(command("GrantCredits", "acme", "g", grant), guarded.writer).status == 403);
  CHECK(guarded.post(command("SetAccess", "acme", "a", R"("allowed":true)"), guarded.writer).status == 403);
  CHECK(guarded.post(command("ClosePeriods", "acme", "cp"), guarded.writer).status == 403);
  CHECK(guarded.post(command("GrantCredits", "acme", "g", grant), guarded.vendor).status == 200);
  CHECK(guarded.post("not JSON", guarded.writer).status == 400);
}

TEST_CASE("AC-3: one line beyond the scope, and nothing of the request is done") {
  Guarded guarded;
  const int before = guarded.running.log().appends();
  const Response refused =
      guarded.post(usage("acme", "u1") + "\n\n" + usage("zeta", "u2") + "\n", guarded.writer, "application/x-ndjson");
  CHECK(refused.status == 403);
  CHECK(at(refused.body, "/error/message") == "Line 3: This token is for another account.");
  CHECK(guarded.running.log().appends() == before);
  CHECK(guarded.post(usage("acme", "u1") + "\n" + usage("acme", "u2"), guarded.writer, "application/x-ndjson").status ==
        200);
}

TEST_CASE("AC-3: an event stream is followed with a token, within its scope") {
  const Guarded guarded;
  Client client = guarded.running.client();
  client.write("GET /v1/events?after=0&account=acme HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
               guarded.reader + "\r\n\r\n");
  const std::string begin = client.read_until("TermStarted");
  CHECK(begin.find("200 OK") != std::string::npos);
  client.close();
}

TEST_CASE("IA-5: a token ends when it was told to, by the service's clock") {
  Guarded guarded;
  const std::string brief = guarded.make({}, moment("2026-03-10T13:00:00Z"));
  CHECK(guarded.get("/v1/ledger", brief).status == 200);
  guarded.running.set_clock("2026-03-10T13:00:00Z");
  const Response ended = guarded.get("/v1/ledger", brief);
  CHECK(ended.status == 401);
  CHECK(ended.header("www-authenticate").find("invalid_token") != std::string::npos);
}

TEST_CASE("AC-7: wrong tokens are limited, and a right one is let in all the same") {
  const Guarded guarded;
  for (std::size_t i = 0; i < service::failed_attempts_max; ++i)
    CHECK(guarded.get("/v1/ledger", "wrong").status == 401);
  const Response limited = guarded.get("/v1/ledger", guarded.vendor.substr(0, guarded.vendor.size() - 1) + "_");
  CHECK(limited.status == 429);
  CHECK(limited.header("retry-after") == "60");
  CHECK(at(limited.body, "/error/code") == "too_many_attempts");
  CHECK(guarded.get("/v1/ledger", guarded.vendor).status == 200);
  CHECK(guarded.running.client().get("/v1/ledger").status == 401);  // no token is no wrong token
}

TEST_CASE("AC-3: the header's form is read strictly, and tokens that cannot be read let nobody in") {
  const Guarded guarded;
  Client client = guarded.running.client();
  CHECK(client.get("/v1/ledger", {{"Authorization", "bearer " + guarded.vendor}}).status == 200);
  CHECK(client.get("/v1/ledger", {{"Authorization", "Basic " + guarded.vendor}}).status == 401);
  CHECK(client.get("/v1/ledger", {{"Authorization", guarded.vendor}}).status == 401);
  CHECK(
      client.get("/v1/ledger", {{"Authorization", "Bearer " + guarded.vendor}, {"Authorization", "Bearer x"}}).status ==
      400);
  std::filesystem::permissions(guarded.directory.path() / "tokens.json", std::filesystem::perms::all);
  edge::TokenFile file(guarded.directory.path());
  std::filesystem::last_write_time(guarded.directory.path() / "tokens.json",
                                   std::filesystem::file_time_type::clock::now());
  const Response unreadable = guarded.get("/v1/ledger", guarded.vendor);
  CHECK(unreadable.status == 500);
  CHECK(at(unreadable.body, "/error/code") == "tokens_unreadable");
  CHECK(client.get("/healthz").status == 200);
}
