// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/explain_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "events/vocabulary.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/table.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

// A decimal: digits, perhaps a sign before and a fraction behind.
bool is_figure(std::string_view word) {
  constexpr std::string_view digits = "0123456789";
  if (word.starts_with('-')) word.remove_prefix(1);
  const std::size_t point = std::min(word.find('.'), word.size());
  const bool fraction = point == word.size() || (point + 1 < word.size() &&
                                                 word.find_first_not_of(digits, point + 1) == std::string_view::npos);
  return point > 0 && word.substr(0, point).find_first_not_of(digits) == std::string_view::npos && fraction;
}

// A word of an expression: figures with their thousands apart, moments short, all others as they are.
std::string word_text(std::string_view word) {
  if (is_figure(word)) return grouped(word);
  return parse_instant(word) ? short_time(word) : std::string(word);
}

std::string value_text(const json::value& step) {
  const std::string value = string_of(step, "value");
  std::string unit = string_of(step, "unit");
  if (unit.empty()) return word_text(value);
  if (value == "1" && unit.ends_with('s')) unit.pop_back();
  return grouped_figures(value) + ' ' + unit;
}

// A table for each run of steps under one heading, and their remarks below it.
std::string steps_text(const json::array& steps) {
  std::string text;
  for (std::size_t first = 0; first < steps.size();) {
    const std::string part = string_of(steps[first], "part");
    std::size_t end = first;
    Table table({{part}, {"From"}, {"Comes to", Align::right}, {"Clause"}});
    std::string remarks;
    for (; end < steps.size() && string_of(steps[end], "part") == part; ++end) {
      const json::value& step = steps[end];
      const std::string clause = string_of(step, "clause");
      if (!string_of(step, "value").empty()) {
        table.row({string_of(step, "label"), grouped_figures(string_of(step, "expression")), value_text(step), clause});
      } else {
        remarks += string_of(step, "label") + ": " + grouped_figures(string_of(step, "expression")) +
                   (clause.empty() ? "" : " (" + clause + ")") + '\n';
      }
    }
    const std::string heading = table.empty() ? part + '\n' : table.text();
    text += '\n' + heading + remarks;
    first = end;
  }
  return text;
}

// What fits a terminal; the JSON has the others.
constexpr std::size_t rows_max = 20;

std::string more_text(std::int64_t left_out, std::string_view noun) {
  if (left_out == 0) return {};
  return "and " + counted(left_out, std::string("earlier ") + std::string(noun)) + "\n";
}

std::string draws_text(const json::value& told) {
  const json::array& draws = told.at("draws").as_array();
  if (string_of(told, "about") != "lot" || draws.empty()) return {};  // a charge's own draws are among its steps
  Table table({{"Draw", Align::right}, {"At"}, {"Usage"}, {"Credits", Align::decimal}});
  const std::size_t first = draws.size() - std::min(draws.size(), rows_max);
  for (std::size_t i = first; i < draws.size(); ++i) {
    table.row({grouped(integer_of(draws[i], "seq")), short_time(string_of(draws[i], "at")),
               string_of(draws[i], "usage"), grouped(std::string_view(string_of(draws[i], "credits")))});
  }
  const json::value* before = told.as_object().if_contains("draws_left_out");
  return '\n' + table.text() +
         more_text(static_cast<std::int64_t>(first) + (before ? integer_of(*before, "count") : 0), "draw");
}

// The fields that say most of an event, in one line.
std::string event_text(const json::object& event) {
  constexpr std::array fields{"plan",    "product", "lot",    "usage",   "authorization", "kind",
                              "credits", "term",    "period", "granted", "consumed",      "expired",
                              "from",    "to",      "reason", "model",   "corrects",      "settles",
                              "feature", "terms",   "accepted", "allowed"};
  std::string text;
  for (const char* name : fields) {
    const json::value* value = event.if_contains(name);
    if (value == nullptr) continue;
    const std::string shown = value->is_string()   ? std::string(value->get_string().c_str())
                              : value->is_object() ? "(sealed)"  // EKM-5: no other field of these is an object
                                                   : json::serialize(*value);
    text += (text.empty() ? "" : ", ") + std::string(name) + ' ' + shown;
  }
  return harmless(text);
}

std::string events_text(const json::value& told) {
  const json::array& events = told.at("events").as_array();
  if (events.empty()) return {};
  Table table({{"Event", Align::right}, {"At"}, {"Type"}, {"Says"}});
  const std::size_t first = events.size() - std::min(events.size(), rows_max);
  for (std::size_t i = first; i < events.size(); ++i) {
    table.row({grouped(integer_of(events[i], "seq")), short_time(string_of(events[i], "at")),
               string_of(events[i], "type"), event_text(events[i].as_object())});
  }
  const json::value* before = told.as_object().if_contains("events_left_out");
  return '\n' + table.text() + more_text(static_cast<std::int64_t>(first) + (before ? before->as_int64() : 0), "event");
}

std::string told_clauses_text(const json::value& told) {
  std::string text;
  std::size_t width = 0;
  for (const json::value& clause : told.at("clauses").as_array())
    width = std::max(width, string_of(clause, "id").size());
  for (const json::value& clause : told.at("clauses").as_array()) {
    std::string id = string_of(clause, "id");
    id.resize(width, ' ');
    text += id + "  " + string_of(clause, "sentence") + '\n';
  }
  return text.empty() ? "" : '\n' + text;
}

}  // namespace

std::string grouped_figures(std::string_view expression) {
  std::string out;
  while (!expression.empty()) {
    const std::size_t end = std::min(expression.find(' '), expression.size());
    std::string_view word = expression.substr(0, end);
    const bool opened = word.starts_with('(');
    if (opened) word.remove_prefix(1);
    const std::size_t stop = std::min(word.find_last_not_of("),") + 1, word.size());
    out.append(opened ? "(" : "").append(word_text(word.substr(0, stop))).append(word.substr(stop));
    if (end < expression.size()) out += ' ';
    expression.remove_prefix(std::min(end + 1, expression.size()));
  }
  return out;
}

std::string explanation_text(std::string_view explanation_json) {
  const json::value told = json::parse(json::string_view(explanation_json.data(), explanation_json.size()));
  std::string text = string_of(told, "answer") + '\n' + steps_text(told.at("steps").as_array()) + draws_text(told) +
                     events_text(told) + told_clauses_text(told);
  text.pop_back();
  return text;
}

}  // namespace creditfold::cli
