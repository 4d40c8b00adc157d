// SPDX-License-Identifier: Apache-2.0
// The accounts of a fold over columns, by dense number. A charge touches one cache line of its account and adds to what
// is pending there; everything else first draws what is pending (credits::draw, greedy in a fixed order, so that a sum
// draws what its parts would) and then goes through `evolve`. What most accounts are is kept in a few fixed records,
// and grants and closes are done to those directly, by the same checks that `evolve` asks; an account that is anything
// more is kept as the AccountState it is. No rule lives here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "ledger/arena.hpp"
#include "ledger/known_fields.hpp"
#include "ledger/name_table.hpp"
#include "ledger/state.hpp"
#include "ledger/usage_table.hpp"

namespace creditfold {

// Plans of an account that charges are added up for at a time; charges to another take its place.
inline constexpr std::size_t windows_per_account = 2;
// A table is as long as the highest number of an account; stores number them from 1 without gaps.
inline constexpr std::uint32_t account_number_max = (1U << 26) - 1;
inline constexpr std::int64_t account_events_max = 0xFFFF'FFFF;
// The number of every plan beyond those that fit, whose charges are not added up.
inline constexpr std::uint16_t plan_without_windows = 0xFFFF;

// The open period that charges of a plan, at moments in it, are added up for until something else happens.
struct Window {
  std::int64_t from = 0;     // an Instant
  std::uint64_t length = 0;  // microseconds; 0: there is none
  std::int64_t pending = 0;  // micro-credits charged and not drawn yet
};

struct alignas(64) AccountLine {
  std::uint32_t version = 0;
  std::array<std::uint16_t, windows_per_account> plan{};  // number of the plan each window is of; 0: none
  std::int64_t latest_at = instant_min.micros;
  std::array<Window, windows_per_account> window{};
};
static_assert(sizeof(AccountLine) == 64, "a charge should touch one cache line");

// What every event has, of those whose fields are folded without an Event around them.
struct Envelope {
  std::int64_t version = 0;
  Instant at;
};
// An event of an account whose name nobody knows, with a key of nobody's.
[[nodiscard]] Event event_of(const Envelope& envelope, Payload payload);

// A period with its lots, as it is seen from outside.
struct PeriodView {
  std::uint32_t account = 0;
  const PlanId& plan;
  const Term& term;  // without periods, when the account is kept in few bytes
  const Period& period;
};

class AccountTable {
 public:
  explicit AccountTable(UsageTable& usage) : usage_(usage) {}

  // Makes places for accounts up to this number. REQUIRES: number <= account_number_max.
  void reach(std::uint32_t number);
  [[nodiscard]] AccountLine* lines() { return lines_.data(); }
  // One more than the highest number.
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(lines_.size()); }
  [[nodiscard]] bool there(std::uint32_t account) const { return lines_[account].version > 0; }
  // The number its windows know a plan by.
  // Throws DecodeFailure where the name is not an id.
  [[nodiscard]] std::uint16_t plan_number(std::string_view plan);

  // Hints that what is kept of the account beside its line is wanted soon; of what that leads to, once it is there.
  void fetch(std::uint32_t account) const { __builtin_prefetch(&compact_[account], 1); }
  void look_ahead(std::uint32_t account) const {
    for (const CompactPool& pool : compact_[account].pool) {
      if (pool.newest != 0) __builtin_prefetch(&opened_[pool.newest], 1);
    }
  }

  // Folds an event of the account. Throws Inconsistent or Overflow as `creditfold::evolve` does.
  void evolve(std::uint32_t account, const Event& event);
  // The same for these two where they are neither priced nor billed, so that nobody asks for their key. `fields`: what
  // they were read from, in their newest revision; else none.
  void evolve(std::uint32_t account, const Envelope& envelope, const CreditsGranted& fact, std::string_view fields);
  void evolve(std::uint32_t account, const Envelope& envelope, const PeriodClosed& fact, std::string_view fields);
  // The same of fields that were never read, where another account's were alike; false when nothing was done.
  [[nodiscard]] bool evolve_as_known(std::uint32_t account, const Envelope& envelope, KnownFields::Of of,
                                     std::string_view fields);

  // Draws what is pending in the account's windows.
  void settle(std::uint32_t account);
  // Everything but its usage, and under the name given. REQUIRES: it is there and was settled.
  [[nodiscard]] AccountState state(std::uint32_t account, const AccountId& name);
  // Calls `visit(const PeriodView&)` for the account's periods, plan by plan, in order. REQUIRES: as above.
  template <class Visit>
  void visit_periods(std::uint32_t account, Visit&& visit);

  // Of all that is kept of accounts, what stands free for more included.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t spilled() const {
    return full_.size() - free_full_.size();
  }  // accounts kept as AccountState

 private:
  // A period that was opened with the allotment its term says. Its other lots are further ones; numbers follow from
  // age.
  struct OpenedPeriod {
    std::int64_t drawn = 0;  // from the allotment
    std::int64_t uncovered = 0;
    std::uint32_t version = 0;  // of the grant
    std::uint32_t older = 0;    // the period before
  };
  struct FurtherLot {
    std::int64_t granted = 0;
    std::int64_t drawn = 0;
    std::uint32_t version = 0;
    std::uint32_t next = 0;
    std::int32_t period = 0;
    LotKind kind = LotKind::promotion;
  };
  // A plan's one term. Window i of the account's line is pool i's newest period, when that is not closed.
  struct CompactPool {
    std::uint32_t terms = 0;   // number of the Terms of it
    std::uint32_t newest = 0;  // OpenedPeriod
    std::uint32_t further = 0;  // FurtherLot
    std::uint16_t opened = 0;
    std::uint16_t closed = 0;
    std::int32_t further_until = 0;  // no further lot is of a later period
  };
  struct CompactAccount {
    std::uint32_t full = 0;  // kept as full_[full - 1]; 0: kept here
    std::uint16_t region = 0;
    Environment environment = Environment::commercial;
    std::uint8_t pools = 0;
    std::array<CompactPool, windows_per_account> pool{};
  };
  // What accounts that started the same plan at the same moment have in common.
  struct Terms {
    PlanId plan;
    Term term;                  // nothing opened, closed or granted
    std::vector<Instant> bounds;  // of its periods: period n is from bounds[n - 1] to bounds[n]
    std::uint16_t plan_number = 0;
  };
  static constexpr std::int64_t periods_max = 4'096;  // of a term that is kept so

  [[nodiscard]] CompactPool* pool_of(std::uint32_t account, const PlanId& plan, std::int32_t term);
  [[nodiscard]] bool grant(std::uint32_t account, const Envelope& envelope, const CreditsGranted& fact,
                           std::string_view fields);
  [[nodiscard]] bool close(std::uint32_t account, const Envelope& envelope, const PeriodClosed& fact,
                           std::string_view fields);
  [[nodiscard]] std::size_t index_of(std::uint32_t account, const CompactPool& pool) const {
    return static_cast<std::size_t>(&pool - compact_[account].pool.data());
  }
  // Draws what is pending, lets `change` open or close a period, and moves the window.
  template <class Change>
  void move_on(std::uint32_t account, CompactPool& pool, const Envelope& envelope, Change&& change);
  void open_period(std::uint32_t account, CompactPool& pool, const Envelope& envelope);
  void close_period(std::uint32_t account, CompactPool& pool, const Envelope& envelope);
  void evolve_wholly(std::uint32_t account, const Event& event);
  void note(AccountLine& line, const Envelope& envelope);

  void settle_compact(CompactPool& pool, Window& window);
  void settle_full(AccountState& state, AccountLine& line);
  void open_window(AccountLine& line, std::size_t index, const CompactPool& pool);
  void move_windows(AccountLine& line, const Event& event, const AccountState& state);

  [[nodiscard]] std::uint32_t lots_of(const CompactPool& pool, std::int32_t period) const;
  void read_period(const CompactPool& pool, std::int32_t number, std::uint32_t opened, Period& period) const;
  void write_drawn(const CompactPool& pool, std::uint32_t opened, const Period& period);
  [[nodiscard]] const std::vector<std::uint32_t>& opened_of(const CompactPool& pool);
  [[nodiscard]] const std::vector<std::int32_t>& waiting_of(const CompactPool& pool);

  [[nodiscard]] AccountState expand(std::uint32_t account);
  void release(CompactAccount& compact);
  // Whether the state could be kept in few bytes; then it is.
  [[nodiscard]] bool compress(std::uint32_t account, const AccountState& state);
  [[nodiscard]] std::uint32_t terms_number(const PlanId& plan, const Term& term);
  void compress_pool(CompactPool& pool, const Term& term);

  UsageTable& usage_;
  std::vector<AccountLine> lines_;
  std::vector<CompactAccount> compact_;
  Arena<OpenedPeriod> opened_;
  Arena<FurtherLot> further_;
  std::vector<std::unique_ptr<AccountState>> full_;
  std::vector<std::uint32_t> free_full_;
  std::vector<std::unique_ptr<Terms>> terms_;
  std::map<std::string, std::uint32_t> terms_numbers_;  // by canonical bytes
  NameTable plans_;
  KnownFields known_;
  std::vector<RegionId> regions_;
  Period period_;  // scratch, so that a period read takes no memory
  std::vector<std::uint32_t> opened_scratch_;
  std::vector<std::int32_t> waiting_scratch_;
};

template <class Visit>
void AccountTable::visit_periods(std::uint32_t account, Visit&& visit) {
  const CompactAccount& compact = compact_[account];
  if (compact.full != 0) {
    for (const auto& [plan, pool] : full_[compact.full - 1]->pools) {
      for (const Term& term : pool.terms) {
        for (const Period& period : term.periods) visit(PeriodView{account, plan, term, period});
      }
    }
    return;
  }
  for (std::size_t i = 0; i < compact.pools; ++i) {
    const CompactPool& pool = compact.pool[i];
    const Terms& terms = *terms_[pool.terms];
    std::int32_t number = 0;
    for (const std::uint32_t opened : opened_of(pool)) {
      read_period(pool, ++number, opened, period_);
      visit(PeriodView{account, terms.plan, terms.term, period_});
    }
    for (const std::int32_t waiting : waiting_of(pool)) {
      read_period(pool, waiting, 0, period_);
      visit(PeriodView{account, terms.plan, terms.term, period_});
    }
  }
}

}  // namespace creditfold
