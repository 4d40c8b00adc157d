// SPDX-License-Identifier: Apache-2.0
// A balance for people, made from the very JSON that programs get, so that the two can never say different things.
#pragma once

#include <string>
#include <string_view>

namespace creditfold::cli {

// `balance_json`: what balance_json() (ledger/statement.hpp) wrote. Without a line end at the end.
[[nodiscard]] std::string balance_text(std::string_view balance_json);

}  // namespace creditfold::cli
