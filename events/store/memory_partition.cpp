// SPDX-License-Identifier: Apache-2.0
#include "events/store/memory_partition.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"
#include "events/store/group.hpp"

namespace creditfold {

void MemoryPartition::stage(const AccountId& account, std::span<const StoredBatch> batches) {
  const std::lock_guard lock(mutex_);
  if (staged_ && staged_->account != account) throw std::logic_error("another stream is on its way here");
  bool here = false;
  log_.read_account(account, 0, -1, [&](Event&&) {
    here = true;
    return false;
  });
  if (here) throw std::logic_error("the account of the stream lives here");
  Staged staged = staged_.value_or(Staged{account, 0, {}});
  for (StoredBatch batch : batches) {
    for (Event& event : batch.events) {
      if (event.version != ++staged.version) throw std::logic_error("a staged event out of its number");
      event.seq = 0;
      event.partition = partition_of(region());
    }
    batch.count = static_cast<std::int64_t>(batch.events.size());
    batch.first_seq = 0;
    staged.batches.push_back(std::move(batch));
  }
  staged_ = std::move(staged);
}

void MemoryPartition::read_staged(std::int64_t skip, const Visit& visit) const {
  std::vector<StoredBatch> batches;
  {
    const std::lock_guard lock(mutex_);
    if (staged_) batches = staged_->batches;
  }
  for (std::size_t i = static_cast<std::size_t>(skip); i < batches.size(); ++i) {
    if (!visit(std::move(batches[i]))) return;
  }
}

std::optional<AccountId> MemoryPartition::staged() const {
  const std::lock_guard lock(mutex_);
  return staged_ ? std::optional(staged_->account) : std::nullopt;
}

void MemoryPartition::drop_staged() {
  const std::lock_guard lock(mutex_);
  staged_.reset();
}

Expected<Appended, Conflict> MemoryPartition::admit(const Arrival& arrival, const Batch& batch) {
  require_well_formed(std::span(&batch, 1));
  const std::lock_guard lock(mutex_);
  const std::int64_t version = staged_ ? staged_->version : 0;
  const auto conflict = [&](const char* what) { return Unexpected{Conflict{0, version, what}}; };
  if (!staged_) return conflict("no stream was staged");
  if (staged_->account != arrival.account || version != arrival.copied.events) {
    return conflict("the stream staged is another");
  }
  if (batch.account != arrival.account || batch.expected_version != version || batch.events.empty()) {
    return conflict("the account is at another version");
  }
  const bool twice = std::any_of(staged_->batches.begin(), staged_->batches.end(),
                                 [&](const StoredBatch& staged) { return staged.key == batch.key; });
  if (twice) return conflict("the key is there already");
  std::int64_t seq = log_.head();
  for (StoredBatch& staged : staged_->batches) {
    staged.first_seq = seq + 1;
    for (Event& event : staged.events) event.seq = ++seq;
    const auto kept = log_.adopt(arrival.account, std::move(staged));
    if (!kept) return Unexpected{kept.error()};
  }
  staged_.reset();
  arrivals_.insert_or_assign(arrival.account, arrival);
  ++moves_;
  return log_.append(std::span(&batch, 1));
}

void MemoryPartition::bury(const Tombstone& tombstone) {
  const std::lock_guard lock(mutex_);
  std::vector<Departed> runs;
  log_.read_account(tombstone.account, 0, -1, [&](Event&& event) {
    if (!runs.empty() && runs.back().last_seq + 1 == event.seq) {
      runs.back().last_seq = event.seq;
    } else {
      runs.push_back({event.seq, event.seq, tombstone.account, tombstone.to});
    }
    return true;
  });
  if (runs.empty()) return;
  hash_leaves();  // while their events are there
  log_.forget(tombstone.account);
  arrivals_.erase(tombstone.account);
  departed_.insert(departed_.end(), runs.begin(), runs.end());
  std::sort(departed_.begin(), departed_.end(),
            [](const Departed& a, const Departed& b) { return a.first_seq < b.first_seq; });
  tombstones_.push_back(tombstone);
  ++moves_;
}

bool MemoryPartition::erase_buried(const std::function<bool()>&) {
  const std::lock_guard lock(mutex_);
  for (Tombstone& tombstone : tombstones_) tombstone.erased = true;  // they were forgotten when they were buried
  return true;
}

std::vector<AccountId> MemoryPartition::accounts() const {
  std::set<AccountId> found;
  log_.read(0, -1, [&](Event&& event) {
    found.insert(event.account);
    return true;
  });
  return {found.begin(), found.end()};
}

std::optional<Arrival> MemoryPartition::arrival_of(const AccountId& account) const {
  const std::lock_guard lock(mutex_);
  const auto found = arrivals_.find(account);
  return found == arrivals_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t MemoryPartition::moves() const {
  const std::lock_guard lock(mutex_);
  return moves_;
}

std::vector<Tombstone> MemoryPartition::tombstones() const {
  const std::lock_guard lock(mutex_);
  return tombstones_;
}

std::vector<Departed> MemoryPartition::departed(std::int64_t after, std::int64_t to) const {
  const std::lock_guard lock(mutex_);
  std::vector<Departed> runs;
  for (Departed run : departed_) {
    run.first_seq = std::max(run.first_seq, after + 1);
    run.last_seq = std::min(run.last_seq, to);
    if (run.first_seq <= run.last_seq) runs.push_back(std::move(run));
  }
  return runs;
}

void MemoryPartition::hash_leaves() const {
  std::vector<std::uint8_t> bytes;
  log_.read(static_cast<std::int64_t>(leaves_.size()), -1, [&](Event&& event) {
    bytes.clear();
    encode_event(event, bytes);
    leaves_.push_back(leaf_hash(bytes));
    return true;
  });
}

TreeHead MemoryPartition::tree() const {
  const std::lock_guard lock(mutex_);
  hash_leaves();
  Frontier frontier;
  for (const TreeHash& leaf : leaves_) frontier.append(leaf);
  return frontier.head();
}

std::vector<TreeHash> MemoryPartition::tree_hashes(int tile_level, std::int64_t first, std::int64_t count) const {
  const std::lock_guard lock(mutex_);
  hash_leaves();
  const auto width = std::size_t{1} << (tile_height * tile_level);
  if ((static_cast<std::size_t>(first + count)) * width > leaves_.size()) {
    throw Fault(Fault::Kind::damaged, "the tree has no such hashes");
  }
  std::vector<TreeHash> hashes;
  for (auto index = static_cast<std::size_t>(first); index < static_cast<std::size_t>(first + count); ++index) {
    Frontier subtree;
    for (std::size_t leaf = index * width; leaf < (index + 1) * width; ++leaf) subtree.append(leaves_[leaf]);
    hashes.push_back(subtree.root());
  }
  return hashes;
}

void MemoryPartition::add_checkpoint(const StoredCheckpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  checkpoints_.emplace(checkpoint.size, checkpoint);
}

std::optional<StoredCheckpoint> MemoryPartition::newest_checkpoint() const {
  const std::lock_guard lock(mutex_);
  return checkpoints_.empty() ? std::nullopt : std::optional(checkpoints_.rbegin()->second);
}

std::optional<StoredCheckpoint> MemoryPartition::checkpoint_behind(std::int64_t size) const {
  const std::lock_guard lock(mutex_);
  const auto found = checkpoints_.upper_bound(size);
  return found == checkpoints_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace creditfold
