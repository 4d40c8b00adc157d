// SPDX-License-Identifier: Apache-2.0
// What a use of a model would be charged (AIS-4c): decided by the same rules as a real charge, to the bit, and never
// appended. For information; the catalog's notices go along (AI-6).
#pragma once

#include <optional>
#include <string>

#include "events/expected.hpp"
#include "ledger/catalog.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold {

struct EstimateQuestion {
  ModelId model;
  Volume query;
  Volume input;
  Volume output;
  std::optional<WorkflowId> workflow;
  std::optional<PlanId> plan;
  std::optional<ActorId> actor;
  std::optional<Instant> at;  // left out: now
};

// `{"informational":true,…}` on one line without a newline; or the refusal a report of this use would get.
[[nodiscard]] Expected<std::string, Refusal> estimate_json(const AccountState& state, const EstimateQuestion& question,
                                                           const Catalog& catalog, Instant now);

}  // namespace creditfold
