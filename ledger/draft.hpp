// SPDX-License-Identifier: Apache-2.0
// The batch a decision is making: events so far and the account as it will be with them.
// Copies the state only when a later part of the same decision asks for it, so that the common command costs no copy.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "ledger/state.hpp"

namespace creditfold {

class Draft {
 public:
  // `base` must outlive the draft. `at` is the command's moment, `recorded_at` the clock's.
  Draft(const AccountState& base, IdempotencyKey key, Instant at, Instant recorded_at)
      : base_(base), key_(std::move(key)), at_(at), recorded_at_(recorded_at) {}

  [[nodiscard]] Instant at() const { return at_; }
  [[nodiscard]] std::int64_t base_version() const { return base_.version; }  // before anything was emitted

  // The account with everything emitted so far. The reference holds until the next emit.
  [[nodiscard]] const AccountState& state();
  // The same to write to, for what a fold will do by itself at this moment (a period without allotment opens
  // eventless).
  [[nodiscard]] AccountState& writable_state();

  void emit(Payload payload, std::optional<ActorId> actor = std::nullopt);
  [[nodiscard]] std::vector<Event> take() { return std::move(events_); }

 private:
  const AccountState& base_;
  IdempotencyKey key_;
  Instant at_;
  Instant recorded_at_;
  std::vector<Event> events_;
  std::optional<AccountState> copy_;
  std::size_t folded_ = 0;  // how many of events_ are in copy_
};

}  // namespace creditfold
