// SPDX-License-Identifier: Apache-2.0
// What the writing process knows of its log without looking: each account's version and newest segment, and in which
// segment each key lies, the newest keys in memory and the others in runs on disk. Begun from what lies beside the log
// and the segments behind it, kept in step by the writer after each commit. Private to the SQLite store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "events/segment.hpp"
#include "events/store/index_files.hpp"
#include "events/store/key_runs.hpp"
#include "events/store/key_table.hpp"

namespace creditfold {

// A window becomes a run whatever else: of so many keys, or over so many segments.
inline constexpr std::size_t keys_per_window_max = std::size_t{1} << 25;
inline constexpr std::int64_t segments_per_window_max = std::int64_t{1} << 23;

// XXH3-64 of the key, seeded with the stay: the same key of two accounts is two keys.
[[nodiscard]] std::uint64_t hash_of(std::int64_t stay, const IdempotencyKey& key);

// Safe to read from several threads while one writes.
class LogIndex {
 public:
  // `stored`: of this very log, as far as it goes; nothing to begin with an empty index.
  LogIndex(const std::filesystem::path& directory, const IndexOptions& options, std::optional<StoredIndex> stored);

  struct Newest {
    std::int64_t segment = 0;        // 0: none holds batches of the stay
    std::int64_t known_through = 0;  // the newest segment that was asked about
  };
  [[nodiscard]] Newest newest_of(std::int64_t stay) const;
  // The writer's own questions, which need no lock: only the writer adds.
  [[nodiscard]] AccountHead account_of(std::int64_t stay) const {
    const auto at = static_cast<std::size_t>(stay);
    return at < accounts_.size() ? accounts_[at] : AccountHead{};
  }
  [[nodiscard]] std::int64_t known_through() const { return known_through_; }  // 0: no segment yet
  // Of each hash: false when the key is new; true is hardly ever wrong.
  [[nodiscard]] std::vector<bool> may_have(std::span<const std::uint64_t> hashes) const;
  // The same from any thread.
  [[nodiscard]] bool has(std::uint64_t hash) const;
  // Where a key of this hash may lie; what lies there says whether it does. A segment that does not exist yet is the
  // one that `recent` will become.
  [[nodiscard]] std::vector<std::int64_t> segments_with(std::uint64_t hash) const;

  // The batches of segment `id`, or those in `recent` that it will be made of, and the hashes of keys that are new
  // there.
  void add(std::int64_t id, bool sealed, std::span<const PackedBatch> batches, std::span<const std::uint64_t> keys);
  // Whether the newest keys are enough for a run.
  [[nodiscard]] bool is_full() const;
  // Hands the newest keys over to be written as a run. REQUIRES: all of them lie in segments up to `through`.
  void freeze(const IndexPlace& through);

  [[nodiscard]] const KeyRuns& runs() const { return runs_; }
  void settle() { runs_.settle(); }

 private:
  std::size_t window_;
  mutable std::shared_mutex mutex_;  // of the next four
  std::vector<AccountHead> accounts_;  // by stay
  std::size_t stays_ = 0;              // of accounts_: those that may stand somewhere
  std::int64_t known_through_ = 0;
  KeyTable newest_keys_;
  std::int64_t frozen_through_ = 0;  // the segment before the first one of newest_keys_
  KeyRuns runs_;
};

}  // namespace creditfold
