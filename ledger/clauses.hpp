// SPDX-License-Identifier: Apache-2.0
// The clause table the product ships: every id that rules, refusals and explanations name, with its sentence in our
// words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace creditfold {

struct Clause {
  std::string_view id;
  std::string_view title;  // of the section it stands in
  std::string_view sentence;
};

[[nodiscard]] std::span<const Clause> clauses();
[[nodiscard]] const Clause* find_clause(std::string_view id);
[[nodiscard]] std::string clauses_json();  // one line without a newline

}  // namespace creditfold
