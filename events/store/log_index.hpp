// SPDX-License-Identifier: Apache-2.0
// What the writing process knows of its log by heart: each account's version and newest segment, and in which segment each
// key lies. Made by reading the segments once, kept in step by the writer after each commit. Private to the SQLite store.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "events/segment.hpp"

namespace creditfold {

// XXH3-64 of the key, seeded with the stay: the same key of two accounts is two keys.
[[nodiscard]] std::uint64_t hash_of(std::int64_t stay, const IdempotencyKey& key);

// Safe to read from several threads while one writes.
class LogIndex {
 public:
  struct Newest {
    std::int64_t segment = 0;        // 0: none holds batches of the stay
    std::int64_t known_through = 0;  // the newest segment that was asked about
  };
  [[nodiscard]] Newest newest_of(std::int64_t stay) const;
  // The writer's own question, which needs no lock: only the writer adds.
  struct Account {
    std::int64_t version = 0;
    std::int64_t segment = 0;  // the newest
  };
  [[nodiscard]] Account account_of(std::int64_t stay) const {
    const auto at = static_cast<std::size_t>(stay);
    return at < accounts_.size() ? accounts_[at] : Account{};
  }
  [[nodiscard]] bool may_have(std::uint64_t hash) const { return keys_.contains(hash); }  // likewise
  // Where a key of this hash may lie; what lies there says whether it does. A segment that does not exist yet is the one
  // that `recent` will become.
  [[nodiscard]] std::vector<std::int64_t> segments_with(std::uint64_t hash) const;

  // The batches of segment `id`, or those in `recent` that it will be made of, and the hashes of keys that are new there.
  void add(std::int64_t id, bool sealed, std::span<const PackedBatch> batches, std::span<const std::uint64_t> keys);

 private:
  mutable std::shared_mutex mutex_;
  std::vector<Account> accounts_;  // by stay
  std::int64_t known_through_ = 0;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> keys_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> collisions_;  // further segments of a hash
};

}  // namespace creditfold
