// SPDX-License-Identifier: Apache-2.0
#include "ledger/read_model/sql_text.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace creditfold::read_model {
namespace {

std::string parenthesized(std::string_view expression) {
  const bool is_name = expression.find_first_of(" (+-*/") == std::string_view::npos;
  return is_name ? std::string(expression) : "(" + std::string(expression) + ")";
}

// Writes `form` out with `x` in place of each $.
std::string with(std::string_view form, const std::string& x) {
  std::string out;
  for (const char c : form) {
    if (c == '$') {
      out += x;
    } else {
      out += c;
    }
  }
  return out;
}

// Where the parenthesis opened before `at` closes.
std::size_t closing(std::string_view sql, std::size_t at) {
  for (int depth = 1; at < sql.size(); ++at) {
    if (sql[at] == '(') ++depth;
    if (sql[at] == ')' && --depth == 0) return at;
  }
  throw std::logic_error("a parenthesis of the schema is never closed");
}

struct Column {
  std::string_view name;
  bool credits = false;
  std::string_view rest;
};

// Nothing where the line is any other.
std::optional<Column> parse_column(std::string_view line) {
  for (const bool credits : {true, false}) {
    const std::string_view word = credits ? " CREDITS" : " MOMENT";
    const std::size_t at = line.find(word);
    if (at == std::string_view::npos || !line.starts_with("  ")) continue;
    return Column{line.substr(2, at - 2), credits, line.substr(at + word.size())};
  }
  return std::nullopt;
}

void append_column(std::string& out, const Column& column, bool last) {
  std::string_view rest = column.rest;
  const std::string_view comment = rest.find("--") == std::string_view::npos ? "" : rest.substr(rest.find("--"));
  rest = rest.substr(0, rest.size() - comment.size());
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  const std::string integer = std::string(column.name) + (column.credits ? "_micro" : "_micros");
  const std::string generated = rest.starts_with(" AS") ? " VIRTUAL" : "";
  out.append("  ").append(integer).append(" INTEGER").append(rest).append(generated).append(",");
  if (!comment.empty()) out.append("  ").append(comment);
  out.append("\n  ").append(column.name).append("_text TEXT AS (");
  out.append(column.credits ? credits_text(integer) : moment_text(integer))
      .append(") VIRTUAL")
      .append(last ? "\n" : ",\n");
}

}  // namespace

std::string credits_text(std::string_view expression) {
  return with(
      "CASE WHEN $ IS NOT NULL THEN rtrim(rtrim(printf('%s%d.%06d', iif($ < 0, '-', ''), abs($ / 1000000), "
      "abs($ % 1000000)), '0'), '.') END",
      parenthesized(expression));
}

std::string moment_text(std::string_view expression) {
  const std::string x = parenthesized(expression);
  const std::string fraction = with("(($ % 1000000 + 1000000) % 1000000)", x);
  return "strftime('%Y-%m-%dT%H:%M:%S', (" + x + " - " + fraction + ") / 1000000, 'unixepoch') || iif(" + fraction +
         " = 0, '', rtrim(printf('.%06d', " + fraction + "), '0')) || 'Z'";
}

// Digits are at most 4 (ISO 4217).
std::string money_text(std::string_view minor, std::string_view digits) {
  const std::string x = parenthesized(minor);
  const std::string d(digits);
  const std::string unit = "(CASE " + d + " WHEN 0 THEN 1 WHEN 2 THEN 100 WHEN 3 THEN 1000 ELSE 10000 END)";
  return "iif(" + x + " < 0, '-', '') || abs(" + x + " / " + unit + ") || iif(" + d +
         " = 0, '', '.' || substr('0000' || abs(" + x + " % " + unit + "), -" + d + "))";
}

std::string expand_tables(std::string_view sql) {
  std::string out;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find('\n'), sql.size() - 1);
    const std::string_view line = sql.substr(0, end);
    const std::string_view after = sql.substr(end + 1);
    if (const std::optional<Column> column = parse_column(line)) {
      append_column(out, *column, after.starts_with(")"));
    } else {
      out.append(line).append("\n");
    }
    sql = after;
  }
  return out;
}

std::string expand_views(std::string_view sql) {
  std::string out;
  while (!sql.empty()) {
    std::size_t at = sql.size();
    std::string_view found;
    for (const std::string_view word : {"CREDITS(", "MOMENT(", "MONEY("}) {
      if (sql.find(word) < at) {
        at = sql.find(word);
        found = word;
      }
    }
    out += sql.substr(0, at);
    if (found.empty()) break;
    const std::size_t begin = at + found.size();
    const std::size_t end = closing(sql, begin);
    const std::string_view inside = sql.substr(begin, end - begin);
    if (found == "CREDITS(") out += credits_text(inside);
    if (found == "MOMENT(") out += moment_text(inside);
    if (found == "MONEY(") {
      const std::size_t comma = inside.rfind(", ");
      out += money_text(inside.substr(0, comma), inside.substr(comma + 2));
    }
    sql = sql.substr(end + 1);
  }
  return out;
}

}  // namespace creditfold::read_model
