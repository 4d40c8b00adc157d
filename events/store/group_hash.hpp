// SPDX-License-Identifier: Apache-2.0
// What a group does to the log's tree, made in parts that need nothing of each other. Private to the SQLite store.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/log.hpp"
#include "events/store/sqlite_tree.hpp"

namespace creditfold {

// Of an event's canonical bytes, for which `body` is room that is kept. Throws Unencodable.
[[nodiscard]] TreeHash leaf_of(const Event& event, std::vector<std::uint8_t>& body);

class GroupHash {
 public:
  // Both last as long as this. REQUIRES: the frontier is the one the group will stand behind.
  GroupHash(const Frontier& frontier, std::span<const Batch> group);

  [[nodiscard]] std::size_t parts() const { return parts_.size(); }
  void make(std::size_t part);  // different parts at the same time; throws Unencodable
  // REQUIRES: all parts are made.
  [[nodiscard]] TreeGrowth growth() const;

 private:
  // Leaves are hashed in blocks that a tree of so many leaves has, too: what is above them is little.
  static constexpr int block_level = 6;
  static_assert(block_level < tile_height, "what is stored of a tree is made above the blocks");
  struct Part {
    std::size_t first = 0;  // of events_
    std::size_t last = 0;
    Subtrees made;
  };
  const Frontier& frontier_;
  std::vector<const Event*> events_;
  std::vector<Part> parts_;
};

}  // namespace creditfold
