// SPDX-License-Identifier: Apache-2.0
// The SQLite store where it is more than a log: files, reopening, readers beside the writer, wrong files.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <atomic>
#include <map>
#include <thread>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/moving.hpp"
#include "tests/store/on_disk.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

Fault::Kind kind_of_opening(const std::filesystem::path& directory, bool read_only = false) {
  try {
    static_cast<void>(open_sqlite({directory, read_only}));
  } catch (const Fault& fault) {
    INFO(fault.what());
    CHECK(std::string(fault.what()).find(directory.string()) == 0);
    return fault.kind();
  }
  FAIL("it opened");
  throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("The SQLite store keeps the contract of a log") {
  const TemporaryDirectory directory;
  check_contract([&] { return open_sqlite({directory.data(), false}); });
}

TEST_CASE("RES-1: SQLite partitions keep what partitions promise of streams that move") {
  const TemporaryDirectory directory;
  check_moving([&](const char* region) { return open_sqlite({directory.path() / region, false, RegionId(region)}); });
}

TEST_CASE("What was appended is there after reopening, to the key") {
  const TemporaryDirectory directory;
  {
    const auto log = open_sqlite({directory.data(), false});
    fill(*log);
  }
  const auto log = open_sqlite({directory.data(), false});
  CHECK(log->head() == 6);
  CHECK(events_of(*log).size() == 6);
  CHECK(batches_of(*log).size() == 4);
  CHECK(log->find(AccountId("acme"), IdempotencyKey("k3")));
  CHECK_FALSE(append_one(*log, batch_of("acme", "k1", 5, 1)));
  CHECK(append_one(*log, batch_of("acme", "k5", 5, 1))->first_seq == 7);
  CHECK_NOTHROW(log->check_structure());
}

TEST_CASE("Accepted commands without events become segments too, and are found by their keys") {
  const TemporaryDirectory directory;
  std::vector<std::string> batches;
  {
    const auto log = open_sqlite({directory.data(), false});
    REQUIRE(append_one(*log, batch_of("acme", "first", 0, 1)));
    for (int i = 0; i < 9; ++i) {
      std::vector<Batch> group;
      for (int j = 0; j < 1'000; ++j) group.push_back(batch_of("acme", std::to_string(i * 1'000 + j), 1, 0));
      REQUIRE(log->append(group));
    }
    REQUIRE(append_one(*log, batch_of("acme", "last", 1, 2)));
    batches = batches_of(*log);
    CHECK(batches.size() == 9'002);
    CHECK(seqs_of(events_of(*log)) == std::vector<std::int64_t>{1, 2, 3});
    CHECK(account_events_of(*log, "acme").size() == 3);
    CHECK_NOTHROW(log->check_structure());
  }
  SQLite::Database database(directory.data() / "ledger.db", SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("SELECT count(*) FROM segments").getInt() == 2);
  const auto log = open_sqlite({directory.data(), false});
  CHECK(batches_of(*log) == batches);
  CHECK(log->find(AccountId("acme"), IdempotencyKey("4321"))->first_seq == 2);
  CHECK_FALSE(append_one(*log, batch_of("acme", "8999", 3, 1)));
  CHECK_FALSE(log->find(AccountId("acme"), IdempotencyKey("9000")));
}

TEST_CASE("One account's part of several segments is what the whole log has of it, wherever the part begins") {
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  Random random(6);
  std::map<std::string, std::int64_t> versions;
  for (int round = 0; round < 45; ++round) {
    std::vector<Batch> group;
    for (int i = 0; i < 60; ++i) {
      const std::string account = round % 9 == 4 ? "rare" : i % 2 == 0 ? "acme" : "globex";
      const auto events = static_cast<std::int64_t>(random.below(3));
      group.push_back(
          batch_of(account, std::to_string(round * 60 + i), versions[account], static_cast<std::size_t>(events)));
      versions[account] += events;
    }
    REQUIRE(log->append(group));
  }
  const std::vector<Event> all = events_of(*log);
  const auto reader = open_sqlite({directory.data(), true});
  for (const char* account : {"acme", "globex", "rare"}) {
    for (std::int64_t after = 0; after < log->head(); after += 1 + static_cast<std::int64_t>(random.below(150))) {
      const std::int64_t to = std::min(log->head(), after + static_cast<std::int64_t>(random.below(1'500)));
      std::vector<std::int64_t> expected;
      for (const Event& event : all) {
        if (event.account.value == account && after < event.seq && event.seq <= to) expected.push_back(event.seq);
      }
      CAPTURE(account, after, to);
      REQUIRE(seqs_of(account_events_of(*log, account, after, to)) == expected);
      REQUIRE(seqs_of(account_events_of(*reader, account, after, to)) == expected);
      std::vector<std::string> batches;
      log->read_batches(LogRange{after, to, std::nullopt}, [&](const AccountId& of, StoredBatch&& batch) {
        if (of.value == account) batches.push_back(batch.key.value);
        return true;
      });
      std::vector<std::string> own;
      log->read_batches(LogRange{after, to, AccountId(account)}, [&](const AccountId&, StoredBatch&& batch) {
        own.push_back(batch.key.value);
        return true;
      });
      REQUIRE(own == batches);
    }
  }
}

TEST_CASE("A data directory is made when it is missing, with its parents, for its owner only") {
  const TemporaryDirectory directory;
  const std::filesystem::path data = directory.path() / "a" / "b" / "data";
  static_cast<void>(open_sqlite({data, false}));
  struct stat status {};
  REQUIRE(::stat(data.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
  CHECK(std::filesystem::exists(data / "ledger.db"));
}

TEST_CASE("The database says whose it is and in which format") {
  const TemporaryDirectory directory;
  static_cast<void>(open_sqlite({directory.data(), false}));
  const SQLite::Database database(directory.data() / "ledger.db");
  const auto pragma = [&](const char* sql) {
    SQLite::Statement query(database, sql);
    REQUIRE(query.executeStep());
    return query.getColumn(0).getString();
  };
  CHECK(pragma("PRAGMA application_id") == "1128680519");
  CHECK(pragma("PRAGMA user_version") == "4");
  CHECK(pragma("PRAGMA journal_mode") == "wal");
}

TEST_CASE("Readers of other processes and of this one see what the writer appended, while it goes on") {
  const TemporaryDirectory directory;
  const auto writer = open_sqlite({directory.data(), false});
  fill(*writer);
  const auto reader = open_sqlite({directory.data(), true});
  CHECK(reader->head() == 6);
  CHECK(events_of(*reader) == events_of(*writer));
  REQUIRE(append_one(*writer, batch_of("acme", "k5", 5, 1)));
  CHECK(reader->head() == 7);
  CHECK(reader->find(AccountId("acme"), IdempotencyKey("k5")));
  CHECK_NOTHROW(reader->check_structure());
}

TEST_CASE("A log that is opened to read is not written to") {
  const TemporaryDirectory directory;
  fill(*open_sqlite({directory.data(), false}));
  const auto reader = open_sqlite({directory.data(), true});
  try {
    static_cast<void>(append_one(*reader, batch_of("acme", "k5", 5, 1)));
    FAIL("it appended");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::read_only);
  }
  CHECK(reader->head() == 6);
  CHECK_FALSE(lock_holder(directory.data()));
}

TEST_CASE("Threads read while another appends, and each sees whole batches in order") {
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  std::atomic<bool> done = false;
  std::atomic<int> faults = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      do {
        std::int64_t expected = 0;
        log->read(0, -1, [&](Event&& event) {
          if (event.seq != ++expected) ++faults;
          return true;
        });
        if (expected % 3 != 0) ++faults;
        if (log->head() < expected) ++faults;
      } while (!done);
    });
  }
  for (std::int64_t i = 0; i < 60; ++i) {
    std::string key = "k";
    if (!append_one(*log, batch_of("acme", key += std::to_string(i), 3 * i, 3))) ++faults;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(faults == 0);
  CHECK(log->head() == 180);
}

TEST_CASE("Threads that append take turns, and a conflict tells the loser") {
  const TemporaryDirectory directory;
  const auto log = open_sqlite({directory.data(), false});
  std::atomic<int> heard = 0;
  const std::shared_ptr<void> token = log->subscribe([&](std::int64_t) { ++heard; });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      std::int64_t version = 0;
      for (int done = 0; done < 20;) {
        const std::string key = std::to_string(writer) + "-" + std::to_string(done);
        const Expected<Appended, Conflict> appended = append_one(*log, batch_of("acme", key, version, 1));
        version = appended ? version + 1 : appended.error().actual_version;
        if (appended) ++done;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(account_events_of(*log, "acme").size() == 60);
  CHECK(heard == 60);
}

TEST_CASE("Nothing to read is unavailable, and reading makes nothing") {
  const TemporaryDirectory directory;
  CHECK(kind_of_opening(directory.data(), true) == Fault::Kind::unavailable);
  CHECK_FALSE(std::filesystem::exists(directory.data()));
}

TEST_CASE("A directory that cannot be made is a fault of the machine") {
  const TemporaryDirectory directory;
  put_content(directory.path() / "file", "not a directory");
  CHECK(kind_of_opening(directory.path() / "file" / "data") == Fault::Kind::unavailable);
}

TEST_CASE("A file that is not a database is damaged, and is left as it is") {
  const TemporaryDirectory directory;
  const std::string text(5'000, 'x');
  std::filesystem::create_directories(directory.data());
  put_content(directory.data() / "ledger.db", text);
  CHECK(kind_of_opening(directory.data()) == Fault::Kind::damaged);
  CHECK(kind_of_opening(directory.data(), true) == Fault::Kind::damaged);
  CHECK(std::filesystem::file_size(directory.data() / "ledger.db") == text.size());
  CHECK_FALSE(lock_holder(directory.data()));
}

TEST_CASE("Another program's database is not touched") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.data());
  SQLite::Database(directory.data() / "ledger.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE songs (title TEXT)");
  CHECK(kind_of_opening(directory.data()) == Fault::Kind::unsupported_format);
  CHECK(kind_of_opening(directory.data(), true) == Fault::Kind::unsupported_format);
}

TEST_CASE("A newer format is not touched") {
  const TemporaryDirectory directory;
  static_cast<void>(open_sqlite({directory.data(), false}));
  SQLite::Database(directory.data() / "ledger.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version=5");
  CHECK(kind_of_opening(directory.data()) == Fault::Kind::unsupported_format);
  CHECK(kind_of_opening(directory.data(), true) == Fault::Kind::unsupported_format);
}

TEST_CASE("A database whose making was interrupted is made anew") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.data());
  SQLite::Database(directory.data() / "ledger.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("PRAGMA journal_mode=WAL");
  const auto log = open_sqlite({directory.data(), false});
  fill(*log);
  CHECK(log->head() == 6);
}
