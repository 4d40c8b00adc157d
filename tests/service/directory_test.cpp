// SPDX-License-Identifier: Apache-2.0
// The directory over HTTP (RES-2, EKM-3).
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

Response put(const Running& running, const std::string& address, const std::string& body) {
  return running.client().send("PUT", address, {{"Content-Type", "application/json"}}, body);
}

Response erase(const Running& running, const std::string& address) { return running.client().send("DELETE", address); }

bool in_files(const Running& running, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(const_cast<Running&>(running).directory())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

const std::string organization = R"({"organization":"o-1","name":"Acme Holdings","accounts":["acme"]})";
const std::string person =
    R"({"person":"u-101","name":"Ana Lima","email":"ana@example.com","organizations":["o-1"]})";

}  // namespace

TEST_CASE("RES-2: people, organizations and labels are put, given, listed and erased") {
  Running running;
  Client client = running.client();
  CHECK(put(running, "/v1/directory/organizations/o-1", organization).status == 200);
  CHECK(put(running, "/v1/directory/people/u-101", person).body == person + "\n");
  CHECK(client.get("/v1/directory/people/u-101").body == person + "\n");
  CHECK(client.get("/v1/directory/people").body == R"({"people":[)" + person + R"(],"more":false})" + "\n");
  CHECK(client.get("/v1/directory/people?after=u-101").body == "{\"people\":[],\"more\":false}\n");
  CHECK(client.get("/v1/directory/organizations").body ==
        R"({"organizations":[)" + organization + R"(],"more":false})" + "\n");
  CHECK(client.get("/v1/directory/people/u-999").status == 404);
  CHECK(erase(running, "/v1/directory/people/u-999").status == 404);
  CHECK(in_files(running, "ana@example.com"));
  CHECK(erase(running, "/v1/directory/people/u-101").status == 200);
  CHECK_FALSE(in_files(running, "ana@example.com"));
  CHECK_FALSE(in_files(running, "Ana Lima"));
  CHECK(client.get("/v1/directory/people/u-101").status == 404);
}

TEST_CASE("GOV-3: an entry with a classification marking in any text is refused, and nothing of it is stored or told") {
  Running running;
  Client client = running.client();
  REQUIRE(put(running, "/v1/directory/organizations/o-1", organization).status == 200);
  const auto refused = [&](const std::string& address, const std::string& body) {
    const Response response = put(running, address, body);
    INFO(body << response.body);
    CHECK(response.status == 422);
    CHECK(response.body.find(R"("code":"classified")") != std::string::npos);
    CHECK(response.body.find("wellhead") == std::string::npos);
    CHECK(response.body.find("NOFORN") == std::string::npos);
  };
  refused("/v1/directory/people/u-1", R"({"person":"u-1","name":"(S//NF) wellhead"})");
  refused("/v1/directory/people/u-1", R"({"person":"u-1","name":"A","image":"wellhead SECRET//NOFORN"})");
  refused("/v1/directory/people/u-1", R"({"person":"u-1","name":"A","SECRET//NOFORN wellhead":1})");
  refused("/v1/directory/people/u-1", R"({"person":"u-1","name":"SECRET//NOFORN wellhead","name":"A"})");
  refused("/v1/directory/people/u-1", R"({"person":"u-1","name":"SECRET//NOFORN wellhead")");
  refused("/v1/directory/organizations/o-1", R"({"organization":"o-1","name":"TOP SECRET//SI//NOFORN wellhead"})");
  refused("/v1/directory/labels/acme/workflow/w",
          R"({"label":"workflow","account":"acme","id":"w","name":"S\u0045CRET//NOFORN wellhead"})");
  CHECK_FALSE(in_files(running, "wellhead"));
  CHECK(client.get("/v1/directory/people/u-1").status == 404);
  CHECK(put(running, "/v1/directory/people/u-1", R"({"person":"u-1","name":"Santa, secret"})").status == 200);
}

TEST_CASE("RES-2: what is wrong with an entry is told with its place") {
  Running running;
  const std::string address = "/v1/directory/people/u-1";
  const auto fault = [&](const std::string& body) {
    const Response response = put(running, address, body);
    CHECK(response.status == 400);
    CHECK(at(response.body, "/error/code") == "malformed");
    return at(response.body, "/error/place");
  };
  CHECK(fault(R"({"person":"u-1","name":"A","phone":"1"})") == "/phone");
  CHECK(fault(R"({"person":"u-1","name":"A","name":"B"})") == "/name");
  CHECK(fault(R"({"person":"u-1","name":"A","email":"@"})") == "/email");
  CHECK(fault(R"({"person":"u-2","name":"A"})") == "/");
  CHECK(fault(organization) == "/");
  CHECK(fault("{") == "/");
  const Response unknown = put(running, address, R"({"person":"u-1","name":"A","organizations":["o-9"]})");
  CHECK(unknown.status == 422);
  CHECK(at(unknown.body, "/error/code") == "unknown_organization");
  CHECK(at(unknown.body, "/error/place") == "/organizations/0");
  CHECK(running.client().send("PUT", address, {{"Content-Type", "text/plain"}}, person).status == 415);
  CHECK(running.client().send("POST", address).status == 405);
  CHECK(put(running, address, std::string(300'000, ' ')).status == 413);
}

TEST_CASE("RES-2: an account's names are those of its organization's people and of its own ids, without emails") {
  Running running;
  CHECK(put(running, "/v1/directory/organizations/o-1", organization).status == 200);
  CHECK(put(running, "/v1/directory/organizations/o-2", R"({"organization":"o-2","name":"Other","accounts":["beta"]})")
            .status == 200);
  CHECK(put(running, "/v1/directory/people/u-101", person).status == 200);
  CHECK(
      put(running, "/v1/directory/people/u-102", R"({"person":"u-102","name":"Bo","organizations":["o-2"]})").status ==
      200);
  CHECK(put(running, "/v1/directory/labels/acme/workflow/triage",
            R"({"label":"workflow","account":"acme","id":"triage","name":"Triage inbox"})").status == 200);
  CHECK(put(running, "/v1/directory/labels/acme/model/gpt%2F4o",
            R"({"label":"model","account":"acme","id":"gpt/4o","name":"The big one"})").status == 200);
  CHECK(put(running, "/v1/directory/labels/acme/mood/x", R"({"label":"team","account":"acme","id":"x","name":"X"})")
            .status == 400);
  CHECK(running.client().get("/v1/directory/names/acme").body ==
        R"({"account":"acme","people":{"u-101":"Ana Lima"},"teams":{},"workflows":{"triage":"Triage inbox"},)"
        R"("models":{"gpt/4o":"The big one"}})" "\n");
  CHECK(running.client().get("/v1/directory/names/nobody").body ==
        "{\"account\":\"nobody\",\"people\":{},\"teams\":{},\"workflows\":{},\"models\":{}}\n");
  const std::string classes = running.client().get("/v1/directory").body;
  CHECK(at(classes, "/region") == "us");
  CHECK(at(classes, "/classes/0/class") == "people");
  CHECK(at(classes, "/classes/0/count") == "2");
  CHECK(erase(running, "/v1/directory/organizations/o-1").status == 200);
  CHECK(at(running.client().get("/v1/directory/people/u-101").body, "/organizations") == "[]");
}
