// SPDX-License-Identifier: Apache-2.0
// The charges of a busy service, for the benchmarks of the log: one event a batch, accounts drawn evenly, keys UUIDs
// that are the usage's id too, volumes with a long tail, credits by a rate card.
#pragma once

#include <string>
#include <vector>

#include "events/log.hpp"
#include "tests/events/samples.hpp"

namespace creditfold::test {

class Charges {
 public:
  Charges(std::uint64_t seed, std::size_t accounts);
  // The next batches, each following its account's last.
  [[nodiscard]] std::vector<Batch> group(std::size_t batches);
  // From 1.
  [[nodiscard]] std::int64_t number_of(const AccountId& account) const;

 private:
  [[nodiscard]] std::string uuid();
  [[nodiscard]] std::int64_t volume(unsigned bits_max);

  Random random_;
  std::vector<AccountId> accounts_;
  std::vector<std::int64_t> versions_;
  std::int64_t now_;
};

}  // namespace creditfold::test
