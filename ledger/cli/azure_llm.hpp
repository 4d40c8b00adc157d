// SPDX-License-Identifier: Apache-2.0
// The form of Azure's public LLM inference traces: TIMESTAMP,ContextTokens,GeneratedTokens, one call of a model a row.
// (https://github.com/Azure/AzurePublicDataset) Reads text; what a call is charged as is not decided here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"
#include "ledger/cli/csv.hpp"

namespace creditfold::cli {

struct TraceCall {
  std::int64_t line = 0;
  Instant at;
  Volume context;    // what went in
  Volume generated;  // what came out
  std::optional<bool> ai_generated;  // where the file has such a column (AI-2)
};

struct BadLine {
  std::int64_t line = 0;
  std::string why;
  bool marked = false;  // GOV-3: it carries a classification marking, and `why` says nothing of it
};

class AzureTrace {
 public:
  // Or why the text is of another form. `text` must outlive the trace. A text without a header line is taken to have
  // its columns in the usual order; an empty one has no calls.
  [[nodiscard]] static Expected<AzureTrace, std::string> open(std::string_view text);

  [[nodiscard]] bool has_header() const { return has_header_; }
  [[nodiscard]] std::optional<std::variant<TraceCall, BadLine>> next();
  [[nodiscard]] std::size_t offset() const { return rows_.offset(); }

 private:
  static constexpr std::size_t columns = 3;
  using Columns = std::array<std::size_t, columns>;  // where TIMESTAMP, ContextTokens and GeneratedTokens stand

  explicit AzureTrace(std::string_view text) : rows_(text) {}
  [[nodiscard]] std::variant<TraceCall, BadLine> read(const CsvRow& row) const;

  CsvReader rows_;
  CsvRow first_;  // taken while looking for the header
  bool first_is_call_ = false;
  Columns where_{0, 1, 2};
  std::optional<std::size_t> ai_generated_;  // the column of that name
  std::size_t width_ = columns;
  bool has_header_ = false;
};

// "2023-11-16 18:15:46.6805900": UTC, up to 9 digits of fraction, cut to microseconds; a T between and a Z or +00:00 at
// the end are taken too.
[[nodiscard]] std::optional<Instant> parse_trace_time(std::string_view text);

}  // namespace creditfold::cli
