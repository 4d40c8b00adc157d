// SPDX-License-Identifier: Apache-2.0
#include "ledger/regions/routes.hpp"

namespace creditfold {

Routes::Routes(const Partitions& partitions) {
  for (const RegionId& region : partitions.regions()) {
    for (AccountId& account : partitions.find(region)->accounts()) {
      const auto [route, added] = routes_.try_emplace(std::move(account), Route{region, false});
      if (added) continue;
      throw Fault(Fault::Kind::damaged, "account " + route->first.value + " lives in " + route->second.region.value +
                                            " and in " + region.value);
    }
  }
}

std::optional<RegionId> Routes::find(const AccountId& account) const {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(account);
  return found == routes_.end() ? std::nullopt : std::optional(found->second.region);
}

RegionId Routes::claim(const AccountId& account, const RegionId& region) {
  const std::lock_guard lock(mutex_);
  const auto [route, claimed] = routes_.try_emplace(account, Route{region, true});
  if (claimed) ++claims_;
  return route->second.region;
}

void Routes::confirm(const AccountId& account) {
  if (claims_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(account);
  if (found == routes_.end() || !found->second.claimed) return;
  found->second.claimed = false;
  --claims_;
}

void Routes::give_back(const AccountId& account, const RegionId& region) {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(account);
  const bool claimed = found != routes_.end() && found->second.claimed && found->second.region == region;
  if (!claimed) return;
  routes_.erase(found);
  --claims_;
}

void Routes::move(const AccountId& account, const RegionId& to) {
  const std::lock_guard lock(mutex_);
  routes_.insert_or_assign(account, Route{to, false});
}

std::vector<AccountId> Routes::behind(const std::optional<AccountId>& last, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<AccountId> accounts;
  auto route = last ? routes_.upper_bound(*last) : routes_.begin();
  for (; route != routes_.end() && accounts.size() < limit; ++route) accounts.push_back(route->first);
  return accounts;
}

}  // namespace creditfold
