// SPDX-License-Identifier: Apache-2.0
// What the JSON parser does not tell: where in a text a value stands, and whether an object names a key twice.
// Both walk the text once and expect JSON the parser has already accepted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace creditfold {

// A strict reading of object keys (RFC 7493, I-JSON): the path of the first key that its object has already. Nothing:
// none.
[[nodiscard]] std::optional<std::string> find_duplicate_key(std::string_view json);

// The line, from 1, on which the value at `path` starts ("/plans/plus/increment", keys not escaped, array elements by
// index). A path that is not there gives the line of the nearest value around it.
[[nodiscard]] std::size_t line_of(std::string_view json, std::string_view path);
[[nodiscard]] std::size_t line_of_offset(std::string_view text, std::size_t offset);

}  // namespace creditfold
