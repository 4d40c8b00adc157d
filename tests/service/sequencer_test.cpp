// SPDX-License-Identifier: Apache-2.0
// The sequencer without HTTP: a group that is decided while another is on its way to the disk, and what becomes of
// both.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "ledger/service/limits.hpp"
#include "ledger/service/sequencer.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;
using service::Processed;

namespace {

constexpr int many = static_cast<int>(service::commands_appended_beside_least);

// Holds appends back until they are let through.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_ || let_ > 0; });
    if (!open_) --let_;
    --waiting_;
  }
  void let_one() {
    const std::lock_guard lock(mutex_);
    ++let_;
    changed_.notify_all();
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0 && let_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int let_ = 0;
  bool open_ = false;
};

struct Sequenced {
  Sequenced() {
    Engine engine(log, default_catalog());
    for (const std::string& text : account_with_plan("acme")) {
      const std::string_view view = text;
      REQUIRE_FALSE(engine.process({&view, 1}, now).front().refused);
    }
    sequencer = std::make_unique<service::Sequencer>(log, default_catalog(),
                                                     [this] {
                                                       ++decisions;
                                                       return now;
                                                     },
                                                     service::Sequencer::Custody{});
    log.before_append([this] { gate.pass(); });
    sequencer->start([this](const Book& book, const std::set<AccountId>&) { applied_through = book.seq(); });
  }
  ~Sequenced() { gate.open(); }

  // Each text on its own, as a caller of its own sends it.
  std::vector<std::future<Processed>> send(const std::vector<std::string>& texts) {
    std::vector<std::future<Processed>> answers;
    for (const std::string& text : texts) {
      auto promise = std::make_shared<std::promise<Processed>>();
      answers.push_back(promise->get_future());
      sequencer->submit({text}, [promise](Processed processed) -> std::optional<service::Resumption> {
        promise->set_value(std::move(processed));
        return std::nullopt;
      });
    }
    return answers;
  }
  [[nodiscard]] std::vector<std::string> charges(const std::string& prefix) const {
    std::vector<std::string> texts;
    for (int i = 0; i < many; ++i) texts.push_back(usage("acme", prefix + std::to_string(i)));
    return texts;
  }
  // A group of `a` waits at the gate, and one of `b` is decided behind it.
  void two_groups(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    auto before = send({usage("acme", "before")});  // holds those of `a` together
    gate.wait_for_one();
    first = send(a);
    gate.let_one();
    REQUIRE(before.front().get().has_value());
    gate.wait_for_one();
    const int decided = decisions;
    second = send(b);
    REQUIRE(soon([&] { return decisions > decided; }));
  }
  // How many were accepted just now, how many answered with what was stored before, how many not processed.
  struct Told {
    int accepted = 0;
    int replayed = 0;
    int refused = 0;
    int unprocessed = 0;
  };
  static Told told(std::vector<std::future<Processed>>& answers) {
    Told told;
    for (auto& each : answers) {
      const Processed processed = each.get();
      if (!processed) {
        ++told.unprocessed;
      } else if (processed->front().refused) {
        ++told.refused;
      } else {
        ++(processed->front().replayed ? told.replayed : told.accepted);
      }
    }
    answers.clear();
    return told;
  }
  static bool any_told(const std::vector<std::future<Processed>>& answers) {
    return std::any_of(answers.begin(), answers.end(), [](const auto& answer) {
      return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
  }
  void require_book_is_log() const {
    const Engine again(const_cast<TroubledLog&>(log), default_catalog());
    const Digest booked = sequencer->with_book([](const Book& book) { return fingerprint(book); });
    CHECK(fingerprint(again.book()) == booked);
  }
  TroubledLog log{RegionId("us")};
  Instant now = moment("2026-03-10T12:00:00Z");
  Gate gate;
  std::atomic<int> decisions{0};
  std::atomic<std::int64_t> applied_through{0};
  std::vector<std::future<Processed>> first;
  std::vector<std::future<Processed>> second;
  std::unique_ptr<service::Sequencer> sequencer;
};

}  // namespace

TEST_CASE("Sequencer: a group is decided upon the one on its way to the disk, and nobody hears of it before") {
  Sequenced s;
  std::vector<std::string> again = s.charges("b");
  again.push_back(usage("acme", "a3"));                           // in the group before
  again.push_back(usage("acme", "a4", "2026-03-09T12:00:00Z"));   // its key, another command
  s.two_groups(s.charges("a"), again);
  CHECK_FALSE(Sequenced::any_told(s.first));
  const std::int64_t applied = s.applied_through;
  s.gate.let_one();
  const auto first = Sequenced::told(s.first);
  CHECK(first.accepted == many);
  CHECK(s.applied_through == applied + many);
  s.gate.wait_for_one();
  CHECK_FALSE(Sequenced::any_told(s.second));
  s.gate.open();
  const auto second = Sequenced::told(s.second);
  CHECK(second.accepted == many);
  CHECK(second.replayed == 1);
  CHECK(second.refused == 1);
  CHECK(s.log.head() == applied + 2 * many);
  s.require_book_is_log();
}

TEST_CASE("Sequencer: a group that nothing stands behind is answered when it is on disk, and the next one begins") {
  Sequenced s;
  auto before = s.send({usage("acme", "before")});
  s.gate.wait_for_one();
  s.first = s.send(s.charges("a"));
  s.gate.let_one();
  s.gate.wait_for_one();
  s.second = s.send({usage("acme", "few")});  // not worth a group beside
  s.gate.let_one();
  CHECK(Sequenced::told(s.first).accepted == many);
  CHECK_FALSE(Sequenced::any_told(s.second));
  s.gate.open();
  CHECK(Sequenced::told(s.second).accepted == 1);
  s.require_book_is_log();
}

TEST_CASE("Work queue: what borrows the engine is taken however many commands wait, until it stops") {
  service::WorkQueue queue;
  const auto commands = [](std::size_t count) {
    service::Work work;
    for (std::size_t i = 0; i < count; ++i) work.commands.push_back(parse_command("{}"));
    return work;
  };
  service::Work much = commands(service::waiting_commands_max);
  CHECK_FALSE(queue.push(much).has_value());
  service::Work more = commands(1);
  const auto full = queue.push(more);
  REQUIRE(full.has_value());
  CHECK(full->why == service::Unprocessed::Why::full);
  CHECK(more.commands.size() == 1);  // as it was
  service::Work came_back = commands(3);
  CHECK_FALSE(queue.push_back_in(came_back).has_value());
  service::Work action;
  action.action = [](Turn&) {};
  CHECK_FALSE(queue.push(action).has_value());
  CHECK(queue.next(false, 10).commands.size() == 1);  // what came back
  CHECK(queue.next(false, 10).commands.size() == 1);  // more than there is room for, alone
  CHECK(queue.next(false, 10).action.has_value());
  queue.stop();
  const auto stopping = queue.push(action);
  REQUIRE(stopping.has_value());
  CHECK(stopping->why == service::Unprocessed::Why::stopping);
  CHECK(queue.next(false, 10).is_empty());
}

TEST_CASE("Sequencer: a group that is not stored takes the one decided upon it along, and both can be sent again") {
  Sequenced s;
  s.two_groups(s.charges("a"), s.charges("b"));
  const std::int64_t head = s.log.head();
  s.log.fail_appends(Fault::Kind::full);
  s.gate.let_one();
  CHECK(Sequenced::told(s.first).unprocessed == many);
  CHECK(Sequenced::told(s.second).unprocessed == many);
  CHECK(s.log.head() == head);
  CHECK_FALSE(s.sequencer->ready());
  s.require_book_is_log();

  s.log.fail_appends(std::nullopt);
  s.gate.open();
  s.first = s.send(s.charges("a"));
  s.second = s.send(s.charges("b"));
  CHECK(Sequenced::told(s.first).accepted == many);
  CHECK(Sequenced::told(s.second).accepted == many);
  s.require_book_is_log();
}

TEST_CASE("Sequencer: a group whose append fails leaves the one before it stored and answered") {
  Sequenced s;
  s.two_groups(s.charges("a"), s.charges("b"));
  s.gate.let_one();
  CHECK(Sequenced::told(s.first).accepted == many);
  const std::int64_t head = s.log.head();
  s.gate.wait_for_one();
  s.log.fail_appends(Fault::Kind::unavailable);
  s.gate.open();
  CHECK(Sequenced::told(s.second).unprocessed == many);
  CHECK(s.log.head() == head);
  s.require_book_is_log();
}

TEST_CASE("Sequencer: who borrows the engine finds everything stored and applied that was sent before") {
  Sequenced s;
  s.two_groups(s.charges("a"), s.charges("b"));
  std::promise<std::array<std::int64_t, 3>> seen;
  s.sequencer->lend([&](Turn& turn) { seen.set_value({turn.log.head(), turn.engine.book().seq(), s.applied_through}); },
                    [](const std::exception_ptr&) {});
  auto behind = s.send({usage("acme", "behind")});
  s.gate.open();
  const auto [head, booked, applied] = seen.get_future().get();
  CHECK(booked == head);
  CHECK(applied == head);
  CHECK(Sequenced::told(s.second).accepted == many);
  CHECK(Sequenced::told(behind).accepted == 1);
  CHECK(s.log.head() == head + 1);
}

TEST_CASE("Sequencer: a stop finishes the group on its way and the one behind it") {
  Sequenced s;
  s.two_groups(s.charges("a"), s.charges("b"));
  std::thread stopping([&] { s.sequencer->stop(); });
  CHECK(soon([&] {
    auto late = s.send({usage("acme", "late")});
    return late.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready &&
           Sequenced::told(late).unprocessed == 1;
  }));
  s.gate.open();
  stopping.join();
  CHECK(Sequenced::told(s.first).accepted == many);
  CHECK(Sequenced::told(s.second).accepted >= many);
  s.require_book_is_log();
}
