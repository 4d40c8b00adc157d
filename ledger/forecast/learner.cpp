// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/learner.hpp"

#include <algorithm>
#include <utility>

#include "ledger/fold_or_fault.hpp"

namespace creditfold::forecast {
namespace {

// A moment of a short log is folded in some milliseconds from one of these.
constexpr std::int64_t events_between_least = 4096;
// States kept at most; beyond that every other one goes, and from there on they are kept half as often.
constexpr std::size_t kept_max = 64;

}  // namespace

Learner::Learner(AccountId account, const Catalog& catalog, std::optional<Instant> at)
    : account_(std::move(account)), at_(at), history_(catalog), events_between_(events_between_least) {}

// The same events and folds as view_as_of's (statement.hpp): the whole prefix, strictly; or the selection by `at`,
// whose opening event belongs to it whenever another one does.
void Learner::take(const Event& event) {
  if (event.account != account_) return;
  const bool selected = !at_ || event.at <= *at_;
  if (!selected && event.version != 1) return;
  now_.known = now_.known || selected;
  fold_or_fault(now_.state, event, at_ ? evolve_selected : evolve);
  now_.seq = event.seq;
  now_.newest = std::max(now_.newest, event.at);
  history_(event, now_.state);
  if (now_.state.version % events_between_ == 0) keep();
}

void Learner::keep() {
  if (!kept_.empty() && kept_.back().seq >= now_.seq) return;
  kept_.push_back(stand());
  if (kept_.size() <= kept_max) return;
  events_between_ *= 2;
  const auto between = [&](const Stand& stand) { return stand.state.version % events_between_ != 0; };
  kept_.erase(std::remove_if(kept_.begin(), kept_.end(), between), kept_.end());
}

Learner::Stand Learner::stand() const {
  Stand stand = now_;
  stand.history = history_.place();
  return stand;
}

std::int64_t Learner::go_to(std::int64_t seq) {
  const auto behind = std::upper_bound(kept_.begin(), kept_.end(), seq,
                                       [](std::int64_t wanted, const Stand& stand) { return wanted < stand.seq; });
  Stand nearest = behind == kept_.begin() ? Stand{} : *(behind - 1);
  if (furthest_.seq <= seq && furthest_.seq > nearest.seq) nearest = furthest_;
  if (now_.seq <= seq && now_.seq >= nearest.seq) return now_.seq;
  if (now_.seq > furthest_.seq) furthest_ = stand();
  now_ = std::move(nearest);
  history_.go_to(std::move(now_.history));
  return now_.seq;
}

std::optional<Branch> Learner::branch() const {
  if (!now_.known) return std::nullopt;
  const Instant at = at_.value_or(now_.newest);
  return Branch{.state = now_.state,
                .at = at,
                .seq = now_.seq,
                .ended = history_.ended(),
                .model = learn(history_.until(at))};
}

}  // namespace creditfold::forecast
