// SPDX-License-Identifier: Apache-2.0
// The clause table: complete, each id once, and every refusal's clause in it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "ledger/clauses.hpp"
#include "ledger/refusal.hpp"

using namespace creditfold;

TEST_CASE("Clauses: every id of the terms is there once, with a title and a sentence") {
  std::set<std::string_view> ids;
  for (const Clause& clause : clauses()) {
    INFO(clause.id);
    CHECK(ids.insert(clause.id).second);
    CHECK_FALSE(clause.title.empty());
    CHECK(clause.sentence.size() > 10);
    CHECK(clause.sentence.back() == '.');
    CHECK(find_clause(clause.id) == &clause);
  }
  const char* terms[] = {"AIS-1",  "AIS-2",  "AIS-3",  "AIS-4a", "AIS-4b", "AIS-4c", "AIS-4d", "AIS-4e", "AIS-4f",
                         "AIS-5a", "AIS-5b", "AIS-5c", "AIS-5d", "ADD-1",  "ADD-2",  "EKM-1",  "EKM-2",  "EKM-3",
                         "EKM-4",  "EKM-5",  "RES-1",  "RES-2",  "RES-3",  "AI-0",   "AI-1",   "AI-2",   "AI-3",
                         "AI-4",   "AI-5",   "AI-6",   "GOV-1",  "GOV-2",  "GOV-3"};
  for (const char* id : terms) CHECK(find_clause(id) != nullptr);
  for (int n = 1; n <= 22; ++n) CHECK(find_clause("H" + std::to_string(n)) != nullptr);
  CHECK(ids.size() == 33 + 22);
  CHECK(find_clause("AIS-6") == nullptr);
  CHECK(find_clause("") == nullptr);
}

TEST_CASE("Clauses: as JSON each is an id, a title and a sentence, wherever the table is given") {
  const std::string json = clauses_json();
  CHECK(json.starts_with(R"({"clauses":[{"id":"AIS-1","title":"AI Studio","sentence":"A workflow is )"));
  CHECK(json.ends_with("}]}"));
  CHECK(json.find("\"section\"") == std::string::npos);
}

namespace {

// Whether `text` is what a clause id looks like: a family and a number, perhaps with a letter; or H and a number.
bool looks_like_a_clause(std::string_view text) {
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == std::string_view::npos) return false;
  const std::string_view family = text.substr(0, digit);
  std::string_view rest = text.substr(digit);
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') rest.remove_prefix(1);
  const bool letter = rest.size() == 1 && rest.front() >= 'a' && rest.front() <= 'f';
  const bool known = family == "H" || family == "AIS-" || family == "ADD-" || family == "EKM-" || family == "RES-" ||
                     family == "AI-" || family == "GOV-";
  return known && (rest.empty() || letter);
}

// The text of every string literal of a C++ source, one by one.
std::vector<std::string> literals_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::string> literals;
  for (std::size_t at = source.find('"'); at != std::string::npos; at = source.find('"', at + 1)) {
    std::size_t end = at + 1;
    while (end < source.size() && source[end] != '"' && source[end] != '\n') end += source[end] == '\\' ? 2 : 1;
    literals.push_back(source.substr(at + 1, end - at - 1));
    at = end;
  }
  return literals;
}

}  // namespace

TEST_CASE("Clauses: every id that the ledger's sources name, in refusals or explanations, is in the table") {
  std::set<std::string> used;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(SOURCE_DIRECTORY) / "ledger")) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
    if (file.filename() == "clauses.cpp") continue;
    for (const std::string& literal : literals_of(file)) {
      if (looks_like_a_clause(literal)) used.insert(literal);
    }
  }
  CHECK(used.size() > 30);
  for (const std::string& id : used) {
    INFO(id);
    CHECK(find_clause(id) != nullptr);
  }
}

TEST_CASE("Refusals: every code has a name of its own, in the words callers see") {
  std::set<std::string_view> names(refusal_names.begin(), refusal_names.end());
  CHECK(names.size() == refusal_names.size());
  CHECK(to_name(RefusalCode::malformed) == "malformed");
  CHECK(to_name(RefusalCode::in_future) == "in_future");
  CHECK(to_name(RefusalCode::outside_term) == "outside_term");
  CHECK(to_name(RefusalCode::bad_increment) == "bad_increment");
  CHECK(to_name(RefusalCode::classified) == "classified");
  CHECK(to_name(RefusalCode::not_authorized_in_gov) == "not_authorized_in_gov");
  CHECK(to_name(RefusalCode::partner_terms) == "partner_terms");
  CHECK(to_name(RefusalCode::period_closed) == "period_closed");
  CHECK(to_name(RefusalCode::insufficient_credits) == "insufficient_credits");
  CHECK(to_name(RefusalCode::never_for_training) == "never_for_training");
  CHECK(to_name(RefusalCode::migration_in_progress) == "migration_in_progress");
  CHECK(static_cast<std::size_t>(RefusalCode::key_unusable) + 1 >= refusal_names.size());
}
