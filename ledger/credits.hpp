// SPDX-License-Identifier: Apache-2.0
// Lots of credits: granted, bought, drawn in burn order, expired by the close of their Credit Period
// (AIS-3, AIS-4b, AIS-4d to AIS-4f, AIS-5a to AIS-5d, H3, H4, H10 to H12).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/command.hpp"
#include "ledger/draft.hpp"
#include "ledger/evolve.hpp"
#include "ledger/refusal.hpp"
#include "ledger/state.hpp"

namespace creditfold::credits {

// A lot's id, taken apart: plan/term/period/n.
struct LotName {
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
  std::int32_t number = 1;
};
[[nodiscard]] LotId to_id(const LotName& name);
[[nodiscard]] std::optional<LotName> parse_lot(const LotId& id);

// The lots of a period in the order they pay: allotment, promotion, purchase, correction; then the older first (H11).
// Indices into period.lots.
[[nodiscard]] std::vector<std::size_t> burn_order(const Period& period);

// The lot of this number. Throws Inconsistent when it is not there.
[[nodiscard]] Lot& lot_of_number(Period& period, std::int32_t number);

// Draws up to `amount` from the lot; returns what it covered.
Credits draw(Lot& lot, Credits amount);
// Draws up to `amount` from the period's lots in burn order; returns what they covered. Greedy in a fixed order:
// amounts drawn one after the other, with nothing else happening to the lots, draw what their sum draws at once.
Credits draw(Period& period, Credits amount);

// What the rules of a grant ask of the term it falls into, whichever way the term is kept.
struct GrantPlace {
  std::int64_t periods = 0;  // that the term has
  std::int32_t opened = 0;
  std::int32_t closed = 0;
  std::int32_t next_lot = 1;  // of the period named
  Instant starts_at;          // of the period named; anything where the term does not have it
  Instant ends_at;
};
// Throws Inconsistent when the grant cannot follow. Of an allotment, the period is open afterwards.
void require_grant(const CreditsGranted& fact, const LotName& name, const GrantPlace& place, Folding folding);
// The same of a close.
void require_close(const PeriodClosed& fact, std::int32_t opened, std::int32_t closed);

// H18: the begun increments an overage is billed in. REQUIRES: uncovered >= 0, increment > 0.
[[nodiscard]] std::int64_t begun_increments(Credits uncovered, Credits increment);

// evolve
void evolve(AccountState& state, const Event& event, const CreditsGranted& fact, Folding folding);
void evolve(AccountState& state, const Event& event, const PeriodClosed& fact, Folding folding);

// H3, second half: opens every period that has begun by the draft's moment, with its allotment.
void open_begun_periods(Draft& draft);

// decide
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const GrantCredits& command);
[[nodiscard]] std::optional<Refusal> decide(Draft& draft, const PurchaseCredits& command, const Catalog& catalog);
[[nodiscard]] Refusal decide(const TransferCredits& command);
void decide(Draft& draft, const ClosePeriods& command, const Catalog& catalog);

}  // namespace creditfold::credits
