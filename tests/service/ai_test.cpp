// SPDX-License-Identifier: Apache-2.0
// Consents, estimates and exports over HTTP (AI-1, AI-2, AI-4, AI-6, AIS-4c).
#include <catch2/catch.hpp>

#include "ledger/consent_statement.hpp"
#include "ledger/edge/account_archive.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("AI-4: consents are answered as of a moment and a position, byte for byte the statement's") {
  Running running;
  running.open_account("acme");
  running.apply(command("SetConsent", "acme", "c1", R"("feature":"beta","granted":true)", "2026-03-05T00:00:00Z") +
                "\n" +
                command("SetConsent", "acme", "c2", R"("feature":"beta","granted":false)", "2026-03-07T00:00:00Z"));
  Client client = running.client();
  const std::string address = "/v1/accounts/acme/consents";
  const auto expected = [&](const AsOf& as_of) {
    return consents_as_of(running.log(), AccountId("acme"), default_catalog(), as_of, moment("2026-03-10T12:00:00Z"))
               .value() +
           "\n";
  };
  CHECK(client.get(address).body == expected({}));
  const std::string then = client.get(address + "?at=2026-03-06T00:00:00Z").body;
  CHECK(then == expected({moment("2026-03-06T00:00:00Z"), {}}));
  CHECK(at(then, "/consents/0/feature") == "beta");
  CHECK(at(then, "/consents/0/state") == "granted");
  CHECK(at(then, "/consents/0/since") == "2026-03-05T00:00:00Z");
  CHECK(at(then, "/consents/0/by/key") == "c1");
  CHECK(at(then, "/consents/1/state") == "never");
  CHECK(at(client.get(address).body, "/consents/0/state") == "not_granted");
  CHECK(client.get(address + "?as_of=4").body == expected({{}, 4}));
  CHECK(client.get("/v1/accounts/nobody/consents").status == 404);
  CHECK(client.get(address + "?feature=beta").status == 400);
}

TEST_CASE("AIS-4c: an estimate over HTTP equals the charge and appends nothing") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  const std::int64_t before = running.log().head();
  const Response told =
      client.get("/v1/accounts/acme/estimate?model=gpt-4o&input=1000&at=2026-03-10T12:00:00Z&workflow=triage");
  CHECK(told.status == 200);
  CHECK(running.log().head() == before);
  CHECK(at(told.body, "/informational") == "true");
  CHECK(at(told.body, "/notices/estimate") == default_catalog().notices.at("estimate"));
  const Response charged = client.post(usage("acme", "u1"));
  CHECK(at(told.body, "/credits") == at(charged.body, "/accepted/0/credits"));
  CHECK(at(told.body, "/plan") == at(charged.body, "/accepted/0/plan"));
  CHECK(at(charged.body, "/accepted/0/ai_generated") == "true");
  const Response refused = client.get("/v1/accounts/acme/estimate?model=unheard-of&input=1");
  CHECK(refused.status == 422);
  CHECK(at(refused.body, "/refused/code") == "unknown_model");
  CHECK(client.get("/v1/accounts/acme/estimate").status == 400);
  CHECK(client.get("/v1/accounts/acme/estimate?model=gpt-4o&input=-1").status == 400);
  CHECK(client.get("/v1/accounts/acme/estimate?model=gpt-4o&input=1.5").status == 400);
  CHECK(client.get("/v1/accounts/nobody/estimate?model=gpt-4o").status == 404);
}

TEST_CASE("AI-1: one call exports everything of an account, as the library writes it") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "u1"));
  Client client = running.client();
  const Response response = client.get("/v1/accounts/acme/export");
  CHECK(response.status == 200);
  CHECK(response.whole);
  CHECK(response.header("content-type") == "application/x-tar");
  CHECK(response.header("cache-control") == "no-store");
  std::string expected;
  std::string catalog(default_catalog_json());
  REQUIRE(edge::write_account_archive(running.log(), AccountId("acme"), default_catalog(), catalog,
                                      [&](std::string_view piece) { expected += piece; }));
  CHECK(response.body == expected);
  CHECK(client.get("/v1/accounts/nobody/export").status == 404);
  for (int i = 0; i < 5; ++i) CHECK(client.get("/v1/accounts/acme/export").status == 200);  // places are given back
}
