// SPDX-License-Identifier: Apache-2.0
#include "events/store/log_index.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "events/checksum.hpp"

namespace creditfold {

std::uint64_t hash_of(std::int64_t stay, const IdempotencyKey& key) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.value.data());
  return checksum({bytes, key.value.size()}, static_cast<std::uint64_t>(stay));
}

LogIndex::LogIndex(const std::filesystem::path& directory, const IndexOptions& options,
                   std::optional<StoredIndex> stored)
    : window_(options.window),
      accounts_(stored ? std::move(stored->heads) : std::vector<AccountHead>{}),
      stays_(accounts_.size()),
      known_through_(stored ? stored->manifest.through.segment : 0),
      frozen_through_(known_through_),
      runs_(directory, options, std::move(stored)) {}

LogIndex::Newest LogIndex::newest_of(std::int64_t stay) const {
  const std::shared_lock lock(mutex_);
  return {account_of(stay).segment, known_through_};
}

std::vector<bool> LogIndex::may_have(std::span<const std::uint64_t> hashes) const {
  std::vector<bool> maybe(hashes.size());
  for (std::size_t i = 0; i < hashes.size(); ++i) maybe[i] = newest_keys_.contains(hashes[i]);
  runs_.may_have(hashes, maybe);
  return maybe;
}

bool LogIndex::has(std::uint64_t hash) const {
  {
    const std::shared_lock lock(mutex_);
    if (newest_keys_.contains(hash)) return true;
  }
  return runs_.may_have(hash);
}

std::vector<std::int64_t> LogIndex::segments_with(std::uint64_t hash) const {
  std::vector<std::int64_t> found;
  {
    const std::shared_lock lock(mutex_);
    newest_keys_.find(hash, found);
  }
  runs_.find(hash, found);
  return found;
}

void LogIndex::add(std::int64_t id, bool sealed, std::span<const PackedBatch> batches,
                   std::span<const std::uint64_t> keys) {
  const std::unique_lock lock(mutex_);
  for (const PackedBatch& batch : batches) {
    const auto at = static_cast<std::size_t>(batch.account);
    if (at >= accounts_.size()) accounts_.resize(std::max(at + 1, accounts_.size() * 2));
    stays_ = std::max(stays_, at + 1);
    AccountHead& account = accounts_[at];
    account.version = std::max(account.version, batch.first_version + batch.events - 1);
    if (sealed) account.segment = id;
  }
  for (const std::uint64_t hash : keys) newest_keys_.add(hash, id);
  if (sealed) known_through_ = std::max(known_through_, id);
}

// Where accounts stand is written with each run: no more often than there are as many new keys as accounts.
bool LogIndex::is_full() const {
  const bool many = newest_keys_.size() >= std::min(std::max(window_, stays_), keys_per_window_max);
  return many || known_through_ - frozen_through_ >= segments_per_window_max;
}

void LogIndex::freeze(const IndexPlace& through) {
  const auto keys = std::make_shared<KeyTable>();
  keys->reserve(newest_keys_.size());  // the next ones will be as many
  KeyRuns::Frozen frozen{
      keys, frozen_through_ + 1, through, {accounts_.begin(), accounts_.begin() + static_cast<std::ptrdiff_t>(stays_)}};
  const std::unique_lock lock(mutex_);
  std::swap(*keys, newest_keys_);
  try {
    runs_.add(std::move(frozen));
  } catch (...) {
    std::swap(*keys, newest_keys_);
    throw;
  }
  frozen_through_ = through.segment;
}

}  // namespace creditfold
