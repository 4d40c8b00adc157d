// SPDX-License-Identifier: Apache-2.0
// What workflows and models used, of all accounts together and, when asked for, of each: workflows and models as
// numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "events/span_archive.hpp"
#include "ledger/name_table.hpp"
#include "ledger/state.hpp"

namespace creditfold {

class UsageTable {
 public:
  explicit UsageTable(bool by_account) : by_account_(by_account) {}

  // Numbers for names, each from 0 without gaps; and for a workflow with a model, likewise.
  // Throws DecodeFailure where the name is not an id.
  [[nodiscard]] std::uint32_t workflow(std::string_view name) {
    return workflows_.number(name, require_id<WorkflowTag>);
  }
  [[nodiscard]] std::uint32_t model(std::string_view name) { return models_.number(name, require_id<ModelTag>); }
  [[nodiscard]] std::uint32_t cell(std::uint32_t workflow, std::uint32_t model);
  // The cells of a workflow by model, as many as there are models: each one more than the cell, 0 where there is none
  // yet. Valid until the next model.
  [[nodiscard]] const std::uint32_t* row(std::uint32_t workflow) {
    const bool wide = workflow < cells_.size() && cells_[workflow].size() >= models_.size();
    return wide ? cells_[workflow].data() : widened(workflow);
  }
  [[nodiscard]] std::size_t cells() const { return totals_.size(); }
  // Of all accounts together; grows with `cell`.
  [[nodiscard]] UsageTotals* totals() { return totals_.data(); }
  [[nodiscard]] const UsageKey& key(std::uint32_t cell) const { return keys_[cell]; }

  [[nodiscard]] bool by_account() const { return by_account_; }
  // Adds to what the account used. REQUIRES: by_account(). Throws Overflow.
  void add(std::uint32_t account, std::uint32_t cell, const UsageTotals& used) {
    sum(of(account, cell), used);
  }
  // Adds to the totals, and to the account's when they are kept. Throws Overflow.
  void add(std::uint32_t account, const std::map<UsageKey, UsageTotals>& used);
  // Everything kept of accounts: calls `to(account, key, totals)` by account, and by key within it.
  template <class To>
  void visit(To&& to) const {
    for (const Sorted& each : sorted()) {
      const Entry& entry = entries_[each.place];
      to(entry.account, key(entry.cell), entry.totals);
    }
  }
  [[nodiscard]] std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }

  static void sum(UsageTotals& to, const UsageTotals& used) {
    to.charges = checked_add(to.charges, used.charges);
    to.query.tokens = checked_add(to.query.tokens, used.query.tokens);
    to.input.tokens = checked_add(to.input.tokens, used.input.tokens);
    to.output.tokens = checked_add(to.output.tokens, used.output.tokens);
    to.credits += used.credits;
  }

 private:
  struct Entry {
    std::uint32_t account = 0;
    std::uint32_t cell = 0;
    UsageTotals totals;  // no charges: the place is free
  };
  struct Sorted {
    std::uint64_t order = 0;
    std::size_t place = 0;  // in entries_
  };
  [[nodiscard]] std::vector<Sorted> sorted() const;
  template <class Tag>
  static void require_id(std::string_view name) {
    if (!Id<Tag>::valid(name)) throw DecodeFailure(0, "a name that is no id");
  }
  [[nodiscard]] const std::uint32_t* widened(std::uint32_t workflow);
  [[nodiscard]] UsageTotals& of(std::uint32_t account, std::uint32_t cell);
  [[nodiscard]] std::size_t place_of(const std::vector<Entry>& entries, std::uint32_t account,
                                     std::uint32_t cell) const;
  void grow();

  bool by_account_;
  NameTable workflows_;
  NameTable models_;
  std::vector<std::vector<std::uint32_t>> cells_;  // by workflow, by model; one more than the cell, 0: none yet
  std::vector<UsageKey> keys_;
  std::vector<UsageTotals> totals_;
  std::vector<Entry> entries_;  // open addressing
  std::size_t used_ = 0;
};

}  // namespace creditfold
