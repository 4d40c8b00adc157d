// SPDX-License-Identifier: Apache-2.0
// Accounts, balances, the whole ledger, and what the service says of itself.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/catalog.hpp"
#include "ledger/statement.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("accounts are listed with the fingerprints their states have") {
  Running running;
  Client client = running.client();
  CHECK(client.get("/v1/accounts").body == "{\"accounts\":[]}\n");
  running.open_account("beta");
  running.open_account("acme");
  const std::string list = client.get("/v1/accounts").body;
  CHECK(at(list, "/accounts/0/account") == "acme");
  CHECK(at(list, "/accounts/1/account") == "beta");
  CHECK(at(list, "/accounts/0/version") == "3");
  CHECK(at(list, "/accounts/0/environment") == "commercial");
  CHECK(at(list, "/accounts/0/region") == "us");
  CHECK(at(list, "/accounts/0/fingerprint") == at(client.get("/v1/accounts/acme/balance").body, "/fingerprint"));
}

TEST_CASE("many accounts are listed whole") {
  Running running;
  std::string lines;
  for (int i = 0; i < 700; ++i) {
    lines +=
        command("OpenAccount", "a" + std::to_string(1000 + i), "o", R"("environment":"commercial","region":"eu")") +
        "\n";
  }
  running.apply(lines);
  const std::string list = running.client().get("/v1/accounts").body;
  CHECK(at(list, "/accounts/0/account") == "a1000");
  CHECK(at(list, "/accounts/699/account") == "a1699");
  CHECK(at(list, "/accounts/700").empty());
}

TEST_CASE("an account knows the position of its newest event") {
  Running running;
  running.open_account("acme");
  running.open_account("beta");
  Client client = running.client();
  CHECK(at(client.get("/v1/accounts/acme").body, "/seq") == "3");
  CHECK(at(client.get("/v1/accounts/beta").body, "/seq") == "6");
  running.apply(usage("acme", "u1"));
  const std::string acme = client.get("/v1/accounts/acme").body;
  CHECK(at(acme, "/seq") == "7");
  CHECK(at(acme, "/version") == "4");
  CHECK(at(acme, "/fingerprint") == at(client.get("/v1/accounts/acme/balance").body, "/fingerprint"));
  const Response unknown = client.get("/v1/accounts/nobody");
  CHECK(unknown.status == 404);
  CHECK(at(unknown.body, "/error/code") == "unknown_account");
  CHECK(at(unknown.body, "/error/message") == "There is no account nobody here.");
  for (const char* question : {"balance?at=2020-01-01T00:00:00Z", "consents?at=2020-01-01T00:00:00Z",
                               "invoices?as_of=0", "explain?usage=u1&as_of=1", "usage/u1?as_of=0"}) {
    const Response before = client.get("/v1/accounts/beta/" + std::string(question));
    INFO(question);
    CHECK(before.status == 404);
    CHECK(at(before.body, "/error/message") == "There was no account beta then.");
  }
}

TEST_CASE("a balance is that of now, of a moment, or of a position, byte for byte the statement's") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "u1", "2026-03-05T00:00:00Z") + "\n" + usage("acme", "u2", "2026-03-08T00:00:00Z"));
  Client client = running.client();
  const AccountId acme("acme");
  const auto expected = [&](const AsOf& as_of) {
    const auto view = view_as_of(running.log(), acme, as_of, moment("2026-03-10T12:00:00Z"));
    REQUIRE(view);
    return balance_json(view->state, view->moment) + "\n";
  };
  const std::string address = "/v1/accounts/acme/balance";
  CHECK(client.get(address).body == expected({}));
  CHECK(client.get(address + "?at=2026-03-06T00:00:00Z").body == expected({moment("2026-03-06T00:00:00Z"), {}}));
  CHECK(client.get(address + "?as_of=4").body == expected({{}, 4}));
  CHECK(client.get(address + "?as_of=5&at=2026-03-06T00:00:00Z").body == expected({moment("2026-03-06T00:00:00Z"), 5}));
  CHECK(at(client.get(address + "?as_of=4").body, "/usage/0/charges") == "1");
  CHECK(client.get("/v1/accounts/nobody/balance").status == 404);
  CHECK(client.get(address + "?at=2020-01-01T00:00:00Z").status == 404);
}

TEST_CASE("the ledger is told in four figures that a replay of its log confirms") {
  Running running;
  Client client = running.client();
  CHECK(at(client.get("/v1/ledger").body, "/seq") == "0");
  running.open_account("acme");
  running.open_account("beta");
  const std::string ledger = client.get("/v1/ledger").body;
  CHECK(at(ledger, "/seq") == "6");
  CHECK(at(ledger, "/events") == "6");
  CHECK(at(ledger, "/accounts") == "2");
  Book book;
  running.log().read(0, -1, [&](Event&& event) { return book.apply(event).has_value(); });
  CHECK(at(ledger, "/fingerprint") == to_hex(fingerprint(book)));
}

TEST_CASE("a service that starts again over its log answers the same") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "u1"));
  const std::string before = running.client().get("/v1/accounts/acme/balance").body;
  const std::string ledger = running.client().get("/v1/ledger").body;
  running.restart();
  CHECK(running.client().get("/v1/accounts/acme/balance").body == before);
  CHECK(running.client().get("/v1/ledger").body == ledger);
  CHECK(at(running.client().post(usage("acme", "u1")).body, "/replayed") == "true");
}

TEST_CASE("health, readiness, version and the catalog in force") {
  Running running;
  Client client = running.client();
  CHECK(client.get("/healthz").body == "{\"status\":\"ok\"}\n");
  CHECK(client.get("/readyz").body == "{\"ready\":true,\"seq\":0}\n");
  const std::string version = client.get("/v1/version").body;
  CHECK(at(version, "/name") == "creditfold");
  CHECK(at(version, "/version") == "0.0.test");
  CHECK(at(version, "/commit") == "c0ffee");
  CHECK(at(version, "/format") == "2");
  CHECK(client.get("/v1/catalog").body == default_catalog_json());
}

TEST_CASE("another catalog is the one in force") {
  service::ServiceOptions options;
  options.catalog_json =
      R"({"catalog":"own","plans":{"solo":{"rank":1,"allotment":{"monthly":"7"},"on_exhaustion":"stop",)"
      R"("rate_card":"r"}},"rate_cards":{"r":{"models":{}}},"regions":{"us":{}}})";
  Running running(options);
  CHECK(at(running.client().get("/v1/catalog").body, "/catalog") == "own");
  running.apply(command("OpenAccount", "acme", "o", R"("environment":"commercial","region":"us")"));
  const Response plus =
      running.client().post(command("StartTerm", "acme", "t",
                                    R"("product":"ai_studio","plan":"plus","cadence":"monthly",)"
                                    R"("starts_at":"2026-03-01T00:00:00Z","ends_at":"2027-03-01T00:00:00Z")"));
  CHECK(at(plus.body, "/refused/code") == "unknown_plan");
}

TEST_CASE("every address of the description is served, and every schema it refers to") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "u1"));
  Client client = running.client();
  const Headers json_type{{"Content-Type", "application/json"}};
  for (const auto& [address, entry] : std::map<std::string, std::string>{
           {"organizations/o", R"({"organization":"o","name":"O"})"},
           {"people/o", R"({"person":"o","name":"P"})"},
           {"labels/acme/team/o", R"({"label":"team","account":"acme","id":"o","name":"T"})"}}) {
    REQUIRE(client.send("PUT", "/v1/directory/" + address, json_type, entry).status == 200);
  }
  const Response description = client.get("/openapi.json");
  REQUIRE(description.status == 200);
  const boost::json::value value = boost::json::parse(description.body);
  CHECK(value.at("openapi").as_string() == "3.1.0");
  for (const auto& [key, methods] : value.at("paths").as_object()) {
    std::string path(key);
    if (path == "/v1/events") continue;  // it never ends
    if (const std::size_t place = path.find("{account}"); place != std::string::npos) path.replace(place, 9, "acme");
    if (const std::size_t place = path.find("{region}"); place != std::string::npos) path.replace(place, 8, "us");
    if (const std::size_t place = path.find("{level}/{tile}"); place != std::string::npos)
      path.replace(place, 14, "0/000.p/1");
    if (const std::size_t place = path.find("{name}"); place != std::string::npos)
      path.replace(place, 6, "event.schema.json");
    if (const std::size_t place = path.find("{kind}"); place != std::string::npos) path.replace(place, 6, "team");
    if (const std::size_t place = path.find("{id}"); place != std::string::npos) path.replace(place, 4, "o");
    if (const std::size_t place = path.find("{usage}"); place != std::string::npos) path.replace(place, 7, "u1");
    if (path.ends_with("/explain")) path += "?usage=u1";
    const bool reads = methods.as_object().contains("get");
    if (path.ends_with("/estimate")) path += "?model=gpt-4o&input=1";
    const bool confidential = path.ends_with("/responsibility-matrix");  // asks for a token also where there is none
    INFO(path);
    CHECK(client.get(path).status == (confidential ? 401 : reads ? 200 : 405));
  }
  std::string names;
  for (const auto& file : value.at_pointer("/components/parameters/name/schema/enum").as_array()) {
    const std::string name(file.as_string().subview(0, file.as_string().find(".schema.json")));
    INFO(name);
    const Response schema = client.get("/schemas/" + name + ".schema.json");
    CHECK(schema.status == 200);
    CHECK(schema.header("content-type") == "application/schema+json");
    CHECK(at(schema.body, "/$id") == name + ".schema.json");
    CHECK(client.get("/schemas/" + name + ".json").body == schema.body);
    names += (names.empty() ? "" : ", ") + name;
  }
  const Response other = client.get("/schemas/other.json");
  CHECK(other.status == 404);
  CHECK(at(other.body, "/error/message") == "The schemas are: " + names + ".");
}
