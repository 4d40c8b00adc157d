// SPDX-License-Identifier: Apache-2.0
// A region's only writer: one thread owns the engine, takes every command that waits, decides them, has them stored
// with one append and one sync, applies them, and then answers each caller. It knows nothing of HTTP.
//
// While a group is appended, on a thread beside, the next one is decided on what that one will have made of the
// accounts. Nobody hears of either before it is on disk: a group is answered after its append has returned, and the
// next one is appended only then. When one is not stored, neither is the one behind it, and all their callers are told
// so.
//
// A command with an errand outside (a key to be proved) steps aside while others run it, and so do those its caller
// sent after it; everybody else goes on. It comes back with what the errand brought.
//
// Reading: `with_book` sees the state between two groups, never inside one. The book is locked for writing only while a
// group that is on disk is applied, so that no reader ever waits for the disk.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "events/log.hpp"
#include "ledger/engine.hpp"
#include "ledger/kept_book.hpp"
#include "ledger/regions/writers.hpp"
#include "ledger/service/append_thread.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/errands.hpp"
#include "ledger/service/work_queue.hpp"

namespace creditfold::service {

[[nodiscard]] Unprocessed to_unprocessed(const Fault& fault);

class Sequencer {
 public:
  // Called on the sequencer's thread after a group was applied and before its callers hear of it.
  using Applied = std::function<void(const Book& book, const std::set<AccountId>& touched)>;

  // What commands need beyond the log: who seals free text, and who runs errands. Nobody: neither is done.
  struct Custody {
    TextSealer* sealer = nullptr;
    Outside* outside = nullptr;
  };

  // Folds the log, from the book kept beside it where there is one; throws Fault when it cannot. What is given must
  // outlive the sequencer.
  Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Starts to work. REQUIRES: called once.
  void start(Applied applied);
  // Takes no more, finishes what it took, answers it, and joins. May be called again.
  void stop();

  // Which ids may be opened here; asked on the sequencer's thread. REQUIRES: before `start`.
  void set_opens_here(std::function<bool(const AccountId&)> opens_here) {
    engine_.set_opens_here(std::move(opens_here));
  }

  // Answers for texts in their order, on the caller's executor; they share one append.
  // REQUIRES: at most commands_per_group_max texts. They are read at once, on the caller's thread, so that the one
  // thread that decides has nothing of it.
  [[nodiscard]] boost::asio::awaitable<Processed> process(std::vector<std::string_view> texts);
  // The same with a callback, which is called on the sequencer's thread (or at once, when nothing was taken).
  void submit(const std::vector<std::string_view>& texts, Done done);

  // Lends the engine and the log between two groups; `done` is called on the sequencer's thread with what `action`
  // threw.
  using Action = std::function<void(Turn&)>;
  void lend(const Action& action, std::function<void(std::exception_ptr)> done);
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
  // Keeps readers of the book out while it changes.
  class BookLock;
  // A group from its first command to its answers.
  struct Group;

  Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody, Begun begun);
  void run();
  void decide(std::vector<Work> works);
  static void decide(Engine::Group& group, Work& work, std::set<AccountId>& touched);
  void begin_append();
  void end_append();
  [[nodiscard]] static bool is_appended_beside(const Group& group);
  static void append(Group& group);
  void apply(Group& group);
  void answer(Group& group);
  void fail(std::vector<Work>& works, const Unprocessed& fault);
  void send_out(Work work);
  void take_back(Work work);
  void run_action(Work& work);
  [[noreturn]] static void stop_behind_log(const char* what);

  mutable std::mutex door_;  // writers and readers queue here, so that neither starves
  mutable std::shared_mutex book_mutex_;
  std::unique_ptr<BookLock> book_lock_;
  Partition& log_;
  Clock clock_;
  std::int64_t kept_through_;
  Engine engine_;
  Applied applied_;

  WorkQueue queue_;
  // The sequencer's thread's; `append` runs on the other one and touches its group alone.
  std::unique_ptr<Group> appending_;
  std::unique_ptr<Group> next_;  // being decided
  AppendThread append_thread_;
  std::optional<Errands> errands_;

  std::atomic<bool> accepting_{false};
  std::atomic<std::int64_t> failed_at_ms_;  // of the steady clock
  std::thread thread_;
};

}  // namespace creditfold::service
