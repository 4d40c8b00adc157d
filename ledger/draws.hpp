// SPDX-License-Identifier: Apache-2.0
// What the fold did to lots, seen from outside: lots before and after an event, compared. Draws are not stored and no
// second burn order lives here; the fold itself is asked (H11).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "events/event.hpp"
#include "ledger/credits.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// The fold's one step inside a question. Throws Fault(damaged) when the event cannot follow.
void fold_or_fault(AccountState& state, const Event& event);

// How one event changed one lot.
struct LotMove {
  const Event* event = nullptr;  // of the span asked; not owned
  Credits drawn;
  Credits held;  // negative: released
  Credits expired;
};

// Everything that happened to one lot.
struct LotHistory {
  std::optional<Lot> lot;  // as it stands, or as it last stood; nothing: it was never granted
  const Event* granted = nullptr;
  const Event* voided = nullptr;  // the end of its term that cut its period off (H8)
  std::vector<LotMove> moves;
  AccountState state;  // after all events
};
[[nodiscard]] LotHistory follow_lot(std::span<const Event> events, const credits::LotName& name);

// A lot of the charge's period as the charge met it, after the release of what it settles.
struct LotAtCharge {
  LotId lot;
  LotKind kind = LotKind::allotment;
  Credits granted;
  Credits held;
  Credits left;  // before the draw
  Credits taken;
};
// What a charge did. `lots` are those of its period in burn order, drawn or not.
struct ChargeFold {
  AccountState before;
  std::int32_t term = 1;
  std::int32_t period = 1;
  Instant starts_at;
  Instant ends_at;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::vector<LotAtCharge> lots;
  Credits covered;
  Credits uncovered;
  std::optional<Hold> settled;  // the live authorization it settled (H17)
};
// REQUIRES: events[index] is a CreditsConsumed.
[[nodiscard]] ChargeFold fold_charge(std::span<const Event> events, std::size_t index);

// What a charge drew from each lot, told during one fold over the whole log: the lots of its period before and after.
// Takes as long as the period has lots.
struct LotDraw {
  std::int64_t granted = 0;  // version of the event that granted the lot
  Credits credits;           // > 0
};
struct ChargeDraws {
  std::int32_t term = 1;
  std::int32_t period = 1;
  std::vector<LotDraw> draws;  // in the order the lots were granted
};
class DrawWatch {
 public:
  // REQUIRES: `state` is before the event.
  void before(const AccountState& state, Instant at, const CreditsConsumed& charge);
  // REQUIRES: the event asked about before has been folded into `state`.
  [[nodiscard]] ChargeDraws after(const AccountState& state, Instant at, const CreditsConsumed& charge) const;

 private:
  std::vector<Credits> drawn_;  // by the period's lots
};

}  // namespace creditfold
