// SPDX-License-Identifier: Apache-2.0
// GOV-2: the matrix is given to gov accounts and the operator, each known by a token; asking and attesting are
// recorded.
#include <catch2/catch.hpp>

#include "ledger/edge/tokens.hpp"
#include "ledger/gov_matrix.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

constexpr const char* matrix_address = "/v1/gov/responsibility-matrix";

class Gov {
 public:
  Gov() {
    running.apply(command("OpenAccount", "agency", "o", R"("environment":"gov","region":"us-gov")"));
    running.open_account("acme");
  }
  std::string token(const edge::Scope& scope) {
    return edge::TokenFile(directory.path()).create(scope, "", moment("2026-03-10T12:00:00Z"), std::nullopt).token;
  }
  [[nodiscard]] Response ask(const std::string& token) const {
    return running.client().get(matrix_address, {{"Authorization", "Bearer " + token}});
  }

  TemporaryDirectory directory;
  Running running{[this] {
    service::ServiceOptions options;
    options.tokens = directory.path();
    return options;
  }()};
};

}  // namespace

TEST_CASE("GOV-2: without a token the matrix is not given, also where nobody else is asked for one") {
  Gov gov;
  CHECK(gov.running.client().get("/v1/accounts").status == 200);
  const Response refused = gov.running.client().get(matrix_address);
  CHECK(refused.status == 401);
  CHECK(refused.body.find("AC-3") == std::string::npos);
}

TEST_CASE("GOV-2: a gov account's token gets the matrix, the asking is recorded once; nothing keeps it on the way") {
  Gov gov;
  const std::string reader = gov.token({.account = AccountId("agency"), .write = false});
  const std::int64_t before = gov.running.log("us-gov").head();
  const Response given = gov.ask(reader);
  CHECK(given.status == 200);
  CHECK(given.header("cache-control") == "no-store");
  CHECK(given.body == gov::matrix_json() + "\n");
  CHECK(gov.running.log("us-gov").head() == before + 1);
  CHECK(gov.ask(reader).status == 200);
  CHECK(gov.running.log("us-gov").head() == before + 1);
  const std::string consents =
      gov.running.client().get("/v1/accounts/agency/consents", {{"Authorization", "Bearer " + reader}}).body;
  CHECK(at(consents, "/responsibility_matrix/requested/accepted") == "true");
  CHECK(at(consents, "/responsibility_matrix/attested/accepted") == "false");
}

TEST_CASE("GOV-2: other accounts are refused, the operator is not, and its asking is nobody's event") {
  Gov gov;
  const std::int64_t before = gov.running.log("us-gov").head();
  const Response refused = gov.ask(gov.token({.account = AccountId("acme"), .write = true}));
  CHECK(refused.status == 403);
  CHECK(at(refused.body, "/refused/code") == "not_authorized_in_gov");
  CHECK(at(refused.body, "/refused/clause") == "GOV-2");
  CHECK(gov.ask(gov.token({.account = AccountId("nobody"), .write = true})).status == 403);
  CHECK(gov.ask(gov.token({})).status == 200);
  CHECK(gov.running.log("us-gov").head() == before);
}

TEST_CASE("GOV-2: an account that used the key of its asking for another command is given the matrix all the same") {
  Gov gov;
  const std::string key = "gov:" + gov::requested_terms().value;
  gov.running.apply(command("SetAccess", "agency", key, R"("allowed":true)"));
  gov.running.apply(command("SetAccess", "agency", key + "#1", R"("allowed":true)"));
  const std::int64_t before = gov.running.log("us-gov").head();
  const std::string reader = gov.token({.account = AccountId("agency"), .write = false});
  CHECK(gov.ask(reader).status == 200);
  CHECK(gov.ask(reader).status == 200);
  CHECK(gov.running.log("us-gov").head() == before + 1);
}

TEST_CASE("GOV-2: a matrix whose asking cannot be recorded is not given") {
  Gov gov;
  const std::string reader = gov.token({.account = AccountId("agency"), .write = false});
  gov.running.log("us-gov").fail_appends(Fault::Kind::full);
  const Response failed = gov.ask(reader);
  CHECK(failed.status == 507);
  CHECK(failed.body.find("AC-3") == std::string::npos);
  gov.running.log("us-gov").fail_appends(std::nullopt);
  CHECK(gov.ask(reader).status == 200);
}
