// SPDX-License-Identifier: Apache-2.0
#include "events/store/group_hash.hpp"

#include <algorithm>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"

namespace creditfold {

GroupHash::GroupHash(const Frontier& frontier, std::span<const Batch> group) : frontier_(frontier) {
  for (const Batch& batch : group) {
    for (const Event& event : batch.events) events_.push_back(&event);
  }
  constexpr std::size_t block = std::size_t{1} << block_level;
  const auto before = static_cast<std::size_t>(frontier.size());
  for (std::size_t first = 0; first < events_.size();) {
    const std::size_t last = std::min(events_.size(), first + block - (before + first) % block);
    parts_.push_back({first, last, {}});
    first = last;
  }
}

void GroupHash::make(std::size_t part) {
  auto& [first, last, made] = parts_[part];
  std::vector<TreeHash> hashes;
  hashes.reserve(last - first);
  std::vector<std::uint8_t> body;
  for (std::size_t i = first; i < last; ++i) {
    body.clear();
    encode_event(*events_[i], body);
    hashes.push_back(leaf_hash(body));
  }
  made.level = 0;
  if (hashes.size() == std::size_t{1} << block_level) {
    for (; made.level < block_level; ++made.level) {
      for (std::size_t i = 0; i < hashes.size() / 2; ++i) hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
      hashes.resize(hashes.size() / 2);
    }
  }
  made.hashes = std::move(hashes);
}

TreeGrowth GroupHash::growth() const {
  std::vector<Subtrees> made;
  for (const Part& part : parts_) made.push_back(part.made);
  return grown(frontier_, made);
}

}  // namespace creditfold
