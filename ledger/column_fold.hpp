// SPDX-License-Identifier: Apache-2.0
// A whole log folded from packed segments, a column at a time: the same states, bit for bit, as `Book` makes of its
// events one by one, tens of times faster. Charges, of which a log mostly consists, never become Events; everything
// else goes through `evolve` or by its checks (account_table.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "events/expected.hpp"
#include "events/segment_columns.hpp"
#include "ledger/account_table.hpp"
#include "ledger/replay.hpp"
#include "ledger/usage_lanes.hpp"
#include "ledger/usage_table.hpp"

namespace creditfold {

// Where a fold over columns stopped, and why. The event may be a later one of the account than the first that cannot
// be: sums beyond 64 bits show when they are drawn. Who has to name the first folds events one by one.
struct ColumnFault {
  std::int64_t seq = 0;
  std::uint32_t account = 0;
  std::string what;
};

// Accounts' lines are asked for that many events before they are needed.
inline constexpr std::size_t accounts_fetched_ahead = 24;

class ColumnFold {
 public:
  // What workflows and models used is summed over all accounts; for each, too, when states are wanted.
  enum class Usage { totals, by_account };
  explicit ColumnFold(Usage usage) : usage_(usage == Usage::by_account), accounts_(usage_) {}
  ColumnFold(const ColumnFold&) = delete;
  ColumnFold& operator=(const ColumnFold&) = delete;

  // Folds a segment as SegmentWriter made it; `first_seq`: of its first event. What it holds of accounts that are gone
  // is passed over. After a fault the fold is unusable.
  [[nodiscard]] Expected<Done, ColumnFault> fold(std::span<const std::uint8_t> segment, std::int64_t first_seq);

  // Hints which segment is folded next, for who has them all in memory: its columns are there by then.
  void expect(std::span<const std::uint8_t> segment) { expected_ = segment; }

  [[nodiscard]] std::int64_t events() const { return events_; }  // how many were folded
  // Draws what is pending; to be called before anything is asked.
  [[nodiscard]] Expected<Done, ColumnFault> settle();

  // Calls `visit(const PeriodView&)` for every period of every account, with its lots: accounts by number. REQUIRES:
  // settled.
  template <class Visit>
  void visit_periods(Visit&& visit) {
    for (std::uint32_t account = 1; account < accounts_.size(); ++account) {
      if (account + accounts_ahead < accounts_.size()) accounts_.look_ahead(account + accounts_ahead);
      if (accounts_.there(account)) accounts_.visit_periods(account, visit);
    }
  }
  [[nodiscard]] UsageTable& usage() { return usage_; }
  [[nodiscard]] AccountTable& accounts() { return accounts_; }

  // Every account as `Book` has it. REQUIRES: settled, Usage::by_account.
  [[nodiscard]] Book book(const std::function<AccountId(std::uint32_t)>& name);

 private:
  static constexpr std::uint32_t accounts_ahead = 8;

  // A segment's columns, unpacked. One value an event, and one a charge; behind them may stand others' of before.
  struct Unpacked {
    std::size_t events = 0;
    std::vector<std::uint32_t> account, version;
    std::vector<std::int64_t> at;
    // Numbers in the segment. A charge that is late, settles something or cannot be has a plan beyond them.
    std::vector<std::uint32_t> plan, workflow, model;
    std::vector<std::uint32_t> query, input, output;
    std::vector<std::int64_t> credits;
    std::vector<std::uint16_t> plan_number;  // one more than there are plans
    TextColumn::Unpacked plans, workflows, models;
    std::vector<std::uint32_t> workflow_number, model_number;
    std::vector<const std::uint32_t*> cells;  // of each workflow: UsageTable::row
    std::vector<std::uint32_t> mark, revision;
  };
  void unpack(const SegmentColumns& columns);
  void unpack_batches(const SegmentColumns& columns);
  void unpack_charges(const SegmentColumns& columns);
  // Adds up charges until one has to go the other way; returns how many it took.
  template <bool bounded>
  [[nodiscard]] std::size_t add_charges(std::size_t event, std::size_t charge, std::size_t count);
  void add_usage(std::size_t charge, std::size_t end);
  void add_usage_by_account(std::size_t event, std::size_t charge, std::size_t count);
  [[nodiscard]] std::uint32_t cell_of(std::size_t charge);
  [[nodiscard]] UsageTotals used_by(std::size_t charge) const;
  void unpack_volumes(const IntColumn& column, std::vector<std::uint32_t>& out);
  void mark_slow(std::size_t charge) { unpacked_.plan[charge] = static_cast<std::uint32_t>(unpacked_.plans.size()); }
  void bound_usage(const SegmentColumns& columns);
  void bound_lanes(const SegmentColumns& columns);
  [[nodiscard]] std::size_t add_in_lanes(std::size_t charge, std::size_t end);
  void empty_lanes() { lanes_.empty_into({usage_.totals(), usage_.cells()}); }
  void fold_charge(const SegmentColumns& columns, std::size_t event, std::size_t charge);
  // false: it is billed, and read. What it was read into is `fact`.
  template <class Fact>
  [[nodiscard]] bool fold_unbilled(std::size_t event, std::string_view fields, KnownFields::Of of, Fact& fact,
                                   std::optional<Money> Fact::*bill);
  void fold_other(const SegmentColumns& columns, std::size_t event, std::string_view fields);
  [[nodiscard]] Envelope envelope(std::size_t event) const;
  [[nodiscard]] std::size_t batch_of(std::size_t event);

  void expect_like(const SegmentColumns& columns);
  void fetch_expected();

  std::span<const std::uint8_t> expected_;                 // the segment after this one
  std::array<std::span<const std::uint8_t>, 2> to_fetch_;  // of it, before its keys and behind them
  UsageTable usage_;
  AccountTable accounts_;
  SegmentColumns columns_;  // of the segment that is being folded
  Unpacked unpacked_;
  bool batches_are_events_ = false;  // each batch has one event and none is gone; else of each batch:
  std::vector<std::uint32_t> batch_account_, batch_version_, batch_events_;
  std::vector<std::uint32_t> batch_kept_;  // whether it is not gone; empty when none is
  struct BatchPlace {
    std::size_t batch = 0;
    std::size_t behind = 0;  // the first event that is not of it or one before
    std::size_t kept = 0;    // batches before it that are not gone
  };
  BatchPlace batch_place_;  // of the last event whose batch was asked for
  std::array<std::uint64_t, 2> used_bound_{};  // no sum of volumes, or of credits, is more
  bool bounded_ = true;                        // so that none of them needs to be watched
  UsageLanes lanes_;       // sums that are not in the totals yet
  bool in_lanes_ = false;  // this segment's charges go there
  std::int64_t events_ = 0;
  std::size_t at_event_ = 0;  // of the segment, for a fault
  std::vector<std::uint32_t> others_;  // where events stand that are no charges
  std::vector<std::size_t> evolved_;   // charges of the segment that went the other way
  SpanInputArchive fields_{{}};        // of one other event after the other
  CreditsGranted grant_;      // scratch, so that reading one takes no memory
  PeriodClosed close_;
};

}  // namespace creditfold
