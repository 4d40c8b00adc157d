// SPDX-License-Identifier: Apache-2.0
#include "events/store/group_hash.hpp"

#include <algorithm>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"

namespace creditfold {

TreeHash leaf_of(const Event& event, std::vector<std::uint8_t>& body) {
  body.clear();
  encode_event(event, body);
  return leaf_hash(body);
}

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
  for (std::size_t i = first; i < last; ++i) hashes.push_back(leaf_of(*events_[i], body));
  if (hashes.size() == std::size_t{1} << block_level) {
    made = {block_level, {full_root(std::move(hashes))}};
  } else {
    made = {0, std::move(hashes)};
  }
}

TreeGrowth GroupHash::growth() const {
  std::vector<Subtrees> made;
  for (const Part& part : parts_) made.push_back(part.made);
  return grown(frontier_, made);
}

}  // namespace creditfold
