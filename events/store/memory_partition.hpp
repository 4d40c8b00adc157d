// SPDX-License-Identifier: Apache-2.0
// A partition in memory: for tests of what moves between partitions. It keeps nothing and is otherwise like any other.
// Native only: its tree takes SHA-256.
#pragma once

#include "events/partition.hpp"
#include "events/store/memory.hpp"

namespace creditfold {

class MemoryPartition final : public Partition {
 public:
  explicit MemoryPartition(RegionId region = {}) : log_(std::move(region)) {}

  [[nodiscard]] RegionId region() const override { return log_.region(); }
  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    return log_.append(group);
  }
  void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const override {
    log_.read(after, to, visit);
  }
  void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                    const std::function<bool(Event&&)>& visit) const override {
    log_.read_account(account, after, to, visit);
  }
  [[nodiscard]] std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const override {
    return log_.find(account, key);
  }
  using Log::read_batches;
  void read_batches(const LogRange& range,
                    const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const override {
    log_.read_batches(range, visit);
  }
  [[nodiscard]] std::int64_t head() const override { return log_.head(); }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(std::int64_t head)> listener) override {
    return log_.subscribe(std::move(listener));
  }

  void stage(const AccountId& account, std::span<const StoredBatch> batches) override;
  void read_staged(std::int64_t skip, const Visit& visit) const override;
  [[nodiscard]] std::optional<AccountId> staged() const override;
  void drop_staged() override;
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) override;
  void bury(const Tombstone& tombstone) override;
  [[nodiscard]] bool erase_buried(const std::function<bool()>& go_on) override;
  [[nodiscard]] std::vector<AccountId> accounts() const override;
  [[nodiscard]] std::optional<Arrival> arrival_of(const AccountId& account) const override;
  [[nodiscard]] std::vector<Tombstone> tombstones() const override;
  [[nodiscard]] std::vector<Departed> departed(std::int64_t after, std::int64_t to) const override;
  [[nodiscard]] std::int64_t moves() const override;
  [[nodiscard]] TreeHead tree() const override;
  [[nodiscard]] std::vector<TreeHash> tree_hashes(int tile_level, std::int64_t first,
                                                  std::int64_t count) const override;
  void add_checkpoint(const StoredCheckpoint& checkpoint) override;
  [[nodiscard]] std::optional<StoredCheckpoint> newest_checkpoint() const override;
  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint_behind(std::int64_t size) const override;

 private:
  struct Staged {
    AccountId account;
    std::int64_t version = 0;
    std::vector<StoredBatch> batches;
  };

  void hash_leaves() const;

  MemoryLog log_;
  mutable std::mutex mutex_;  // of what is below
  mutable std::vector<TreeHash> leaves_;  // of the positions that somebody asked about or that left, and all before
  std::optional<Staged> staged_;
  std::map<AccountId, Arrival> arrivals_;
  std::vector<Tombstone> tombstones_;
  std::vector<Departed> departed_;  // in order
  std::int64_t moves_ = 0;
  std::map<std::int64_t, StoredCheckpoint> checkpoints_;
};

}  // namespace creditfold
