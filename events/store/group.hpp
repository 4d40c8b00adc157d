// SPDX-License-Identifier: Apache-2.0
// What every store asks of a group before it touches anything. A group that fails it comes from a broken program.
#pragma once

#include <span>
#include <stdexcept>
#include <string>

#include "events/log.hpp"

namespace creditfold {

// Throws std::logic_error unless every batch names its account and key and numbers its events as Log::append requires.
inline void require_well_formed(std::span<const Batch> group) {
  const auto require = [](bool holds, const Batch& batch, const char* otherwise) {
    if (!holds) throw std::logic_error("batch " + batch.key.value + " of " + batch.account.value + ": " + otherwise);
  };
  for (const Batch& batch : group) {
    require(AccountId::valid(batch.account.value), batch, "not an account id");
    require(IdempotencyKey::valid(batch.key.value), batch, "not a key");
    require(batch.expected_version >= 0, batch, "expects a negative version");
    require(batch.events.size() <= events_per_batch_max, batch, "more events than a batch may have");
    std::int64_t version = batch.expected_version;
    for (const Event& event : batch.events) {
      require(event.account == batch.account, batch, "an event of another account");
      require(event.key == batch.key, batch, "an event of another command");
      require(event.version == ++version, batch, "an event out of its number");
    }
  }
}

}  // namespace creditfold
