// SPDX-License-Identifier: Apache-2.0
// What waits for a region's sequencer: commands, and actions that borrow its engine. Anybody puts in; the sequencer's
// thread alone takes out, as much as it can do something with at the time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "events/expected.hpp"
#include "ledger/engine.hpp"
#include "ledger/regions/writers.hpp"
#include "ledger/service/resumption.hpp"

namespace creditfold::service {

// Why commands were not processed. Nothing of them is stored but what came before an errand, and all may be sent again.
struct Unprocessed {
  enum class Why { full, stopping, busy, unavailable, read_only, storage_full, damaged, internal };
  Why why = Why::unavailable;
  std::string what;
};

using Processed = Expected<std::vector<Answer>, Unprocessed>;
// Is told once, on any thread; what it gives, whoever told it resumes.
using Done = std::function<std::optional<Resumption>(Processed)>;

struct Work {
  std::vector<Expected<ParsedCommand, Malformed>> commands;
  std::size_t bytes = 0;  // of their texts
  Done done;
  std::function<void(Turn&)> action;  // in place of commands
  std::function<void(std::exception_ptr)> action_done;
  std::vector<Answer> answers;       // of the first commands
  std::optional<Errand> errand;      // before the next one
  std::optional<Provided> provided;  // by that errand

  [[nodiscard]] std::size_t undecided() const { return commands.size() - answers.size(); }
};

class WorkQueue {
 public:
  // Why so much would not be taken now; nothing: it would.
  [[nodiscard]] std::optional<Unprocessed> why_not(std::size_t commands, std::size_t bytes) const;
  // Behind all that waits; an action whatever waits. Something: it was not taken, and `work` is as it was.
  [[nodiscard]] std::optional<Unprocessed> push(Work& work);
  // The same before all that waits and whatever the limits, since it was taken once.
  [[nodiscard]] std::optional<Unprocessed> push_back_in(Work& work);
  // Takes no more; what waits is still given out.
  void stop();
  // A group that was being appended is or is not stored.
  void append_ended();

  // What the sequencer can do next. Empty: nothing is left and nothing will come.
  struct Next {
    bool append_ended = false;
    std::vector<Work> commands;
    std::optional<Work> action;  // only while nothing is being appended
    [[nodiscard]] bool is_empty() const { return !append_ended && commands.empty() && !action; }
    [[nodiscard]] std::size_t undecided() const;  // in commands
  };
  // Waits for it. `room`: how many commands still go into a group; more are given only where one work has them alone.
  // While a group is being appended, a few commands are left to become more: until it is stored there is nothing to
  // gain.
  [[nodiscard]] Next next(bool appending, std::size_t room);

  // A group of so many was answered that took so long: its callers may ask as much again at once (`gather`).
  void answered(std::size_t commands, std::chrono::steady_clock::duration took);

 private:
  [[nodiscard]] std::optional<Unprocessed> why_not_locked(std::size_t commands, std::size_t bytes) const;
  [[nodiscard]] bool is_worth_a_look(bool appending, std::size_t room) const;
  void gather(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<Work> works_;
  std::size_t commands_ = 0;  // waiting
  std::size_t bytes_ = 0;
  bool stopping_ = false;
  bool append_ended_ = false;
  std::size_t wakes_at_ = 1;  // how many commands are to wait before somebody who adds some wakes the sequencer

  // Who was just answered often asks again at once. Waiting for them a part of the time that a sync takes makes one
  // group of what would be two, of which the first would be small.
  std::size_t expected_ = 0;  // commands that waited when the last group was answered, and those in it
  std::chrono::steady_clock::duration stored_in_{};  // what that group took
  int groups_not_gathered_ = 0;                      // to come, since waiting brought too few
};

}  // namespace creditfold::service
