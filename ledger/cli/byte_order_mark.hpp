// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace creditfold::cli {

// What some programs write before UTF-8; it belongs to no text.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace creditfold::cli
