// SPDX-License-Identifier: Apache-2.0
// GOV-2 on the command line: whom the matrix is given to, what is recorded, and that every command it names is there.
#include <catch2/catch.hpp>

#include "ledger/gov_matrix.hpp"
#include "tests/cli/program.hpp"

using namespace creditfold::test;
namespace gov = creditfold::gov;

namespace {

class GovLedger {
 public:
  GovLedger() {
    static_cast<void>(ask(
        {"apply", "--data", data()},
        opening("acme") + "\n" +
            R"({"command":"OpenAccount","account":"agency","key":"o","at":"2026-01-01T00:00:00Z","environment":"gov","region":"us-gov"})"));
  }
  [[nodiscard]] std::string data() const { return directory_.data().string(); }
  [[nodiscard]] std::string events(const std::string& account) const {
    return ask({"export", "--data", data(), "--format", "jsonl", "--account", account});
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("GOV-2: the matrix is given to a gov account and the operator, and refused to others") {
  const GovLedger ledger;
  const Ended others = run({"gov", "matrix", "--data", ledger.data(), "--account", "acme", "--json"});
  CHECK(others.status == 1);
  CHECK(at(json_of(others.out), "/refused/code") == "not_authorized_in_gov");
  CHECK_FALSE(contains(others.out + others.err, "AC-3"));
  CHECK(run({"gov", "matrix", "--data", ledger.data(), "--account", "nobody"}).status == 1);
  CHECK(run({"gov", "attest", "--data", ledger.data(), "--account", "acme"}).status == 1);
  const std::string own = ask({"gov", "matrix", "--data", ledger.data(), "--account", "agency", "--json"});
  CHECK(own == gov::matrix_json() + "\n");
  CHECK(ask({"gov", "matrix", "--operator", "--json"}) == own);
  const std::string text = ask({"gov", "matrix", "--operator"});
  for (const gov::Control& control : gov::controls()) {
    INFO(control.id);
    CHECK(contains(text, std::string(control.id) + "  " + std::string(control.title)));
  }
}

TEST_CASE("GOV-2: asking and attesting are recorded once, as terms accepted") {
  const GovLedger ledger;
  static_cast<void>(ask({"gov", "matrix", "--data", ledger.data(), "--account", "agency"}));
  const std::string asked = ledger.events("agency");
  CHECK(contains(asked, R"("type":"TermsAccepted")"));
  CHECK(contains(asked, R"("terms":"responsibility-matrix-requested:)" + std::string(gov::matrix_version) + "\""));
  CHECK_FALSE(contains(asked, R"("terms":"responsibility-matrix:)"));
  static_cast<void>(ask({"gov", "attest", "--data", ledger.data(), "--account", "agency"}));
  const std::string attested = ledger.events("agency");
  CHECK(contains(attested, R"("terms":"responsibility-matrix:)" + std::string(gov::matrix_version) + "\""));
  static_cast<void>(ask({"gov", "matrix", "--data", ledger.data(), "--account", "agency"}));
  static_cast<void>(ask({"gov", "attest", "--data", ledger.data(), "--account", "agency"}));
  CHECK(ledger.events("agency") == attested);
  CHECK(contains(ask({"consents", "--data", ledger.data(), "--account", "agency"}), "asked for, attested"));
}

TEST_CASE("GOV-2: keys that the account used for other commands do not stand in the way, until all are taken") {
  const GovLedger ledger;
  const auto take = [&](int from, int to) {
    std::string commands;
    for (int i = from; i < to; ++i) {
      const std::string key = "gov:" + gov::attested_terms().value + (i == 0 ? "" : "#" + std::to_string(i));
      commands += R"({"command":"SetAccess","account":"agency","key":")" + key + R"(","allowed":true})" + "\n";
    }
    static_cast<void>(ask({"apply", "--data", ledger.data()}, commands));
  };
  take(0, gov::record_attempts_max);
  const Ended refused = run({"gov", "attest", "--data", ledger.data(), "--account", "agency", "--json"});
  CHECK(refused.status == 1);
  CHECK(at(json_of(refused.out), "/refused/code") == "key_reused");

  const GovLedger other;
  static_cast<void>(ask({"apply", "--data", other.data()},
                        R"({"command":"SetAccess","account":"agency","key":"gov:)" + gov::attested_terms().value +
                            R"(","allowed":true})"));
  CHECK(run({"gov", "attest", "--data", other.data(), "--account", "agency"}).status == 0);
  CHECK(contains(other.events("agency"), "#1\""));
}

TEST_CASE("GOV-2: an attestation that was withdrawn is recorded anew, and once") {
  const GovLedger ledger;
  static_cast<void>(ask({"gov", "attest", "--data", ledger.data(), "--account", "agency"}));
  const auto withdraw = [&](const std::string& key) {
    static_cast<void>(ask({"apply", "--data", ledger.data()},
                          R"({"command":"AcceptTerms","account":"agency","key":")" + key + R"(","terms":")" +
                              gov::attested_terms().value + R"(","accepted":false})"));
  };
  const auto attested = [&] {
    return json_of(ask({"consents", "--data", ledger.data(), "--account", "agency", "--json"}))
        .at("responsibility_matrix")
        .at("attested")
        .at("accepted")
        .as_bool();
  };
  for (const char* key : {"w1", "w2"}) {
    withdraw(key);
    CHECK_FALSE(attested());
    static_cast<void>(ask({"gov", "attest", "--data", ledger.data(), "--account", "agency"}));
    CHECK(attested());
    const std::string events = ledger.events("agency");
    static_cast<void>(ask({"gov", "attest", "--data", ledger.data(), "--account", "agency"}));
    CHECK(ledger.events("agency") == events);
  }
}

TEST_CASE("GOV-2: every command the matrix names is there") {
  for (const gov::Control& control : gov::controls()) {
    for (const gov::Part& part : control.parts) {
      if (part.name.empty() || part.kind != gov::Part::Kind::command) continue;
      Words words;
      std::string name(part.name.substr(std::string_view("creditfold ").size()));
      for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find(' ', at), name.size());
        words.push_back(name.substr(at, end - at));
        at = end + 1;
      }
      words.emplace_back("--help");
      INFO(part.name);
      CHECK(run(words).status == 0);
    }
  }
}
