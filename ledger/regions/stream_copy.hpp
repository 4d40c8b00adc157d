// SPDX-License-Identifier: Apache-2.0
// An account's stream on its way from one partition to another: copied by pieces, read back, and compared (RES-1). It
// switches nothing; that is migrate.hpp's. The account goes on where it is until then.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "events/partition.hpp"
#include "events/store/stream_digest.hpp"
#include "ledger/state.hpp"

namespace creditfold {

class StreamCopy {
 public:
  // The partitions must outlive it. REQUIRES: nothing is staged in `to`.
  StreamCopy(const Partition& from, Partition& to, AccountId account)
      : from_(from), to_(to), account_(std::move(account)) {}

  // Copies what the source has and the target has not, and reads it back, until both are even or `go_on` says no (asked
  // before each piece). Answers how many events it copied. Throws Fault: the store's, and damaged when what was read
  // back is not what was copied.
  std::int64_t catch_up(const std::function<bool()>& go_on);

  // What is in the target now, as it was read back.
  [[nodiscard]] Copied copied() const { return back_.copied(); }
  // Folded from what was read back.
  [[nodiscard]] const AccountState& state() const { return state_; }

 private:
  void take(StoredBatch&& batch);
  void stage_piece();
  void read_back();

  const Partition& from_;
  Partition& to_;
  AccountId account_;

  std::int64_t seq_ = 0;           // the last position of the source that was taken
  std::int64_t empty_at_seq_ = 0;  // batches without events taken right behind it
  std::vector<StoredBatch> piece_;
  std::size_t piece_events_ = 0;
  std::size_t piece_bytes_ = 0;

  StreamDigest sent_;
  StreamDigest back_;
  std::vector<StoredBatch> unread_;  // staged and not read back yet, without their events
  std::int64_t batches_back_ = 0;
  AccountState state_;
};

}  // namespace creditfold
