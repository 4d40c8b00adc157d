// SPDX-License-Identifier: Apache-2.0
// A partition in front of another: what is not overridden is the other's to answer.
#pragma once

#include "events/partition.hpp"

namespace creditfold {

class ForwardingPartition : public Partition {
 public:
  using Log::read_batches;

  [[nodiscard]] RegionId region() const override { return behind_.region(); }
  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    return behind_.append(group);
  }
  void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const override {
    behind_.read(after, to, visit);
  }
  void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                    const std::function<bool(Event&&)>& visit) const override {
    behind_.read_account(account, after, to, visit);
  }
  [[nodiscard]] std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const override {
    return behind_.find(account, key);
  }
  void read_batches(const LogRange& range,
                    const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const override {
    behind_.read_batches(range, visit);
  }
  [[nodiscard]] std::int64_t head() const override { return behind_.head(); }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(std::int64_t head)> listener) override {
    return behind_.subscribe(std::move(listener));
  }

  void stage(const AccountId& account, std::span<const StoredBatch> batches) override {
    behind_.stage(account, batches);
  }
  void read_staged(std::int64_t skip, const Visit& visit) const override { behind_.read_staged(skip, visit); }
  [[nodiscard]] std::optional<AccountId> staged() const override { return behind_.staged(); }
  void drop_staged() override { behind_.drop_staged(); }
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) override {
    return behind_.admit(arrival, batch);
  }
  void bury(const Tombstone& tombstone) override { behind_.bury(tombstone); }
  [[nodiscard]] bool erase_buried(const std::function<bool()>& go_on) override { return behind_.erase_buried(go_on); }
  [[nodiscard]] std::vector<AccountId> accounts() const override { return behind_.accounts(); }
  [[nodiscard]] std::optional<Arrival> arrival_of(const AccountId& account) const override {
    return behind_.arrival_of(account);
  }
  [[nodiscard]] std::vector<Tombstone> tombstones() const override { return behind_.tombstones(); }
  [[nodiscard]] std::vector<Departed> departed(std::int64_t after, std::int64_t to) const override {
    return behind_.departed(after, to);
  }
  [[nodiscard]] TreeHead tree() const override { return behind_.tree(); }
  [[nodiscard]] std::vector<TreeHash> tree_hashes(int tile_level, std::int64_t first,
                                                  std::int64_t count) const override {
    return behind_.tree_hashes(tile_level, first, count);
  }
  void add_checkpoint(const StoredCheckpoint& checkpoint) override { behind_.add_checkpoint(checkpoint); }
  [[nodiscard]] std::optional<StoredCheckpoint> newest_checkpoint() const override {
    return behind_.newest_checkpoint();
  }
  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint_behind(std::int64_t size) const override {
    return behind_.checkpoint_behind(size);
  }
  [[nodiscard]] std::int64_t moves() const override { return behind_.moves(); }
  [[nodiscard]] bool read_packed(const VisitPacked& visit) const override { return behind_.read_packed(visit); }
  [[nodiscard]] std::vector<std::string> account_names(std::int64_t to) const override {
    return behind_.account_names(to);
  }
  [[nodiscard]] std::optional<KeptState> kept_state() const override { return behind_.kept_state(); }
  void keep_state(const KeptState& state) override { behind_.keep_state(state); }

 protected:
  // `behind` must outlive it.
  explicit ForwardingPartition(Partition& behind) : behind_(behind) {}

  Partition& behind_;
};

}  // namespace creditfold
