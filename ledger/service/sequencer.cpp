// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/sequencer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <limits>
#include <utility>

#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace {

std::int64_t steady_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

void tell(const Done& done, Processed processed) {
  if (auto resumption = done(std::move(processed))) resume(*std::move(resumption));
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

class Sequencer::BookLock {
 public:
  BookLock(std::mutex& door, std::shared_mutex& book_mutex) : door_(door), lock_(book_mutex, std::defer_lock) {}

  void lock() {
    if (lock_.owns_lock()) return;
    const std::lock_guard door(door_);
    lock_.lock();
  }
  // The same before what was stored is applied.
  void lock_for_stored() {
    lock();
    stored_ = true;
  }
  // Whether anything stored was applied, or was about to be, since the last release.
  [[nodiscard]] bool stored() const { return stored_; }
  void release() {
    if (lock_.owns_lock()) lock_.unlock();
    stored_ = false;
  }

 private:
  std::mutex& door_;
  std::unique_lock<std::shared_mutex> lock_;
  bool stored_ = false;
};

struct Sequencer::Group {
  Group(Engine& engine, Instant now, const Engine::Group* before) : decided(engine, now, before) {}

  Engine::Group decided;
  std::vector<Work> works;
  std::size_t commands = 0;
  std::size_t commands_before = 0;  // of the group that ended when this one was to be appended
  std::set<AccountId> touched;
  std::optional<Unprocessed> fault;  // why it was not stored
  std::chrono::steady_clock::duration stored_in{};
};

Sequencer::Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody)
    : Sequencer(log, catalog, std::move(clock), custody, begin_book(log)) {}

Sequencer::Sequencer(Partition& log, const Catalog& catalog, Clock clock, Custody custody, Begun begun)
    : book_lock_(std::make_unique<BookLock>(door_, book_mutex_)),
      log_(log),
      clock_(std::move(clock)),
      kept_through_(begun.kept),
      engine_(log, catalog, std::move(begun.book), custody.sealer),
      failed_at_ms_(std::numeric_limits<std::int64_t>::min() / 2) {
  engine_.set_before_change([this] { book_lock_->lock_for_stored(); });
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
  queue_.stop();
  if (errands_) errands_->stop();  // what is out comes back and is told so
  if (thread_.joinable()) thread_.join();
}

void Sequencer::submit(const std::vector<std::string_view>& texts, Done done) {
  Work work;
  for (const std::string_view text : texts) work.bytes += text.size();
  std::optional<Unprocessed> refused = queue_.why_not(texts.size(), work.bytes);  // before the work of reading them
  try {
    if (!refused) {
      work.commands.reserve(texts.size());
      for (const std::string_view text : texts) work.commands.push_back(parse_command(text));
      work.done = done;
      refused = queue_.push(work);
    }
  } catch (const std::exception& error) {
    refused = Unprocessed{Unprocessed::Why::internal, error.what()};
  }
  if (refused) tell(done, Unexpected{*refused});
}

void Sequencer::lend(const Action& action, std::function<void(std::exception_ptr)> done) {
  Work work;
  work.action = action;
  work.action_done = std::move(done);
  if (const auto refused = queue_.push(work)) {
    work.action_done(std::make_exception_ptr(Fault(Fault::Kind::unavailable, refused->what)));
  }
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
  return called_back<Processed>([this, sent = std::move(texts)](Done done) { submit(sent, std::move(done)); });
}

bool Sequencer::ready() const {
  const std::int64_t quiet_ms = steady_ms() - failed_at_ms_.load();
  return accepting_.load() && quiet_ms >= std::chrono::milliseconds(unready_after_fault).count();
}

void Sequencer::run() {
  for (;;) {
    const std::size_t decided = next_ ? next_->commands : 0;
    WorkQueue::Next next =
        queue_.next(appending_ != nullptr, commands_per_group_max - std::min(decided, commands_per_group_max));
    if (next.is_empty()) return;
    // Few that still wait are decided first, so that a group stands behind; for many, nobody waits who is on disk.
    const bool few = next.undecided() <= commands_before_answers_max;
    if (next.append_ended && !few) end_append();
    if (!next.commands.empty()) decide(std::move(next.commands));
    if (next.append_ended && few) end_append();
    if (!appending_ && next_) begin_append();
    if (next.action) run_action(*next.action);
  }
}

// Adds to the next group. When that fails, all of the group fail: it may be half changed.
void Sequencer::decide(std::vector<Work> works) {
  std::optional<Unprocessed> fault;
  try {
    if (!next_) next_ = std::make_unique<Group>(engine_, clock_(), appending_ ? &appending_->decided : nullptr);
    next_->decided.go_on(clock_());
    std::size_t i = next_->works.size();
    next_->works.reserve(i + works.size());
    for (Work& work : works) {
      next_->commands += work.undecided();
      next_->works.push_back(std::move(work));
    }
    works.clear();
    for (; i < next_->works.size(); ++i) decide(next_->decided, next_->works[i], next_->touched);
  } catch (const Fault& failed) {
    fault = to_unprocessed(failed);
  } catch (const std::exception& failed) {
    fault = {Unprocessed::Why::internal, failed.what()};
  }
  if (!fault) return;
  if (const std::unique_ptr<Group> group = std::move(next_)) fail(group->works, *fault);
  if (!works.empty()) fail(works, *fault);  // those that were in no group yet
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

// A few commands are stored sooner without another thread, unless many callers take turns in two groups.
bool Sequencer::is_appended_beside(const Group& group) {
  return group.commands + group.commands_before >= commands_appended_beside_least;
}

// REQUIRES: a group was decided, and none is being appended.
void Sequencer::begin_append() {
  appending_ = std::move(next_);
  if (is_appended_beside(*appending_)) {
    append_thread_.begin([this, group = appending_.get()] {
      append(*group);
      queue_.append_ended();
    });
  } else {
    append(*appending_);
    end_append();
  }
}

// Touches the group alone: it may run beside `decide`.
void Sequencer::append(Group& group) {
  const auto began = std::chrono::steady_clock::now();
  try {
    group.decided.append();
  } catch (const Fault& fault) {
    group.fault = to_unprocessed(fault);
  } catch (const std::exception& error) {
    group.fault = {Unprocessed::Why::internal, error.what()};
  }
  group.stored_in = std::chrono::steady_clock::now() - began;
}

// The next group goes to the disk before this one's callers are answered, so that the disk never waits for them. One of
// few commands is left for `run`.
void Sequencer::end_append() {
  const std::unique_ptr<Group> ended = std::move(appending_);
  if (ended->fault) {
    fail(ended->works, *ended->fault);
    if (const std::unique_ptr<Group> next = std::move(next_)) fail(next->works, *ended->fault);
    return;
  }
  Group* behind = next_.get();
  if (behind != nullptr) {
    behind->commands_before = ended->commands;
    if (is_appended_beside(*behind)) begin_append();
  }
  apply(*ended);
  if (behind != nullptr) behind->decided.let_go();
  queue_.answered(ended->commands, ended->stored_in);
  answer(*ended);
}

// The book in memory, or what else is told of it, is behind the log when that fails, and only a new fold would be
// right.
void Sequencer::apply(Group& group) {
  try {
    group.decided.apply();
    const bool stored = book_lock_->stored();
    book_lock_->release();
    if (stored && applied_) applied_(engine_.book(), group.touched);
  } catch (const std::exception& error) {
    stop_behind_log(error.what());
  }
}

void Sequencer::run_action(Work& work) {
  std::exception_ptr thrown;
  Turn turn{engine_, log_, [this] { book_lock_->lock(); }, {}};
  try {
    work.action(turn);
  } catch (const std::exception& error) {
    if (turn.changed.empty() && book_lock_->stored()) stop_behind_log(error.what());
    thrown = std::current_exception();
  }
  book_lock_->release();
  if (!turn.changed.empty() && applied_) applied_(engine_.book(), turn.changed);
  work.action_done(thrown);
}

void Sequencer::stop_behind_log(const char* what) {
  log_line(Severity::error, "a stored group could not be applied; stopping so that the log is folded anew",
           {{"what", what}});
  std::abort();
}

void Sequencer::fail(std::vector<Work>& works, const Unprocessed& fault) {
  failed_at_ms_.store(steady_ms());
  log_line(Severity::error, "a group of commands was not stored", {{"what", fault.what}});
  std::vector<Resumption> resumptions;
  resumptions.reserve(works.size());
  for (Work& work : works) {
    if (auto resumption = work.done(Unexpected{fault})) resumptions.push_back(*std::move(resumption));
  }
  resume(std::move(resumptions));
}

void Sequencer::answer(Group& group) {
  std::vector<Resumption> resumptions;
  resumptions.reserve(group.works.size());
  for (Work& work : group.works) {
    if (work.errand) {
      send_out(std::move(work));
    } else if (auto resumption = work.done(std::move(work.answers))) {
      resumptions.push_back(*std::move(resumption));
    }
  }
  resume(std::move(resumptions));
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
    if (!provided)
      return tell(out->done, Unexpected{Unprocessed{Unprocessed::Why::stopping, "The service is stopping."}});
    out->provided = std::move(provided);
    take_back(std::move(*out));
  });
  if (!taken)
    tell(out->done, Unexpected{Unprocessed{Unprocessed::Why::full, "Too many commands wait for something outside."}});
}

// Before all that waits: its caller has waited longest.
void Sequencer::take_back(Work work) {
  if (const auto refused = queue_.push_back_in(work)) tell(work.done, Unexpected{*refused});
}

}  // namespace creditfold::service
