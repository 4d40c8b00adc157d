// SPDX-License-Identifier: Apache-2.0
// The key that signs a data directory's checkpoints, and the name it signs under: made once, and the log's identity
// from then on. Whoever reads a checkpoint knows the public half.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"
#include "events/partition.hpp"

namespace creditfold::edge {

inline constexpr const char* origin_default = "creditfold";
inline constexpr const char* checkpoint_key_file = "checkpoint.key";

// A name no key can have, or another than the key's: an origin cannot be changed, for it says which log a checkpoint is
// of.
class BadOrigin : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CheckpointKey {
 public:
  // Of this process alone, for logs that are not on disk.
  CheckpointKey() : CheckpointKey(origin_default, random_seed()) {}
  // DIR/checkpoint.key, made (0600) when it is not there, under `origin` or the default. REQUIRES: the caller holds the
  // directory's lock. Throws Fault, BadOrigin.
  [[nodiscard]] static CheckpointKey open(const std::filesystem::path& directory,
                                          const std::optional<std::string>& origin);
  // Nothing: there is none yet. Throws Fault damaged when the file is no key.
  [[nodiscard]] static std::optional<CheckpointKey> read(const std::filesystem::path& directory);

  [[nodiscard]] std::string origin_of(const RegionId& region) const { return origin_ + "/" + region.value; }
  [[nodiscard]] NoteVerifier verifier_of(const RegionId& region) const;

  // The checkpoint of all events there are: signed and kept, or the one that is there already; nothing of an empty log.
  // Throws Fault damaged rather than sign a tree that does not begin with the newest checkpoint's.
  std::optional<StoredCheckpoint> checkpoint(Partition& log, Instant now) const;

 private:
  CheckpointKey(std::string origin, const NoteSeed& seed) : origin_(std::move(origin)), seed_(seed) {}

  std::string origin_;
  NoteSeed seed_;
};

// Nodes of a partition's tree, as proofs read them. `log` must outlive it.
[[nodiscard]] NodeReader nodes_in(const Partition& log);

}  // namespace creditfold::edge
