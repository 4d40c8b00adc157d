// SPDX-License-Identifier: Apache-2.0
// A log's tree computed anew from its events and held against what is stored of it, against its checkpoints and against
// one that somebody saw earlier. Part of `creditfold verify`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/chain/checkpoint.hpp"
#include "ledger/cli/auditor.hpp"
#include "ledger/edge/checkpoint_key.hpp"

namespace creditfold::cli {

struct TreeSummary {
  RegionId region;
  TreeHead tree;
  std::int64_t checkpoints = 0;
  bool signatures = false;  // whether they were checked
};

class TreeAudit {
 public:
  // `vkey`: whose signatures are taken; nothing: the directory's own key's, where there is one. `seen`: a file.
  // Throws UsageError when one of them is none, or of a log that is not here; Fault when the directory's key cannot be
  // read or is none, which says nothing of the log.
  TreeAudit(const SqlitePartitions& partitions, const std::optional<std::string>& vkey,
            const std::optional<std::string>& seen);

  // The first that is not as it should be.
  [[nodiscard]] std::optional<Finding> run();
  [[nodiscard]] const std::vector<TreeSummary>& trees() const { return trees_; }

 private:
  [[nodiscard]] std::optional<NoteVerifier> verifier_of(const RegionId& region) const;

  const SqlitePartitions& partitions_;
  std::optional<NoteVerifier> given_;
  std::optional<edge::CheckpointKey> own_;
  std::optional<std::string> seen_note_;
  std::string seen_file_;
  RegionId seen_region_;
  std::vector<TreeSummary> trees_;
};

}  // namespace creditfold::cli
