// SPDX-License-Identifier: Apache-2.0
// What an account has agreed to, as of any moment, and by which event (AI-0, AI-3, AI-4, AI-5, GOV-2).
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <string>

#include "ledger/consent_statement.hpp"
#include "ledger/gov_matrix.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
namespace json = boost::json;

namespace {

class Asked {
 public:
  Asked(const test::Table& table, const char* at) {
    const auto text = consents_as_of(table.log(), AccountId("acme"), table.engine().catalog(),
                                     {.at = test::moment(at), .seq = {}}, test::moment(at));
    REQUIRE(text.has_value());
    value_ = json::parse(*text);
  }
  // The value at a JSON pointer, strings without quotes.
  [[nodiscard]] std::string operator()(const char* pointer) const { return text_of(value_, pointer); }
  // The same inside the element of a list whose field is `name`.
  [[nodiscard]] std::string in(const char* list, const char* field, const char* name, const char* pointer) const {
    for (const json::value& element : value_.at(list).as_array()) {
      if (element.at(field).as_string() == name) return text_of(element, pointer);
    }
    return "(none)";
  }

 private:
  static std::string text_of(const json::value& value, const char* pointer) {
    json::error_code error;
    const json::value* found = value.find_pointer(pointer, error);
    if (found == nullptr) return "";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
  }
  json::value value_;
};

}  // namespace

TEST_CASE("AI-4: each consent is answered as of any moment, with its state, since when and by which event") {
  test::Table table;
  table.rows(R"(
    2026-01-01  consent benchmarks yes key yes-1     -> ConsentChanged benchmarks true
    2026-03-01  consent benchmarks no key no-1       -> ConsentChanged benchmarks false
    2026-02-01  consent benchmarks yes key late      -> ConsentChanged benchmarks true
  )");
  const Asked january(table, "2026-01-15"), february(table, "2026-02-15"), march(table, "2026-03-15");
  CHECK(january.in("consents", "feature", "benchmarks", "/state") == "granted");
  CHECK(january.in("consents", "feature", "benchmarks", "/since") == "2026-01-01T00:00:00Z");
  CHECK(january.in("consents", "feature", "benchmarks", "/by/key") == "yes-1");
  CHECK(january.in("consents", "feature", "benchmarks", "/by/version") == "2");
  CHECK(january.in("consents", "feature", "benchmarks", "/by/seq") == "2");
  CHECK(february.in("consents", "feature", "benchmarks", "/by/key") == "late");
  // The last recorded of those that had happened by then (H1): what a use at that moment is judged by.
  CHECK(march.in("consents", "feature", "benchmarks", "/by/key") == "late");
  CHECK(march.in("consents", "feature", "benchmarks", "/granted") == "true");
  CHECK(Asked(table, "2026-01-01").in("consents", "feature", "nothing", "/state") == "(none)");
}

TEST_CASE("AI-4: training is answered never, asked or not, recorded or not") {
  test::Table table;
  table.rows("2026-01-01  access yes -> ok");
  CHECK(Asked(table, "2026-01-02").in("consents", "feature", "training", "/state") == "never");
  CHECK(Asked(table, "2026-01-02").in("consents", "feature", "training", "/by") == "null");
  table.rows(R"(
    2026-01-03  consent training no key n            -> ConsentChanged training false
    2026-01-04  consent training yes                 -> refused never_for_training AI-4
  )");
  const Asked later(table, "2026-01-05");
  CHECK(later.in("consents", "feature", "training", "/state") == "never");
  CHECK(later.in("consents", "feature", "training", "/granted") == "false");
  CHECK(later.in("consents", "feature", "training", "/by/key") == "n");
}

TEST_CASE("AI-4: a balance shows the consents and terms of its own moment") {
  test::Table table;
  table.rows(R"(
    2026-01-01  consent benchmarks yes               -> ok
    2026-03-01  consent benchmarks no                -> ok
    2026-01-01  accept openai-2025                   -> ok
    2026-02-01  accept openai-2025 accepted false    -> ok
  )");
  const auto at = [&](const char* when) { return table.balance("acme", test::moment(when)); };
  CHECK(at("2026-01-15").find(R"("consents":{"benchmarks":true},"terms":["openai-2025"])") != std::string::npos);
  CHECK(at("2026-02-15").find(R"("consents":{"benchmarks":true},"terms":[])") != std::string::npos);
  CHECK(at("2026-03-15").find(R"("consents":{"benchmarks":false},"terms":[])") != std::string::npos);
}

TEST_CASE("AI-0: access is told with its moment and its event") {
  test::Table table;
  table.rows(R"(
    2026-01-02  access no reason "unpaid" key off    -> ok
    2026-01-04  access yes key on                    -> ok
  )");
  CHECK(Asked(table, "2026-01-01")("/access/allowed") == "true");
  CHECK(Asked(table, "2026-01-01")("/access/since") == "null");
  CHECK(Asked(table, "2026-01-03")("/access/allowed") == "false");
  CHECK(Asked(table, "2026-01-03")("/access/by/key") == "off");
  CHECK(Asked(table, "2026-01-05")("/access/allowed") == "true");
  CHECK(Asked(table, "2026-01-05")("/access/since") == "2026-01-04T00:00:00Z");
}

TEST_CASE("AI-3: partner terms are told with the models that need them and the rate cards those are on") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  accept openai-2025 key a             -> ok
    2026-01-03  accept house-rules key h             -> ok
    2026-01-04  accept openai-2025 accepted false    -> ok
  )");
  const Asked accepted(table, "2026-01-03");
  CHECK(accepted.in("partner_terms", "terms", "openai-2025", "/accepted") == "true");
  CHECK(accepted.in("partner_terms", "terms", "openai-2025", "/by/key") == "a");
  CHECK(accepted.in("partner_terms", "terms", "openai-2025", "/needed_by/0") ==
        R"({"rate_card":"card","model":"partner","in_force":true})");
  CHECK(accepted.in("partner_terms", "terms", "openai-2025", "/needed_by/1/model") == "worst");
  CHECK(accepted.in("other_terms", "terms", "house-rules", "/accepted") == "true");
  CHECK(accepted.in("models", "model", "partner", "/objections") == "[]");
  const Asked withdrawn(table, "2026-01-05");
  CHECK(withdrawn.in("partner_terms", "terms", "openai-2025", "/accepted") == "false");
  CHECK(withdrawn.in("partner_terms", "terms", "openai-2025", "/since") == "2026-01-04T00:00:00Z");
  CHECK(withdrawn.in("models", "model", "partner", "/objections") == R"(["partner_terms"])");
}

TEST_CASE("AI-5: beta opt-in and withdrawal dates stand by each model, with what is against its use") {
  test::Table table;
  table.rows(R"(
    2026-01-02  consent beta yes                     -> ok
  )");
  const Asked before(table, "2026-01-01"), after(table, "2026-01-03"), march(table, "2026-03-01");
  CHECK(before.in("consents", "feature", "beta", "/state") == "not_granted");
  CHECK(before.in("models", "model", "young", "/beta") == "true");
  CHECK(before.in("models", "model", "young", "/objections") == R"(["beta_not_accepted"])");
  CHECK(after.in("consents", "feature", "beta", "/state") == "granted");
  CHECK(after.in("models", "model", "young", "/objections") == "[]");
  CHECK(after.in("models", "model", "old", "/withdrawn_at") == "2026-03-01T00:00:00Z");
  CHECK(after.in("models", "model", "old", "/objections") == "[]");
  CHECK(march.in("models", "model", "old", "/objections") == R"(["discontinued"])");
  CHECK(march.in("models", "model", "worst", "/objections") == R"(["discontinued","partner_terms"])");
}

TEST_CASE("AI-6: the catalog's notices go with the consents") {
  Catalog catalog = test::table_catalog();
  catalog.notices["beta"] = "As it is.";
  test::Table table(catalog);
  table.rows("2026-01-01  access yes -> ok");
  CHECK(Asked(table, "2026-01-02")("/notices/beta") == "As it is.");
}

TEST_CASE("GOV-2: a gov account is told what it asked for and attested to, others are not told of the matrix") {
  test::Table table;
  table.rows("2026-01-01  open us-gov environment gov -> ok");
  CHECK(Asked(table, "2026-01-02")("/responsibility_matrix/version") == gov::matrix_version);
  CHECK(Asked(table, "2026-01-02")("/responsibility_matrix/requested/accepted") == "false");
  for (const TermsId& terms : {gov::requested_terms(), gov::attested_terms()}) {
    const Answer first = table.send(gov::record_command(table.state(), terms));
    REQUIRE_FALSE(first.refused);
    const Answer again = table.send(gov::record_command(table.state(), terms));
    CHECK(again.replayed);  // asked for again, it is the same asking
  }
  const Asked told(table, "2030-01-02");
  CHECK(told("/responsibility_matrix/requested/accepted") == "true");
  CHECK(told("/responsibility_matrix/attested/accepted") == "true");
  CHECK(told("/responsibility_matrix/attested/terms") == "responsibility-matrix:" + std::string(gov::matrix_version));
  test::Table commercial;
  commercial.rows("2026-01-01  access yes -> ok");
  CHECK(Asked(commercial, "2026-01-02")("/responsibility_matrix") == "");
}
