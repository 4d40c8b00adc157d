// SPDX-License-Identifier: Apache-2.0
#include "ledger/draws.hpp"

#include <algorithm>
#include <variant>

#include "events/log.hpp"
#include "ledger/evolve.hpp"
#include "ledger/replay.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

const Lot* find_lot(const AccountState& state, const credits::LotName& name) {
  const Term* term = terms::find_term(state, name.plan, name.term);
  const Period* period = term ? terms::find_period(*term, name.period) : nullptr;
  if (period == nullptr) return nullptr;
  const auto found = std::lower_bound(period->lots.begin(), period->lots.end(), name.number,
                                      [](const Lot& lot, std::int32_t wanted) { return lot.number < wanted; });
  return found != period->lots.end() && found->number == name.number ? &*found : nullptr;
}

}  // namespace

void fold_or_fault(AccountState& state, const Event& event) {
  const auto damaged = [&](const char* what) {
    return Fault(Fault::Kind::damaged, to_text(FoldFault{event.seq, event.account, event.version, what}));
  };
  try {
    evolve(state, event);
  } catch (const Inconsistent& inconsistent) {
    throw damaged(inconsistent.what());
  } catch (const Overflow& overflow) {
    throw damaged(overflow.what());
  }
}

LotHistory follow_lot(std::span<const Event> events, const credits::LotName& name) {
  LotHistory history;
  for (const Event& event : events) {
    fold_or_fault(history.state, event);
    const Lot* lot = find_lot(history.state, name);
    if (lot == nullptr) {
      if (history.lot && history.voided == nullptr) history.voided = &event;
      continue;
    }
    if (!history.lot) {
      history.granted = &event;
    } else {
      const Lot& was = *history.lot;
      const LotMove move{&event, lot->drawn - was.drawn, lot->held - was.held, lot->expired - was.expired};
      if (move.drawn.micro != 0 || move.held.micro != 0 || move.expired.micro != 0) history.moves.push_back(move);
    }
    history.lot = *lot;
  }
  return history;
}

ChargeFold fold_charge(std::span<const Event> events, std::size_t index) {
  const Event& event = events[index];
  const auto& charge = std::get<CreditsConsumed>(event.payload);
  ChargeFold fold;
  for (const Event& earlier : events.first(index)) fold_or_fault(fold.before, earlier);
  if (charge.settles) {
    const auto hold = fold.before.holds.find(*charge.settles);
    if (hold != fold.before.holds.end()) fold.settled = hold->second;
  }
  AccountState after = fold.before;
  fold_or_fault(after, event);
  const Term& term = *terms::term_in_force(after, charge.plan, event.at);
  const std::int32_t number = terms::period_at(term, event.at);
  fold.term = term.number;
  fold.period = number;
  fold.starts_at = terms::period_starts_at(term, number);
  fold.ends_at = terms::period_ends_at(term, number);
  fold.on_exhaustion = term.on_exhaustion;
  const Period& period = *terms::find_period(term, number);
  for (const std::size_t i : credits::burn_order(period)) {
    const Lot& lot = period.lots[i];
    const credits::LotName name{charge.plan, term.number, number, lot.number};
    const Lot* was = find_lot(fold.before, name);
    const Credits taken = lot.drawn - (was ? was->drawn : Credits{});
    fold.lots.push_back({credits::to_id(name), lot.kind, lot.granted, lot.held, lot.remaining() + taken, taken});
    fold.covered += taken;
  }
  fold.uncovered = charge.credits - fold.covered;
  return fold;
}

void DrawWatch::before(const AccountState& state, Instant at, const CreditsConsumed& charge) {
  drawn_.clear();
  const Term* term = terms::term_in_force(state, charge.plan, at);
  const Period* period = term ? terms::find_period(*term, terms::period_at(*term, at)) : nullptr;
  if (period == nullptr) return;  // opened by this event: it has no lot
  for (const Lot& lot : period->lots) drawn_.push_back(lot.drawn);
}

ChargeDraws DrawWatch::after(const AccountState& state, Instant at, const CreditsConsumed& charge) const {
  const Term& term = *terms::term_in_force(state, charge.plan, at);
  ChargeDraws told{.term = term.number, .period = terms::period_at(term, at), .draws = {}};
  const Period& period = *terms::find_period(term, told.period);
  for (std::size_t i = 0; i < period.lots.size(); ++i) {  // a charge grants none: they are the same lots
    const Credits taken = period.lots[i].drawn - (i < drawn_.size() ? drawn_[i] : Credits{});
    if (taken.micro != 0) told.draws.push_back({period.lots[i].version, taken});
  }
  return told;
}

}  // namespace creditfold
