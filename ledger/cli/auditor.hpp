// SPDX-License-Identifier: Apache-2.0
// Holds a log against itself, item by item, and stops at the first that cannot be. Part of `creditfold verify`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "events/store/stream_digest.hpp"
#include "ledger/cli/books.hpp"
#include "ledger/cli/log_source.hpp"

namespace creditfold::cli {

struct Finding {
  bool damaged = false;  // bytes; otherwise facts
  std::int64_t seq = 0;  // the first bad position; of damaged bytes, the first that is not sound
  std::string place;
  std::string what;
};

// Positions of a region that a tombstone explains.
struct Explained {
  RegionId region;
  AccountId account;
  RegionId to;
  std::int64_t positions = 0;
};

class Auditor {
 public:
  // Holds the books that are kept beside a directory's logs against the fold as well. REQUIRES: nothing was taken yet.
  void expect_kept_books(const SqlitePartitions& partitions);
  // false: a finding was made.
  bool take(const LogItem& item);
  // What only shows when everything was taken. `partitions`: of a directory, whose tombstones lead somewhere.
  void finish(const SqlitePartitions* partitions);

  [[nodiscard]] const std::optional<Finding>& finding() const { return finding_; }
  [[nodiscard]] const Books& books() const { return books_; }
  [[nodiscard]] std::int64_t position() const { return position_; }  // of the item before the finding
  [[nodiscard]] std::int64_t batches() const { return batches_; }
  [[nodiscard]] const std::vector<Explained>& explained() const { return explained_; }

 private:
  bool take_event(const Event& event, const LogItem& item);
  bool take_departed(const Departed& departed, const LogItem& item);
  bool take_key(const Event& event, const LogItem& item);
  bool take_mark(const BatchMark& mark, const LogItem& item);
  bool take_migration(const Event& event, const RegionMigrated& fact, const LogItem& item);
  // What is folded before position `seq` against the book kept there.
  bool agrees_with_kept(const RegionId& region, std::int64_t seq, const Place& place);
  void note_gap(std::int64_t seq, const LogItem& item);
  void check_tombstones(const SqlitePartitions& partitions);
  bool found(std::int64_t seq, const Place& place, std::string what, bool damaged);

  // An account's batch under way, and the digest of everything before it (RES-1: what a migration copied).
  struct Run {
    IdempotencyKey key;
    std::int64_t length = 0;
    StreamDigest before;
    std::vector<Event> events;
    std::vector<RegionMigrated> migrations;
  };
  // How far a book goes that lies beside its log, and the fingerprint of what it says.
  struct Kept {
    std::int64_t seq = 0;
    Digest fingerprint;
  };
  std::map<RegionId, Kept> kept_;  // those that were not reached yet
  Books books_;
  std::map<AccountId, Run> runs_;
  std::unordered_set<std::string> keys_;
  std::int64_t position_ = 0;
  std::int64_t batches_ = 0;
  std::vector<Explained> explained_;
  std::optional<Finding> first_gap_;
  std::optional<Finding> finding_;
};

}  // namespace creditfold::cli
