// SPDX-License-Identifier: Apache-2.0
// A disk that fails: each write and sync of an append in turn. What was acknowledged stays, what was not does not come.
#include <catch2/catch.hpp>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/failing_vfs.hpp"
#include "tests/store/on_disk.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::optional<Fault::Kind> fault_of_appending(Log& log, const Batch& batch) {
  try {
    const bool appended = append_one(log, batch).has_value();  // Catch would keep what is thrown inside its macros
    REQUIRE(appended);
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("Whichever write or sync of an append fails, nothing was appended, also after a crash, and the log goes on") {
  const auto [code, kind] = GENERATE(table<int, Fault::Kind>({{SQLITE_FULL, Fault::Kind::full},
                                                              {SQLITE_IOERR_WRITE, Fault::Kind::unavailable},
                                                              {SQLITE_IOERR_FSYNC, Fault::Kind::unavailable}}));
  with_each_call_failing(code, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    auto log = open_sqlite({directory.data(), false});
    fill(*log);
    fail();
    const std::optional<Fault::Kind> fault = fault_of_appending(*log, batch_of("acme", "k5", 5, 20));
    heal();
    const std::filesystem::path crashed = directory.path() / "crashed";
    copy_files(directory.data(), crashed);
    const std::int64_t head = fault ? 6 : 26;
    if (fault) CHECK(*fault == kind);
    CHECK(log->head() == head);
    CHECK(static_cast<std::int64_t>(events_of(*log).size()) == head);
    CHECK(open_sqlite({crashed, false})->head() == head);

    if (fault) CHECK(append_one(*log, batch_of("acme", "k5", 5, 20))->first_seq == 7);
    CHECK_NOTHROW(log->check_structure());
    log.reset();
    log = open_sqlite({directory.data(), false});
    CHECK(log->head() == 26);
    CHECK(batches_of(*log).size() == 5);
  });
}

TEST_CASE("A disk that stays full refuses every append and gives what it has") {
  FailingVfs vfs;
  const TemporaryDirectory directory;
  auto log = open_sqlite({directory.data(), false});
  fill(*log);
  vfs.fail_after(0, SQLITE_FULL, true);
  for (int i = 0; i < 3; ++i) {
    CHECK(fault_of_appending(*log, batch_of("acme", "k5", 5, 1)) == Fault::Kind::full);
    CHECK(log->head() == 6);
    CHECK(events_of(*log).size() == 6);
  }
  vfs.heal();
  CHECK(append_one(*log, batch_of("acme", "k5", 5, 1))->first_seq == 7);
}

TEST_CASE("An append is one write and one sync, however many pages it takes") {
  FailingVfs vfs;
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  fill(*log);
  for (const int events : {1, 20}) {
    vfs.fail_after(2, SQLITE_FULL, true);
    CHECK_FALSE(fault_of_appending(*log, batch_of("acme", "k" + std::to_string(log->head()), log->head() - 1, events)));
    CHECK_FALSE(vfs.has_failed());
    vfs.heal();
  }
}

TEST_CASE("A conflict is no fault and writes nothing to be rolled back later") {
  FailingVfs vfs;
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  fill(*log);
  vfs.fail_after(0, SQLITE_FULL, true);
  CHECK_FALSE(append_one(*log, batch_of("acme", "k5", 4, 1)));
  CHECK_FALSE(vfs.has_failed());
}

TEST_CASE("A database whose making fails can be made later") {
  with_each_call_failing(SQLITE_FULL, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    fail();
    try {
      static_cast<void>(open_sqlite({directory.data(), false}));
    } catch (const Fault& fault) {
      CHECK(fault.kind() == Fault::Kind::full);
    }
    heal();
    const auto log = open_sqlite({directory.data(), false});
    fill(*log);
    CHECK_NOTHROW(log->check_structure());
  });
}

TEST_CASE("Failures scattered over appends and checkpoints lose nothing that was acknowledged") {
  FailingVfs vfs;
  Random random(5);
  const TemporaryDirectory directory;
  auto log = open_sqlite({directory.data(), false});
  std::int64_t version = 0;
  int faults = 0;
  for (int i = 0; i < 100; ++i) {
    std::string key = "k";
    const Batch batch = batch_of("acme", key += std::to_string(i), version, 500);
    const int code = random.chance(50) ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
    vfs.fail_after(static_cast<int>(random.below(5)), code, random.chance(20));
    const bool failed = fault_of_appending(*log, batch).has_value();
    vfs.heal();
    if (failed) {
      ++faults;
      CHECK_FALSE(log->find(batch.account, batch.key));
      CHECK(append_one(*log, batch));
    }
    version += 500;
    REQUIRE(log->head() == version);
    if (i % 10 != 9) continue;
    const std::filesystem::path crashed = directory.path() / "crashed";
    std::filesystem::remove_all(crashed);
    copy_files(directory.data(), crashed);
    CHECK(static_cast<std::int64_t>(events_of(*open_sqlite({crashed, false})).size()) == version);
  }
  CHECK(faults > 10);
  CHECK(std::filesystem::file_size(directory.data() / "ledger.db") > 100'000);  // checkpoints there were
  log.reset();
  log = open_sqlite({directory.data(), true});
  CHECK(static_cast<std::int64_t>(events_of(*log).size()) == version);
  CHECK_NOTHROW(log->check_structure());
}

TEST_CASE("A ledger whose file was removed or replaced under it takes nothing any more, and says so") {
  for (const char* name : {"ledger.db", "ledger.db-wal"}) {
    for (const bool replaced : {false, true}) {
      CAPTURE(name, replaced);
      const TemporaryDirectory directory;
      const auto log = open_sqlite({directory.data(), false});
      REQUIRE(append_one(*log, batch_of("acme", "k1", 0, 3)));
      const std::filesystem::path file = directory.data() / name;
      const std::filesystem::path aside = directory.data() / "aside";
      std::filesystem::rename(file, aside);
      if (replaced) std::filesystem::copy_file(aside, file);
      for (int attempt = 0; attempt < 2; ++attempt) {
        try {
          static_cast<void>(append_one(*log, batch_of("acme", "k2", 3, 1)));
          FAIL("an event was taken");
        } catch (const Fault& fault) {
          CHECK(fault.kind() == Fault::Kind::unavailable);
          CHECK(std::string(fault.what()).find("removed or replaced") != std::string::npos);
        }
      }
      CHECK(log->head() == 3);
    }
  }
}
