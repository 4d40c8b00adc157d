// SPDX-License-Identifier: Apache-2.0
// All regions of a data directory decided on one thread: for the command line and for tests. The service has a writer
// of its own for each (ledger/service/regions.hpp); what they do to a command is the same.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/regions/dispatch.hpp"
#include "ledger/regions/migrate.hpp"

namespace creditfold {

class LocalLedger final : private Writers {
 public:
  // Folds every region, from the books kept beside them. Throws Fault. What is given must outlive it. Without a sealer
  // free text stays as it is; without an outside no errand is run.
  LocalLedger(Partitions& partitions, const Catalog& catalog, TextSealer* sealer = nullptr, Outside* outside = nullptr);

  // Answers in the order of the texts; those of one region share one append. Throws Fault: what one region accepted
  // before is kept, so that all may be sent again.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now);

  // Called on each step of a migration, and with what one left over.
  void watch(std::function<void(MigrationStep)> told, std::function<void(const std::string&)> left_over);

  // Keeps books beside the logs that have grown much since, for whoever opens them next. Throws Fault.
  void keep_books();

  // The account's state; nullptr: there is no such account.
  [[nodiscard]] const AccountState* find(const AccountId& account) const;
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

 private:
  void in_turn(const RegionId& region, const std::function<void(Turn&)>& action) override;
  void open(const RegionId& region) override;

  using Indexes = std::vector<std::size_t>;
  [[nodiscard]] std::optional<RegionId> only_region() const;
  [[nodiscard]] Indexes process_some(const Indexes& todo);
  void flush(std::map<RegionId, Indexes>& waiting, Indexes& again);

  Partitions& partitions_;
  const Catalog& catalog_;
  TextSealer* sealer_;
  Outside* outside_;
  Routes routes_;
  Dispatch dispatch_;
  std::map<RegionId, Engine> engines_;
  std::map<RegionId, std::int64_t> kept_through_;  // the seq of the books kept last
  std::function<void(MigrationStep)> told_ = [](MigrationStep) {};
  std::function<void(const std::string&)> left_over_ = [](const std::string&) {};

  // Of the group being processed.
  std::span<const std::string_view> texts_;
  Instant now_;
  std::vector<Dispatched> sent_;
  std::vector<Answer> answers_;
};

}  // namespace creditfold
