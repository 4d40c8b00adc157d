// SPDX-License-Identifier: Apache-2.0
// What a decoder says of bytes it refuses. Shared by every reader of bytes; it must not know any format.
#pragma once

#include <cstddef>
#include <string>

namespace creditfold {

struct DecodeError {
  std::size_t offset = 0;  // of the first byte that cannot be right, from the start of what was given
  std::string what;
};

}  // namespace creditfold
