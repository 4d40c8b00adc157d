// SPDX-License-Identifier: Apache-2.0
// A log in memory: for tests, for the browser, for a what-if. It keeps nothing and is otherwise like any other store.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "events/log.hpp"
#include "events/store/listeners.hpp"

namespace creditfold {

class MemoryLog final : public Log {
 public:
  // `region`: whose partition it is; empty: nobody's.
  explicit MemoryLog(RegionId region = {}) : region_(std::move(region)) {}

  [[nodiscard]] RegionId region() const override { return region_; }
  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override;
  void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const override;
  void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                    const std::function<bool(Event&&)>& visit) const override;
  [[nodiscard]] std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const override;
  using Log::read_batches;
  void read_batches(const LogRange& range,
                    const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const override;
  [[nodiscard]] std::int64_t head() const override;
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(std::int64_t head)> listener) override;

  // Takes a batch with the seq its events have elsewhere, so that a part of another log (one account's, or one that
  // begins late) can be held here under its own numbers. They have to ascend; versions follow one another from the
  // first one seen of an account. A batch that is there already, to the digest, changes nothing.
  [[nodiscard]] Expected<Done, Conflict> adopt(const AccountId& account, StoredBatch&& batch);

  // Lets go of an account as if it had never been here, but for its positions, which are not given again.
  void forget(const AccountId& account);

 private:
  struct Record {
    AccountId account;
    IdempotencyKey key;
    CommandDigest command;
    std::int64_t first_seq;
    std::int64_t count;
    std::size_t first;  // index of its first event here
    std::size_t held;   // how many of its events are here
  };
  struct Account {
    std::int64_t version = 0;
    std::vector<std::size_t> events;                // indexes
    std::map<IdempotencyKey, std::size_t> batches;  // indexes
  };

  [[nodiscard]] std::int64_t head_locked() const {
    return events_.empty() ? forgotten_head_ : std::max(forgotten_head_, events_.back().seq);
  }
  [[nodiscard]] StoredBatch stored(const Record& record, std::int64_t after, std::int64_t to) const;
  void keep(const AccountId& account, StoredBatch&& batch);

  RegionId region_;
  mutable std::mutex mutex_;
  std::int64_t forgotten_head_ = 0;  // the head there was when an account was forgotten
  // By seq, and deques: a vector that grows holds two of them, and a browser has room for one.
  std::deque<Event> events_;
  std::deque<Record> records_;
  std::map<AccountId, Account> accounts_;
  Listeners listeners_;
};

}  // namespace creditfold
