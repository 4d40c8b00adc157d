// SPDX-License-Identifier: Apache-2.0
// Explanations, invoice lines and receipts over HTTP: the bytes of the core, the shapes of their schemas, and errors.
#include <catch2/catch.hpp>

#include "ledger/catalog.hpp"
#include "ledger/explain.hpp"
#include "ledger/invoices.hpp"
#include "ledger/receipt.hpp"
#include "ledger/statement.hpp"
#include "tests/service/running.hpp"
#include "tests/service/schema.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::string encoded(std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

// An account with plan plus, Enterprise and EKM, packs and charges, one of them on a model whose id needs encoding.
void fill_with_purchases(Running& running) {
  running.open_account("acme");
  running.apply(usage("acme", "u1", "2026-03-05T00:00:00Z"));
  running.apply(usage("acme", "a/b c", "2026-03-06T00:00:00Z"));
  running.apply(command(
      "StartTerm", "acme", "s1",
      R"("product":"enterprise","starts_at":"2026-03-01T00:00:00Z","ends_at":"2027-03-01T00:00:00Z","seats":10)"));
  running.apply(command("AddProduct", "acme", "s2", R"("product":"ekm")"));
  running.apply(command("ChangeSeats", "acme", "s3", R"("product":"enterprise","seats":12)"));
  running.apply(
      command("GrantCredits", "acme", "g1",
              R"("plan":"plus","credits":"25","kind":"correction","period":1,"reason":"twice","corrects":"u1")"));
}

const std::string acme_url = "/v1/accounts/acme";

}  // namespace

TEST_CASE("explain: every kind of question is answered with the core's bytes, in the shape of its schema") {
  Running running;
  fill_with_purchases(running);
  Client client = running.client();
  const std::string refusal =
      R"({"key":"k","refused":{"code":"bad_increment","clause":"AIS-5b","message":"No.","details":{"credits":"15","increment":"10"}}})";
  const std::vector<std::array<std::string, 3>> asked{
      {"lot", "plus/1/1/1", "?lot=plus/1/1/1"},
      {"lot", "plus/1/1/2", "?lot=" + encoded("plus/1/1/2")},
      {"usage", "u1", "?usage=u1"},
      {"usage", "a/b c", "?usage=" + encoded("a/b c")},
      {"line", "3", "?line=3"},
      {"period", "plus/1/1", "?period=plus/1/1"},
      {"use", R"({"workflow":"triage","model":"gpt-4o"})", "?workflow=triage&model=gpt-4o"},
      {"refusal", refusal, "?refusal=" + encoded(refusal)},
  };
  for (const auto& [about, which, query] : asked) {
    INFO(query);
    const Response response = client.get(acme_url + "/explain" + query);
    REQUIRE(response.status == 200);
    CHECK(response.header("content-type") == "application/json; charset=utf-8");
    const AccountHistory history(running.log(), AccountId("acme"), {});
    const auto told = explain(history, *read_why(about, which), default_catalog());
    REQUIRE(told.has_value());
    CHECK(response.body == explanation_json(*told) + "\n");
    CHECK(misfit(client, "explanation.schema.json", response.body).empty());
  }
}

TEST_CASE("explain: as of a position, only what was known then") {
  Running running;
  fill_with_purchases(running);
  Client client = running.client();
  CHECK(client.get(acme_url + "/explain?usage=u1").body.find("\"Corrections\"") != std::string::npos);
  CHECK(client.get(acme_url + "/explain?usage=u1&as_of=4").body.find("\"Corrections\"") == std::string::npos);
  CHECK(at(client.get(acme_url + "/explain?usage=u1&as_of=4").body, "/as_of") == "4");
  CHECK(client.get(acme_url + "/explain?usage=u1&as_of=3").status == 404);
}

TEST_CASE("explain: what is not there is 404 with a sentence, what is no question 400 with its place") {
  Running running;
  fill_with_purchases(running);
  Client client = running.client();
  const auto code = [&](const std::string& target, int status) {
    const Response response = client.get(target);
    INFO(target << ": " << response.body);
    CHECK(response.status == status);
    return at(response.body, "/error/code");
  };
  CHECK(code(acme_url + "/explain?lot=plus/1/1/9", 404) == "not_found");
  CHECK(at(client.get(acme_url + "/explain?lot=plus/1/1/9").body, "/error/message") ==
        "There is no lot plus/1/1/9 in this account.");
  CHECK(code(acme_url + "/explain?usage=nobody", 404) == "not_found");
  CHECK(code(acme_url + "/explain?line=99", 404) == "not_found");
  CHECK(code("/v1/accounts/nobody/explain?usage=u1", 404) == "unknown_account");
  for (const std::string query : {"", "?lot=plus", "?lot=plus/1/1/1&usage=u1", "?line=0", "?workflow=w", "?model=m",
                                  "?refusal=x", "?usage=u1&workflow=w&model=m", "?usage=u1&as_of=x", "?colour=red",
                                  "?refusal=%7B%22code%22%3A%22no_such%22%7D"}) {
    CHECK(code(acme_url + "/explain" + query, 400) == "bad_request");
  }
  CHECK(at(client.get(acme_url + "/explain?line=0").body, "/error/place") == "query parameter line");
}

TEST_CASE("explain: a refusal of an account that does not exist is explained all the same") {
  Running running;
  Client client = running.client();
  const std::string refusal =
      R"({"code":"unknown_account","clause":null,"message":"No account.","details":{"account":"ghost"}})";
  const Response response = client.get("/v1/accounts/ghost/explain?refusal=" + encoded(refusal));
  CHECK(response.status == 200);
  CHECK(misfit(client, "explanation.schema.json", response.body).empty());
  CHECK(at(response.body, "/account").empty());
}

TEST_CASE("AI-2: the receipt of a charge carries ai_generated, its draws and AI-6's notices from the catalog") {
  Running running;
  fill_with_purchases(running);
  Client client = running.client();
  const Response response = client.get(acme_url + "/usage/u1");
  REQUIRE(response.status == 200);
  CHECK(at(response.body, "/ai_generated") == "true");
  CHECK(at(response.body, "/event/type") == "CreditsConsumed");
  CHECK(at(response.body, "/draws/0/lot") == "plus/1/1/1");
  CHECK(at(response.body, "/draws/0/credits") == "25");
  CHECK(at(response.body, "/covered") == "25");
  CHECK(at(response.body, "/corrections/0/lot") == "plus/1/1/2");
  CHECK(at(response.body, "/notices/output") == default_catalog().notices.at("output"));
  CHECK(at(response.body, "/notices/beta").empty());
  CHECK(misfit(client, "receipt.schema.json", response.body).empty());
  CHECK(at(client.get(acme_url + "/usage/" + encoded("a/b c")).body, "/usage") == "a/b c");
  CHECK(at(client.get(acme_url + "/usage/u1?as_of=4").body, "/corrections") == "[]");
  CHECK(client.get(acme_url + "/usage/nobody").status == 404);
  CHECK(at(client.get("/v1/accounts/ghost/usage/u1").body, "/error/code") == "unknown_account");
  CHECK(client.get(acme_url + "/usage/%00").status == 400);
}

TEST_CASE("AI-6: a beta model's receipt shows the notice of beta too") {
  service::ServiceOptions options;
  options.catalog_json =
      R"({"catalog":"own","plans":{"plus":{"rank":1,"allotment":{"monthly":"100000"},"on_exhaustion":"stop","rate_card":"r"}},)"
      R"("rate_cards":{"r":{"models":{"gpt-4o":{"provider":"p","beta":true,"rates":{"query":"1","input":"1","output":"1"}}}}},)"
      R"("regions":{"us":{}},"notices":{"beta":"As it is.","estimate":"A guess."}})";
  Running running(options);
  running.open_account("acme");
  running.apply(usage("acme", "u1", "2026-03-05T00:00:00Z"));
  const std::string receipt = running.client().get(acme_url + "/usage/u1").body;
  CHECK(at(receipt, "/notices") == R"({"beta":"As it is."})");
  CHECK(at(receipt, "/event/flags/0") == "beta_not_accepted");
  Client client = running.client();
  CHECK(misfit(client, "receipt.schema.json", receipt).empty());
}

TEST_CASE("invoices: JSON in the shape of its schema, CSV where it is asked for, as of any moment") {
  Running running;
  fill_with_purchases(running);
  Client client = running.client();
  const Response json = client.get(acme_url + "/invoices");
  REQUIRE(json.status == 200);
  CHECK(misfit(client, "invoices.schema.json", json.body).empty());
  CHECK(at(json.body, "/lines/2/name") == "Asana Enterprise");
  CHECK(at(json.body, "/lines/2/parts/1/product") == "ekm");
  CHECK(json.header("vary") == "Accept");

  InvoiceWatch watch;
  const auto view = view_as_of(running.log(), AccountId("acme"), {}, moment("2026-03-10T12:00:00Z"), std::ref(watch));
  REQUIRE(view.has_value());
  const std::string csv = invoices_csv(watch.lines(view->state));
  const Response asked = client.get(acme_url + "/invoices?format=csv");
  CHECK(asked.body == csv);
  CHECK(asked.header("content-type") == "text/csv; charset=utf-8; header=present");
  CHECK(client.get(acme_url + "/invoices", {{"Accept", "text/csv"}}).body == csv);
  CHECK(client.get(acme_url + "/invoices", {{"Accept", "application/json;q=0.5, text/csv"}}).body == csv);
  CHECK(client.get(acme_url + "/invoices", {{"Accept", "text/csv;q=0.2, application/json;q=0.9"}}).body == json.body);
  CHECK(client.get(acme_url + "/invoices", {{"Accept", "text/csv;q=0"}}).body == json.body);
  CHECK(client.get(acme_url + "/invoices", {{"Accept", "text/html, */*;q=0.8"}}).body == json.body);
  CHECK(client.get(acme_url + "/invoices?format=json", {{"Accept", "text/csv"}}).body == json.body);

  CHECK(at(client.get(acme_url + "/invoices?at=2026-03-05T00:00:00Z").body, "/lines") == "[]");
  CHECK(client.get(acme_url + "/invoices?at=2020-01-01T00:00:00Z").status == 404);
  CHECK(client.get(acme_url + "/invoices?format=xml").status == 400);
  CHECK(client.get("/v1/accounts/ghost/invoices").status == 404);
}
