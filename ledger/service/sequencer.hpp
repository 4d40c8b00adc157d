// SPDX-License-Identifier: Apache-2.0
// A region's only writer: one thread owns the engine, takes every command that waits, decides them, stores them with one
// append and one sync, applies them, and then answers each caller. It knows nothing of HTTP.
//
// A command with an errand outside (a key to be proved) steps aside while others run it, and so do those its caller sent
// after it; everybody else goes on. It comes back with what the errand brought.
//
// Reading: `with_book` sees the state between two groups, never inside one. The book is locked for writing only from
// the moment an append has returned until the group is applied, so that no reader ever waits for the disk.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "events/expected.hpp"
#include "events/log.hpp"
#include "ledger/engine.hpp"
#include "ledger/kept_book.hpp"
#include "ledger/regions/writers.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/errands.hpp"

namespace creditfold::service {

// Why commands were not processed. Nothing of them is stored but what came before an errand, and all may be sent again.
struct Unprocessed {
  enum class Why { full, stopping, busy, unavailable, read_only, storage_full, damaged, internal };
  Why why = Why::unavailable;
  std::string what;
};

[[nodiscard]] Unprocessed to_unprocessed(const Fault& fault);

using Processed = Expected<std::vector<Answer>, Unprocessed>;

class Sequencer {
 public:
  // Called on the sequencer's thread after a group was applied and before its callers hear of it.
  using Applied = std::function<void(const Book& book, const std::set<AccountId>& touched)>;

  // What commands need beyond the log: who seals free text, and who runs errands. Nobody: neither is done.
  struct Custody {
    TextSealer* sealer = nullptr;
    Outside* outside = nullptr;
  };

  // Folds the log, from the book kept beside it where there is one; throws Fault when it cannot. What is given must outlive the sequencer.
  Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Starts to work. REQUIRES: called once.
  void start(Applied applied);
  // Takes no more, finishes what it took, answers it, and joins. May be called again.
  void stop();

  // Which ids may be opened here; asked on the sequencer's thread. REQUIRES: before `start`.
  void set_opens_here(std::function<bool(const AccountId&)> opens_here) { engine_.set_opens_here(std::move(opens_here)); }

  // Answers for texts in their order, on the caller's executor; they share one append.
  // REQUIRES: at most commands_per_group_max texts. They are read at once, on the caller's thread, so that the one
  // thread that decides has nothing of it.
  [[nodiscard]] boost::asio::awaitable<Processed> process(std::vector<std::string_view> texts);
  // The same with a callback, which is called on the sequencer's thread (or at once, when nothing was taken).
  void submit(const std::vector<std::string_view>& texts, std::function<void(Processed)> done);

  // Lends the engine and the log between two groups; `done` is called on the sequencer's thread with what `action` threw.
  using Action = std::function<void(Turn&)>;
  void lend(Action action, std::function<void(std::exception_ptr)> done);
  // The same, returning when it has ended. REQUIRES: not called on this sequencer's thread.
  void in_turn(const Action& action);

  template <class Question>
  [[nodiscard]] auto with_book(Question&& question) const {
    std::unique_lock door(door_);
    const std::shared_lock lock(book_mutex_);
    door.unlock();
    return question(engine_.book());
  }

  // How far the book went that was kept beside the log, when this one began; 0: there was none.
  [[nodiscard]] std::int64_t kept_through() const { return kept_through_; }
  [[nodiscard]] const Catalog& catalog() const { return engine_.catalog(); }
  // Whether it takes commands and the store has not failed in the last moments.
  [[nodiscard]] bool ready() const;

 private:
  struct Work {
    std::vector<Expected<ParsedCommand, Malformed>> commands;
    std::size_t bytes = 0;  // of their texts
    std::function<void(Processed)> done;
    Action action;  // in place of commands
    std::function<void(std::exception_ptr)> action_done;
    std::vector<Answer> answers;       // of the first commands
    std::optional<Errand> errand;      // before the next one
    std::optional<Provided> provided;  // by that errand
  };
  class LockingLog;

  Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody, Begun begun);
  void run();
  // REQUIRES: queue_mutex_ is held.
  [[nodiscard]] std::optional<Unprocessed> why_not_take(std::size_t commands, std::size_t bytes) const;
  [[nodiscard]] std::vector<Work> take_group();
  void gather(std::unique_lock<std::mutex>& lock);
  // nullopt: stored and applied.
  [[nodiscard]] std::optional<Unprocessed> process_group(std::vector<Work>& group);
  static void decide(Engine::Group& group, Work& work, std::set<AccountId>& touched);
  void answer(std::vector<Work>& group, const std::optional<Unprocessed>& fault);
  void send_out(Work work);
  void take_back(Work work);
  void run_action(Work& work);
  void stop_if_stored(const std::string& what);
  [[nodiscard]] Unprocessed failed(Unprocessed fault);

  mutable std::mutex door_;  // writers and readers queue here, so that neither starves
  mutable std::shared_mutex book_mutex_;
  std::unique_ptr<LockingLog> log_;
  Clock clock_;
  std::int64_t kept_through_;
  Engine engine_;
  Applied applied_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Work> queue_;
  std::size_t waiting_commands_ = 0;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::size_t wakes_at_ = 1;  // how long the queue is to be before somebody who adds to it wakes the sequencer

  // Who was just answered often asks again at once. Waiting for them a part of the time that a sync takes makes one group of
  // what would be two, of which the first would be small. On the sequencer's thread only.
  std::size_t expected_ = 0;  // those that waited when the last group was answered, and those in it
  std::chrono::steady_clock::duration stored_in_{};  // what that group took
  int groups_not_gathered_ = 0;                      // to come, since waiting brought too few

  std::optional<Errands> errands_;

  std::atomic<bool> accepting_{false};
  std::atomic<std::int64_t> failed_at_ms_;  // of the steady clock
  std::thread thread_;
};

}  // namespace creditfold::service
