// SPDX-License-Identifier: Apache-2.0
// A segment's columns as plain numbers, and what their bounds say of them beforehand.
#include <algorithm>
#include <limits>

#include "ledger/column_fold.hpp"

namespace creditfold {
namespace {

bool is_all(const IntColumn& column, std::int64_t value) {
  return column.size() == 0 || (column.is_constant() && column.at(0) == value);
}

// Places for so many. They stay when the next segment needs fewer: who asks how many there are asks its columns.
template <class Number>
void reach_size(std::vector<Number>& out, std::size_t size) {
  if (out.size() < size) out.resize(size);
}

void unpack_narrow(const IntColumn& column, std::vector<std::uint32_t>& out) {
  if (!column.is_narrow()) throw DecodeFailure(0, "a number beyond 32 bits");
  reach_size(out, column.size());
  column.unpack(out.data());
}

void unpack_wide(const IntColumn& column, std::vector<std::int64_t>& out) {
  reach_size(out, column.size());
  column.unpack(out.data());
}

// std::max_element keeps the place and reads from there each time. Two by turns: one would wait for itself.
std::uint32_t highest_of(std::span<const std::uint32_t> numbers) {
  std::array<std::uint32_t, 2> highest{};
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
    highest[0] = std::max(highest[0], numbers[i]);
    highest[1] = std::max(highest[1], numbers[i + 1]);
  }
  if (!numbers.empty()) highest[0] = std::max(highest[0], numbers.back());
  return std::max(highest[0], highest[1]);
}

}  // namespace

void ColumnFold::unpack(const SegmentColumns& columns) {
  const std::size_t events = columns.tag.size();
  reach_size(unpacked_.account, events + accounts_fetched_ahead);
  unpack_batches(columns);
  std::fill_n(unpacked_.account.begin() + static_cast<std::ptrdiff_t>(events), accounts_fetched_ahead, 0U);
  const std::uint32_t highest = highest_of({unpacked_.account.data(), events});
  if (highest > account_number_max) throw DecodeFailure(0, "an account's number beyond those a fold can keep");
  accounts_.reach(highest);
  for (std::size_t i = 0; i < std::min(events, accounts_fetched_ahead); ++i) {
    __builtin_prefetch(&accounts_.lines()[unpacked_.account[i]], 1);
  }
  unpacked_.events = events;
  unpack_wide(columns.at, unpacked_.at);
  others_.clear();
  evolved_.clear();
  if (!columns.tags.empty()) {
    const std::uint32_t* const tags = columns.tags.data();
    const auto other = [tags](std::size_t event) { return tags[event] ^ std::uint32_t{CreditsConsumed::tag}; };
    const auto any_other = [&](std::size_t first) {
      return (other(first) | other(first + 1) | other(first + 2) | other(first + 3)) != 0;
    };
    for (std::size_t event = 0; event < events; ++event) {
      while (event + 4 <= events && !any_other(event)) event += 4;  // most are charges
      if (event == events) break;
      if (other(event) == 0) continue;
      others_.push_back(static_cast<std::uint32_t>(event));
      accounts_.fetch(unpacked_.account[event]);
    }
    unpack_narrow(columns.revision, unpacked_.revision);
  }
  unpack_charges(columns);
}

// Events of batches that are gone have no place in the columns.
void ColumnFold::unpack_batches(const SegmentColumns& columns) {
  const std::size_t events = columns.tag.size();
  const std::size_t batches = columns.account.size();
  const std::size_t all_gone = columns.gone_at.size();
  batches_are_events_ = all_gone == 0 && batches == events && is_all(columns.count, 1);
  if (batches_are_events_) {
    unpack_narrow(columns.account, unpacked_.account);
    unpack_narrow(columns.first_version, unpacked_.version);
    return;
  }
  unpack_narrow(columns.account, batch_account_);
  unpack_narrow(columns.first_version, batch_version_);
  unpack_narrow(columns.count, batch_events_);
  batch_kept_.clear();
  if (all_gone > 0) batch_kept_.assign(batches, 1);
  for (std::size_t i = 0; i < all_gone; ++i) {
    const auto gone = static_cast<std::size_t>(columns.gone_at.at(i));
    batch_events_[gone] = batch_kept_[gone] = 0;
  }
  reach_size(unpacked_.version, events);
  std::uint32_t* const account = unpacked_.account.data();
  std::uint32_t* const version = unpacked_.version.data();
  std::size_t event = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::uint32_t count = batch_events_[i];
    if (count > events - event) throw DecodeFailure(0, "batches and events do not fit together");
    if (count == 1) [[likely]] {
      account[event] = batch_account_[i];
      version[event++] = batch_version_[i];
      continue;
    }
    for (std::uint32_t within = 0; within < count; ++within, ++event) {
      account[event] = batch_account_[i];
      version[event] = batch_version_[i] + within;
    }
  }
  if (event != events) throw DecodeFailure(0, "batches and events do not fit together");
  batch_place_ = {0, batches == 0 ? 0 : batch_events_[0], 0};
}

// Among those that are not gone, whose keys alone are kept. REQUIRES: no event before the last one asked for.
std::size_t ColumnFold::batch_of(std::size_t event) {
  if (batches_are_events_) return event;
  while (batch_place_.behind <= event) {
    batch_place_.kept += batch_kept_.empty() ? 1 : batch_kept_[batch_place_.batch];
    ++batch_place_.batch;
    batch_place_.behind += batch_events_[batch_place_.batch];
  }
  return batch_place_.kept;
}

void ColumnFold::unpack_charges(const SegmentColumns& columns) {
  Unpacked& to = unpacked_;
  for (std::vector<std::uint32_t>* out : {&to.plan, &to.workflow, &to.model}) reach_size(*out, columns.charges);
  to.plans = columns.plan.unpack(to.plan.data());
  to.workflows = columns.workflow.unpack(to.workflow.data());
  to.models = columns.model.unpack(to.model.data());
  to.plan_number.clear();
  to.workflow_number.clear();
  to.model_number.clear();
  for (std::size_t i = 0; i < to.plans.size(); ++i) to.plan_number.push_back(accounts_.plan_number(to.plans[i]));
  for (std::size_t i = 0; i < to.workflows.size(); ++i) to.workflow_number.push_back(usage_.workflow(to.workflows[i]));
  for (std::size_t i = 0; i < to.models.size(); ++i) to.model_number.push_back(usage_.model(to.models[i]));
  to.cells.clear();
  for (const std::uint32_t workflow : to.workflow_number) to.cells.push_back(usage_.row(workflow));
  to.plan_number.push_back(plan_without_windows);
  unpack_volumes(columns.query, to.query);
  unpack_volumes(columns.input, to.input);
  unpack_volumes(columns.output, to.output);
  unpack_wide(columns.credits, to.credits);
  for (const IntColumn* column : {&columns.late, &columns.settles.there}) {
    if (is_all(*column, 0)) continue;
    unpack_narrow(*column, to.mark);
    for (std::size_t i = 0; i < columns.charges; ++i) {
      if (to.mark[i] != 0) mark_slow(i);
    }
  }
  const bool may_be_below = columns.credits.upper_bound() == ~std::uint64_t{0};
  for (std::size_t i = 0; i < columns.charges && may_be_below; ++i) {
    if (to.credits[i] < 0) mark_slow(i);  // goes where it is refused
  }
  bound_usage(columns);
}

// Of more than 32 bits in a log that has them at all: its charges go the other way.
void ColumnFold::unpack_volumes(const IntColumn& column, std::vector<std::uint32_t>& out) {
  if (column.is_narrow()) return unpack_narrow(column, out);
  std::vector<std::int64_t> wide;
  unpack_wide(column, wide);
  reach_size(out, column.size());
  for (std::size_t i = 0; i < column.size(); ++i) {
    out[i] = static_cast<std::uint32_t>(wide[i]);
    if (wide[i] != static_cast<std::int64_t>(out[i])) mark_slow(i);
  }
}

// What sums could have come to by now, so that they need not be watched one by one.
void ColumnFold::bound_usage(const SegmentColumns& columns) {
  const std::uint64_t charges = columns.charges;
  const std::uint64_t volume =
      std::max({columns.query.upper_bound(), columns.input.upper_bound(), columns.output.upper_bound()});
  const std::array<std::uint64_t, 2> each{volume, columns.credits.upper_bound()};
  for (std::size_t i = 0; i < each.size(); ++i) {
    std::uint64_t more = 0;
    const bool unbounded = __builtin_mul_overflow(each[i], charges, &more) ||
                           __builtin_add_overflow(used_bound_[i], more, &used_bound_[i]);
    if (unbounded) used_bound_[i] = ~std::uint64_t{0};
  }
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  bounded_ = used_bound_[0] <= most && used_bound_[1] <= most;
  bound_lanes(columns);
}

void ColumnFold::bound_lanes(const SegmentColumns& columns) {
  const std::uint64_t query = columns.query.upper_bound();
  in_lanes_ = false;
  if (!bounded_ || !UsageLanes::are_there()) return;
  if (!lanes_.has_room(columns.charges, query)) empty_lanes();
  in_lanes_ = lanes_.has_room(columns.charges, query);
  if (in_lanes_) lanes_.use_room(columns.charges, query);
}

}  // namespace creditfold
