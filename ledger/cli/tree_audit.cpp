// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/tree_audit.hpp"

#include <algorithm>

#include "events/chain/merkle.hpp"
#include "ledger/cli/exit_status.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"

namespace creditfold::cli {
namespace {

// A multiple of a tile, so that what a tile completes is compared with the piece that completes it.
constexpr std::int64_t leaves_per_piece = 16 * tile_width;

struct Seen {
  std::string file;
  std::string note;
};

// One region's tree, leaf by leaf.
class RegionAudit {
 public:
  RegionAudit(const SqliteLog& log, std::optional<NoteVerifier> verifier, std::optional<Seen> seen)
      : log_(log), verifier_(std::move(verifier)), seen_(std::move(seen)) {}

  [[nodiscard]] std::optional<Finding> run() {
    const TreeHead stored = log_.tree();
    summary_ = {log_.region(), stored, 0, verifier_.has_value()};
    if (open_seen(stored)) return finding_;
    try {
      compare(stored);
    } catch (const Fault& fault) {
      if (to_status(fault.kind()) != ExitStatus::damaged) throw;
      found(true, frontier_.size() + 1, fault.what());  // up to there everything was held against the tree
    }
    return finding_;
  }
  [[nodiscard]] const TreeSummary& summary() const { return summary_; }

 private:
  [[nodiscard]] std::int64_t whole_tiles() const { return frontier_.size() / tile_width * tile_width; }

  void found(bool damaged, std::int64_t seq, std::string what) {
    if (!finding_) finding_ = Finding{damaged, seq, "region " + log_.region().value, std::move(what)};
  }

  void found_cut(const std::string& which, std::int64_t signed_size, std::int64_t size) {
    found(false, size + 1,
          which + " was signed over " + counted(signed_size, "event") + ", and the log ends at " +
              std::to_string(size) + ": its end was cut off");
  }

  void compare(const TreeHead& stored) {
    next_checkpoint();
    while (!finding_ && frontier_.size() < stored.size) take_piece(stored.size);
    if (!finding_ && frontier_.root() != stored.root) {
      found(true, whole_tiles() + 1, "the stored tree has another root than the events have");
    }
    // A checkpoint of more events than there are, unless they came meanwhile.
    if (!finding_ && checkpoint_ && checkpoint_->size > log_.head()) {
      found_cut("a checkpoint", checkpoint_->size, stored.size);
    }
  }

  // true: it cannot be held against the log.
  bool open_seen(const TreeHead& stored) {
    if (!seen_) return false;
    const auto opened = verifier_ ? open_checkpoint(seen_->note, *verifier_) : read_checkpoint(seen_->note);
    if (!opened) {
      found(false, stored.size + 1, seen_->file + " is no checkpoint of this log: " + opened.error());
    } else if (opened->tree.size > stored.size) {
      found_cut(seen_->file, opened->tree.size, stored.size);
    } else {
      seen_tree_ = opened->tree;
    }
    return finding_.has_value();
  }

  void take_piece(std::int64_t size) {
    compare_roots();
    const std::int64_t first = frontier_.size();
    const std::int64_t count = std::min(leaves_per_piece, size - first);
    const std::vector<TreeHash> leaves = log_.tree_hashes(0, first, count);
    for (const TreeHash& leaf : leaves) {
      frontier_.append(leaf, [&](int level, const TreeHash& hash) {
        if (level % tile_height == 0) compare_node(level, hash);
      });
      if (finding_) return;
      compare_roots();
    }
  }

  void compare_node(int level, const TreeHash& hash) {
    if (finding_) return;
    const std::int64_t size = frontier_.size();
    const std::int64_t index = (size >> level) - 1;
    if (log_.tree_hashes(level / tile_height, index, 1).at(0) == hash) return;
    const std::int64_t first = (index << level) + 1;
    found(true, first,
          "events " + std::to_string(first) + " to " + std::to_string(size) +
              " have another hash than the stored tree says");
  }

  // Of the checkpoints that end where the tree is now.
  void compare_roots() {
    if (seen_tree_ && frontier_.size() == seen_tree_->size) {
      if (frontier_.root() != seen_tree_->root) {
        found(false, checked_ + 1,
              "the first " + counted(seen_tree_->size, "event") + " are not those of " + seen_->file);
      }
      seen_tree_.reset();
    }
    while (!finding_ && checkpoint_ && checkpoint_->size == frontier_.size()) {
      compare_checkpoint();
      next_checkpoint();
    }
  }

  void compare_checkpoint() {
    const std::string which = "the checkpoint of " + counted(checkpoint_->size, "event");
    const auto opened = verifier_ ? open_checkpoint(checkpoint_->note, *verifier_) : read_checkpoint(checkpoint_->note);
    if (!opened) return found(true, checkpoint_->size, which + " is none: " + opened.error());
    if (opened->tree.size != checkpoint_->size) {
      return found(true, checkpoint_->size, which + " says that it is of others");
    }
    if (opened->tree.root != frontier_.root()) {
      return found(false, checked_ + 1,
                   which + " has another root than they have: an event behind position " + std::to_string(checked_) +
                       " was changed since");
    }
    checked_ = checkpoint_->size;
    ++summary_.checkpoints;
  }

  void next_checkpoint() { checkpoint_ = log_.checkpoint_behind(checkpoint_ ? checkpoint_->size : 0); }

  const SqliteLog& log_;
  std::optional<NoteVerifier> verifier_;
  std::optional<Seen> seen_;
  std::optional<TreeHead> seen_tree_;
  Frontier frontier_;
  std::optional<StoredCheckpoint> checkpoint_;
  std::int64_t checked_ = 0;  // how far the last checkpoint that fits goes
  TreeSummary summary_;
  std::optional<Finding> finding_;
};

bool is_of(const std::string& origin, const RegionId& region) { return origin.ends_with("/" + region.value); }

}  // namespace

TreeAudit::TreeAudit(const SqlitePartitions& partitions, const std::optional<std::string>& vkey,
                     const std::optional<std::string>& seen)
    : partitions_(partitions) {
  if (vkey) {
    auto parsed = parse_vkey(*vkey);
    if (!parsed) throw UsageError("--key " + *vkey + ": " + parsed.error());
    given_ = *std::move(parsed);
  } else {
    own_ = edge::CheckpointKey::read(partitions.directory());
  }
  if (!seen) return;
  seen_file_ = *seen;
  seen_note_ = read_whole(*seen);
  const auto checkpoint = read_checkpoint(*seen_note_);
  if (!checkpoint) throw UsageError(seen_file_ + " is no checkpoint: " + checkpoint.error());
  for (const RegionId& region : partitions.regions()) {
    if (is_of(checkpoint->origin, region)) seen_region_ = region;
  }
  if (seen_region_.value.empty()) {
    throw UsageError(seen_file_ + " is a checkpoint of " + checkpoint->origin + ", which is no log of this directory");
  }
}

std::optional<NoteVerifier> TreeAudit::verifier_of(const RegionId& region) const {
  if (given_) return is_of(given_->name, region) ? given_ : std::nullopt;
  return own_ ? std::optional(own_->verifier_of(region)) : std::nullopt;
}

std::optional<Finding> TreeAudit::run() {
  for (const RegionId& region : partitions_.regions()) {
    std::optional<Seen> seen;
    if (seen_note_ && region == seen_region_) seen = Seen{seen_file_, *seen_note_};
    RegionAudit audit(*partitions_.find(region), verifier_of(region), std::move(seen));
    const auto finding = audit.run();
    trees_.push_back(audit.summary());
    if (finding) return finding;
  }
  return std::nullopt;
}

}  // namespace creditfold::cli
