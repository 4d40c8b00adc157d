// SPDX-License-Identifier: Apache-2.0
// The customer's own key over the account's data key: enrolled, rotated, revoked (EKM-1, EKM-5). Amounts never need it.
// Which key an account has does not depend on a command's `at`: a data key that can no longer be unwrapped is gone now.
#pragma once

#include <optional>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/evolve.hpp"
#include "ledger/outside.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::keys {

// The add-on without which key commands are refused.
inline constexpr std::string_view product = "ekm";

// evolve
void evolve(AccountState& state, const KeyRotated& fact, Folding folding);
void evolve(AccountState& state, const KeyRevoked& fact, Folding folding);

// decide. A rotation takes what its errand brought; without that it is `key_unusable`.
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RotateKey& command, const Catalog& catalog,
                                            const Provided& provided);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RevokeKey& command);

// What a rotation needs from outside, and what it would be given if all goes well: with that, `decide` tells beforehand
// whether running the errand is worth it.
[[nodiscard]] WrapErrand errand_of(const AccountState& state, const RotateKey& command, const Catalog& catalog);
[[nodiscard]] Provided assumed(const AccountState& state, const RotateKey& command);

}  // namespace creditfold::keys
