// SPDX-License-Identifier: Apache-2.0
// Questions a state answers: what was granted, consumed, uncovered and left, by period, lot, workflow and model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/log.hpp"
#include "ledger/replay.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// The balance JSON of CONTRACT.md for one account as of `moment`: states of periods are told by it, nothing is opened,
// expired or closed by asking. One line without a newline.
[[nodiscard]] std::string balance_json(const AccountState& state, Instant moment);

// `{"events":n,"accounts":[…],"fingerprint":"…"}`: each account as of the greatest `at` of its own events.
[[nodiscard]] std::string replay_json(const Book& book);

// Which events a question folds and what its moment is (CONTRACT, "Command line").
struct AsOf {
  std::optional<Instant> at;        // folds events with `at` <= this, states as of it
  std::optional<std::int64_t> seq;  // folds events up to this position
};
// The state an account had, and the moment its periods are seen at. `now`: the moment when neither is given.
struct View {
  AccountState state;
  Instant moment;
};
// Told of every event folded, with the state after it.
using Watch = std::function<void(const Event&, const AccountState&)>;
// nullopt: no event of the account is among them. Throws Fault when the log is damaged or cannot be folded.
[[nodiscard]] std::optional<View> view_as_of(const Log& log, const AccountId& account, const AsOf& as_of, Instant now,
                                             const Watch& watch = {});
// The same of an account's events up to `as_of.seq`, in order.
[[nodiscard]] std::optional<View> view_of(std::span<const Event> events, const AsOf& as_of, Instant now,
                                          const Watch& watch = {});

// The order in which invoice lines are shown and counted: by `at`, then version. Indices into state.invoice_lines.
[[nodiscard]] std::vector<std::size_t> invoice_order(const AccountState& state);

}  // namespace creditfold
