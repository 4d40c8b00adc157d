// SPDX-License-Identifier: Apache-2.0
// What the fold did to lots, seen from outside: lots before and after an event, compared. Draws are not stored and no
// second burn order lives here; the fold itself is asked (H11).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "ledger/account_history.hpp"
#include "ledger/credits.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// How one event changed one lot.
struct LotMove {
  Credits drawn;
  Credits held;  // negative: released
  Credits expired;
};

// Follows one lot: what became of it. Told of each event after its grant that changed it, with the lot after it.
using Moved = std::function<void(const Lot&, const Event&, const LotMove&)>;
struct LotHistory {
  LotHistory(const AccountHistory& history, const credits::LotName& name, const Moved& moved);

  std::optional<Lot> lot;  // as it stands, or as it last stood; nothing: it was never granted
  std::optional<Place> granted;
  std::optional<Place> voided;  // the end of its term that cut its period off (H8)
  Reading reading;
};

// A lot of the charge's period as the charge met it, after the release of what it settles.
struct LotAtCharge {
  LotId lot;
  LotKind kind = LotKind::allotment;
  std::int64_t granted_by = 0;  // version of the event
  Credits held;
  Credits left;  // before the draw
  Credits taken;
};
// What a charge did. `lots` are those of its period in burn order, drawn or not.
struct ChargeFold {
  explicit ChargeFold(const AccountState& met);
  void follow(const AccountState& after, Instant at, const CreditsConsumed& charge);

  AccountState before;
  std::int32_t term = 1;
  std::int32_t period = 1;
  Instant starts_at;
  Instant ends_at;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::vector<LotAtCharge> lots;
  Credits covered;
  Credits uncovered;
};

// Another charge under the same id (H13). So many of them are named.
struct Namesake {
  std::int64_t seq = 0;
  Credits credits;
};
inline constexpr std::size_t namesakes_max = 100;

// Looks for the newest charge under an id, and for what else of the account's history is about it. Two readings: which
// one is the newest is known at the end, and a state is copied for that one alone.
class FoundCharge {
 public:
  FoundCharge(const AccountHistory& history, const UsageId& usage);
  ~FoundCharge();
  FoundCharge(const FoundCharge&) = delete;
  FoundCharge& operator=(const FoundCharge&) = delete;

  // Without it there is nothing else.
  explicit operator bool() const { return event_.has_value(); }

  [[nodiscard]] const Event& event() const { return *event_; }
  [[nodiscard]] const CreditsConsumed& fact() const { return std::get<CreditsConsumed>(event_->payload); }
  [[nodiscard]] const ChargeFold& fold() const { return *fold_; }
  // The live authorization that it settled, and where that was made (H17); nothing: none.
  [[nodiscard]] const Hold* settled() const;
  [[nodiscard]] std::optional<Place> held() const { return held_; }
  [[nodiscard]] const std::vector<Place>& corrections() const { return corrections_; }  // grants that name it (AIS-4b)
  [[nodiscard]] const std::vector<Namesake>& older() const { return older_; }           // the first `namesakes_max`
  [[nodiscard]] const Reading& reading() const { return reading_; }

 private:
  [[nodiscard]] std::optional<Event> find_newest(const AccountHistory& history);
  void meet(const Event& event, const AccountState& before);
  void follow(const Event& event, const AccountState& after);

  UsageId usage_;
  std::vector<Place> corrections_;
  std::vector<Namesake> older_;
  std::optional<Event> event_;
  std::optional<Place> held_;
  std::optional<ChargeFold> fold_;
  Reading reading_;
};

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
