// SPDX-License-Identifier: Apache-2.0
#include "ledger/usage_table.hpp"

#include <algorithm>
#include <numeric>

namespace creditfold {

const std::uint32_t* UsageTable::widened(std::uint32_t workflow) {
  if (workflow >= cells_.size()) cells_.resize(std::size_t{workflow} + 1);
  std::vector<std::uint32_t>& by_model = cells_[workflow];
  if (by_model.size() < models_.size()) by_model.resize(models_.size());
  return by_model.data();
}

std::uint32_t UsageTable::cell(std::uint32_t workflow, std::uint32_t model) {
  static_cast<void>(row(workflow));
  std::vector<std::uint32_t>& by_model = cells_[workflow];
  if (by_model[model] == 0) {
    keys_.push_back({WorkflowId(workflows_.name(workflow)), ModelId(models_.name(model))});
    totals_.emplace_back();
    by_model[model] = static_cast<std::uint32_t>(totals_.size());
  }
  return by_model[model] - 1;
}

void UsageTable::add(std::uint32_t account, const std::map<UsageKey, UsageTotals>& used) {
  for (const auto& [key, totals] : used) {
    const std::uint32_t number = cell(workflow(key.first.value), model(key.second.value));
    sum(totals_[number], totals);
    if (by_account_) add(account, number, totals);
  }
}

std::size_t UsageTable::place_of(const std::vector<Entry>& entries, std::uint32_t account, std::uint32_t cell) const {
  const std::uint64_t key = static_cast<std::uint64_t>(account) << 32 | cell;
  const std::uint64_t mixed = (key ^ key >> 29) * 0x9E37'79B9'7F4A'7C15U;
  const std::size_t mask = entries.size() - 1;
  std::size_t place = static_cast<std::size_t>(mixed >> 32) & mask;
  while (entries[place].totals.charges > 0 && (entries[place].account != account || entries[place].cell != cell)) {
    place = (place + 1) & mask;
  }
  return place;
}

UsageTotals& UsageTable::of(std::uint32_t account, std::uint32_t cell) {
  if (2 * (used_ + 1) > entries_.size()) grow();
  Entry& entry = entries_[place_of(entries_, account, cell)];
  if (entry.totals.charges == 0) {
    entry.account = account;
    entry.cell = cell;
    ++used_;  // every sum has a charge in it
  }
  return entry.totals;
}

std::vector<UsageTable::Sorted> UsageTable::sorted() const {
  std::vector<std::uint32_t> by_key(keys_.size());
  std::iota(by_key.begin(), by_key.end(), 0U);
  std::sort(by_key.begin(), by_key.end(), [this](std::uint32_t a, std::uint32_t b) { return keys_[a] < keys_[b]; });
  std::vector<std::uint32_t> rank(keys_.size());
  for (std::uint32_t i = 0; i < by_key.size(); ++i) rank[by_key[i]] = i;
  std::vector<Sorted> all;
  all.reserve(used_);
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    const Entry& entry = entries_[place];
    if (entry.totals.charges > 0)
      all.push_back({static_cast<std::uint64_t>(entry.account) << 32 | rank[entry.cell], place});
  }
  std::sort(all.begin(), all.end(), [](const Sorted& a, const Sorted& b) { return a.order < b.order; });
  return all;
}

void UsageTable::grow() {
  constexpr std::size_t least = 1'024;
  std::vector<Entry> larger(entries_.empty() ? least : 2 * entries_.size());
  for (const Entry& entry : entries_) {
    if (entry.totals.charges > 0) larger[place_of(larger, entry.account, entry.cell)] = entry;
  }
  entries_.swap(larger);
}

}  // namespace creditfold
