// SPDX-License-Identifier: Apache-2.0
// Comma-separated values (RFC 4180) row by row, as programs really write them: with or without quotes, carriage
// returns, a byte order mark, a line end at the end. A quote that is not closed spoils its own line only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace creditfold::cli {

struct CsvRow {
  std::int64_t line = 0;  // from 1, blank lines counted
  std::vector<std::string> fields;
  std::string fault;  // why the line is no row; empty when it is one
};

class CsvReader {
 public:
  explicit CsvReader(std::string_view text);  // borrowed

  // The next row that is not blank; nothing at the end.
  [[nodiscard]] std::optional<CsvRow> next();
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
};

}  // namespace creditfold::cli
