// SPDX-License-Identifier: Apache-2.0
// How an account lies in few fixed records, and how it becomes an AccountState and back.
#include <algorithm>
#include <limits>

#include "events/archive.hpp"
#include "ledger/account_table.hpp"
#include "ledger/terms.hpp"

namespace creditfold {

std::uint32_t AccountTable::lots_of(const CompactPool& pool, std::int32_t period) const {
  std::uint32_t lots = period <= pool.opened ? 1 : 0;
  if (period > pool.further_until) return lots;
  for (std::uint32_t further = pool.further; further != 0; further = further_[further].next) {
    if (further_[further].period == period) ++lots;
  }
  return lots;
}

// Lots are numbered in the order granted, which is by version; a close lets all that is left expire (AIS-4d).
void AccountTable::read_period(const CompactPool& pool, std::int32_t number, std::uint32_t opened,
                               Period& period) const {
  period.number = number;
  period.uncovered = {};
  period.lots.clear();
  if (opened != 0) {
    Lot& allotment = period.lots.emplace_back();
    allotment.granted = terms_[pool.terms]->term.allotment;
    allotment.drawn.micro = opened_[opened].drawn;
    allotment.version = opened_[opened].version;
    period.uncovered.micro = opened_[opened].uncovered;
  }
  const std::uint32_t first = number > pool.further_until ? 0 : pool.further;
  for (std::uint32_t each = first; each != 0; each = further_[each].next) {
    const FurtherLot& further = further_[each];
    if (further.period != number) continue;
    Lot& lot = period.lots.emplace_back();
    lot.kind = further.kind;
    lot.granted.micro = further.granted;
    lot.drawn.micro = further.drawn;
    lot.version = further.version;
  }
  if (period.lots.size() > 1) {
    std::sort(period.lots.begin(), period.lots.end(), [](const Lot& a, const Lot& b) { return a.version < b.version; });
  }
  period.granted = period.consumed = period.held = period.expired = {};
  for (std::size_t i = 0; i < period.lots.size(); ++i) {
    Lot& lot = period.lots[i];
    lot.number = static_cast<std::int32_t>(i) + 1;
    if (number <= pool.closed) lot.expired = lot.remaining();
    period.granted += lot.granted;
    period.consumed += lot.drawn;
    period.expired += lot.expired;
  }
}

void AccountTable::write_drawn(const CompactPool& pool, std::uint32_t opened, const Period& period) {
  for (const Lot& lot : period.lots) {
    if (lot.version == static_cast<std::int64_t>(opened_[opened].version)) opened_[opened].drawn = lot.drawn.micro;
  }
  for (std::uint32_t each = pool.further; each != 0; each = further_[each].next) {
    FurtherLot& further = further_[each];
    if (further.period != period.number) continue;
    for (const Lot& lot : period.lots) {
      if (lot.version == static_cast<std::int64_t>(further.version)) further.drawn = lot.drawn.micro;
    }
  }
}

// The first period first.
const std::vector<std::uint32_t>& AccountTable::opened_of(const CompactPool& pool) {
  opened_scratch_.clear();
  for (std::uint32_t opened = pool.newest; opened != 0; opened = opened_[opened].older)
    opened_scratch_.push_back(opened);
  std::reverse(opened_scratch_.begin(), opened_scratch_.end());
  return opened_scratch_;
}

// Periods that are not open yet and have lots.
const std::vector<std::int32_t>& AccountTable::waiting_of(const CompactPool& pool) {
  waiting_scratch_.clear();
  for (std::uint32_t each = pool.further; each != 0; each = further_[each].next) {
    if (further_[each].period > pool.opened) waiting_scratch_.push_back(further_[each].period);
  }
  std::sort(waiting_scratch_.begin(), waiting_scratch_.end());
  waiting_scratch_.erase(std::unique(waiting_scratch_.begin(), waiting_scratch_.end()), waiting_scratch_.end());
  return waiting_scratch_;
}

AccountState AccountTable::state(std::uint32_t account, const AccountId& name) {
  const CompactAccount& compact = compact_[account];
  AccountState state = compact.full != 0 ? *full_[compact.full - 1] : expand(account);
  state.account = name;
  return state;
}

AccountState AccountTable::expand(std::uint32_t account) {
  const CompactAccount& compact = compact_[account];
  AccountState state;
  state.version = static_cast<std::int64_t>(lines_[account].version);
  state.latest_at.micros = lines_[account].latest_at;
  state.environment = compact.environment;
  state.region = regions_[compact.region];
  for (std::size_t i = 0; i < compact.pools; ++i) {
    const CompactPool& pool = compact.pool[i];
    const Terms& terms = *terms_[pool.terms];
    Term term = terms.term;
    term.opened = pool.opened;
    term.closed = pool.closed;
    std::int32_t number = 0;
    for (const std::uint32_t opened : opened_of(pool)) read_period(pool, ++number, opened, term.periods.emplace_back());
    for (const std::int32_t waiting : waiting_of(pool)) read_period(pool, waiting, 0, term.periods.emplace_back());
    state.pools[terms.plan].terms.push_back(std::move(term));
  }
  return state;
}

void AccountTable::release(CompactAccount& compact) {
  for (std::size_t i = 0; i < compact.pools; ++i) {
    for (std::uint32_t each = compact.pool[i].newest; each != 0;) {
      const std::uint32_t older = opened_[each].older;
      opened_.remove(each);
      each = older;
    }
    for (std::uint32_t each = compact.pool[i].further; each != 0;) {
      const std::uint32_t next = further_[each].next;
      further_.remove(each);
      each = next;
    }
  }
  compact = {};
}

namespace {

// Whether it is what read_period would make of it, so that nothing is lost.
bool is_compact(const Term& term, const Period& period) {
  const bool opened = period.number <= term.opened;
  const bool closed = period.number <= term.closed;
  if (period.lots.empty() || period.held.micro != 0) return false;
  if (!opened && period.uncovered.micro != 0) return false;
  Credits granted, drawn, expired;
  int allotments = 0;
  std::int64_t version = 0;
  for (std::size_t i = 0; i < period.lots.size(); ++i) {
    const Lot& lot = period.lots[i];
    if (lot.kind == LotKind::allotment) {
      if (lot.granted != term.allotment) return false;
      ++allotments;
    }
    if (lot.number != static_cast<std::int32_t>(i) + 1 || lot.version <= version || lot.held.micro != 0) return false;
    if (closed ? lot.remaining().micro != 0 : lot.expired.micro != 0) return false;
    version = lot.version;
    granted += lot.granted;
    drawn += lot.drawn;
    expired += lot.expired;
  }
  if (version > account_events_max || allotments != (opened ? 1 : 0)) return false;
  return granted == period.granted && drawn == period.consumed && expired == period.expired;
}

bool is_compact(const Pool& pool) {
  if (!pool.builders.changes.empty() || pool.terms.size() != 1) return false;
  const Term& term = pool.terms.front();
  if (term.allotment.micro <= 0 || term.opened > std::numeric_limits<std::uint16_t>::max()) return false;
  for (std::size_t i = 0; i < term.periods.size(); ++i) {
    const Period& period = term.periods[i];
    const bool in_place =
        static_cast<std::int32_t>(i) >= term.opened || period.number == static_cast<std::int32_t>(i) + 1;
    if (!in_place || !is_compact(term, period)) return false;
  }
  return static_cast<std::int32_t>(term.periods.size()) >= term.opened;
}

bool is_compact(const AccountState& state) {
  const bool plain = state.migrations.empty() && state.access.changes.empty() && state.holds.empty() &&
                     state.usage.empty() && state.seats.empty() && state.products.empty() &&
                     state.invoice_lines.empty() && state.consents.empty() && state.terms.empty() && !state.key;
  return plain && state.pools.size() <= windows_per_account &&
         std::all_of(state.pools.begin(), state.pools.end(),
                     [](const auto& entry) { return is_compact(entry.second); });
}

}  // namespace

bool AccountTable::compress(std::uint32_t account, const AccountState& state) {
  if (!is_compact(state)) return false;
  CompactAccount fresh;
  fresh.environment = state.environment;
  std::size_t region = 0;
  while (region < regions_.size() && regions_[region].value != state.region.value) ++region;
  if (region > std::numeric_limits<std::uint16_t>::max()) return false;
  if (region == regions_.size()) regions_.push_back(state.region);
  fresh.region = static_cast<std::uint16_t>(region);
  for (const auto& [plan, pool] : state.pools) {
    const std::uint32_t number = terms_number(plan, pool.terms.front());
    if (terms_[number]->bounds.empty()) return false;
    fresh.pool[fresh.pools++].terms = number;
  }
  AccountLine& line = lines_[account];
  line.plan = {};
  line.window = {};
  std::size_t index = 0;
  for (const auto& [plan, pool] : state.pools) {
    compress_pool(fresh.pool[index], pool.terms.front());
    open_window(line, index, fresh.pool[index]);
    ++index;
  }
  CompactAccount& compact = compact_[account];
  const std::uint32_t place = compact.full - 1;
  compact = fresh;
  full_[place].reset();  // what `state` is
  free_full_.push_back(place);
  return true;
}

void AccountTable::compress_pool(CompactPool& pool, const Term& term) {
  pool.opened = static_cast<std::uint16_t>(term.opened);
  pool.closed = static_cast<std::uint16_t>(term.closed);
  for (const Period& period : term.periods) {
    for (const Lot& lot : period.lots) {
      const auto version = static_cast<std::uint32_t>(lot.version);
      if (lot.kind == LotKind::allotment) {
        pool.newest = opened_.add({.drawn = lot.drawn.micro,
                                   .uncovered = period.uncovered.micro,
                                   .version = version,
                                   .older = pool.newest});
      } else {
        pool.further = further_.add({.granted = lot.granted.micro,
                                     .drawn = lot.drawn.micro,
                                     .version = version,
                                     .next = pool.further,
                                     .period = period.number,
                                     .kind = lot.kind});
        pool.further_until = std::max(pool.further_until, period.number);
      }
    }
  }
}

std::uint32_t AccountTable::terms_number(const PlanId& plan, const Term& term) {
  auto terms = std::make_unique<Terms>();
  terms->plan = plan;
  terms->term.number = term.number;
  terms->term.starts_at = term.starts_at;
  terms->term.ends_at = term.ends_at;
  terms->term.cadence = term.cadence;
  terms->term.allotment = term.allotment;
  terms->term.increment = term.increment;
  terms->term.on_exhaustion = term.on_exhaustion;
  terms->term.stop_at_percent = term.stop_at_percent;
  terms->term.rate_card = term.rate_card;
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) { out(plan, terms->term); });
  const auto [found, is_new] =
      terms_numbers_.emplace(std::string(bytes.begin(), bytes.end()), static_cast<std::uint32_t>(terms_.size()));
  if (!is_new) return found->second;
  const std::int64_t periods = terms::period_count(term);
  for (std::int64_t n = 1; periods <= periods_max && n <= periods; ++n) {
    if (n == 1) terms->bounds.push_back(terms::period_starts_at(term, n));
    terms->bounds.push_back(terms::period_ends_at(term, n));
  }
  terms->plan_number = plan_number(plan.value);
  terms_.push_back(std::move(terms));
  return found->second;
}

}  // namespace creditfold
