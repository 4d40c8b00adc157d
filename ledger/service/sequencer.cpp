// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/sequencer.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <limits>
#include <utility>

#include "events/store/forwarding_partition.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace {

std::int64_t steady_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

}  // namespace

Unprocessed to_unprocessed(const Fault& fault) {
  switch (fault.kind()) {
    case Fault::Kind::damaged:
      return {Unprocessed::Why::damaged, fault.what()};
    case Fault::Kind::busy:
      return {Unprocessed::Why::busy, fault.what()};
    case Fault::Kind::full:
      return {Unprocessed::Why::storage_full, fault.what()};
    case Fault::Kind::read_only:
      return {Unprocessed::Why::read_only, fault.what()};
    case Fault::Kind::unavailable:
      return {Unprocessed::Why::unavailable, fault.what()};
    case Fault::Kind::unsupported_format:
      return {Unprocessed::Why::damaged, fault.what()};
  }
  return {Unprocessed::Why::internal, fault.what()};
}

// Passes everything on to the store. Once something was stored, the engine may change its book at any moment: from then
// until `release` the book is locked for writing.
class Sequencer::LockingLog : public ForwardingPartition {
 public:
  LockingLog(Partition& log, std::mutex& door, std::shared_mutex& book_mutex)
      : ForwardingPartition(log), door_(door), lock_(book_mutex, std::defer_lock) {}

  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    return locked(behind_.append(group));
  }
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) override {
    return locked(behind_.admit(arrival, batch));
  }
  void lock() {
    if (lock_.owns_lock()) return;
    const std::lock_guard door(door_);
    lock_.lock();
  }
  // Whether anything was stored since the last release.
  [[nodiscard]] bool stored() const { return stored_; }
  void release() {
    if (lock_.owns_lock()) lock_.unlock();
    stored_ = false;
  }

 private:
  Expected<Appended, Conflict> locked(Expected<Appended, Conflict> outcome) {
    lock();
    stored_ = stored_ || outcome.has_value();
    return outcome;
  }

  std::mutex& door_;
  std::unique_lock<std::shared_mutex> lock_;
  bool stored_ = false;
};

Sequencer::Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody)
    : Sequencer(log, catalog, std::move(clock), custody, begin_book(log)) {}

Sequencer::Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody, Begun begun)
    : log_(std::make_unique<LockingLog>(log, door_, book_mutex_)),
      clock_(std::move(clock)),
      kept_through_(begun.kept),
      engine_(*log_, catalog, std::move(begun.book), custody.sealer),
      failed_at_ms_(std::numeric_limits<std::int64_t>::min() / 2) {
  if (custody.outside) errands_.emplace(*custody.outside);
}

Sequencer::~Sequencer() { stop(); }

void Sequencer::start(Applied applied) {
  applied_ = std::move(applied);
  accepting_.store(true);
  thread_ = std::thread([this] { run(); });
}

void Sequencer::stop() {
  accepting_.store(false);
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_one();
  if (errands_) errands_->stop();  // what is out comes back and is told so
  if (thread_.joinable()) thread_.join();
}

std::optional<Unprocessed> Sequencer::why_not_take(std::size_t commands, std::size_t bytes) const {
  if (stopping_) return Unprocessed{Unprocessed::Why::stopping, "The service is stopping."};
  const bool full = waiting_commands_ + commands > waiting_commands_max || waiting_bytes_ + bytes > waiting_bytes_max;
  return full ? std::optional(Unprocessed{Unprocessed::Why::full, "Too many commands are waiting."}) : std::nullopt;
}

void Sequencer::submit(const std::vector<std::string_view>& texts, std::function<void(Processed)> done) {
  Work work;
  for (const std::string_view text : texts) work.bytes += text.size();
  std::optional<Unprocessed> refused;
  bool wakes = false;
  {
    const std::lock_guard lock(queue_mutex_);
    refused = why_not_take(texts.size(), work.bytes);  // before the work of reading them
  }
  try {
    if (!refused) {
      work.commands.reserve(texts.size());
      for (const std::string_view text : texts) work.commands.push_back(parse_command(text));
      work.done = done;
      const std::lock_guard lock(queue_mutex_);
      refused = why_not_take(texts.size(), work.bytes);
      if (!refused) {
        waiting_commands_ += work.commands.size();
        waiting_bytes_ += work.bytes;
        queue_.push_back(std::move(work));
        wakes = queue_.size() >= wakes_at_;
      }
    }
  } catch (const std::exception& error) {
    refused = Unprocessed{Unprocessed::Why::internal, error.what()};
  }
  if (refused) return done(Unexpected{*refused});
  if (wakes) queue_changed_.notify_one();
}

void Sequencer::lend(Action action, std::function<void(std::exception_ptr)> done) {
  std::unique_lock lock(queue_mutex_);
  if (stopping_) {
    lock.unlock();
    return done(std::make_exception_ptr(Fault(Fault::Kind::unavailable, "The service is stopping.")));
  }
  Work work;
  work.action = std::move(action);
  work.action_done = std::move(done);
  queue_.push_back(std::move(work));
  lock.unlock();
  queue_changed_.notify_one();
}

void Sequencer::in_turn(const Action& action) {
  std::promise<void> ended;
  lend(action, [&ended](const std::exception_ptr& error) {
    if (error) {
      ended.set_exception(error);
    } else {
      ended.set_value();
    }
  });
  ended.get_future().get();
}

boost::asio::awaitable<Processed> Sequencer::process(std::vector<std::string_view> texts) {
  namespace asio = boost::asio;
  auto begin = [this](auto handler, std::vector<std::string_view> sent) {
    // std::function wants to be copied, a coroutine's handler does not.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    submit(sent, [shared](Processed processed) {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared, outcome = std::move(processed)]() mutable { (*shared)(std::move(outcome)); });
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Processed)>(begin, asio::use_awaitable,
                                                                              std::move(texts));
}

bool Sequencer::ready() const {
  const std::int64_t quiet_ms = steady_ms() - failed_at_ms_.load();
  return accepting_.load() && quiet_ms >= std::chrono::milliseconds(unready_after_fault).count();
}

void Sequencer::run() {
  for (;;) {
    std::vector<Work> group = take_group();
    if (group.empty()) return;
    if (group.front().action) {
      run_action(group.front());
    } else {
      const auto began = std::chrono::steady_clock::now();
      const auto fault = process_group(group);
      stored_in_ = std::chrono::steady_clock::now() - began;
      {
        const std::lock_guard lock(queue_mutex_);
        expected_ = queue_.size() + group.size();
      }
      answer(group, fault);
    }
  }
}

// Everything that waits, as far as one transaction takes it; or one action. Empty: stopped, and nothing is left.
std::vector<Sequencer::Work> Sequencer::take_group() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  gather(lock);
  std::vector<Work> group;
  std::size_t commands = 0;
  while (!queue_.empty()) {
    const bool action = queue_.front().action != nullptr;
    const std::size_t size = queue_.front().commands.size() - queue_.front().answers.size();
    if (!group.empty() && (action || commands + size > commands_per_group_max)) break;
    commands += size;
    waiting_commands_ -= size;
    waiting_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (action) break;
  }
  return group;
}

// REQUIRES: something waits.
void Sequencer::gather(std::unique_lock<std::mutex>& lock) {
  if (groups_not_gathered_ > 0) {
    --groups_not_gathered_;
    return;
  }
  const std::size_t expected = std::exchange(expected_, 0);
  if (queue_.size() >= expected || expected < 2 || queue_.front().action) return;
  wakes_at_ = expected;
  const auto patience = std::min<std::chrono::steady_clock::duration>(stored_in_ / 2, gathering_max);
  queue_changed_.wait_for(lock, patience, [&] { return stopping_ || queue_.size() >= expected; });
  wakes_at_ = 1;
  if (2 * queue_.size() < expected) groups_not_gathered_ = groups_not_gathered_after_few;
}

std::optional<Unprocessed> Sequencer::process_group(std::vector<Work>& group) {
  try {
    std::set<AccountId> touched;
    Engine::Group decided(engine_, clock_());
    for (Work& work : group) decide(decided, work, touched);
    decided.store();
    const bool stored = log_->stored();
    log_->release();
    if (stored && applied_) applied_(engine_.book(), touched);
    return std::nullopt;
  } catch (const Fault& fault) {
    return failed(to_unprocessed(fault));
  } catch (const std::exception& error) {
    return failed({Unprocessed::Why::internal, error.what()});
  }
}

// As far as the next errand.
void Sequencer::decide(Engine::Group& group, Work& work, std::set<AccountId>& touched) {
  while (work.answers.size() < work.commands.size()) {
    const std::optional<Provided> provided = std::exchange(work.provided, std::nullopt);
    auto step = group.decide(work.commands[work.answers.size()], provided ? &*provided : nullptr);
    if (Errand* errand = std::get_if<Errand>(&step)) {
      work.errand = std::move(*errand);
      return;
    }
    work.answers.push_back(std::get<Answer>(std::move(step)));
    const Answer& answer = work.answers.back();
    if (!answer.replayed && !answer.accepted.empty()) touched.insert(answer.accepted.front().account);
  }
}

void Sequencer::run_action(Work& work) {
  std::exception_ptr thrown;
  Turn turn{engine_, *log_, [this] { log_->lock(); }, {}};
  try {
    work.action(turn);
  } catch (const std::exception& error) {
    if (turn.changed.empty()) stop_if_stored(error.what());
    thrown = std::current_exception();
  }
  log_->release();
  if (!turn.changed.empty() && applied_) applied_(engine_.book(), turn.changed);
  work.action_done(thrown);
}

// The book in memory is behind the log then, and only a new fold would be right.
void Sequencer::stop_if_stored(const std::string& what) {
  if (!log_->stored()) return;
  log_line(Severity::error, "a stored group could not be applied; stopping so that the log is folded anew", {{"what", what}});
  std::abort();
}

Unprocessed Sequencer::failed(Unprocessed fault) {
  stop_if_stored(fault.what);
  log_->release();
  failed_at_ms_.store(steady_ms());
  log_line(Severity::error, "a group of commands was not stored", {{"what", fault.what}});
  return fault;
}

void Sequencer::answer(std::vector<Work>& group, const std::optional<Unprocessed>& fault) {
  for (Work& work : group) {
    if (fault) {
      work.done(Unexpected{*fault});
    } else if (work.errand) {
      send_out(std::move(work));
    } else {
      work.done(std::move(work.answers));
    }
  }
}

void Sequencer::send_out(Work work) {
  if (!errands_) {  // nobody runs it: then what it would have brought is not there
    work.errand.reset();
    work.provided = Provided{};
    return take_back(std::move(work));
  }
  auto out = std::make_shared<Work>(std::move(work));
  const Errand errand = std::exchange(out->errand, std::nullopt).value();
  const bool taken = errands_->run(errand, [this, out](std::optional<Provided> provided) {
    if (!provided) return out->done(Unexpected{Unprocessed{Unprocessed::Why::stopping, "The service is stopping."}});
    out->provided = std::move(provided);
    take_back(std::move(*out));
  });
  if (!taken) out->done(Unexpected{Unprocessed{Unprocessed::Why::full, "Too many commands wait for something outside."}});
}

// Before all that waits: its caller has waited longest.
void Sequencer::take_back(Work work) {
  {
    std::unique_lock lock(queue_mutex_);
    if (stopping_) {  // there may be nobody any more who takes it out again
      lock.unlock();
      return work.done(Unexpected{Unprocessed{Unprocessed::Why::stopping, "The service is stopping."}});
    }
    waiting_commands_ += work.commands.size() - work.answers.size();
    waiting_bytes_ += work.bytes;
    queue_.push_front(std::move(work));
  }
  queue_changed_.notify_one();
}

}  // namespace creditfold::service
