// SPDX-License-Identifier: Apache-2.0
// The Merkle tree against the vectors of Certificate Transparency, against a second way of computing it, and against
// every one-bit change of its proofs.
#include <catch2/catch.hpp>

#include <map>
#include <string>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"

using namespace creditfold;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string hex_of(const TreeHash& hash) {
  std::string hex;
  for (const std::uint8_t byte : hash) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

// The test tree of RFC 6962's reference implementation.
const std::vector<std::string> ct_leaves{
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> ct_roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

constexpr std::int64_t leaves_max = 130;

std::vector<TreeHash> some_leaves() {
  std::vector<TreeHash> leaves;
  for (std::int64_t i = 0; i < leaves_max; ++i) leaves.push_back(sha256(std::to_string(i)));
  return leaves;
}

// MTH(D[from:to]) as RFC 6962 writes it down: a second way, without frontier or levels.
TreeHash mth(const std::vector<TreeHash>& leaves, std::size_t from, std::size_t to) {
  if (from == to) return sha256({});
  if (to - from == 1) return leaves[from];
  std::size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  return node_hash(mth(leaves, from, from + split), mth(leaves, from + split, to));
}

NodeReader nodes_over(const std::vector<TreeHash>& leaves) {
  return [&leaves](int level, std::int64_t index) {
    const auto from = static_cast<std::size_t>(index << level);
    return mth(leaves, from, from + (std::size_t{1} << level));
  };
}

template <class Check>
void with_one_bit_flipped(Path path, Check&& check) {
  for (TreeHash& hash : path) {
    for (std::uint8_t& byte : hash) {
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<std::uint8_t>(byte ^ (1U << bit));
        check(path);
        byte = static_cast<std::uint8_t>(byte ^ (1U << bit));
      }
    }
  }
}

}  // namespace

TEST_CASE("The tree has the roots that RFC 6962's test tree has") {
  Frontier frontier;
  CHECK(hex_of(frontier.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < ct_leaves.size(); ++i) {
    frontier.append(leaf_hash(bytes_of(ct_leaves[i])));
    CHECK(hex_of(frontier.root()) == ct_roots[i]);
  }
  CHECK(frontier.size() == 8);
}

TEST_CASE("A path is the one RFC 6962's test tree has") {
  std::vector<TreeHash> leaves;
  for (const std::string& leaf : ct_leaves) leaves.push_back(leaf_hash(bytes_of(leaf)));
  const Path path = inclusion_path(0, 8, nodes_over(leaves));
  REQUIRE(path.size() == 3);
  CHECK(hex_of(path[0]) == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  CHECK(hex_of(path[1]) == "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
  CHECK(hex_of(path[2]) == "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
}

TEST_CASE("A frontier is what its leaves say, tells every full subtree once, and is read back from its hashes") {
  const std::vector<TreeHash> leaves = some_leaves();
  Frontier frontier;
  std::map<std::pair<int, std::int64_t>, TreeHash> completed;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    CHECK(frontier.root() == mth(leaves, 0, i));
    const auto back = Frontier::of(frontier.size(), frontier.subtrees());
    REQUIRE(back);
    CHECK(back->root() == frontier.root());
    std::vector<TreeHash> more = frontier.subtrees();
    more.push_back(leaves[i]);
    CHECK_FALSE(Frontier::of(frontier.size(), more));
    frontier.append(leaves[i], [&](int level, const TreeHash& hash) {
      const std::int64_t index = (frontier.size() >> level) - 1;
      CHECK(completed.emplace(std::pair(level, index), hash).second);
    });
  }
  const NodeReader nodes = nodes_over(leaves);
  CHECK(completed.size() == 65 + 32 + 16 + 8 + 4 + 2 + 1);
  for (const auto& [where, hash] : completed) CHECK(nodes(where.first, where.second) == hash);
}

TEST_CASE("Nodes are read from tile levels as from leaves") {
  std::vector<TreeHash> leaves;
  for (std::int64_t i = 0; i < 600; ++i) leaves.push_back(sha256(std::to_string(i)));
  const NodeReader nodes = nodes_of([&](int tile_level, std::int64_t first, std::int64_t count) {
    std::vector<TreeHash> hashes;
    for (std::int64_t i = first; i < first + count; ++i) {
      const auto width = std::size_t{1} << (tile_height * tile_level);
      hashes.push_back(mth(leaves, static_cast<std::size_t>(i) * width, static_cast<std::size_t>(i + 1) * width));
    }
    return hashes;
  });
  for (const std::int64_t size : {0, 1, 255, 256, 257, 511, 512, 600}) {
    CHECK(root_at(size, nodes) == mth(leaves, 0, static_cast<std::size_t>(size)));
  }
  CHECK(is_included(leaves[300], 300, inclusion_path(300, 600, nodes), {600, mth(leaves, 0, 600)}));
}

TEST_CASE("Every inclusion proof of every tree up to 130 holds, and of no other leaf, index, size or path") {
  const std::vector<TreeHash> leaves = some_leaves();
  const NodeReader nodes = nodes_over(leaves);
  for (std::int64_t size = 1; size <= leaves_max; ++size) {
    const TreeHead tree{size, mth(leaves, 0, static_cast<std::size_t>(size))};
    std::int64_t wrong = 0;
    for (std::int64_t index = 0; index < size; ++index) {
      const TreeHash& leaf = leaves[static_cast<std::size_t>(index)];
      Path path = inclusion_path(index, size, nodes);
      if (!is_included(leaf, index, path, tree)) ++wrong;
      if (is_included(leaves[static_cast<std::size_t>((index + 1) % leaves_max)], index, path, tree)) ++wrong;
      if (is_included(leaf, index + 1, path, tree) || is_included(leaf, size + index, path, tree)) ++wrong;
      path.push_back(leaf);
      if (is_included(leaf, index, path, tree)) ++wrong;
      path.resize(path.size() - 1);
      if (!path.empty()) path.pop_back();
      if (size > 1 && is_included(leaf, index, path, tree)) ++wrong;
    }
    INFO(size);
    CHECK(wrong == 0);
  }
}

TEST_CASE("Every consistency proof between trees up to 130 holds, and between no others") {
  const std::vector<TreeHash> leaves = some_leaves();
  const NodeReader nodes = nodes_over(leaves);
  std::vector<TreeHead> trees;
  for (std::int64_t size = 0; size <= leaves_max; ++size) {
    trees.push_back({size, mth(leaves, 0, static_cast<std::size_t>(size))});
  }
  for (std::size_t to = 0; to < trees.size(); ++to) {
    std::int64_t wrong = 0;
    for (std::size_t from = 0; from <= to; ++from) {
      Path path = consistency_path(trees[from].size, trees[to].size, nodes);
      if (!is_consistent(trees[from], trees[to], path)) ++wrong;
      TreeHead other = trees[from];
      other.root[7] ^= 1;
      if (is_consistent(other, trees[to], path)) ++wrong;
      other = trees[to];
      other.root[31] ^= 0x80;
      if (from > 0 && is_consistent(trees[from], other, path)) ++wrong;
      path.push_back(trees[to].root);
      if (is_consistent(trees[from], trees[to], path)) ++wrong;
      if (from < to && is_consistent(trees[to], trees[from], {})) ++wrong;
    }
    INFO(to);
    CHECK(wrong == 0);
  }
}

TEST_CASE("A proof with any one bit changed is refused") {
  const std::vector<TreeHash> leaves = some_leaves();
  const NodeReader nodes = nodes_over(leaves);
  const TreeHead tree{leaves_max, mth(leaves, 0, leaves.size())};
  std::int64_t changed = 0;
  for (const std::int64_t index : {0, 1, 63, 64, 127, 128, 129}) {
    with_one_bit_flipped(inclusion_path(index, tree.size, nodes), [&](const Path& path) {
      ++changed;
      if (is_included(leaves[static_cast<std::size_t>(index)], index, path, tree)) FAIL("index " << index);
    });
  }
  for (const std::int64_t size : {1, 2, 3, 64, 65, 100, 128, 129}) {
    const TreeHead from{size, mth(leaves, 0, static_cast<std::size_t>(size))};
    with_one_bit_flipped(consistency_path(size, tree.size, nodes), [&](const Path& path) {
      ++changed;
      if (is_consistent(from, tree, path)) FAIL("size " << size);
    });
  }
  CHECK(changed > 20'000);
}
