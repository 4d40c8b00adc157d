// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962 (section 2.1; proofs checked as RFC 9162 2.1.3.2 and 2.1.4.2 say) with SHA-256. It knows
// leaves by their hashes and nodes by whoever reads them; where they are kept is not its business.
//
// A node is named by level and index: it is the hash of the leaves index << level to (index + 1) << level, all there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "events/tree.hpp"

namespace creditfold {

[[nodiscard]] TreeHash sha256(std::string_view bytes);
// SHA-256(0x00 || bytes)
[[nodiscard]] TreeHash leaf_hash(std::span<const std::uint8_t> bytes);
// SHA-256(0x01 || left || right)
[[nodiscard]] TreeHash node_hash(const TreeHash& left, const TreeHash& right);

// The root of a full tree over neighbouring subtrees. REQUIRES: as many as a power of two.
[[nodiscard]] TreeHash full_root(std::vector<TreeHash> subtrees);

// Neighbouring full subtrees of one level; of level 0, leaves.
struct Subtrees {
  int level = 0;
  std::vector<TreeHash> hashes;
};

// All that appending needs: the hashes of the full subtrees a tree consists of, the largest and leftmost first.
class Frontier {
 public:
  Frontier() = default;
  // Nothing unless there is one hash for each one-bit of `size`.
  [[nodiscard]] static std::optional<Frontier> of(std::int64_t size, std::vector<TreeHash> subtrees);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::vector<TreeHash>& subtrees() const { return subtrees_; }
  [[nodiscard]] TreeHash root() const;
  [[nodiscard]] TreeHead head() const { return {size_, root()}; }

  // `completed(level, hash)` is told of the full subtrees that end with this leaf, from level 1 up. In place of leaves
  // it takes a full subtree of 2^level of them and tells of those above. REQUIRES: size() is a multiple of as many.
  template <class Completed>
  void append(const TreeHash& subtree, Completed&& completed, int level = 0) {
    subtrees_.push_back(subtree);
    std::int64_t left = size_ >> level;
    size_ += std::int64_t{1} << level;
    for (; (left & 1) != 0; left >>= 1) {
      const TreeHash right = subtrees_.back();
      subtrees_.pop_back();
      subtrees_.back() = node_hash(subtrees_.back(), right);
      completed(++level, subtrees_.back());
    }
  }
  void append(const TreeHash& leaf) {
    append(leaf, [](int, const TreeHash&) {});
  }

 private:
  std::int64_t size_ = 0;
  std::vector<TreeHash> subtrees_;
};

using NodeReader = std::function<TreeHash(int level, std::int64_t index)>;
using Path = std::vector<TreeHash>;

// Nodes read from tile levels: `read(tile_level, first, count)` gives that many hashes of level 8 * tile_level.
using TileReader = std::function<std::vector<TreeHash>(int tile_level, std::int64_t first, std::int64_t count)>;
[[nodiscard]] NodeReader nodes_of(TileReader read);

// The root over the first `size` leaves. REQUIRES: they are there.
[[nodiscard]] TreeHash root_at(std::int64_t size, const NodeReader& nodes);
// REQUIRES: 0 <= index < size, and `size` leaves are there.
[[nodiscard]] Path inclusion_path(std::int64_t index, std::int64_t size, const NodeReader& nodes);
// REQUIRES: 0 <= from <= to, and `to` leaves are there. Empty when either is trivial: from is 0 or to.
[[nodiscard]] Path consistency_path(std::int64_t from, std::int64_t to, const NodeReader& nodes);

[[nodiscard]] bool is_included(const TreeHash& leaf, std::int64_t index, const Path& path, const TreeHead& tree);
// Whether `to` begins with all of `from`.
[[nodiscard]] bool is_consistent(const TreeHead& from, const TreeHead& to, const Path& path);

}  // namespace creditfold
