// SPDX-License-Identifier: Apache-2.0
// What a log says of itself as an RFC 6962 Merkle tree: plain values. How they are computed is in events/chain/.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "events/vocabulary.hpp"

namespace creditfold {

using TreeHash = std::array<std::uint8_t, 32>;  // SHA-256

// Hashes are stored and served in tiles of this height (C2SP tlog-tiles).
inline constexpr int tile_height = 8;
inline constexpr std::int64_t tile_width = std::int64_t{1} << tile_height;

// The tree over a log's first `size` events: position seq is leaf seq - 1.
struct TreeHead {
  std::int64_t size = 0;
  TreeHash root{};
  friend bool operator==(const TreeHead& a, const TreeHead& b) { return a.size == b.size && a.root == b.root; }
};

// A signed note over a tree head (C2SP tlog-checkpoint) as a store keeps it. It does not look inside.
struct StoredCheckpoint {
  std::int64_t size = 0;
  std::string note;
  Instant at;
  friend bool operator==(const StoredCheckpoint& a, const StoredCheckpoint& b) {
    return a.size == b.size && a.note == b.note && a.at == b.at;
  }
};

}  // namespace creditfold
