// SPDX-License-Identifier: Apache-2.0
// What must be true of a state after every event. One condition a sentence, so that a failure says which.
#include <map>
#include <string>

#include "ledger/replay.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

std::string broken_lot(const Lot& lot) {
  if (lot.granted.micro <= 0) return "a lot of no credits";
  if (lot.drawn.micro < 0) return "a lot drawn below 0";
  if (lot.held.micro < 0) return "a lot holds below 0";
  if (lot.expired.micro < 0) return "a lot expired below 0";
  if (lot.remaining().micro < 0) return "a lot gave more than it had";
  return {};
}

std::string broken_period(const Term& term, const Period& period) {
  Credits granted, drawn, held, expired;
  for (std::size_t i = 0; i < period.lots.size(); ++i) {
    const Lot& lot = period.lots[i];
    if (auto broken = broken_lot(lot); !broken.empty()) return broken;
    if (i > 0 && lot.number <= period.lots[i - 1].number) return "lots are not numbered in the order granted";
    granted += lot.granted;
    drawn += lot.drawn;
    held += lot.held;
    expired += lot.expired;
  }
  if (granted != period.granted) return "a period's granted is not the sum of its lots";
  if (drawn != period.consumed) return "a period's consumed is not what its lots gave";
  if (held != period.held) return "a period's held is not what its lots hold";
  if (expired != period.expired) return "a period's expired is not what its lots lost";
  if (period.remaining().micro < 0) return "H12: a period consumed, held and expired more than was granted";
  if (period.uncovered.micro < 0) return "a period's uncovered is below 0";
  const bool closed = period.number <= term.closed;
  if (closed && period.remaining().micro != 0) return "AIS-4d: a closed period has credits left";
  if (closed && period.held.micro != 0) return "H4: a closed period holds credits";
  if (!closed && period.expired.micro != 0) return "credits expired before their period closed";
  if (period.number > term.opened && period.consumed.micro + period.held.micro != 0) {
    return "a period that was never opened gave credits";
  }
  return {};
}

std::string broken_term(const Term& term) {
  if (term.starts_at >= term.ends_at) return "a term ends before it starts";
  if (term.closed > term.opened) return "a period closed before it opened";
  if (term.opened > terms::period_count(term)) return "more periods opened than the term has";
  for (std::size_t i = 0; i < term.periods.size(); ++i) {
    if (i > 0 && term.periods[i - 1].number >= term.periods[i].number) return "periods are not in order";
    if (auto broken = broken_period(term, term.periods[i]); !broken.empty()) return broken;
  }
  for (std::int32_t number = 1; number <= term.opened; ++number) {
    if (terms::find_period(term, number) == nullptr) return "an opened period is not there";
  }
  return {};
}

// By period, for what an account holds in all its periods together may be more than 64 bits.
std::string broken_holds(const AccountState& state) {
  std::map<const Period*, Credits> held_in;
  for (const auto& [id, hold] : state.holds) {
    Credits held;
    for (const HeldLot& lot : hold.lots) held += lot.credits;
    if (held > hold.cost) return "H16: an authorization holds more than it costs";
    const Term* term = terms::find_term(state, hold.plan, hold.term);
    const Period* period = term == nullptr ? nullptr : terms::find_period(*term, hold.period);
    if (period == nullptr) return "a hold in a period that is not there";
    held_in[period] += held;
  }
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) {
      for (const Period& period : term.periods) {
        const auto found = held_in.find(&period);
        if (period.held != (found == held_in.end() ? Credits{} : found->second)) {
          return "a period holds what no live authorization made in it holds";
        }
      }
    }
  }
  return {};
}

}  // namespace

std::string broken_invariant(const AccountState& state) {
  try {
    for (const auto& [plan, pool] : state.pools) {
      for (std::size_t i = 0; i < pool.terms.size(); ++i) {
        if (i > 0 && pool.terms[i - 1].ends_at > pool.terms[i].starts_at) return "H5: a plan's terms overlap";
        if (auto broken = broken_term(pool.terms[i]); !broken.empty()) return plan.value + ": " + broken;
      }
    }
    return broken_holds(state);
  } catch (const Overflow& overflow) {
    return overflow.what();
  }
}

std::string broken_close(const AccountState& before, const PeriodClosed& fact) {
  const Term* term = terms::find_term(before, fact.plan, fact.term);
  const Period* period = term ? terms::find_period(*term, fact.period) : nullptr;
  // H3: one whose allotment is 0 may open no earlier than by what closes it, and then nothing has happened in it.
  const bool opens_now = term && term->allotment.micro == 0 && fact.period > term->opened;
  const Period untouched;
  if (period == nullptr && opens_now && fact.period <= terms::period_count(*term)) period = &untouched;
  if (period == nullptr) return "the close of a period that is not there";
  if (fact.starts_at != terms::period_starts_at(*term, fact.period)) return "the close records another start";
  if (fact.ends_at != terms::period_ends_at(*term, fact.period)) return "the close records another end";
  if (fact.granted != period->granted) return "the close records another sum granted";
  if (fact.consumed != period->consumed) return "the close records another sum consumed";
  if (fact.expired != period->remaining()) return "the close records another sum expired";
  if (fact.uncovered != period->uncovered) return "the close records another sum uncovered";
  return {};
}

}  // namespace creditfold
