// SPDX-License-Identifier: Apache-2.0
// How tokens.json is written. Read strictly: a file that is not what was written lets nobody in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/expected.hpp"
#include "ledger/edge/tokens.hpp"

namespace creditfold::edge {

// Hexadecimal digits of a token's id.
inline constexpr std::size_t token_id_digits = 12;

[[nodiscard]] std::string tokens_json(const std::vector<TokenRecord>& records);
// Or what is wrong, and where.
[[nodiscard]] Expected<std::vector<TokenRecord>, std::string> parse_tokens(std::string_view text);

}  // namespace creditfold::edge
