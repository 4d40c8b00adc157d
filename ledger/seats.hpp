// SPDX-License-Identifier: Apache-2.0
// Products sold by seats, their add-ons in parity, and what the vendor invoices for them (ADD-1, ADD-2, EKM-4, H20 to
// H22).
#pragma once

#include <cstdint>
#include <optional>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/evolve.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::seats {

// ADD-2: seats x yearly price x days left (begun days count) / 365, in minor units, rounded half to even once.
struct Proration {
  __extension__ using Wide = __int128;
  std::int64_t days = 0;
  Wide product = 0;       // seats x price x days
  std::int64_t rest = 0;  // of product / 365, before the rounding
  Money amount;
};
[[nodiscard]] Proration proration(std::int64_t seats, const Money& seat_price, Instant from, Instant to);
[[nodiscard]] Money prorated(std::int64_t seats, const Money& seat_price, Instant from, Instant to);

[[nodiscard]] const SeatTerm* term_in_force(const AccountState& state, const ProductId& product, Instant at);
// What stands at that moment of a product that is not sold by seats (H1); nullptr: the account has not got it.
[[nodiscard]] const SeatlessProduct* seatless_product(const AccountState& state, const ProductId& product, Instant at);

// evolve
void evolve(AccountState& state, const TermStarted& fact);
void evolve(AccountState& state, const TermEnded& fact);
void evolve(AccountState& state, const Event& event, const SeatsChanged& fact, Folding folding);
void evolve(AccountState& state, const Event& event, const ProductAdded& fact);
void evolve(AccountState& state, const Event& event, const ProductRemoved& fact, Folding folding);

// decide
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const StartTerm& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RenewTerm& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const EndTerm& command);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const ChangeSeats& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const AddProduct& command, const Catalog& catalog);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const RemoveProduct& command, const Catalog& catalog);

}  // namespace creditfold::seats
