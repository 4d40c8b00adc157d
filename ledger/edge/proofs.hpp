// SPDX-License-Identifier: Apache-2.0
// That an event is in a log that somebody has seen signed, and that one signed log is the beginning of another: as
// values, as JSON and as text.
#pragma once

#include <optional>
#include <string>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"
#include "events/partition.hpp"

namespace creditfold::edge {

struct InclusionProof {
  AccountId account;
  std::int64_t version = 0;
  RegionId region;
  std::int64_t seq = 0;  // leaf seq - 1
  TreeHash leaf{};
  Path path;
  StoredCheckpoint checkpoint;
  std::string vkey;  // of who signed it; empty: not known
};

struct ConsistencyProof {
  RegionId region;
  TreeHead from;
  TreeHead to;
  Path path;
  StoredCheckpoint checkpoint;  // of `to`
  std::string vkey;
};

// The event at a position, if one is there and still here.
[[nodiscard]] std::optional<Event> event_at(const Log& log, std::int64_t seq);
// The account's event of a version; nothing for one it does not have.
[[nodiscard]] std::optional<Event> event_of(const Log& log, const AccountId& account, std::int64_t version);

// REQUIRES: the checkpoint covers the event.
[[nodiscard]] InclusionProof prove_event(const Partition& log, const Event& event, const StoredCheckpoint& checkpoint);
// Nothing when the log is not a continuation of `from`. REQUIRES: the checkpoint is of `log`.
[[nodiscard]] std::optional<ConsistencyProof> prove_continuation(const Partition& log, const TreeHead& from,
                                                                 const StoredCheckpoint& checkpoint);

[[nodiscard]] std::string to_json(const InclusionProof& proof);
[[nodiscard]] std::string to_json(const ConsistencyProof& proof);
// C2SP tlog-proof@v1, with a line end at the end.
[[nodiscard]] std::string to_text(const InclusionProof& proof);

}  // namespace creditfold::edge
