// SPDX-License-Identifier: Apache-2.0
#include "events/digested_bytes.hpp"

#include <algorithm>
#include <string_view>

namespace creditfold {

Digest digest_of_bytes(std::span<const std::uint8_t> bytes) {
  return digest_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void end_with_digest(std::vector<std::uint8_t>& bytes) {
  const Digest digest = digest_of_bytes(bytes);
  bytes.insert(bytes.end(), digest.bytes.begin(), digest.bytes.end());
}

bool ends_with_its_digest(std::span<const std::uint8_t> bytes) {
  const std::size_t before = bytes.size() - Digest{}.bytes.size();
  const Digest digest = digest_of_bytes(bytes.first(before));
  return std::equal(digest.bytes.begin(), digest.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(before),
                    bytes.end());
}

}  // namespace creditfold
