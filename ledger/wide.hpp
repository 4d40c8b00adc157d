// SPDX-License-Identifier: Apache-2.0
// Sums and products of figures that each fit 64 bits: 128 hold a billion billion of them. For what is compared or
// shown; what is stored stays within 64.
#pragma once

#include <string>

namespace creditfold {

__extension__ using Wide = unsigned __int128;

[[nodiscard]] std::string digits(Wide number);
// As to_text(Credits) writes them.
[[nodiscard]] std::string credits_text(Wide micro);

}  // namespace creditfold
