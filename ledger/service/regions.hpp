// SPDX-License-Identifier: Apache-2.0
// All regions at work: each with a writer, a calendar and a hub of its own, made when its first account is opened. What
// concerns several of them (which one a command goes to, an account that moves) is here.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ledger/regions/dispatch.hpp"
#include "ledger/regions/migrate.hpp"
#include "ledger/service/book_keeper.hpp"
#include "ledger/service/checkpointer.hpp"
#include "ledger/service/event_hub.hpp"
#include "ledger/service/readers.hpp"
#include "ledger/service/scheduler.hpp"
#include "ledger/service/sequencer.hpp"

namespace creditfold::service {

// A region at work. It stays where it is as long as the service runs.
struct RegionAtWork {
  RegionAtWork(RegionId name, Partition& log_, const Catalog& catalog, const Clock& clock, Sequencer::Custody custody,
               const Signing& signing, const boost::asio::any_io_executor& executor,
               std::int64_t close_delay_micros);

  RegionId region;
  Partition& log;
  Sequencer sequencer;
  EventHub hub;
  Scheduler scheduler;
  Checkpointer checkpointer;
  BookKeeper books;
};

class Regions final : private Writers {
 public:
  // Folds every region; throws Fault. All arguments must outlive it.
  Regions(Partitions& partitions, const Catalog& catalog, Clock clock, Sequencer::Custody custody,
          const Signing& signing, const boost::asio::any_io_executor& executor,
          std::int64_t close_delay_micros);
  ~Regions();
  Regions(const Regions&) = delete;
  Regions& operator=(const Regions&) = delete;

  // REQUIRES: called once; another thread runs the executor.
  void start();
  // Ends the streams and gives up migrations that still copy; commands are still taken.
  void stop_streams();
  // Takes no more, finishes or gives up what was taken, and joins. May be called again.
  void stop();

  [[nodiscard]] std::vector<RegionAtWork*> all() const;  // by name
  [[nodiscard]] RegionAtWork* find(const RegionId& region) const;
  [[nodiscard]] RegionAtWork* home_of(const AccountId& account) const;
  [[nodiscard]] std::vector<AccountId> accounts_behind(const std::optional<AccountId>& last, std::size_t limit) const {
    return routes_.behind(last, limit);
  }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  // Whether every region takes commands and no store has failed in the last moments.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] bool stopping() const { return stopping_.load(); }
  void look_at_clock();

  // Answers for texts in their order, on the caller's executor; those of one region share one append.
  // REQUIRES: at most commands_per_group_max texts.
  [[nodiscard]] boost::asio::awaitable<Processed> process(std::vector<std::string> texts);

  // What `question(region)` answers of the region the account lives in, asked on a reader's thread, once more when the
  // account moved meanwhile; nothing when there is no such account.
  template <class Question>
  [[nodiscard]] boost::asio::awaitable<std::optional<std::invoke_result_t<Question, RegionAtWork&>>> ask_home(
      Readers& readers, AccountId account, Question question) const {
    for (;;) {
      RegionAtWork* const home = home_of(account);
      if (home == nullptr) co_return std::nullopt;
      // A fault of an account that is leaving is none.
      auto ask = [this, home, &account, &question]() -> std::optional<std::invoke_result_t<Question, RegionAtWork&>> {
        try {
          return question(*home);
        } catch (const Fault&) {
          if (home_of(account) == home) throw;
          return std::nullopt;
        }
      };
      auto answer = co_await readers.ask(ask);
      if (home_of(account) == home) co_return answer;
    }
  }

 private:
  using Indexes = std::vector<std::size_t>;
  struct Group;
  struct Waiting {  // a migration
    std::string text;
    ParsedCommand command;
    std::function<void(Processed)> done;
  };

  void in_turn(const RegionId& region, const std::function<void(Turn&)>& action) override;
  void open(const RegionId& region) override { static_cast<void>(at_work(region)); }
  RegionAtWork& at_work(const RegionId& region);
  void begin(RegionAtWork& region);

  [[nodiscard]] std::optional<RegionId> only_region() const;
  [[nodiscard]] boost::asio::awaitable<std::optional<Unprocessed>> settle(Group& group, Indexes todo);
  [[nodiscard]] boost::asio::awaitable<std::optional<Unprocessed>> flush(Group& group,
                                                                         std::map<RegionId, Indexes> waiting,
                                                                         Indexes& again);
  [[nodiscard]] boost::asio::awaitable<Processed> migrate_one(std::string text, ParsedCommand command);
  [[nodiscard]] boost::asio::awaitable<Processed> weigh_beside(std::string text, AccountId account);
  void run_migrations();
  [[nodiscard]] Processed run_migration(const Waiting& waiting);

  Partitions& partitions_;
  const Catalog& catalog_;
  Clock clock_;
  Sequencer::Custody custody_;
  Signing signing_;
  boost::asio::any_io_executor executor_;
  std::int64_t close_delay_micros_;
  Routes routes_;
  Dispatch dispatch_;

  mutable std::mutex mutex_;
  std::map<RegionId, std::unique_ptr<RegionAtWork>> regions_;
  bool started_ = false;
  bool finished_ = false;  // whoever stops

  std::mutex migrations_mutex_;
  std::condition_variable migrations_changed_;
  std::deque<Waiting> migrations_;
  std::map<AccountId, std::pair<IdempotencyKey, CommandDigest>> migrating_;  // waiting or under way
  std::atomic<bool> stopping_{false};
  std::thread migrator_;
};

}  // namespace creditfold::service
