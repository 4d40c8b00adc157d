// SPDX-License-Identifier: Apache-2.0
// What simulates in a page: learns of an account from its log in parts, which it does not keep, or takes what another
// one has learned; then runs scenarios on that. No pointers of the ABI here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog.hpp"
#include "ledger/forecast/branch_bytes.hpp"
#include "ledger/forecast/learner.hpp"
#include "wasm/seam.hpp"

namespace creditfold::wasm {

class ForecastSession {
 public:
  explicit ForecastSession(Catalog catalog) : catalog_(std::move(catalog)) {}

  // Turns to an account's events up to a position, of them only those that had happened at a moment when that is given.
  // The position behind which the log is wanted: what it learned of the account before is not wanted again, as long as
  // the log is the same or goes on.
  [[nodiscard]] std::string learn_from(const AccountId& account, std::optional<Instant> at, std::int64_t to);
  // The part of the log that follows, as .cflog documents; events behind the position turned to are left out. The
  // position it is of up to. After an error nothing is known of what was learned, and learn_from begins anew.
  [[nodiscard]] std::string learn(std::span<const std::uint8_t> documents);
  // Branches where it has come to, which is then simulated on; as bytes for `take_branch`.
  [[nodiscard]] std::string learned();
  void take_branch(std::span<const std::uint8_t> bytes);
  // A scenario run over futures of the account's use, the bytes of `creditfold simulate --json`. The scenario's moment
  // has to be the branch's.
  [[nodiscard]] std::string simulate(const std::optional<AccountId>& account, std::string_view scenario) const;

 private:
  Catalog catalog_;
  std::optional<forecast::Learner> learner_;
  std::int64_t to_ = 0;       // of what is being learned
  std::int64_t covered_ = 0;  // by the documents so far
  std::optional<forecast::LearnedBranch> branch_;
};

}  // namespace creditfold::wasm
