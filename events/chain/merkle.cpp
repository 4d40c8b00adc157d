// SPDX-License-Identifier: Apache-2.0
#include "events/chain/merkle.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "events/log.hpp"

namespace creditfold {
namespace {

// A context is made once a thread: fetching the algorithm for each hash costs three times the hash of a short event.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    require(algorithm_ != nullptr && context_ != nullptr);
    require(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1);
  }

  template <class... Parts>
  [[nodiscard]] TreeHash of(const Parts&... parts) {
    require(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1);
    require((... && (EVP_DigestUpdate(context_.get(), parts.data(), parts.size()) == 1)));
    TreeHash hash{};
    require(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  static void require(bool worked) {
    if (!worked) throw Fault(Fault::Kind::unavailable, "OpenSSL has no SHA-256 on this machine");
  }
  struct Free {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> algorithm_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Sha256& hasher() {
  thread_local Sha256 one;
  return one;
}

constexpr std::array<std::uint8_t, 1> leaf_prefix{0x00};
constexpr std::uint8_t node_prefix = 0x01;

bool is_odd(std::int64_t number) { return (number & 1) != 0; }

// RFC 6962: the largest power of two below `count`. REQUIRES: count > 1.
std::int64_t split_of(std::int64_t count) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(count - 1)));
}

// MTH(D[from:to]), where `from` is a multiple of the smallest power of two that is not below to - from.
TreeHash range_hash(std::int64_t from, std::int64_t to, const NodeReader& nodes) {
  const std::int64_t count = to - from;
  if (std::has_single_bit(static_cast<std::uint64_t>(count))) {
    const int level = std::countr_zero(static_cast<std::uint64_t>(count));
    return nodes(level, from >> level);
  }
  const std::int64_t middle = from + split_of(count);
  return node_hash(range_hash(from, middle, nodes), range_hash(middle, to, nodes));
}

}  // namespace

TreeHash sha256(std::string_view bytes) { return hasher().of(bytes); }

TreeHash leaf_hash(std::span<const std::uint8_t> bytes) { return hasher().of(leaf_prefix, bytes); }

TreeHash node_hash(const TreeHash& left, const TreeHash& right) {
  std::array<std::uint8_t, 1 + 2 * std::tuple_size_v<TreeHash>> node{node_prefix};
  std::copy(left.begin(), left.end(), node.begin() + 1);
  std::copy(right.begin(), right.end(), node.begin() + 1 + left.size());
  return hasher().of(node);  // at once: each further part costs a tenth of the hash
}

TreeHash full_root(std::vector<TreeHash> subtrees) {
  while (subtrees.size() > 1) {
    for (std::size_t i = 0; i < subtrees.size() / 2; ++i) subtrees[i] = node_hash(subtrees[2 * i], subtrees[2 * i + 1]);
    subtrees.resize(subtrees.size() / 2);
  }
  return subtrees.at(0);
}

std::optional<Frontier> Frontier::of(std::int64_t size, std::vector<TreeHash> subtrees) {
  const bool fits = size >= 0 && std::popcount(static_cast<std::uint64_t>(size)) == static_cast<int>(subtrees.size());
  if (!fits) return std::nullopt;
  Frontier frontier;
  frontier.size_ = size;
  frontier.subtrees_ = std::move(subtrees);
  return frontier;
}

TreeHash Frontier::root() const {
  if (subtrees_.empty()) return sha256({});
  TreeHash root = subtrees_.back();
  for (auto left = subtrees_.rbegin() + 1; left != subtrees_.rend(); ++left) root = node_hash(*left, root);
  return root;
}

NodeReader nodes_of(TileReader read) {
  return [read = std::move(read)](int level, std::int64_t index) {
    const int above = level % tile_height;
    std::vector<TreeHash> hashes = read(level / tile_height, index << above, std::int64_t{1} << above);
    return full_root(std::move(hashes));
  };
}

TreeHash root_at(std::int64_t size, const NodeReader& nodes) {
  return size == 0 ? sha256({}) : range_hash(0, size, nodes);
}

Path inclusion_path(std::int64_t index, std::int64_t size, const NodeReader& nodes) {
  Path path;  // from the root down
  for (std::int64_t from = 0, to = size; to - from > 1;) {
    const std::int64_t middle = from + split_of(to - from);
    if (index < middle) {
      path.push_back(range_hash(middle, to, nodes));
      to = middle;
    } else {
      path.push_back(range_hash(from, middle, nodes));
      from = middle;
    }
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Path consistency_path(std::int64_t from, std::int64_t to, const NodeReader& nodes) {
  Path path;  // from the root down
  if (from == 0 || from == to) return path;
  std::int64_t begin = 0;
  std::int64_t end = to;
  while (end != from) {
    const std::int64_t middle = begin + split_of(end - begin);
    if (from <= middle) {
      path.push_back(range_hash(middle, end, nodes));
      end = middle;
    } else {
      path.push_back(range_hash(begin, middle, nodes));
      begin = middle;
    }
  }
  if (begin > 0) path.push_back(range_hash(begin, end, nodes));  // else it is the old root, which is known
  std::reverse(path.begin(), path.end());
  return path;
}

bool is_included(const TreeHash& leaf, std::int64_t index, const Path& path, const TreeHead& tree) {
  if (index < 0 || index >= tree.size) return false;
  std::int64_t node = index;
  std::int64_t last = tree.size - 1;
  TreeHash hash = leaf;
  for (const TreeHash& sibling : path) {
    if (last == 0) return false;
    if (is_odd(node) || node == last) {
      hash = node_hash(sibling, hash);
      while (!is_odd(node) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == tree.root;
}

bool is_consistent(const TreeHead& from, const TreeHead& to, const Path& path) {
  if (from.size < 0 || from.size > to.size) return false;
  if (from.size == to.size) return path.empty() && from.root == to.root;
  if (from.size == 0) return path.empty() && from.root == sha256({});
  if (path.empty()) return false;
  std::int64_t node = from.size - 1;
  std::int64_t last = to.size - 1;
  while (is_odd(node)) {
    node >>= 1;
    last >>= 1;
  }
  const bool whole = std::has_single_bit(static_cast<std::uint64_t>(from.size));
  TreeHash old_hash = whole ? from.root : path.front();
  TreeHash new_hash = old_hash;
  for (std::size_t i = whole ? 0 : 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if (is_odd(node) || node == last) {
      old_hash = node_hash(path[i], old_hash);
      new_hash = node_hash(path[i], new_hash);
      while (!is_odd(node) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == from.root && new_hash == to.root;
}

}  // namespace creditfold
