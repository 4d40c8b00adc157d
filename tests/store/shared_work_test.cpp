// SPDX-License-Identifier: Apache-2.0
// Work that two threads do together: every part once, whoever does it and however it ends; and what large groups leave
// in a log, made that way, is what small ones leave.
#include <catch2/catch.hpp>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"
#include "events/store/shared_work.hpp"
#include "events/store/sqlite.hpp"
#include "events/store/wal_mover.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// Of `accounts` by turns, one event each, all of them new.
std::vector<Batch> group_of(std::size_t batches, std::size_t accounts, std::vector<std::int64_t>& versions,
                            std::size_t& key) {
  std::vector<Batch> group;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t account = key % accounts;
    group.push_back(batch_of("acme-" + std::to_string(account), "k" + std::to_string(key++), versions[account]++, 1));
  }
  return group;
}

}  // namespace

TEST_CASE("Every part of shared work is done once, with a helper and without") {
  HelperThread helper;
  const bool helped = GENERATE(false, true);
  for (std::size_t count : {0U, 1U, 2U, 7U, 1'000U}) {
    std::vector<std::atomic<int>> times(count);
    SharedWork work(count, [&](std::size_t part) { ++times[part]; });
    if (helped) helper.offer(work);
    work.finish();
    CHECK(std::all_of(times.begin(), times.end(), [](const std::atomic<int>& each) { return each == 1; }));
  }
}

TEST_CASE("Several pieces of work may be offered at once, and ended in any order") {
  HelperThread helper;
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> first = 0;
    std::atomic<int> second = 0;
    SharedWork one(20, [&](std::size_t) { ++first; });
    SharedWork two(20, [&](std::size_t) { ++second; });
    helper.offer(one);
    helper.offer(two);
    two.finish();
    REQUIRE(second == 20);
    one.finish();
    REQUIRE(first == 20);
  }
}

TEST_CASE("What a part throws comes out where the work is finished, after the other parts") {
  HelperThread helper;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> done = 0;
    SharedWork work(10, [&](std::size_t part) {
      if (part == 3) throw std::runtime_error("part 3");
      ++done;
    });
    helper.offer(work);
    REQUIRE_THROWS_WITH(work.finish(), "part 3");
    REQUIRE(done == 9);
  }
}

TEST_CASE("Work that nobody wants any more is over when it goes: no part is being done, and none begins") {
  HelperThread helper;
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    {
      SharedWork work(50, [&](std::size_t) {
        ++begun;
        ++ended;
      });
      helper.offer(work);
    }
    const int then = begun;
    REQUIRE(ended == then);
    REQUIRE(begun == then);
  }
}

TEST_CASE("Large groups, hashed and packed by two threads, leave the log that small ones leave") {
  const TemporaryDirectory directory;
  const auto large = open_sqlite({.directory = directory.path() / "large"});
  const auto small = open_sqlite({.directory = directory.path() / "small"});
  std::vector<std::int64_t> versions(37);
  std::size_t key = 0;
  for (const std::size_t batches : {1U, 199U, 200U, 999U, 5'000U, 3U, 257U, 1'000U}) {
    const std::vector<Batch> group = group_of(batches, versions.size(), versions, key);
    REQUIRE(large->append(group));
    for (std::size_t i = 0; i < group.size(); i += 50) {
      REQUIRE(small->append(std::span(group).subspan(i, std::min<std::size_t>(50, group.size() - i))));
    }
    REQUIRE(large->tree() == small->tree());
  }
  CHECK(events_of(*large) == events_of(*small));
  large->check_structure();
  // A large group with one key of before is refused whole, and nothing of it is left.
  std::vector<Batch> group = group_of(1'000, versions.size(), versions, key);
  const std::string old = std::to_string((key - 300) % versions.size());
  group[700] = batch_of("acme-" + old, "k" + old, group[700].expected_version, 1);
  const TreeHead before = large->tree();
  const Expected<Appended, Conflict> refused = large->append(group);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().batch == 700);
  CHECK(large->tree() == before);
}

TEST_CASE("The write-ahead log is moved into the database beside the commits, and stays bounded", "[slow]") {
  const TemporaryDirectory directory;
  auto log = open_sqlite({.directory = directory.data()});
  const std::filesystem::path wal = directory.data() / "ledger.db-wal";
  constexpr std::uintmax_t page = 4'096 + 24;
  std::vector<std::int64_t> versions(100);
  std::size_t key = 0;
  std::uintmax_t largest = 0;
  for (int i = 0; i < 500; ++i) {
    REQUIRE(log->append(group_of(1'000, versions.size(), versions, key)));
    largest = std::max(largest, std::filesystem::file_size(wal));
  }
  const std::uintmax_t written = std::filesystem::file_size(directory.data() / "ledger.db");
  CAPTURE(largest / page, written / page);
  CHECK(largest < (wal_pages_max + 200) * page);
  CHECK(written > wal_pages_moved_at_once * page);
  const TreeHead tree = log->tree();
  log.reset();
  log = open_sqlite({.directory = directory.data(), .read_only = true});
  log->check_structure();
  Frontier frontier;
  log->read(0, -1, [&](const Event& event) {
    std::vector<std::uint8_t> bytes;
    encode_event(event, bytes);
    frontier.append(leaf_hash(bytes));
    return true;
  });
  CHECK(frontier.head() == tree);
}
