// SPDX-License-Identifier: Apache-2.0
// The calendar of all accounts (H3, H4): sends ClosePeriods an hour (a setting) after a Credit Period ends, which opens
// what has begun, and when a period begins that follows none. It computes from each state when that is next, and asks
// again only when events arrive. It decides nothing: its commands go to the sequencer like anybody's, under keys that
// name the period, so that none happens twice.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/replay.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/sequencer.hpp"
#include "ledger/state.hpp"

namespace creditfold::service {

inline constexpr std::int64_t close_delay_micros_default = 3'600LL * 1'000'000;

// The next thing the calendar wants of an account.
struct Due {
  Instant when;
  std::string key;  // "scheduler:open:PLAN/TERM/PERIOD" or "scheduler:close:…"
  friend bool operator==(const Due& a, const Due& b) { return a.when == b.when && a.key == b.key; }
  friend bool operator<(const Due& a, const Due& b) { return std::tie(a.when, a.key) < std::tie(b.when, b.key); }
};
// A period without allotment opens without an event, so there is nothing to wait for; its close has one. Opening what
// follows a period would close that one at once (H4), so it waits for the close; any command of the account opens it
// before.
[[nodiscard]] std::optional<Due> next_due(const AccountState& state, std::int64_t close_delay_micros);
// The `at` of a ClosePeriods sent at `now`: the present, or just before the end of a period whose delay still runs, so
// that the close of one plan's period never closes another plan's early.
[[nodiscard]] Instant close_moment(const AccountState& state, Instant now, std::int64_t close_delay_micros);

class Scheduler {
 public:
  // `sequencer` must outlive the scheduler and its executor's last handler.
  Scheduler(const boost::asio::any_io_executor& executor, Sequencer& sequencer, Clock clock,
            std::int64_t close_delay_micros);

  // Called on the executor after it has closed periods. REQUIRES: before `start`.
  void on_close(std::function<void()> closed) { closed_ = std::move(closed); }
  void start(const Book& book);
  // On the sequencer's thread, after a group was applied.
  void accounts_changed(const Book& book, const std::set<AccountId>& touched);
  // The clock may have been moved: look at it now.
  void look_at_clock();
  // Sends nothing more, and waits for what was sent. REQUIRES: other threads run the executor.
  void stop();

 private:
  struct Entry {
    Due due;
    int attempts = 0;
    Instant not_before = instant_min;  // after a refusal or a failure
  };
  using Dues = std::vector<std::pair<AccountId, std::optional<Due>>>;

  void update(const Dues& dues);
  void set_entry(const AccountId& account, const std::optional<Due>& due);
  [[nodiscard]] std::vector<AccountId> due_by(Instant now) const;
  [[nodiscard]] std::string command_text(const AccountId& account, Instant at) const;
  void put_off(const AccountId& account, Instant now);
  void take_answers(const std::vector<AccountId>& accounts, const std::vector<std::string>& keys,
                    const Processed& processed, Instant now);
  [[nodiscard]] boost::asio::awaitable<void> run();
  [[nodiscard]] boost::asio::awaitable<void> send(std::vector<AccountId> accounts, Instant now);
  [[nodiscard]] boost::asio::awaitable<void> wait(Instant now);

  boost::asio::strand<boost::asio::any_io_executor> strand_;  // everything below is its
  Sequencer& sequencer_;
  Clock clock_;
  std::int64_t close_delay_micros_;
  std::map<AccountId, Entry> entries_;
  std::set<std::pair<Instant, AccountId>> by_time_;  // (when to act, whom)
  std::function<void()> closed_ = [] {};
  boost::asio::steady_timer timer_;
  bool stopping_ = false;
  std::promise<void> ended_promise_;
  std::future<void> ended_ = ended_promise_.get_future();
};

}  // namespace creditfold::service
