// SPDX-License-Identifier: Apache-2.0
// Streams that come and go, where the SQLite store is more than a partition: files without a byte of what left, disks
// that fail on the way, and databases of the format before.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "events/store/memory_partition.hpp"
#include "events/store/partitions.hpp"
#include "events/store/sqlite.hpp"
#include "tests/store/format_2.hpp"
#include "tests/store/moving.hpp"
#include "tests/store/on_disk.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

const std::string planted = "Plant3d-By-The-Customer";

// Every byte of every file below a directory.
std::string bytes_below(const std::filesystem::path& directory) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

std::size_t planted_in(const std::filesystem::path& directory) {
  const std::string bytes = bytes_below(directory);
  std::size_t found = 0;
  for (std::size_t at = bytes.find(planted); at != std::string::npos; at = bytes.find(planted, at + 1)) ++found;
  return found;
}

// Batches whose keys and texts are the customer's own, some of them longer than a page.
Batch planted_batch(std::string_view account, std::int64_t number, std::int64_t version, Random& random) {
  std::string key = planted;
  key += std::to_string(number);
  Batch batch = batch_of(account, key, version, 1 + random.index(3));
  for (Event& event : batch.events) {
    const std::size_t length = random.chance(10) ? 4'000 : 20 + random.index(80);
    event.payload = AccessChanged{true, FreeText{planted + std::string(length, 'x')}};
  }
  return batch;
}

}  // namespace

TEST_CASE("RES-1: no byte of what left stays in the files, not in the write-ahead log, not in the slack of a page") {
  const TemporaryDirectory directory;
  const auto us = open(directory, "us");
  const auto eu = open(directory, "eu");
  Random random(7);
  std::int64_t version = 0;
  std::int64_t others = 0;
  for (std::int64_t i = 0; i < 600; ++i) {
    std::string other = "other-";
    const Batch batch = planted_batch("acme", i, version, random);
    version += static_cast<std::int64_t>(batch.events.size());
    const std::vector<Batch> group{batch, batch_of("globex", other += std::to_string(i), others, 1)};
    others += 1;
    REQUIRE(us->append(group));
  }
  // An account that came from elsewhere leaves as cleanly, and one that never arrived.
  CHECK(planted_in(directory.path() / "us") > 1'000);
  CHECK(planted_in(directory.path() / "eu") == 0);
  const std::vector<StoredBatch> batches = stored_batches_of(*us, "acme");
  eu->stage(AccountId("acme"), std::span(batches).first(200));
  eu->drop_staged();
  CHECK(planted_in(directory.path() / "eu") == 0);
  move_account(*us, *eu, "acme", "m1");
  CHECK(us->erase_buried(go_on));
  CHECK(planted_in(directory.path() / "us") == 0);
  CHECK(planted_in(directory.path() / "eu") > 1'000);
  move_account(*eu, *us, "acme", "m2");
  CHECK(eu->erase_buried(go_on));
  CHECK(planted_in(directory.path() / "eu") == 0);
  move_account(*us, *eu, "acme", "m3");
  CHECK(us->erase_buried(go_on));
  CHECK(planted_in(directory.path() / "us") == 0);
  CHECK(static_cast<std::int64_t>(events_of(*us).size()) == others);
  CHECK_NOTHROW(us->check_structure());
  CHECK_NOTHROW(eu->check_structure());
}

TEST_CASE("RES-1: while a reader elsewhere holds the files back, what is buried counts as not erased yet") {
  const TemporaryDirectory directory;
  const auto us = open(directory, "us");
  const auto eu = open(directory, "eu");
  Random random(8);
  REQUIRE(append_one(*us, planted_batch("acme", 1, 0, random)));
  SQLite::Database reader(directory.path() / "us" / "ledger.db", SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  CHECK(reader.execAndGet("SELECT count(*) FROM recent").getInt() > 0);
  move_account(*us, *eu, "acme", "m1");
  CHECK_FALSE(us->erase_buried(go_on));
  CHECK_FALSE(us->tombstones().at(0).erased);
  CHECK(append_one(*us, batch_of("globex", "g", 0, 1)));
  reader.exec("COMMIT");
  CHECK(us->erase_buried(go_on));
  CHECK(us->tombstones().at(0).erased);
  CHECK(planted_in(directory.path() / "us") == 0);
}

TEST_CASE("RES-1: erasing stops when it is told to, and goes on where a process ended") {
  const TemporaryDirectory directory;
  {
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    REQUIRE(append_one(*us, batch_of("acme", "long", 0, 5'000)));
    move_account(*us, *eu, "acme", "m1");
    int pieces = 0;
    CHECK_FALSE(us->erase_buried([&] { return ++pieces < 2; }));
    CHECK(events_of(*us).empty());
    CHECK(runs_of(*us) == std::vector<std::string>{"1..5000 acme eu"});
  }
  const auto us = open(directory, "us");
  CHECK(us->erase_buried(go_on));
  CHECK(us->tombstones().at(0).erased);
}

TEST_CASE("RES-1: whichever write or sync of a move fails, the account lives in one partition and can be moved again") {
  with_each_call_failing(SQLITE_FULL, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    fill(*us);
    fail();
    bool admitted = false;
    try {
      eu->stage(AccountId("acme"), stored_batches_of(*us, "acme"));
      admitted = eu->admit(arrival_from("us", "acme", 5), batch_of("acme", "m1", 5, 1)).has_value();
      us->bury(tombstone_to("eu", "acme", 5));
      static_cast<void>(us->erase_buried(go_on));
    } catch (const Fault& fault) {
      CHECK(fault.kind() == Fault::Kind::full);
    }
    heal();
    CHECK((eu->accounts().size() == 1) == admitted);
    if (!admitted) {
      CHECK(us->accounts().size() == 2);
      CHECK(account_events_of(*us, "acme").size() == 5);
      eu->drop_staged();
      move_account(*us, *eu, "acme", "m1");
    }
    us->bury(tombstone_to("eu", "acme", 5));
    CHECK(us->erase_buried(go_on));
    CHECK(account_events_of(*eu, "acme").size() == 6);
    CHECK(events_of(*us).size() == 1);
    CHECK_NOTHROW(us->check_structure());
    CHECK_NOTHROW(eu->check_structure());
  });
}

TEST_CASE("RES-1: readers beside a move see the stream whole or not at all") {
  const TemporaryDirectory directory;
  const auto us = open(directory, "us");
  const auto eu = open(directory, "eu");
  REQUIRE(append_one(*us, batch_of("acme", "long", 0, 3'000)));
  REQUIRE(append_one(*us, batch_of("globex", "g", 0, 2)));
  std::atomic<int> wrong = 0;
  std::atomic<int> read = 0;
  std::jthread reader([&](const std::stop_token& stop) {
    const auto beside = open_sqlite({directory.path() / "us", true, RegionId("us")});
    while (!stop.stop_requested() || read < 3) {
      try {
        std::size_t batches = 0;
        beside->read_batches([&](const AccountId&, StoredBatch&& batch) {
          batches += 1;
          if (static_cast<std::int64_t>(batch.events.size()) != batch.count) ++wrong;
          return true;
        });
        if (batches != 1 && batches != 2) ++wrong;
      } catch (const Fault& fault) {
        if (fault.kind() == Fault::Kind::damaged) ++wrong;
      }
      ++read;
    }
  });
  move_account(*us, *eu, "acme", "m1");
  while (!us->erase_buried(go_on)) std::this_thread::yield();
  reader.request_stop();
  reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("RES-1: readers beside a region that is being made see nothing of it, or all") {
  std::vector<std::string> faults;
  for (int i = 0; i < 60; ++i) {
    const TemporaryDirectory directory;
    std::atomic<bool> made = false;
    std::jthread writer([&] {
      SqlitePartitions(directory.data(), false).open(RegionId("us"));
      made = true;
    });
    for (bool seen = false; !seen;) {
      seen = made;
      try {
        seen = !SqlitePartitions(directory.data(), true).regions().empty();
      } catch (const Fault& fault) {
        if (std::string(fault.what()).find("there is no ledger here") == std::string::npos)
          faults.emplace_back(fault.what());
      }
    }
    writer.join();
  }
  CHECK(faults == std::vector<std::string>{});
}

TEST_CASE("Damage to what is said of moves is found") {
  const TemporaryDirectory directory;
  {
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    fill(*us);
    move_account(*us, *eu, "acme", "m1");
    CHECK(us->erase_buried(go_on));
  }
  const auto [region, sql, place] = GENERATE(table<std::string, std::string, std::string>({
      {"us", "UPDATE tombstones SET destination = 'jp'", "the tombstone of account 1 is damaged"},
      {"us", "UPDATE tombstones SET events = 6", "the tombstone of account 1 is damaged"},
      {"us", "DELETE FROM tombstones", "event 1 is gone, and no tombstone says where to"},
      {"us", "INSERT INTO tombstones VALUES (2, 'eu', 1, x'00', 0, 0, 0)", "the tombstone of account 2 is damaged"},
      {"us", "UPDATE tombstones SET erased = 0", ""},
      {"us", "DELETE FROM segments WHERE id = 1", "left with 5 events, and there are 0"},
      {"eu", "UPDATE arrivals SET events = 4", "arrival 1 is damaged"},
      {"eu", "UPDATE arrivals SET first_seq = 2", "arrival 1 is damaged"},
      {"eu", "DELETE FROM arrivals", "event 1 is missing"},
      {"eu", "DELETE FROM arrived_events WHERE place = 3", "event 3 is missing"},
      {"eu", "DELETE FROM arrived_batches WHERE id = 2", "batch 2 is missing"},
      {"eu", "UPDATE arrived_events SET body = x'0102' WHERE place = 3", "event 3 is damaged"},
      {"eu", "INSERT INTO arriving VALUES (1, 1, 1, 0)", "account 1 is on its way and here"},
  }));
  CAPTURE(region, sql);
  SQLite::Database(directory.path() / region / "ledger.db", SQLite::OPEN_READWRITE).exec(sql);
  std::string found;
  try {
    const auto log = open_sqlite({directory.path() / region, true, RegionId(region)});
    static_cast<void>(events_of(*log));
    static_cast<void>(batches_of(*log));
    log->check_structure();
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::damaged);
    found = fault.what();
  }
  CHECK_THAT(found, Catch::Contains(place));
}

TEST_CASE("A database of the format before becomes one of today's, and keeps every event, batch and key") {
  const TemporaryDirectory directory;
  const std::vector<Batch> group{batch_of("acme", "k1", 0, 2), batch_of("globex", "k2", 0, 1),
                                 batch_of("acme", "k3", 2, 0), batch_of("acme", "k4", 2, 1'200)};
  REQUIRE(open_sqlite({directory.data(), false})->append(group));
  back_to_format_2(directory.data() / "ledger.db");
  try {
    static_cast<void>(open_sqlite({directory.data(), true}));
    FAIL("it opened");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::unsupported_format);
  }
  MemoryPartition expected;
  REQUIRE(expected.append(group));
  {
    const auto log = open_sqlite({directory.data(), false});
    CHECK(batches_of(*log) == batches_of(expected));
    CHECK(events_of(*log) == events_of(expected));
    CHECK(log->tree() == expected.tree());
    CHECK(account_events_of(*log, "acme") == account_events_of(expected, "acme"));
    CHECK(log->find(AccountId("acme"), IdempotencyKey("k3")));
    CHECK_FALSE(append_one(*log, batch_of("acme", "k1", 1'202, 1)));
    CHECK(append_one(*log, batch_of("acme", "k5", 1'202, 1))->first_seq == 1'204);
    CHECK_NOTHROW(log->check_structure());
  }
  const auto again = open_sqlite({directory.data(), true});
  CHECK(again->head() == 1'204);
  CHECK_NOTHROW(again->check_structure());
}

TEST_CASE("A database of the format before that is damaged is left as it is") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.data() / "ledger.db";
  REQUIRE(append_one(*open_sqlite({directory.data(), false}), batch_of("acme", "k1", 0, 3)));
  back_to_format_2(file);
  SQLite::Database(file, SQLite::OPEN_READWRITE).exec("UPDATE events SET body = x'00' WHERE seq = 2");
  CHECK_THROWS_WITH(open_sqlite({directory.data(), false}), Catch::Contains("event 2 is damaged"));
  SQLite::Database database(file, SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("SELECT count(*) FROM events").getInt() == 3);
  CHECK(database.execAndGet("PRAGMA user_version").getInt() == 2);
}
