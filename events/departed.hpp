// SPDX-License-Identifier: Apache-2.0
// What a log says of positions whose account has left for another partition (RES-1): the gap is explained, so that no
// reader takes it for damage.
#pragma once

#include <cstdint>

#include "events/vocabulary.hpp"

namespace creditfold {

// A run of positions that held events of one account and hold nothing any more.
struct Departed {
  std::int64_t first_seq = 0;
  std::int64_t last_seq = 0;
  AccountId account;
  RegionId to;

  friend bool operator==(const Departed& a, const Departed& b) {
    return a.first_seq == b.first_seq && a.last_seq == b.last_seq && a.account == b.account && a.to == b.to;
  }
};

}  // namespace creditfold
