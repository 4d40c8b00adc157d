// SPDX-License-Identifier: Apache-2.0
// Tables and figures for people: columns as wide as they need to be, figures under figures, thousands apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/words.hpp"

namespace creditfold::cli {

enum class Align { left, right, decimal };  // decimal: right, with the points under each other

struct Column {
  std::string title;
  Align align = Align::left;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: as many cells as columns.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A last row, set apart by a rule.
  void total(std::vector<std::string> cells) { totals_.push_back(std::move(cells)); }

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text(std::string_view indent = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::vector<std::string>> totals_;
};

using creditfold::counted;
using creditfold::grouped;

// An RFC 3339 moment for a table: the date alone at midnight, else "2026-03-01 14:05", seconds when there are any.
[[nodiscard]] std::string short_time(std::string_view rfc3339);

// "0.8 ms", "1.24 s", "2 min 5 s".
[[nodiscard]] std::string duration_text(std::int64_t microseconds);

}  // namespace creditfold::cli
