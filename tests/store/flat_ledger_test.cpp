// SPDX-License-Identifier: Apache-2.0
// RES-1: a data directory of the layout before, one ledger for all accounts, becomes a folder for each region.
#include <catch2/catch.hpp>

#include <fstream>

#include "events/store/flat_ledger.hpp"
#include "events/store/partitions.hpp"
#include "tests/store/moving.hpp"
#include "tests/store/on_disk.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

const std::vector<std::pair<std::string, std::string>> homes{
    {"acme", "us"}, {"nova", "eu"}, {"kumo", "jp"}, {"zeta", "us"}};

Batch opening(const std::string& account, const std::string& region) {
  Batch batch = batch_of(account, "open", 0, 1);
  batch.events[0].payload = AccountOpened{Environment::commercial, RegionId(region)};
  return batch;
}

// Accounts of three regions between each other, a batch without events among theirs.
void fill_flat(const std::filesystem::path& directory) {
  const auto log = open_sqlite({.directory = directory, .read_only = false});
  for (const auto& [account, region] : homes) REQUIRE(append_one(*log, opening(account, region)));
  for (int round = 0; round < 3; ++round) {
    for (const auto& [account, region] : homes) {
      REQUIRE(append_one(*log, batch_of(account, "k" + std::to_string(round), 1 + 2 * round, 2)));
    }
  }
  REQUIRE(append_one(*log, batch_of("nova", "nothing", 7, 0)));
}

struct Known {
  std::vector<Event> events;
  std::vector<StoredBatch> batches;
};
std::map<std::string, Known> known_in(const std::filesystem::path& directory) {
  const auto log = open_sqlite({.directory = directory, .read_only = true});
  std::map<std::string, Known> known;
  for (const auto& [account, region] : homes)
    known[account] = {account_events_of(*log, account), stored_batches_of(*log, account)};
  return known;
}

void check_regions(const std::filesystem::path& directory, const std::map<std::string, Known>& known) {
  const SqlitePartitions partitions(directory, true);
  CHECK(partitions.regions() == std::vector<RegionId>{RegionId("eu"), RegionId("jp"), RegionId("us")});
  for (const auto& [account, region] : homes) {
    CAPTURE(account);
    const SqliteLog* home = partitions.home_of(AccountId(account));
    REQUIRE(home != nullptr);
    CHECK(home->region().value == region);
    CHECK(same_events(account_events_of(*home, account), known.at(account).events));
    const std::vector<StoredBatch> batches = stored_batches_of(*home, account);
    REQUIRE(batches.size() == known.at(account).batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
      CHECK(batches[i].key == known.at(account).batches[i].key);
      CHECK(batches[i].command == known.at(account).batches[i].command);
      CHECK(batches[i].count == known.at(account).batches[i].count);
    }
  }
  CHECK(partitions.find(RegionId("us"))->head() == 14);
  CHECK(partitions.find(RegionId("us"))->accounts().size() == 2);
  CHECK_NOTHROW(partitions.check_structure());
  CHECK_FALSE(has_flat_ledger(directory));
}

void write_some(const std::filesystem::path& file) { std::ofstream(file) << "no database"; }

}  // namespace

TEST_CASE("RES-1: one ledger of several regions becomes a folder for each, with every event, batch and key") {
  const TemporaryDirectory directory;
  const auto data = directory.data();
  fill_flat(data);
  const auto known = known_in(data);
  std::filesystem::create_directory(data / "us");
  write_some(data / "us" / "directory.db");
  CHECK_THROWS_AS(SqlitePartitions(data, true), Fault);
  CHECK(std::filesystem::exists(data / "ledger.db"));
  { const SqlitePartitions partitions(data, false); }
  check_regions(data, known);
  CHECK(std::filesystem::exists(data / "us" / "directory.db"));
  { const SqlitePartitions again(data, false); }
  check_regions(data, known);
}

TEST_CASE("RES-1: a process that ended while it made the folders is begun again, one that had made them is finished") {
  const TemporaryDirectory directory;
  const auto data = directory.data();
  fill_flat(data);
  const auto known = known_in(data);
  std::filesystem::create_directories(data / "regions.new" / "eu");
  write_some(data / "regions.new" / "eu" / "ledger.db");
  std::filesystem::copy_file(data / "ledger.db", directory.path() / "old.db");
  { const SqlitePartitions partitions(data, false); }
  check_regions(data, known);

  // As it lies right after the old ledger has gone: one region is in its place, two are not.
  std::filesystem::create_directories(data / "regions.new");
  std::filesystem::rename(directory.path() / "old.db", data / "regions.new" / "ledger.db");
  for (const char* region : {"us", "eu"}) {
    std::filesystem::create_directories(data / "regions.new" / region);
    std::filesystem::rename(data / region / "ledger.db", data / "regions.new" / region / "ledger.db");
  }
  std::filesystem::create_directories(data / "regions.new" / "jp");
  CHECK_THROWS_AS(SqlitePartitions(data, true), Fault);
  { const SqlitePartitions partitions(data, false); }
  check_regions(data, known);
}

TEST_CASE(
    "RES-1: whichever write or sync fails, the ledger of the layout before stays whole and can be moved again",
    "[slow]") {
  with_each_call_failing(SQLITE_FULL, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    const auto data = directory.data();
    fill_flat(data);
    const auto known = known_in(data);
    fail();
    try {
      adopt_flat_ledger(data);
    } catch (const Fault& fault) {
      CHECK((fault.kind() == Fault::Kind::full || fault.kind() == Fault::Kind::busy));
      CHECK(std::filesystem::exists(data / "ledger.db"));
    }
    heal();
    if (has_flat_ledger(data)) CHECK(known_in(data).at("nova").events == known.at("nova").events);
    { const SqlitePartitions partitions(data, false); }
    check_regions(data, known);
  });
}

TEST_CASE("RES-1: a ledger of the layout before does not take the place of one that is there") {
  const TemporaryDirectory directory;
  const auto data = directory.data();
  fill_flat(data);
  std::filesystem::create_directory(data / "eu");
  write_some(data / "eu" / "ledger.db");
  CHECK_THROWS_WITH(adopt_flat_ledger(data), Catch::Contains("lies beside"));
  CHECK(std::filesystem::exists(data / "ledger.db"));
  CHECK(std::filesystem::file_size(data / "eu" / "ledger.db") == 11);
}
