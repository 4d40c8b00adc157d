// SPDX-License-Identifier: Apache-2.0
// Damage to the stored bytes: found on reading, with the place, and never handed on as an event.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/on_disk.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// The first segment has events 1 to 1000, the second 1001 to 2000; 2001 to 2200 wait for more in two rows.
constexpr std::int64_t events_in_log = 2'200;

std::string key_of(std::int64_t number) {
  std::string key = "unique-key-";
  return key += std::to_string(10'000 + number);
}

// One event a batch, all of account "acme", a hundred a group.
void make_log(const std::filesystem::path& directory) {
  const auto log = open_sqlite({directory, false});
  for (std::int64_t i = 0; i < events_in_log; i += 100) {
    std::vector<Batch> group;
    for (std::int64_t j = i; j < i + 100; ++j) group.push_back(batch_of("acme", key_of(j + 1), j, 1));
    REQUIRE(log->append(group));
  }
}

void edit(const std::filesystem::path& directory, const std::string& sql) {
  SQLite::Database(directory / "ledger.db", SQLite::OPEN_READWRITE).exec(sql);
}

// Reads everything there is; "" when nothing is wrong.
std::string fault_of_reading(const std::filesystem::path& directory) {
  try {
    const auto log = open_sqlite({directory, true});
    static_cast<void>(events_of(*log));
    static_cast<void>(account_events_of(*log, "acme"));
    static_cast<void>(batches_of(*log));
    log->check_structure();
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::damaged);
    return fault.what();
  }
  return "";
}

bool names(const std::string& fault, const std::string& place) { return fault.find(place) != std::string::npos; }

}  // namespace

TEST_CASE("A flipped bit in a segment is a damage that names its events") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const std::filesystem::path file = directory.data() / "ledger.db";
  const std::string sound = content_of(file);
  // What all keys begin with stands once in each segment and in each row that waits.
  std::set<std::string> places;
  for (std::size_t at = sound.find("unique-key-"); at != std::string::npos; at = sound.find("unique-key-", at + 1)) {
    for (const int bit : {0, 5}) {
      std::string damaged = sound;
      damaged[at + 2] = static_cast<char>(damaged[at + 2] ^ (1 << bit));
      put_content(file, damaged);
      const std::string fault = fault_of_reading(directory.data());
      CAPTURE(at, bit, fault);
      CHECK(names(fault, ") is damaged: its check is wrong"));
      places.insert(fault.substr(fault.find("(events")));
    }
  }
  CHECK(places.size() == 4);
  CHECK(places.count("(events 1001 to 2000) is damaged: its check is wrong") == 1);
  CHECK(places.count("(events 2101 to 2200) is damaged: its check is wrong") == 1);
  put_content(file, sound);
  CHECK(fault_of_reading(directory.data()).empty());
}

TEST_CASE("A bit flipped anywhere in the database is found, or changes nothing that is read") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const std::filesystem::path file = directory.data() / "ledger.db";
  const std::string sound = content_of(file);
  const auto log = open_sqlite({directory.data(), true});
  const std::vector<Event> events = events_of(*log);
  const std::vector<std::string> batches = batches_of(*log);
  const TreeHead tree = log->tree();
  Random random(3);
  int found = 0;
  for (int i = 0; i < 150; ++i) {
    std::string damaged = sound;
    const std::size_t at = 100 + random.below(sound.size() - 100);
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
    // A copy of its own, so that no connection has the old pages.
    const TemporaryDirectory copy;
    std::filesystem::create_directories(copy.data());
    put_content(copy.data() / "ledger.db", damaged);
    try {
      const auto reader = open_sqlite({copy.data(), true});
      const bool same = events_of(*reader) == events && batches_of(*reader) == batches && reader->tree() == tree;
      CAPTURE(at);
      REQUIRE(same);
    } catch (const Fault& fault) {
      CAPTURE(fault.what());
      CHECK(fault.kind() == Fault::Kind::damaged);
      ++found;
    }
  }
  CHECK(found > 70);  // the rest lies in indexes and free room
}

TEST_CASE("Missing events are named") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const auto [sql, place] = GENERATE(table<std::string, std::string>({
      {"DELETE FROM segments WHERE id = 1", "event 1 is missing"},
      {"DELETE FROM segments WHERE id = 2", "batch 1001 is missing"},
      {"DELETE FROM recent WHERE id = 2001", "batch 2001 is missing"},
      {"DELETE FROM segments", "batch 1 is missing"},
  }));
  edit(directory.data(), sql);
  CAPTURE(sql);
  CHECK_THAT(fault_of_reading(directory.data()), Catch::Contains(place));
  CHECK_THROWS_AS(open_sqlite({directory.data(), false}), Fault);
}

TEST_CASE("A missing version of an account is named") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  edit(directory.data(), "DELETE FROM segments WHERE id = 1");
  const auto log = open_sqlite({directory.data(), true});
  CHECK_THROWS_WITH(account_events_of(*log, "acme"), Catch::Contains("segment 1 is missing"));
}

TEST_CASE("A row that was changed, moved or exchanged is found") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const auto [sql, place] = GENERATE(table<std::string, std::string>({
      {"UPDATE segments SET body = (SELECT body FROM segments WHERE id = 2) WHERE id = 1",
       "segment 1 (events 1 to 1000) is"},
      {"UPDATE segments SET body = zeroblob(length(body)) WHERE id = 1", "segment 1 (events 1 to 1000) is damaged"},
      {"UPDATE segments SET body = x'0102' WHERE id = 1", "segment 1 (events 1 to 1000) is damaged: it is cut short"},
      {"UPDATE segments SET events = 999 WHERE id = 1", "segment 1 (events 1 to 999) is damaged"},
      {"UPDATE segments SET first_seq = 1002 WHERE id = 2", "event 1001 is missing"},
      {"UPDATE segments SET first_batch = 3000 WHERE id = 2", "is missing"},
      {"UPDATE segments SET batches = 1001 WHERE id = 1", "is damaged"},
      {"UPDATE segments SET id = 3 WHERE id = 2", "segment 3 (events 1001 to 2000) is damaged"},
      {"UPDATE recent SET id = 2002 WHERE id = 2001", "segment 2002 (events 2001 to 2100) is damaged"},
      {"DELETE FROM accounts", "account 1 has no name"},
      {"UPDATE accounts SET name = 'other'", "account 1 is damaged"},
      {"DROP TABLE segments", "no such table"},
      {"DROP TABLE recent", "no such table"},
  }));
  edit(directory.data(), "PRAGMA foreign_keys=OFF; " + sql);
  CAPTURE(sql);
  CHECK_THAT(fault_of_reading(directory.data()), Catch::Contains(place));
  CHECK_THROWS_AS(open_sqlite({directory.data(), false}), Fault);
}

TEST_CASE("A database cut short is found") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  std::filesystem::resize_file(directory.data() / "ledger.db", 3 * 4096);
  CHECK_FALSE(fault_of_reading(directory.data()).empty());
}
