// SPDX-License-Identifier: Apache-2.0
// Which region each account lives in, kept in memory. An id is unique over all regions: it is claimed before its
// OpenAccount is decided, so that two of them in two regions cannot both be accepted.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "events/store/partitions.hpp"

namespace creditfold {

// Safe to use from several threads.
class Routes {
 public:
  Routes() = default;
  // Of every account in the partitions.
  explicit Routes(const Partitions& partitions);

  // Where the account lives or is being opened; nothing: nowhere.
  [[nodiscard]] std::optional<RegionId> find(const AccountId& account) const;
  // Where it is to be opened: `region`, unless somebody was first.
  [[nodiscard]] RegionId claim(const AccountId& account, const RegionId& region);
  // It has been opened.
  void confirm(const AccountId& account);
  // It was not opened in that region after all. Nothing when it has been meanwhile.
  void give_back(const AccountId& account, const RegionId& region);
  void move(const AccountId& account, const RegionId& to);
  // Ids in order, at most `limit`, behind `last`. Those being opened are among them.
  [[nodiscard]] std::vector<AccountId> behind(const std::optional<AccountId>& last, std::size_t limit) const;

 private:
  struct Route {
    RegionId region;
    bool claimed = false;  // not opened yet
  };
  std::atomic<int> claims_{0};  // so that confirming costs nothing when there is nothing to confirm
  mutable std::mutex mutex_;
  std::map<AccountId, Route> routes_;
};

}  // namespace creditfold
