// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace creditfold::cli {

// For a part of a path or a parameter (RFC 3986: all but "unreserved" is encoded).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace creditfold::cli
