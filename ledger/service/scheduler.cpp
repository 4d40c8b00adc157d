// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/scheduler.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>

#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"
#include "ledger/terms.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

std::string key_of(std::string_view what, const PlanId& plan, std::int32_t term, std::int64_t period) {
  return "scheduler:" + std::string(what) + ":" + plan.value + "/" + std::to_string(term) + "/" +
         std::to_string(period);
}

void keep_earlier(std::optional<Due>& first, Due other) {
  if (!first || other < *first) first = std::move(other);
}

// Moments near the end of the calendar stay inside it.
Instant later_by(Instant moment, std::int64_t micros) {
  return moment.micros > instant_max.micros - micros ? instant_max : Instant{moment.micros + micros};
}

// The first end of a period that is over at `now`, not closed, and whose delay has not passed.
std::optional<Instant> first_end_in_delay(const AccountState& state, Instant now, std::int64_t close_delay_micros) {
  std::optional<Instant> first;
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) {
      const std::int64_t count = terms::period_count(term);
      for (std::int64_t period = term.closed + 1; period <= count; ++period) {
        const Instant end = terms::period_ends_at(term, period);
        if (end > now || (first && end >= *first)) break;
        if (later_by(end, close_delay_micros) > now) first = end;
      }
    }
  }
  return first;
}

bool has_close(const std::vector<Answer>& answers) {
  const auto closes = [](const Event& event) { return std::holds_alternative<PeriodClosed>(event.payload); };
  return std::any_of(answers.begin(), answers.end(), [&](const Answer& answer) {
    return std::any_of(answer.accepted.begin(), answer.accepted.end(), closes);
  });
}

}  // namespace

std::optional<Due> next_due(const AccountState& state, std::int64_t close_delay_micros) {
  std::optional<Due> first;
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) {
      const std::int64_t count = terms::period_count(term);
      if (term.closed < count) {
        const std::int64_t period = term.closed + 1;
        const Instant when = later_by(terms::period_ends_at(term, period), close_delay_micros);
        keep_earlier(first, {when, key_of("close", plan, term.number, period)});
      }
      if (term.opened < count && term.allotment.micro > 0) {
        const std::int64_t period = term.opened + 1;
        const Instant start = terms::period_starts_at(term, period);
        if (first_end_in_delay(state, start, close_delay_micros)) continue;
        keep_earlier(first, {start, key_of("open", plan, term.number, period)});
      }
    }
  }
  return first;
}

Instant close_moment(const AccountState& state, Instant now, std::int64_t close_delay_micros) {
  const std::optional<Instant> end = first_end_in_delay(state, now, close_delay_micros);
  return end ? Instant{end->micros - 1} : now;
}

Scheduler::Scheduler(const asio::any_io_executor& executor, Sequencer& sequencer, Clock clock,
                     std::int64_t close_delay_micros)
    : strand_(asio::make_strand(executor)),
      sequencer_(sequencer),
      clock_(std::move(clock)),
      close_delay_micros_(close_delay_micros),
      timer_(strand_) {}

void Scheduler::start(const Book& book) {
  for (const auto& [account, state] : book.accounts()) set_entry(account, next_due(state, close_delay_micros_));
  asio::co_spawn(strand_, run(), [this](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    ended_promise_.set_value();
  });
}

void Scheduler::accounts_changed(const Book& book, const std::set<AccountId>& touched) {
  Dues dues;
  for (const AccountId& account : touched) {
    const AccountState* state = book.find(account);  // none: it went to another region
    dues.emplace_back(account, state ? next_due(*state, close_delay_micros_) : std::nullopt);
  }
  asio::post(strand_, [this, dues = std::move(dues)] { update(dues); });
}

void Scheduler::look_at_clock() {
  asio::post(strand_, [this] { timer_.cancel(); });
}

void Scheduler::stop() {
  asio::post(strand_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
  if (ended_.valid()) ended_.get();
}

void Scheduler::update(const Dues& dues) {
  for (const auto& [account, due] : dues) set_entry(account, due);
  timer_.cancel();
}

void Scheduler::set_entry(const AccountId& account, const std::optional<Due>& due) {
  const auto entry = entries_.find(account);
  if (entry != entries_.end()) {
    if (due && entry->second.due == *due) return;  // an attempt's patience is kept
    by_time_.erase({std::max(entry->second.due.when, entry->second.not_before), account});
    entries_.erase(entry);
  }
  if (!due) return;
  entries_.emplace(account, Entry{.due = *due});
  by_time_.emplace(due->when, account);
}

std::vector<AccountId> Scheduler::due_by(Instant now) const {
  std::vector<AccountId> accounts;
  for (const auto& [when, account] : by_time_) {
    if (when > now || accounts.size() == commands_per_group_max) break;
    accounts.push_back(account);
  }
  return accounts;
}

// A key that somebody else has used for another command is refused for ever; the next attempt takes another.
std::string Scheduler::command_text(const AccountId& account, Instant at) const {
  const Entry& entry = entries_.at(account);
  const std::string key = entry.attempts == 0 ? entry.due.key : entry.due.key + ":" + std::to_string(entry.attempts);
  return R"({"command":"ClosePeriods","account":)" + json_quote(account.value) + R"(,"key":)" + json_quote(key) +
         R"(,"at":")" + to_text(at) + R"("})";
}

void Scheduler::put_off(const AccountId& account, Instant now) {
  Entry& entry = entries_.at(account);
  by_time_.erase({std::max(entry.due.when, entry.not_before), account});
  entry.not_before = later_by(now, schedule_retry_micros);
  by_time_.emplace(entry.not_before, account);
}

asio::awaitable<void> Scheduler::run() {
  while (!stopping_) {
    const Instant now = clock_();
    std::vector<AccountId> accounts = due_by(now);
    if (accounts.empty()) {
      co_await wait(now);
    } else {
      co_await send(std::move(accounts), now);
    }
  }
}

asio::awaitable<void> Scheduler::wait(Instant now) {
  std::chrono::microseconds pause = clock_check_interval;
  if (!by_time_.empty()) {
    pause = std::min(pause, std::chrono::microseconds(by_time_.begin()->first.micros - now.micros));
  }
  timer_.expires_after(pause);
  boost::system::error_code ignored;  // cancelled: something changed
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Scheduler::send(std::vector<AccountId> accounts, Instant now) {
  std::vector<std::string> texts;
  std::vector<std::string> keys;
  sequencer_.with_book([&](const Book& book) {
    for (const AccountId& account : accounts) {
      const AccountState* state = book.find(account);  // none: it went to another region, and its entry goes soon
      texts.push_back(command_text(account, state ? close_moment(*state, now, close_delay_micros_) : now));
      keys.push_back(entries_.at(account).due.key);
    }
  });
  const Processed processed = co_await sequencer_.process({texts.begin(), texts.end()});
  take_answers(accounts, keys, processed, now);
  if (processed.has_value() && has_close(processed.value())) closed_();
}

// What was accepted has come back through `accounts_changed` before this. An entry that still wants the same thing was
// refused, failed, or brought no event: it is put off, so that nothing is ever sent in a circle. A key that somebody took
// for another command is no circle: the next attempt has another.
void Scheduler::take_answers(const std::vector<AccountId>& accounts, const std::vector<std::string>& keys,
                             const Processed& processed, Instant now) {
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const auto entry = entries_.find(accounts[i]);
    if (entry == entries_.end() || entry->second.due.key != keys[i]) continue;
    const bool key_taken = processed.has_value() && processed.value()[i].refused &&
                           processed.value()[i].refused->code == RefusalCode::key_reused;
    if (!key_taken) put_off(accounts[i], now);  // else the next key is tried at once: somebody may have taken several
    if (!processed.has_value()) continue;
    ++entry->second.attempts;
    const Answer& answer = processed.value()[i];
    if (key_taken && entry->second.attempts > 1) continue;  // one line for all of them
    log_line(Severity::warning, "a scheduled ClosePeriods did not close or open what it was sent for",
             {{"account", accounts[i].value},
              {"key", keys[i]},
              {"code", std::string(answer.refused ? to_name(answer.refused->code) : "accepted")}});
  }
}

}  // namespace creditfold::service
