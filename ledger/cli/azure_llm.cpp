// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/azure_llm.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/markings.hpp"
#include "ledger/words.hpp"

namespace creditfold::cli {
namespace {

constexpr std::array<std::string_view, 3> names{"TIMESTAMP", "ContextTokens", "GeneratedTokens"};
// What is shown of a field that cannot be read.
constexpr std::size_t shown_bytes_max = 40;

std::string in_quotes(std::string_view field) {
  std::string text;
  for (const char c : field.substr(0, shown_bytes_max)) text += c >= ' ' && c <= '~' ? c : '?';
  return '"' + text + (field.size() > shown_bytes_max ? "…\"" : "\"");
}

std::optional<std::int64_t> parse_tokens(std::string_view text) {
  std::int64_t tokens = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tokens);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || tokens < 0 || text.starts_with('-')) return std::nullopt;
  return tokens;
}

std::optional<std::size_t> find_column(const CsvRow& row, std::string_view name) {
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    if (lower_case(trimmed(row.fields[i])) == lower_case(name)) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> parse_trace_time(std::string_view text) {
  constexpr std::size_t date_bytes = 10, second_bytes = 19, kept_digits = 6, digits_max = 9;
  if (text.ends_with("+00:00")) text.remove_suffix(6);
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() < second_bytes || (text[date_bytes] != ' ' && text[date_bytes] != 'T')) return std::nullopt;
  std::string rfc3339(text.substr(0, second_bytes));
  rfc3339[date_bytes] = 'T';
  std::string_view fraction = text.substr(second_bytes);
  if (!fraction.empty()) {
    const bool well = fraction.front() == '.' && fraction.size() >= 2 && fraction.size() <= 1 + digits_max &&
                      fraction.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!well) return std::nullopt;
    rfc3339 += fraction.substr(0, 1 + kept_digits);
  }
  return parse_instant(rfc3339 + 'Z');
}

Expected<AzureTrace, std::string> AzureTrace::open(std::string_view text) {
  AzureTrace trace(text);
  auto row = trace.rows_.next();
  if (!row) return trace;
  const CsvRow& first = trace.first_ = std::move(*row);
  Columns found{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = find_column(first, names[i]);
    if (!column) {
      // Not the header: a call, or another kind of file.
      trace.first_is_call_ = std::holds_alternative<TraceCall>(trace.read(first));
      if (trace.first_is_call_) return trace;
      return Unexpected{"line " + std::to_string(first.line) + " has no column " + std::string(names[i]) +
                        "; the form is TIMESTAMP,ContextTokens,GeneratedTokens"};
    }
    found[i] = *column;
  }
  trace.where_ = found;
  trace.ai_generated_ = find_column(first, "ai_generated");
  trace.width_ = first.fields.size();
  trace.has_header_ = true;
  return trace;
}

std::optional<std::variant<TraceCall, BadLine>> AzureTrace::next() {
  if (std::exchange(first_is_call_, false)) return read(first_);
  const std::optional<CsvRow> row = rows_.next();
  if (!row) return std::nullopt;
  return read(*row);
}

std::variant<TraceCall, BadLine> AzureTrace::read(const CsvRow& row) const {
  const auto bad = [&](std::string why) { return BadLine{row.line, std::move(why)}; };
  if (std::any_of(row.fields.begin(), row.fields.end(), [](const std::string& text) { return has_marking(text); })) {
    return BadLine{row.line, "", true};
  }
  if (!row.fault.empty()) return bad(row.fault);
  if (row.fields.size() != width_) {
    return bad(std::to_string(row.fields.size()) + " fields, not " + std::to_string(width_));
  }
  const auto field = [&](std::size_t column) { return trimmed(row.fields[where_[column]]); };
  const auto at = parse_trace_time(field(0));
  if (!at) return bad("TIMESTAMP is not a moment as 2023-11-16 18:15:46.6805900: " + in_quotes(field(0)));
  const auto context = parse_tokens(field(1));
  if (!context) return bad("ContextTokens is not a whole number from 0: " + in_quotes(field(1)));
  const auto generated = parse_tokens(field(2));
  if (!generated) return bad("GeneratedTokens is not a whole number from 0: " + in_quotes(field(2)));
  TraceCall call{row.line, *at, Volume{*context}, Volume{*generated}, std::nullopt};
  if (ai_generated_) {
    const std::string said = lower_case(trimmed(row.fields[*ai_generated_]));
    const bool yes = said == "true" || said == "1" || said == "yes",
               no = said == "false" || said == "0" || said == "no";
    if (!yes && !no && !said.empty()) return bad("ai_generated is neither true nor false: " + in_quotes(said));
    if (yes || no) call.ai_generated = yes;
  }
  return call;
}

}  // namespace creditfold::cli
