// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/explain_story.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "ledger/clauses.hpp"
#include "ledger/words.hpp"

namespace creditfold::test {
namespace {

std::string link_text(const WhyLink& link) {
  return std::string(link.about) + " " + link.which + (link.as_of ? " as of " + std::to_string(*link.as_of) : "");
}

std::string step_text(const WhyStep& step) {
  std::string text = std::string(step.part) + " | " + step.label;
  if (!step.expression.empty() || !step.value.empty()) text += " | " + step.expression;
  if (!step.value.empty())
    text += (step.expression.empty() ? "= " : " = ") + step.value + (step.unit.empty() ? "" : " " + step.unit);
  if (!step.clause.empty()) text += " | " + std::string(step.clause);
  if (step.link) text += " -> " + link_text(*step.link);
  return text;
}

void check_clauses(const Explanation& told) {
  const auto listed = [&](std::string_view id) {
    return std::find(told.clauses.begin(), told.clauses.end(), id) != told.clauses.end();
  };
  for (const WhyStep& step : told.steps) {
    INFO(step.clause);
    CHECK((step.clause.empty() || listed(step.clause)));
  }
  for (const std::string_view id : told.clauses) {
    INFO(id);
    CHECK(find_clause(id) != nullptr);
  }
}

}  // namespace

Expected<Explanation, std::string> explained(const Table& table, std::string_view about, std::string_view which,
                                             std::optional<std::int64_t> as_of, const Catalog& catalog) {
  const auto why = read_why(about, which);
  if (!why) return Unexpected{why.error()};
  return explain(AccountHistory(table.log(), AccountId("acme"), as_of), *why, catalog);
}

std::vector<std::string> in_lines(const Explanation& told) {
  std::vector<std::string> lines{"answer " + told.answer};
  for (const WhyStep& step : told.steps) lines.push_back(step_text(step));
  for (const Draw& draw : told.draws) {
    lines.push_back("draw " + draw.usage.value + " " + draw.lot.value + " " + std::string(to_name(draw.kind)) + " " +
                    to_text(draw.credits));
  }
  for (const Event& event : told.events) lines.push_back("event " + in_words(event));
  for (const WhyLink& link : told.links) lines.push_back("link " + link_text(link));
  return lines;
}

void check_story(const Explanation& told, std::string_view story) {
  const std::vector<std::string> lines = in_lines(told);
  std::string whole;
  for (const std::string& line : lines) whole += line + "\n";
  INFO(whole);
  check_clauses(told);
  auto from = lines.begin();
  while (!story.empty()) {
    const std::size_t end = std::min(story.find('\n'), story.size());
    const std::string wanted(trimmed(story.substr(0, end)));
    story.remove_prefix(std::min(end + 1, story.size()));
    if (wanted.empty()) continue;
    INFO("wanted: " << wanted);
    if (wanted.compare(0, 3, "no ") == 0) {
      CHECK(std::none_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.compare(0, wanted.size() - 3, wanted, 3, std::string::npos) == 0;
      }));
      continue;
    }
    const auto found = std::find(from, lines.end(), wanted);
    CHECK(found != lines.end());
    if (found != lines.end()) from = found + 1;
  }
}

void check_why(const Table& table, std::string_view about, std::string_view which, std::string_view story,
               std::optional<std::int64_t> as_of, const Catalog& catalog) {
  const auto told = explained(table, about, which, as_of, catalog);
  INFO(which);
  if (!told) FAIL(told.error());
  check_story(*told, story);
}

}  // namespace creditfold::test
