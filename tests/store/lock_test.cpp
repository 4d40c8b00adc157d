// SPDX-License-Identifier: Apache-2.0
// One writing process at a time, and what a killed one leaves behind.
#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// A child process that runs `work` with the writing end of a pipe and then waits to be killed.
class Child {
 public:
  explicit Child(const std::function<void(int report)>& work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (...) {
        ::_exit(1);
      }
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    report_ = ends[0];
  }
  ~Child() {
    kill();
    ::close(report_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The next byte it reports; -1 when it reports no more.
  [[nodiscard]] int next() const {
    char byte = 0;
    return ::read(report_, &byte, 1) == 1 ? byte : -1;
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int report_ = -1;
};

void report(int descriptor, char byte) {
  if (::write(descriptor, &byte, 1) != 1) throw std::runtime_error("nobody listens");
}

}  // namespace

TEST_CASE("A second process is kept out with a message that names the first") {
  const TemporaryDirectory directory;
  const Child child([&](int pipe) {
    const auto log = open_sqlite({directory.data(), false});
    log->set_lock_text("http://127.0.0.1:8080");
    report(pipe, 'r');
    for (;;) ::pause();
  });
  REQUIRE(child.next() == 'r');
  try {
    static_cast<void>(open_sqlite({directory.data(), false}));
    FAIL("it opened");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::busy);
    const std::string who =
        "process " + std::to_string(child.pid()) + " writes to this directory (http://127.0.0.1:8080)";
    CHECK_THAT(fault.what(), Catch::Contains(who));
  }
  const std::optional<LockHolder> holder = lock_holder(directory.data());
  REQUIRE(holder);
  CHECK(holder->pid == child.pid());
  CHECK(holder->text == "http://127.0.0.1:8080");
  CHECK_NOTHROW(open_sqlite({directory.data(), true}));
}

TEST_CASE("A log keeps out another one of its own process") {
  const TemporaryDirectory directory;
  auto log = open_sqlite({directory.data(), false});
  CHECK_THROWS_AS(open_sqlite({directory.data(), false}), Fault);
  log.reset();
  CHECK_NOTHROW(open_sqlite({directory.data(), false}));
}

TEST_CASE("Nobody holds the lock of a directory that nobody writes to") {
  const TemporaryDirectory directory;
  CHECK_FALSE(lock_holder(directory.data()));
  static_cast<void>(open_sqlite({directory.data(), false}));
  CHECK_FALSE(lock_holder(directory.data()));
}

TEST_CASE("The text of the lock is one line, and can be replaced") {
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  CHECK(lock_holder(directory.data())->text.empty());
  log->set_lock_text("a long text that will be replaced");
  log->set_lock_text("short\nmore");
  CHECK(lock_holder(directory.data())->text == "short");
  CHECK(lock_holder(directory.data())->pid == ::getpid());
}

TEST_CASE("Asking who holds the lock keeps no writer out") {
  const TemporaryDirectory directory;
  static_cast<void>(open_sqlite({directory.data(), false}));
  const Child child([&](int pipe) {
    report(pipe, 'r');
    for (;;) static_cast<void>(lock_holder(directory.data()));
  });
  REQUIRE(child.next() == 'r');
  for (int i = 0; i < 20; ++i) CHECK_NOTHROW(open_sqlite({directory.data(), false}));
}

TEST_CASE("What a killed process had been told is on disk is there, and the next can write") {
  const TemporaryDirectory directory;
  constexpr int batches = 40;
  Child child([&](int pipe) {
    const auto log = open_sqlite({directory.data(), false});
    for (int i = 0;; ++i) {
      std::string key = "k";
      if (!append_one(*log, batch_of("acme", key += std::to_string(i), 2 * i, 2))) throw std::runtime_error("conflict");
      report(pipe, 'a');
    }
  });
  for (int i = 0; i < batches; ++i) REQUIRE(child.next() == 'a');
  child.kill();

  const auto log = open_sqlite({directory.data(), false});
  const std::vector<Event> events = events_of(*log);
  CHECK(events.size() >= 2 * batches);
  CHECK(events.size() % 2 == 0);
  CHECK(batches_of(*log).size() == events.size() / 2);
  CHECK_NOTHROW(log->check_structure());
  CHECK(append_one(*log, batch_of("acme", "after", static_cast<std::int64_t>(events.size()), 1)));
}

TEST_CASE("A reader may be the first to open what a killed process left, and takes nothing from the next writer") {
  const TemporaryDirectory directory;
  Child child([&](int pipe) {
    const auto log = open_sqlite({directory.data(), false});
    for (int i = 0; i < 20; ++i) {
      std::string key = "k";
      if (!append_one(*log, batch_of("acme", key += std::to_string(i), i, 1))) throw std::runtime_error("conflict");
    }
    report(pipe, 'a');
    for (;;) ::pause();
  });
  REQUIRE(child.next() == 'a');
  child.kill();
  CHECK(std::filesystem::file_size(directory.data() / "ledger.db-wal") > 0);
  CHECK(events_of(*open_sqlite({directory.data(), true})).size() == 20);
  CHECK(std::filesystem::file_size(directory.data() / "ledger.db-wal") > 0);
  CHECK(events_of(*open_sqlite({directory.data(), false})).size() == 20);
}
