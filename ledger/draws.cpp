// SPDX-License-Identifier: Apache-2.0
#include "ledger/draws.hpp"

#include <algorithm>
#include <utility>
#include <variant>

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

LotHistory::LotHistory(const AccountHistory& history, const credits::LotName& name, const Moved& moved)
    : reading(history, [&](const Event& event, const AccountState& state) {
        const Lot* now = find_lot(state, name);
        if (now == nullptr) {
          if (lot && !voided) voided = place_of(event);
          return;
        }
        if (!lot) {
          granted = place_of(event);
        } else {
          const LotMove move{now->drawn - lot->drawn, now->held - lot->held, now->expired - lot->expired};
          if (move.drawn.micro != 0 || move.held.micro != 0 || move.expired.micro != 0) moved(*now, event, move);
        }
        lot = *now;
      }) {}

ChargeFold::ChargeFold(const AccountState& met) : before(met) {}

void ChargeFold::follow(const AccountState& after, Instant at, const CreditsConsumed& charge) {
  const Term& in_force = *terms::term_in_force(after, charge.plan, at);
  term = in_force.number;
  period = terms::period_at(in_force, at);
  starts_at = terms::period_starts_at(in_force, period);
  ends_at = terms::period_ends_at(in_force, period);
  on_exhaustion = in_force.on_exhaustion;
  const Period& drawn_from = *terms::find_period(in_force, period);
  for (const std::size_t i : credits::burn_order(drawn_from)) {
    const Lot& lot = drawn_from.lots[i];
    const credits::LotName name{charge.plan, term, period, lot.number};
    const Lot* was = find_lot(before, name);
    const Credits taken = lot.drawn - (was ? was->drawn : Credits{});
    lots.push_back({credits::to_id(name), lot.kind, lot.version, lot.held, lot.remaining() + taken, taken});
    covered += taken;
  }
  uncovered = charge.credits - covered;
}

FoundCharge::FoundCharge(const AccountHistory& history, const UsageId& usage)
    : usage_(usage),
      event_(find_newest(history)),
      reading_(
          event_ ? history : AccountHistory(),
          [this](const Event& event, const AccountState& after) { follow(event, after); },
          [this](const Event& event, const AccountState& before) { meet(event, before); }) {}

FoundCharge::~FoundCharge() = default;

std::optional<Event> FoundCharge::find_newest(const AccountHistory& history) {
  std::optional<Place> place;
  Credits credits;
  history.read([&](const Event& event) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge == nullptr || charge->usage != usage_) return;
    if (place && older_.size() < namesakes_max) older_.push_back({place->seq, credits});
    place = place_of(event);
    credits = charge->credits;
  });
  return place ? std::optional(history.at(*place)) : std::nullopt;
}

void FoundCharge::meet(const Event& event, const AccountState& before) {
  if (event.seq == event_->seq) fold_.emplace(before);
}

void FoundCharge::follow(const Event& event, const AccountState& after) {
  if (event.seq == event_->seq) {
    fold_->follow(after, event.at, fact());
    if (held_ && fold_->before.holds.count(*fact().settles) == 0) held_.reset();
  }
  if (const auto* made = std::get_if<CreditsHeld>(&event.payload)) {
    // Of several made under one id, the newest before the charge is the one it settled.
    if (event.seq < event_->seq && made->authorization == fact().settles) held_ = place_of(event);
  }
  const auto* grant = std::get_if<CreditsGranted>(&event.payload);
  if (grant != nullptr && grant->corrects == usage_) corrections_.push_back(place_of(event));
}

const Hold* FoundCharge::settled() const { return held_ ? &fold_->before.holds.at(*fact().settles) : nullptr; }

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
