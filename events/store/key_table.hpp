// SPDX-License-Identifier: Apache-2.0
// Keys in memory by the hash of stay and key, and the segment each lies in. Private to the SQLite store.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace creditfold {

class KeyTable {
 public:
  void add(std::uint64_t hash, std::int64_t segment) {
    const auto [at, fresh] = segments_.try_emplace(hash, segment);
    if (!fresh && at->second != segment) collisions_.emplace(hash, segment);
  }
  void reserve(std::size_t keys) { segments_.reserve(keys); }
  [[nodiscard]] bool contains(std::uint64_t hash) const { return segments_.contains(hash); }
  // Adds the segments of keys of this hash.
  void find(std::uint64_t hash, std::vector<std::int64_t>& segments) const {
    const auto known = segments_.find(hash);
    if (known == segments_.end()) return;
    segments.push_back(known->second);
    const auto [first, last] = collisions_.equal_range(hash);
    for (auto more = first; more != last; ++more) segments.push_back(more->second);
  }
  [[nodiscard]] std::size_t size() const { return segments_.size() + collisions_.size(); }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [hash, segment] : segments_) visit(hash, segment);
    for (const auto& [hash, segment] : collisions_) visit(hash, segment);
  }

 private:
  boost::unordered_flat_map<std::uint64_t, std::int64_t> segments_;
  std::unordered_multimap<std::uint64_t, std::int64_t> collisions_;  // further segments of a hash
};

}  // namespace creditfold
