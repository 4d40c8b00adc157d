// SPDX-License-Identifier: Apache-2.0
// Damage to the stored bytes: found on reading, with the place, and never handed on as an event.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <iterator>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

constexpr std::int64_t events_in_log = 200;

// Of the same length for every event, so that none is the beginning of another.
std::string key_of(std::int64_t number) {
  std::string key = "unique-key-";
  return key += std::to_string(1'000 + number);
}

// One event a batch, all of account "acme".
void make_log(const std::filesystem::path& directory) {
  const auto log = open_sqlite({directory, false});
  std::vector<Batch> group;
  for (std::int64_t i = 0; i < events_in_log; ++i) {
    group.push_back(batch_of("acme", key_of(i + 1), i, 1));
  }
  REQUIRE(log->append(group));
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
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

TEST_CASE("A flipped bit in an event's body is a damage that names the event") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const std::filesystem::path file = directory.data() / "ledger.db";
  const std::string sound = read_file(file);
  // The key stands in the event's body, in the batch's row and in its index: the body is where "acme" comes before.
  for (const int number : {1, 57, 200}) {
    const std::string key = key_of(number);
    std::size_t at = sound.find(key);
    while (at != std::string::npos && sound.rfind("acme", at) + 40 < at) at = sound.find(key, at + 1);
    REQUIRE(at != std::string::npos);
    for (const int bit : {0, 5}) {
      std::string damaged = sound;
      damaged[at + 2] = static_cast<char>(damaged[at + 2] ^ (1 << bit));
      write_file(file, damaged);
      CAPTURE(number, bit);
      CHECK(names(fault_of_reading(directory.data()), "event " + std::to_string(number) + " is damaged"));
    }
  }
  write_file(file, sound);
  CHECK(fault_of_reading(directory.data()).empty());
}

TEST_CASE("A bit flipped anywhere in the database is found, or changes nothing that is read") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const std::filesystem::path file = directory.data() / "ledger.db";
  const std::string sound = read_file(file);
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
    write_file(copy.data() / "ledger.db", damaged);
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
  CHECK(found > 30);  // the rest lies in indexes and free room
}

TEST_CASE("A missing event is named") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  edit(directory.data(), "DELETE FROM events WHERE seq = 100");
  CHECK(names(fault_of_reading(directory.data()), "event 100 is missing"));
}

TEST_CASE("Missing events at the end are found on opening") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  edit(directory.data(), "DELETE FROM events WHERE seq > 190");
  CHECK_THROWS_AS(open_sqlite({directory.data(), false}), Fault);
  CHECK(names(fault_of_reading(directory.data()), "the newest batch ends at event 200, but the newest event is 190"));
}

TEST_CASE("A missing version of an account is named") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  edit(directory.data(), "DELETE FROM events WHERE seq = 100");
  const auto log = open_sqlite({directory.data(), true});
  CHECK_THROWS_WITH(account_events_of(*log, "acme"), Catch::Contains("version 100 of account acme is missing"));
}

TEST_CASE("A row that was changed, moved or exchanged is found") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  const auto [sql, place] = GENERATE(table<std::string, std::string>({
      {"UPDATE events SET body = (SELECT body FROM events WHERE seq = 8) WHERE seq = 7", "event 7 is damaged"},
      {"UPDATE events SET \"check\" = 0 WHERE seq = 7", "event 7 is damaged"},
      {"UPDATE events SET version = 1000 WHERE seq = 7", "event 7 is damaged"},
      {"INSERT INTO accounts VALUES (2, 'globex'); UPDATE events SET account = 2 WHERE seq = 7", "event 7 is damaged"},
      {"DELETE FROM accounts", "account 1 has no name"},
      {"UPDATE accounts SET name = 'other'", "event 1 is damaged"},
      {"UPDATE batches SET digest = zeroblob(16) WHERE id = 7", "batch 7 is damaged"},
      {"UPDATE batches SET digest = x'00' WHERE id = 7", "batch 7 is damaged"},
      {"UPDATE batches SET key = 'another' WHERE id = 7", "batch 7 is damaged"},
      {"UPDATE batches SET first_seq = 1 WHERE id = 7", "batch 7 is damaged"},
      {"UPDATE events SET seq = 1000 WHERE seq = 200", "the newest event is 1000"},
      {"DELETE FROM batches WHERE id = 7", "batch 7 is missing"},
      {"DROP TABLE batches", "no such table"},
  }));
  edit(directory.data(), "PRAGMA foreign_keys=OFF; " + sql);
  CAPTURE(sql);
  CHECK_THAT(fault_of_reading(directory.data()), Catch::Contains(place));
}

TEST_CASE("A database cut short is found") {
  const TemporaryDirectory directory;
  make_log(directory.data());
  std::filesystem::resize_file(directory.data() / "ledger.db", 3 * 4096);
  CHECK_FALSE(fault_of_reading(directory.data()).empty());
}
