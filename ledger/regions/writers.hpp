// SPDX-License-Identifier: Apache-2.0
// The writers of all regions, as a migration needs them: each decides the commands of its region's accounts, one group
// after the other, and lends itself between two groups.
#pragma once

#include <functional>
#include <set>

#include "events/store/partitions.hpp"
#include "ledger/engine.hpp"
#include "ledger/regions/routes.hpp"

namespace creditfold {

// A region's engine and log while nothing else is decided there.
struct Turn {
  Engine& engine;
  Partition& log;
  // Before the engine's book is changed without an append: readers of it wait until the turn has ended.
  std::function<void()> lock_book;
  std::set<AccountId> changed;  // by the turn: whose calendar and streams have to look
};

class Writers {
 public:
  virtual ~Writers() = default;
  // Runs `action` in a turn of the region's writer and returns when it has ended; what it throws comes through.
  // REQUIRES: the region has a partition. May be called inside another region's turn, by one caller at a time.
  virtual void in_turn(const RegionId& region, const std::function<void(Turn&)>& action) = 0;
  // The region's partition with its writer, made when it is not there. Throws Fault.
  virtual void open(const RegionId& region) = 0;
};

}  // namespace creditfold
