// SPDX-License-Identifier: Apache-2.0
// A region's log, which accounts can leave for another and join from another (RES-1). A stream is copied here while it
// still lives there; `admit` is the one moment from which it lives here, and `bury` says so where it was. What lies
// between the two, a store has to bear: whoever opens the partitions finishes it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/departed.hpp"
#include "events/log.hpp"
#include "events/tree.hpp"

namespace creditfold {

// How many events and bytes one append of a copy takes: a few milliseconds on an ordinary disk, for which the other
// accounts of the region wait.
inline constexpr std::size_t events_per_piece_max = 2'000;
inline constexpr std::size_t bytes_per_piece_max = 1U << 20;

// A stream as it was copied: how many events, and SHA-256 over their canonical bytes in order.
struct Copied {
  std::int64_t events = 0;
  Bytes hash;
  friend bool operator==(const Copied& a, const Copied& b) { return a.events == b.events && a.hash == b.hash; }
};

// Where a stream of this partition came from.
struct Arrival {
  AccountId account;
  RegionId from;
  Copied copied;
  Instant at;
};

// What is left of a stream that went to another partition.
struct Tombstone {
  AccountId account;
  RegionId to;
  Copied copied;
  Instant at;
  bool erased = false;  // no byte of the events is in the store's files any more
};

// Bytes that somebody derived from the log's first `size` events and wants back instead of deriving them again.
struct KeptState {
  std::int64_t size = 0;
  std::int64_t moves = 0;  // as it was before they were derived
  std::vector<std::uint8_t> bytes;
};

class Partition : public Log {
 public:
  using Visit = std::function<bool(StoredBatch&&)>;

  // Keeps the next batches of a stream that is on its way here. They are no part of the log and show nowhere but in
  // `read_staged`. REQUIRES: the batches follow those staged before, from version 1; no other stream is on its way;
  // the account does not live here. Throws Fault; then nothing of the batches was kept.
  virtual void stage(const AccountId& account, std::span<const StoredBatch> batches) = 0;
  // What was staged, in order, but for the first `skip` batches, until `visit` returns false. Without positions: those
  // are given when it is admitted.
  virtual void read_staged(std::int64_t skip, const Visit& visit) const = 0;
  // Whose stream is on its way here, if any.
  [[nodiscard]] virtual std::optional<AccountId> staged() const = 0;
  // Lets go of what was staged, and leaves no byte of it.
  virtual void drop_staged() = 0;
  // In one transaction: the staged stream takes the next positions of the log and lives here, and `batch` follows it.
  // Its positions are those of `batch`; the stream's lie right before. A conflict when the stream is not `arrival`'s,
  // `batch` does not follow it or has no event, or the account lives here already.
  [[nodiscard]] virtual Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) = 0;

  // From now on the account lives elsewhere: it is read no more. Its positions stay, explained by the tombstone.
  // Nothing happens when it does not live here.
  virtual void bury(const Tombstone& tombstone) = 0;
  // Takes the bytes of all that was buried out of the store's files, piece by piece, so that others append meanwhile.
  // false: `go_on` said no, or somebody else's reading held the files back; to be called again.
  [[nodiscard]] virtual bool erase_buried(const std::function<bool()>& go_on) = 0;

  // By account, those still living here only. Names alone: nothing is folded.
  [[nodiscard]] virtual std::vector<AccountId> accounts() const = 0;
  // How the account came here, the newest time; nothing when it was opened here or does not live here.
  [[nodiscard]] virtual std::optional<Arrival> arrival_of(const AccountId& account) const = 0;
  // Oldest first.
  [[nodiscard]] virtual std::vector<Tombstone> tombstones() const = 0;
  // How many streams ever came or went: another number whenever an account has moved.
  [[nodiscard]] virtual std::int64_t moves() const = 0;
  // Who left positions with after < seq <= to, as runs in order.
  [[nodiscard]] virtual std::vector<Departed> departed(std::int64_t after, std::int64_t to) const = 0;

  // The Merkle tree over all positions, those that left included; it moves with the append that moves the head.
  [[nodiscard]] virtual TreeHead tree() const = 0;
  // `count` hashes of a tile level from `first` on. Level 0 are the leaves, made of the events' bytes; a hash of each
  // level above is that of 256 of the level below, all there. Throws Fault damaged when one is not there.
  [[nodiscard]] virtual std::vector<TreeHash> tree_hashes(int tile_level, std::int64_t first,
                                                          std::int64_t count) const = 0;

  // Keeps it for ever: when it returns, it may be shown. Nothing happens when there is one of its size.
  virtual void add_checkpoint(const StoredCheckpoint& checkpoint) = 0;
  [[nodiscard]] virtual std::optional<StoredCheckpoint> newest_checkpoint() const = 0;
  // The first one of more than `size` events.
  [[nodiscard]] virtual std::optional<StoredCheckpoint> checkpoint_behind(std::int64_t size) const = 0;

  // The whole log as it lies packed (events/segment.hpp), for who folds it a column at a time: calls `visit` for the
  // bytes of each run of batches, the seq of its first event and how many events it has, in order and of one moment,
  // until it returns false. false: it does not lie so, as in memory or once an account has moved, and nothing was
  // visited. Throws Fault damaged where a check does not hold.
  using VisitPacked =
      std::function<bool(std::span<const std::uint8_t> segment, std::int64_t first_seq, std::int64_t events)>;
  [[nodiscard]] virtual bool read_packed(const VisitPacked& visit) const {
    static_cast<void>(visit);
    return false;
  }
  // Whose the numbers of accounts in there are: those of 0 to `to`, empty where a number is nobody's.
  [[nodiscard]] virtual std::vector<std::string> account_names(std::int64_t to) const {
    return std::vector<std::string>(static_cast<std::size_t>(to) + 1);
  }

  // What was kept last, if it is whole, of this very log, and no account has moved since. A store need not keep any.
  [[nodiscard]] virtual std::optional<KeptState> kept_state() const { return std::nullopt; }
  // Keeps it in place of what was kept before, unless an account has moved meanwhile. Throws Fault.
  virtual void keep_state(const KeptState& state) { static_cast<void>(state); }
};

}  // namespace creditfold
