// SPDX-License-Identifier: Apache-2.0
// Explanations as stories: what is asked, then lines that must stand in the answer, in this order, among others.
//
//   answer Usage u1 was charged 130 credits to Plus: ...
//   Lots | plus/1/1/1, allotment | 130 to pay, 100 left in the lot = 100 credits | H11 -> lot plus/1/1/1
//   draw u1 plus/1/1/1 allotment 100
//   event CreditsConsumed plus 130
//   link lot plus/1/1/1
//   no Uncovered
//
// A step is written "PART | label | expression = value unit | clause -> about which"; what a step lacks is left out. `no
// PART` says that the explanation has no step of that heading. Every clause named must be in the clause table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/explain.hpp"
#include "tests/ledger/table.hpp"

namespace creditfold::test {

[[nodiscard]] Expected<Explanation, std::string> explained(const Table& table, std::string_view about, std::string_view which,
                                                           std::optional<std::int64_t> as_of = std::nullopt,
                                                           const Catalog& catalog = table_catalog());
[[nodiscard]] std::vector<std::string> in_lines(const Explanation& told);
void check_story(const Explanation& told, std::string_view story);
// Asks and checks; fails when there is no such thing.
void check_why(const Table& table, std::string_view about, std::string_view which, std::string_view story,
               std::optional<std::int64_t> as_of = std::nullopt, const Catalog& catalog = table_catalog());

}  // namespace creditfold::test
