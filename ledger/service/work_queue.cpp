// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/work_queue.hpp"

#include <algorithm>
#include <utility>

#include "ledger/service/limits.hpp"

namespace creditfold::service {

std::optional<Unprocessed> WorkQueue::why_not(std::size_t commands, std::size_t bytes) const {
  const std::lock_guard lock(mutex_);
  return why_not_locked(commands, bytes);
}

std::optional<Unprocessed> WorkQueue::why_not_locked(std::size_t commands, std::size_t bytes) const {
  if (stopping_) return Unprocessed{Unprocessed::Why::stopping, "The service is stopping."};
  const bool full = commands_ + commands > waiting_commands_max || bytes_ + bytes > waiting_bytes_max;
  return full ? std::optional(Unprocessed{Unprocessed::Why::full, "Too many commands are waiting."}) : std::nullopt;
}

std::optional<Unprocessed> WorkQueue::push(Work& work) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t commands = work.undecided();
    const std::size_t bytes = work.bytes;
    const bool is_action = work.action != nullptr;
    if (auto refused = why_not_locked(commands, bytes); refused && (stopping_ || !is_action)) return refused;
    works_.push_back(std::move(work));
    commands_ += commands;
    bytes_ += bytes;
    wakes = is_action || commands == 0 || commands_ >= wakes_at_;
  }
  if (wakes) changed_.notify_one();
  return std::nullopt;
}

std::optional<Unprocessed> WorkQueue::push_back_in(Work& work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return why_not_locked(0, 0);  // there may be nobody any more who takes it out again
    const std::size_t commands = work.undecided();
    const std::size_t bytes = work.bytes;
    works_.push_front(std::move(work));
    commands_ += commands;
    bytes_ += bytes;
  }
  changed_.notify_one();
  return std::nullopt;
}

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
}

void WorkQueue::append_ended() {
  {
    const std::lock_guard lock(mutex_);
    append_ended_ = true;
  }
  changed_.notify_one();
}

void WorkQueue::answered(std::size_t commands, std::chrono::steady_clock::duration took) {
  const std::lock_guard lock(mutex_);
  expected_ = commands_ + commands;
  stored_in_ = took;
}

std::size_t WorkQueue::Next::undecided() const {
  std::size_t sum = 0;
  for (const Work& work : commands) sum += work.undecided();
  return sum;
}

// REQUIRES: the mutex is held.
bool WorkQueue::is_worth_a_look(bool appending, std::size_t room) const {
  if (append_ended_) return true;
  if (works_.empty()) return stopping_ && !appending;
  if (!appending) return true;
  return !works_.front().action && works_.front().undecided() <= room && commands_ >= commands_decided_beside_least;
}

WorkQueue::Next WorkQueue::next(bool appending, std::size_t room) {
  std::unique_lock lock(mutex_);
  wakes_at_ = appending ? commands_decided_beside_least : 1;
  changed_.wait(lock, [&] { return is_worth_a_look(appending, room); });
  wakes_at_ = 1;
  if (!appending && !works_.empty()) gather(lock);
  Next next;
  next.append_ended = std::exchange(append_ended_, false);
  const bool may_act = !appending;
  for (std::size_t taken = 0; !works_.empty(); works_.pop_front()) {
    Work& first = works_.front();
    const std::size_t size = first.undecided();
    const bool alone = may_act && next.commands.empty();
    if (first.action ? !alone : taken + size > room && !alone) break;
    taken += size;
    commands_ -= size;
    bytes_ -= first.bytes;
    if (first.action) {
      next.action = std::move(first);
      works_.pop_front();
      break;
    }
    next.commands.push_back(std::move(first));
  }
  return next;
}

// REQUIRES: something waits, and the mutex is held.
void WorkQueue::gather(std::unique_lock<std::mutex>& lock) {
  if (groups_not_gathered_ > 0) {
    --groups_not_gathered_;
    return;
  }
  const std::size_t expected = std::exchange(expected_, 0);
  if (commands_ >= expected || expected < 2 || works_.front().action) return;
  wakes_at_ = expected;
  const auto patience = std::min<std::chrono::steady_clock::duration>(stored_in_ / 2, gathering_max);
  changed_.wait_for(lock, patience, [&] { return stopping_ || commands_ >= expected; });
  wakes_at_ = 1;
  if (2 * commands_ < expected) groups_not_gathered_ = groups_not_gathered_after_few;
}

}  // namespace creditfold::service
