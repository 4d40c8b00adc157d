// SPDX-License-Identifier: Apache-2.0
#include "ledger/draft.hpp"

#include "ledger/evolve.hpp"

namespace creditfold {

const AccountState& Draft::state() {
  if (!copy_ && events_.empty()) return base_;
  return writable_state();
}

AccountState& Draft::writable_state() {
  if (!copy_) copy_.emplace(base_);
  for (; folded_ < events_.size(); ++folded_) evolve(*copy_, events_[folded_]);
  return *copy_;
}

void Draft::emit(Payload payload, std::optional<ActorId> actor) {
  const std::int64_t version = base_.version + static_cast<std::int64_t>(events_.size()) + 1;
  events_.push_back(Event{.seq = 0,
                          .account = base_.account,
                          .version = version,
                          .at = at_,
                          .recorded_at = recorded_at_,
                          .key = key_,
                          .actor = std::move(actor),
                          .payload = std::move(payload)});
}

}  // namespace creditfold
