// SPDX-License-Identifier: Apache-2.0
#include "ledger/account_history.hpp"

#include <algorithm>
#include <utility>

#include "ledger/fold_or_fault.hpp"

namespace creditfold {
namespace {

bool is_counted_in_millions(const Payload& fact) {
  return std::holds_alternative<CreditsConsumed>(fact) || std::holds_alternative<CreditsHeld>(fact) ||
         std::holds_alternative<HoldReleased>(fact);
}

}  // namespace

AccountHistory::AccountHistory(const Log& log, AccountId account, std::optional<std::int64_t> as_of)
    : log_(&log), account_(std::move(account)), to_(as_of ? std::min(*as_of, log.head()) : log.head()) {}

bool AccountHistory::empty() const {
  if (log_ == nullptr) return true;
  bool empty = true;
  log_->read_account(account_, 0, to_, [&](Event&&) {
    empty = false;
    return false;
  });
  return empty;
}

void AccountHistory::read(const std::function<void(const Event&)>& visit) const {
  if (log_ == nullptr) return;
  log_->read_account(account_, 0, to_, [&](Event&& event) {
    visit(event);
    return true;
  });
}

// By its position alone: a store finds that at once, and the way to the middle of an account's events may be long.
Event AccountHistory::at(const Place& place) const {
  std::optional<Event> found;
  log_->read(place.seq - 1, place.seq, [&](Event&& event) {
    if (event.account == account_ && event.version == place.version) found.emplace(std::move(event));
    return false;
  });
  if (!found)
    throw Fault(Fault::Kind::busy,
                "position " + std::to_string(place.seq) + ": account " + account_.value + " left while it was read");
  return *std::move(found);
}

Reading::Reading(const AccountHistory& history, const Watch& after, const Watch& before) {
  history.read([&](const Event& event) {
    if (before) before(event, state);
    fold_or_fault(state, event);
    seq = event.seq;
    if (std::holds_alternative<CreditsGranted>(event.payload)) {
      grants.push_back(place_of(event));
    } else if (!is_counted_in_millions(event.payload)) {
      standing.push_back(event);
    }
    if (after) after(event, state);
  });
}

Reading::~Reading() = default;

}  // namespace creditfold
