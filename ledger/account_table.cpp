// SPDX-License-Identifier: Apache-2.0
#include "ledger/account_table.hpp"

#include <algorithm>
#include <limits>

#include "events/archive.hpp"
#include "ledger/credits.hpp"
#include "ledger/evolve.hpp"
#include "ledger/terms.hpp"
#include "ledger/usage.hpp"

namespace creditfold {
namespace {

// The fields of a close up to its sums.
std::string_view before_sums(const PeriodClosed& close, std::string_view fields) {
  std::vector<std::uint8_t> sums;
  append_with(sums, [&](SpanOutputArchive& out) {
    out(close.granted, close.consumed, close.expired, close.uncovered, close.overage);
  });
  return fields.substr(0, fields.size() - sums.size());
}

// Whether nothing but the sums is left, and nothing is billed.
bool are_unbilled_sums(std::string_view fields) {
  SpanInputArchive in({reinterpret_cast<const std::uint8_t*>(fields.data()), fields.size()});
  Credits granted, consumed, expired, uncovered;
  bool billed = false;
  in(granted, consumed, expired, uncovered, billed);
  return !billed && in.left() == 0;
}

bool any_waiting(const AccountLine& line) {
  return std::any_of(line.window.begin(), line.window.end(), [](const Window& window) { return window.pending != 0; });
}

}  // namespace

Event event_of(const Envelope& envelope, Payload payload) {
  static const AccountId somebody("-");  // accounts are numbers here
  Event event;
  event.account = somebody;
  event.version = envelope.version;
  event.at = envelope.at;
  event.payload = std::move(payload);
  return event;
}

// By an eighth at a time: doubled, half of what accounts take could stand empty.
void AccountTable::reach(std::uint32_t number) {
  if (number < lines_.size()) return;
  const std::size_t size = std::size_t{number} + 1;
  if (size > lines_.capacity()) {
    const std::size_t more = std::max(size, lines_.capacity() + lines_.capacity() / 8);
    lines_.reserve(more);
    compact_.reserve(more);
  }
  lines_.resize(size);
  compact_.resize(size);
}

std::uint16_t AccountTable::plan_number(std::string_view plan) {
  const std::uint32_t number = plans_.number(plan, [](std::string_view name) {
    if (!PlanId::valid(name)) throw DecodeFailure(0, "a name that is no id");
  });
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(number + 1, plan_without_windows));
}

void AccountTable::note(AccountLine& line, const Envelope& envelope) {
  line.version = static_cast<std::uint32_t>(envelope.version);
  line.latest_at = std::max(line.latest_at, envelope.at.micros);
}

void AccountTable::evolve(std::uint32_t account, const Event& event) { evolve_wholly(account, event); }

void AccountTable::evolve(std::uint32_t account, const Envelope& envelope, const CreditsGranted& fact,
                          std::string_view fields) {
  if (!grant(account, envelope, fact, fields)) evolve_wholly(account, event_of(envelope, fact));
}

void AccountTable::evolve(std::uint32_t account, const Envelope& envelope, const PeriodClosed& fact,
                          std::string_view fields) {
  if (!close(account, envelope, fact, fields)) evolve_wholly(account, event_of(envelope, fact));
}

// Equal bytes are equal facts. Of what they have to fit beyond terms and period, the rest is asked here.
bool AccountTable::evolve_as_known(std::uint32_t account, const Envelope& envelope, KnownFields::Of of,
                                   std::string_view fields) {
  CompactAccount& compact = compact_[account];
  if (compact.full != 0 || envelope.version != lines_[account].version + std::int64_t{1}) return false;
  for (std::size_t i = 0; i < compact.pools; ++i) {
    CompactPool& pool = compact.pool[i];
    const bool grants = of == KnownFields::Of::allotment;
    const std::int32_t period = (grants ? pool.opened : pool.closed) + 1;
    const std::size_t known = known_.known(of, pool.terms, period, fields);
    if (known == 0) continue;
    if (grants) {
      if (known != fields.size() || period <= pool.further_until) return false;
      open_period(account, pool, envelope);
      return true;
    }
    if (period > pool.opened || !are_unbilled_sums(fields.substr(known))) return false;
    close_period(account, pool, envelope);
    return true;
  }
  return false;
}

// The pool, where the next event of the account may be done to its records.
AccountTable::CompactPool* AccountTable::pool_of(std::uint32_t account, const PlanId& plan, std::int32_t term) {
  CompactAccount& compact = compact_[account];
  if (compact.full != 0 || term != 1) return nullptr;
  for (std::size_t i = 0; i < compact.pools; ++i) {
    if (terms_[compact.pool[i].terms]->plan == plan) return &compact.pool[i];
  }
  return nullptr;
}

bool AccountTable::grant(std::uint32_t account, const Envelope& envelope, const CreditsGranted& fact,
                         std::string_view fields) {
  AccountLine& line = lines_[account];
  const auto name = credits::parse_lot(fact.lot);
  if (fact.price || !name || name->plan != fact.plan || envelope.version != line.version + std::int64_t{1})
    return false;
  CompactPool* const pool = pool_of(account, fact.plan, name->term);
  if (pool == nullptr) return false;
  const Terms& terms = *terms_[pool->terms];
  const bool allotment = fact.kind == LotKind::allotment;
  if (allotment && fact.credits != terms.term.allotment) return false;
  const auto periods = static_cast<std::int64_t>(terms.bounds.size()) - 1;
  credits::GrantPlace place{.periods = periods,
                            .opened = pool->opened,
                            .closed = pool->closed,
                            .next_lot = static_cast<std::int32_t>(lots_of(*pool, name->period)) + 1,
                            .starts_at = {},
                            .ends_at = {}};
  if (name->period <= periods) {
    place.starts_at = terms.bounds[static_cast<std::size_t>(name->period) - 1];
    place.ends_at = terms.bounds[static_cast<std::size_t>(name->period)];
  }
  credits::require_grant(fact, *name, place, Folding::whole);
  if (allotment) {
    if (name->number == 1 && !fields.empty())
      known_.keep(KnownFields::Of::allotment, pool->terms, name->period, fields);
    open_period(account, *pool, envelope);
    return true;
  }
  settle_compact(*pool, line.window[index_of(account, *pool)]);
  pool->further = further_.add({.granted = fact.credits.micro,
                                .drawn = 0,
                                .version = static_cast<std::uint32_t>(envelope.version),
                                .next = pool->further,
                                .period = name->period,
                                .kind = fact.kind});
  pool->further_until = std::max(pool->further_until, name->period);
  note(line, envelope);
  return true;
}

template <class Change>
void AccountTable::move_on(std::uint32_t account, CompactPool& pool, const Envelope& envelope, Change&& change) {
  AccountLine& line = lines_[account];
  const std::size_t index = index_of(account, pool);
  settle_compact(pool, line.window[index]);
  change();
  open_window(line, index, pool);
  note(line, envelope);
}

void AccountTable::open_period(std::uint32_t account, CompactPool& pool, const Envelope& envelope) {
  move_on(account, pool, envelope, [&] {
    pool.newest = opened_.add(
        {.drawn = 0, .uncovered = 0, .version = static_cast<std::uint32_t>(envelope.version), .older = pool.newest});
    ++pool.opened;
  });
}

bool AccountTable::close(std::uint32_t account, const Envelope& envelope, const PeriodClosed& fact,
                         std::string_view fields) {
  CompactPool* const pool = pool_of(account, fact.plan, fact.term);
  if (pool == nullptr || fact.overage || envelope.version != lines_[account].version + std::int64_t{1}) return false;
  credits::require_close(fact, pool->opened, pool->closed);
  if (!fields.empty()) known_.keep(KnownFields::Of::close, pool->terms, fact.period, before_sums(fact, fields));
  close_period(account, *pool, envelope);
  return true;
}

// Which says what expired: all that was left.
void AccountTable::close_period(std::uint32_t account, CompactPool& pool, const Envelope& envelope) {
  move_on(account, pool, envelope, [&] { ++pool.closed; });
}

void AccountTable::evolve_wholly(std::uint32_t account, const Event& event) {
  settle(account);
  AccountLine& line = lines_[account];
  CompactAccount& compact = compact_[account];
  const bool was_full = compact.full != 0;
  const bool charged = std::holds_alternative<CreditsConsumed>(event.payload);
  if (event.version > account_events_max)
    throw Inconsistent("more events of an account than a fold over columns counts");
  if (!was_full) {
    AccountState state = line.version > 0 ? expand(account) : AccountState{};
    release(compact);
    std::uint32_t place = static_cast<std::uint32_t>(full_.size());
    if (!free_full_.empty()) {
      place = free_full_.back();
      free_full_.pop_back();
      full_[place] = std::make_unique<AccountState>(std::move(state));
    } else {
      full_.push_back(std::make_unique<AccountState>(std::move(state)));
    }
    compact.full = place + 1;
  }
  AccountState& state = *full_[compact.full - 1];
  creditfold::evolve(state, event);
  usage_.add(account, state.usage);
  state.usage.clear();
  line.version = static_cast<std::uint32_t>(state.version);
  line.latest_at = state.latest_at.micros;
  if ((!was_full || !charged) && compress(account, state)) return;
  move_windows(line, event, state);
}

// A charge shows which period charges of its plan go to now. Anything else may have changed what windows stand for; and
// while an event earlier than the latest could open a period (H3), each is folded by itself.
void AccountTable::move_windows(AccountLine& line, const Event& event, const AccountState& state) {
  const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
  if (charge == nullptr || terms::any_to_open_without_allotment(state, state.latest_at)) {
    line.plan = {};
    line.window = {};
    return;
  }
  const std::uint16_t plan = plan_number(charge->plan.value);
  if (charge->late || plan == plan_without_windows) return;
  std::size_t index = 0;
  while (index < windows_per_account && line.plan[index] != plan && line.plan[index] != 0) ++index;
  if (index == windows_per_account) index = line.version % windows_per_account;
  const Term& term = *terms::term_in_force(state, charge->plan, event.at);
  const std::int32_t number = terms::period_at(term, event.at);
  const Instant from = terms::period_starts_at(term, number);
  line.plan[index] = plan;
  line.window[index] = {.from = from.micros,
                        .length = static_cast<std::uint64_t>(terms::period_ends_at(term, number).micros - from.micros),
                        .pending = 0};
}

void AccountTable::open_window(AccountLine& line, std::size_t index, const CompactPool& pool) {
  const Terms& terms = *terms_[pool.terms];
  line.plan[index] = terms.plan_number;
  line.window[index] = {};
  if (pool.opened == pool.closed || terms.plan_number == plan_without_windows) return;
  const Instant from = terms.bounds[pool.opened - std::size_t{1}];
  line.window[index].from = from.micros;
  line.window[index].length = static_cast<std::uint64_t>(terms.bounds[pool.opened].micros - from.micros);
}

void AccountTable::settle(std::uint32_t account) {
  AccountLine& line = lines_[account];
  CompactAccount& compact = compact_[account];
  if (compact.full != 0) {
    settle_full(*full_[compact.full - 1], line);
    return;
  }
  for (std::size_t i = 0; i < compact.pools; ++i) settle_compact(compact.pool[i], line.window[i]);
}

void AccountTable::settle_full(AccountState& state, AccountLine& line) {
  if (state.version == static_cast<std::int64_t>(line.version)) return;
  state.version = static_cast<std::int64_t>(line.version);
  state.latest_at = Instant{line.latest_at};
  terms::open_without_allotment(state, state.latest_at);
  if (!any_waiting(line)) return;
  for (auto& [plan, pool] : state.pools) {
    const std::uint16_t number = plan_number(plan.value);
    for (std::size_t i = 0; i < windows_per_account; ++i) {
      Window& window = line.window[i];
      if (line.plan[i] != number || window.pending == 0) continue;
      const Term& in_force = *terms::term_in_force(state, plan, Instant{window.from});
      Term& term = pool.terms[static_cast<std::size_t>(in_force.number) - 1];
      usage::consume(*terms::find_period(term, terms::period_at(term, Instant{window.from})), Credits{window.pending});
      window.pending = 0;
    }
  }
}

void AccountTable::settle_compact(CompactPool& pool, Window& window) {
  if (window.pending == 0) return;
  const Credits pending{window.pending};
  window.pending = 0;
  OpenedPeriod& newest = opened_[pool.newest];
  if (pool.opened > pool.further_until) {
    Lot lot;
    lot.granted = terms_[pool.terms]->term.allotment;
    lot.drawn.micro = newest.drawn;
    const Credits covered = credits::draw(lot, pending);
    newest.drawn = lot.drawn.micro;
    newest.uncovered = checked_add(newest.uncovered, (pending - covered).micro);
    return;
  }
  read_period(pool, pool.opened, pool.newest, period_);
  usage::consume(period_, pending);
  newest.uncovered = period_.uncovered.micro;
  write_drawn(pool, pool.newest, period_);
}

std::size_t AccountTable::bytes() const {
  std::size_t bytes = lines_.capacity() * sizeof(AccountLine) + compact_.capacity() * sizeof(CompactAccount) +
                      opened_.bytes() + further_.bytes() + full_.capacity() * sizeof(full_[0]) +
                      free_full_.capacity() * sizeof(std::uint32_t);
  bytes += known_.bytes();
  for (const auto& terms : terms_) bytes += terms ? sizeof(Terms) + terms->bounds.capacity() * sizeof(Instant) : 0;
  return bytes;
}

}  // namespace creditfold
