// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/csv.hpp"

#include <algorithm>

#include "ledger/cli/byte_order_mark.hpp"

namespace creditfold::cli {
namespace {

// A field that begins with a quote: up to its closing one, two quotes inside being one. nullopt: never closed.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string field;
  rest.remove_prefix(1);
  for (;;) {
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) return std::nullopt;
    field += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) return field;
    field += '"';
    rest.remove_prefix(1);
  }
}

CsvRow split(std::int64_t number, std::string_view line) {
  CsvRow row{.line = number, .fields = {}, .fault = {}};
  for (;;) {
    if (line.starts_with('"')) {
      auto field = take_quoted(line);
      if (!field) {
        row.fault = "a quote is not closed";
        return row;
      }
      row.fields.push_back(std::move(*field));
      if (!line.empty() && line.front() != ',') {
        row.fault = "text follows a closing quote";
        return row;
      }
    } else {
      const std::size_t end = std::min(line.find(','), line.size());
      row.fields.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    }
    if (line.empty()) return row;
    line.remove_prefix(1);  // the comma
  }
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
}

std::optional<CsvRow> CsvReader::next() {
  while (at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++line_;
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) return split(line_, line);
  }
  return std::nullopt;
}

}  // namespace creditfold::cli
