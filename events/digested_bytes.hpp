// SPDX-License-Identifier: Apache-2.0
// Bytes that end with the digest of all before it, so that who reads them back knows whether they are whole.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold {

[[nodiscard]] Digest digest_of_bytes(std::span<const std::uint8_t> bytes);

void end_with_digest(std::vector<std::uint8_t>& bytes);
// REQUIRES: no fewer bytes than a digest has.
[[nodiscard]] bool ends_with_its_digest(std::span<const std::uint8_t> bytes);

}  // namespace creditfold
