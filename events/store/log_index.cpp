// SPDX-License-Identifier: Apache-2.0
#include "events/store/log_index.hpp"

#include <algorithm>
#include <mutex>

#include "events/checksum.hpp"

namespace creditfold {

std::uint64_t hash_of(std::int64_t stay, const IdempotencyKey& key) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.value.data());
  return checksum({bytes, key.value.size()}, static_cast<std::uint64_t>(stay));
}

LogIndex::Newest LogIndex::newest_of(std::int64_t stay) const {
  const std::shared_lock lock(mutex_);
  const auto at = static_cast<std::size_t>(stay);
  return {at < accounts_.size() ? accounts_[at].segment : 0, known_through_};
}

std::vector<std::int64_t> LogIndex::segments_with(std::uint64_t hash) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::int64_t> found;
  const auto known = keys_.find(hash);
  if (known == keys_.end()) return found;
  found.push_back(known->second);
  const auto [first, last] = collisions_.equal_range(hash);
  for (auto more = first; more != last; ++more) found.push_back(more->second);
  return found;
}

void LogIndex::add(std::int64_t id, bool sealed, std::span<const PackedBatch> batches, std::span<const std::uint64_t> keys) {
  const std::unique_lock lock(mutex_);
  for (const PackedBatch& batch : batches) {
    const auto at = static_cast<std::size_t>(batch.account);
    if (at >= accounts_.size()) accounts_.resize(std::max(at + 1, accounts_.size() * 2));
    Account& account = accounts_[at];
    account.version = std::max(account.version, batch.first_version + batch.events - 1);
    if (sealed) account.segment = id;
  }
  const auto segment = static_cast<std::uint32_t>(id);
  for (const std::uint64_t hash : keys) {
    const auto [at, fresh] = keys_.try_emplace(hash, segment);
    if (!fresh && at->second != segment) collisions_.emplace(hash, segment);
  }
  if (sealed) known_through_ = std::max(known_through_, id);
}

}  // namespace creditfold
