// SPDX-License-Identifier: Apache-2.0
// EKM-2, EKM-3: every stored field is walked through the one table of classes. A field nobody classed fails here, and
// so does a text that the table calls sealed and the catalogue does not, or the other way round.
#include <catch2/catch.hpp>

#include <set>
#include <type_traits>
#include <utility>

#include "events/event.hpp"
#include "ledger/clauses.hpp"
#include "ledger/data_classes.hpp"

using namespace creditfold;

namespace {

template <class T>
constexpr bool is_free_text = std::is_same_v<T, FreeText> || std::is_same_v<T, std::optional<FreeText>>;

// Notes every field of an event, and holds it against the table.
struct Walk {
  std::string_view record;
  std::set<std::pair<std::string, std::string>>& seen;
  int& free_texts;

  template <class T>
  void operator()(const char* name, const T&) const {
    INFO(record << "." << name);
    const auto found = class_of("log", record, name);
    REQUIRE(found.has_value());
    CHECK((rule_of(*found).protection == Protection::sealed) == is_free_text<T>);
    free_texts += is_free_text<T> ? 1 : 0;
    CHECK(seen.emplace(record, name).second);
  }
  void operator()(const char*, const std::optional<PlanTerms>&) const {  // written flat
    const PlanTerms terms;
    PlanTerms::fields(terms, *this);
  }
};

template <class Fact>
void walk(std::set<std::pair<std::string, std::string>>& seen) {
  const Fact fact;
  int free_texts = 0;
  Fact::fields(fact, Walk{Fact::name, seen, free_texts});
  INFO(Fact::name);
  CHECK(free_texts <= 1);  // account and version say which text a seal belongs to
}

template <std::size_t... I>
void walk_all(std::set<std::pair<std::string, std::string>>& seen, std::index_sequence<I...>) {
  (walk<std::variant_alternative_t<I, Payload>>(seen), ...);
}

std::size_t count_of(std::string_view words) {
  std::size_t count = 1;
  for (const char c : words) count += c == ' ' ? 1U : 0U;
  return count;
}

}  // namespace

TEST_CASE("EKM-2: every field of every event has a class, and exactly the free text is sealed") {
  std::set<std::pair<std::string, std::string>> seen;
  walk_all(seen, std::make_index_sequence<event_kinds>{});
  for (const char* name : {"type", "seq", "account", "version", "at", "recorded_at", "key", "actor"}) {
    CHECK(class_of("log", "event", name).has_value());
    seen.emplace("event", name);
  }
  for (const char* name : {"account", "key", "digest", "first_seq", "count"}) {
    CHECK(class_of("log", "batch", name).has_value());
    seen.emplace("batch", name);
  }
  std::size_t listed = 0;  // nothing is listed that is not there
  for (const StoredFields& row : stored_fields()) listed += row.store == "log" ? count_of(row.fields) : 0;
  CHECK(listed == seen.size());
  CHECK_FALSE(class_of("log", "CreditsConsumed", "remark").has_value());
}

TEST_CASE("EKM-2, EKM-3: what the clauses name is in the clear, names its clause, and is not in the log") {
  for (const ClassRule& rule : class_rules()) {
    CAPTURE(to_name(rule.data_class));
    CHECK(&rule_of(rule.data_class) == &rule);
    CHECK(find_clause(rule.clause) != nullptr);
    CHECK_FALSE(rule.sentence.empty());
    const bool listed = rule.clause == "EKM-2" || rule.clause == "EKM-3";
    if (listed) CHECK(rule.protection == Protection::in_the_clear);
    for (const StoredFields& row : stored_fields()) {
      if (listed && row.data_class == rule.data_class) CHECK(row.store != "log");
    }
  }
  CHECK(rule_of(DataClass::third_party_metadata).clause == "EKM-2");
  CHECK(rule_of(DataClass::profile_image).clause == "EKM-2");
  CHECK(rule_of(DataClass::video).clause == "EKM-2");
  CHECK(*class_of("directory", "person", "email") == DataClass::directory_profile);
  CHECK(*class_of("directory", "team", "name") == DataClass::team_name);
  CHECK(class_rules().size() == EnumNames<DataClass>::names.size());
  CHECK(data_classes_json().find(
            R"({"class":"video","encrypted":false,"protection":"in_the_clear","clause":"EKM-2")") != std::string::npos);
}
