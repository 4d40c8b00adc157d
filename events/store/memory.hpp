// SPDX-License-Identifier: Apache-2.0
// A log in memory: for tests, for the browser, for a what-if. It keeps nothing and is otherwise like any other store.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "events/log.hpp"
#include "events/store/encoded_events.hpp"
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
  // For who reads a long log. REQUIRES: it has events, so that it cannot be there already; whether its key is, `settle`
  // says, which has to follow before anything else is asked. `encoded`: the bytes of its event, if it is one and they
  // are at hand.
  [[nodiscard]] Expected<Done, Conflict> adopt_unsettled(const AccountId& account, StoredBatch&& batch,
                                                         std::span<const std::uint8_t> encoded = {});
  [[nodiscard]] Expected<Done, Conflict> settle();

  // Lets go of an account as if it had never been here, but for its positions, which are not given again.
  void forget(const AccountId& account);
  // Whether it holds no batch.
  [[nodiscard]] bool is_empty() const;
  // Lets go of everything, positions too. REQUIRES: nobody reads.
  void clear();

 private:
  struct Account {
    std::uint64_t number = 0;  // of those there were
    std::int64_t version = 0;
    std::vector<std::uint32_t> events;  // indexes
  };
  using Accounts = std::map<AccountId, Account>;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  // A batch. Its key stands in its events; that of one without events here, in `keys_`.
  struct Record {
    const Accounts::value_type* account = nullptr;
    std::int64_t first_seq = 0;
    std::int64_t count = 0;
    std::uint32_t first = 0;         // index of its first event here
    std::uint32_t held = 0;          // how many of its events are here
    CommandDigest command;
  };
  // Where a key is looked for: in the place its hash says, or in those that follow, up to one without a record.
  struct Slot {
    std::uint32_t hash = 0;  // of account and key
    std::uint32_t record = none;
  };
  [[nodiscard]] std::int64_t head_locked() const {
    return events_.size() == 0 ? forgotten_head_ : std::max(forgotten_head_, events_.last_seq());
  }
  [[nodiscard]] static std::uint32_t hash_of(const Account& account, const IdempotencyKey& key);
  [[nodiscard]] IdempotencyKey key_of(std::uint32_t record) const;
  // The record of the account with this key; none.
  [[nodiscard]] std::uint32_t record_of(const Account& account, const IdempotencyKey& key) const;
  [[nodiscard]] StoredBatch stored(std::uint32_t record, std::int64_t after, std::int64_t to) const;
  void drop_all();
  [[nodiscard]] bool is_same_key(std::uint32_t a, std::uint32_t b) const;
  bool add_slot(Slot slot);  // false: its key is there
  bool add_unsettled();
  [[nodiscard]] Expected<Done, Conflict> follow(const AccountId& account, StoredBatch&& batch,
                                                std::span<const std::uint8_t> encoded);
  void keep(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded = {});

  RegionId region_;
  mutable std::mutex mutex_;
  std::int64_t forgotten_head_ = 0;  // the head there was when an account was forgotten
  EncodedEvents events_;
  std::deque<Record> records_;  // a vector that grows holds two of them, and a browser has room for one
  std::vector<std::pair<std::uint32_t, IdempotencyKey>> keys_;  // by record
  std::vector<Slot> slots_;      // as many as a power of two, a quarter of them free
  std::vector<Slot> unsettled_;  // of records that are to be added
  std::uint32_t fetched_ = 0;    // nothing that matters
  Accounts accounts_;
  Listeners listeners_;
};

}  // namespace creditfold
