// SPDX-License-Identifier: Apache-2.0
#include "ledger/past_states.hpp"

#include <algorithm>
#include <utility>

#include "ledger/evolve.hpp"

namespace creditfold {

std::optional<View> PastStates::view(const Log& log, const AccountId& account, std::int64_t seq) {
  std::vector<Kept>& kept = kept_[account];
  const auto behind =
      std::upper_bound(kept.begin(), kept.end(), seq, [](std::int64_t at, const Kept& each) { return at < each.seq; });
  View view{{}, instant_min};
  std::int64_t after = 0;
  if (behind != kept.begin()) {
    view = View(std::prev(behind)->view);
    after = std::prev(behind)->seq;
  }
  // No states are missing before the last one kept, so that a new one is always behind it.
  log.read_account(account, after, seq, [&](Event&& event) {
    evolve(view.state, event);
    view.moment = std::max(view.moment, event.at);
    if (event.version % events_between_states == 0 && (kept.empty() || event.seq > kept.back().seq))
      kept.push_back({event.seq, view});
    return true;
  });
  return view.state.version == 0 ? std::nullopt : std::optional(std::move(view));
}

}  // namespace creditfold
