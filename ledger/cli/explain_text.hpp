// SPDX-License-Identifier: Apache-2.0
// An explanation for people, made from the very JSON that programs get, so that the two can never say different things.
#pragma once

#include <string>
#include <string_view>

namespace creditfold::cli {

// `explanation_json`: what explanation_json() (ledger/explain.hpp) wrote. Without a line end at the end.
[[nodiscard]] std::string explanation_text(std::string_view explanation_json);

// Thousands apart in every figure of an expression, and moments short: "1200000 × 5 ÷ 365" is "1,200,000 × 5 ÷ 365".
[[nodiscard]] std::string grouped_figures(std::string_view expression);

}  // namespace creditfold::cli
