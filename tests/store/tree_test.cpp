// SPDX-License-Identifier: Apache-2.0
// The tree over a log: both stores grow the same one, through appends, moves and erasures; it is where the events are
// after every failure; and databases from before it get it.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>

#include "events/chain/merkle.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"
#include "events/store/memory_partition.hpp"
#include "events/store/sqlite.hpp"
#include "tests/store/format_2.hpp"
#include "tests/store/moving.hpp"
#include "tests/store/on_disk.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

TreeHash leaf_of(const Event& event) {
  std::vector<std::uint8_t> bytes;
  encode_event(event, bytes);
  return leaf_hash(bytes);
}

// Of a log that nobody left: computed from what it reads back.
TreeHead tree_from_events(const Log& log) {
  Frontier frontier;
  for (const Event& event : events_of(log)) frontier.append(leaf_of(event));
  return frontier.head();
}

NodeReader nodes_in(const Partition& log) {
  return nodes_of([&log](int tile_level, std::int64_t first, std::int64_t count) {
    return log.tree_hashes(tile_level, first, count);
  });
}

// Every leaf is proved in the tree, and every smaller tree of some sizes is its beginning.
void check_proofs(const Partition& log) {
  const TreeHead tree = log.tree();
  const NodeReader nodes = nodes_in(log);
  const std::vector<TreeHash> leaves = log.tree_hashes(0, 0, tree.size);
  std::int64_t wrong = 0;
  for (std::int64_t index = 0; index < tree.size; index += tree.size < 300 ? 1 : 97) {
    const Path path = inclusion_path(index, tree.size, nodes);
    if (!is_included(leaves[static_cast<std::size_t>(index)], index, path, tree)) ++wrong;
    const TreeHead before{index + 1, root_at(index + 1, nodes)};
    if (!is_consistent(before, tree, consistency_path(index + 1, tree.size, nodes))) ++wrong;
  }
  CHECK(wrong == 0);
}

// A pair of partitions of one store each, to which the same is done.
struct Both {
  TemporaryDirectory directory;
  std::unique_ptr<SqliteLog> sqlite_us = open(directory, "us");
  std::unique_ptr<SqliteLog> sqlite_eu = open(directory, "eu");
  MemoryPartition memory_us{RegionId("us")};
  MemoryPartition memory_eu{RegionId("eu")};

  template <class Action>
  void each(Action&& action) {
    action(*sqlite_us, *sqlite_eu);
    action(memory_us, memory_eu);
    CHECK(sqlite_us->tree() == memory_us.tree());
    CHECK(sqlite_eu->tree() == memory_eu.tree());
  }
};

std::optional<Fault::Kind> fault_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("An empty log has the empty tree, and every append moves it, in both stores alike") {
  Both both;
  both.each([](Partition& us, Partition&) { CHECK(us.tree() == TreeHead{0, sha256({})}); });
  both.each([](Partition& us, Partition&) { fill(us); });
  CHECK(both.sqlite_us->tree() == tree_from_events(*both.sqlite_us));
  CHECK(both.sqlite_us->tree().size == 6);
  both.each([](Partition& us, Partition&) { CHECK_FALSE(append_one(us, batch_of("acme", "k9", 1, 3))); });
  both.each([](Partition& us, Partition&) { CHECK(append_one(us, batch_of("acme", "k5", 5, 0))); });
  CHECK(both.sqlite_us->tree().size == 6);
  check_proofs(*both.sqlite_us);
  check_proofs(both.memory_us);
}

TEST_CASE("A log over many tiles is proved from what is stored of it, at both its levels", "[slow]") {
  Both both;
  constexpr std::int64_t events = 66'100;
  both.each([](Partition& us, Partition&) {
    for (std::int64_t version = 0; version < events; version += 22'033) {
      const std::int64_t count = std::min<std::int64_t>(22'033, events - version);
      const Batch batch = batch_of("acme", "k" + std::to_string(version), version, static_cast<std::size_t>(count));
      CHECK(append_one(us, batch));
    }
  });
  REQUIRE(both.sqlite_us->tree().size == events);
  CHECK(both.sqlite_us->tree_hashes(1, 0, 258) == both.memory_us.tree_hashes(1, 0, 258));
  CHECK(both.sqlite_us->tree_hashes(2, 0, 1) == both.memory_us.tree_hashes(2, 0, 1));
  CHECK(fault_of([&] { static_cast<void>(both.sqlite_us->tree_hashes(2, 1, 1)); }) == Fault::Kind::damaged);
  check_proofs(*both.sqlite_us);
  CHECK_NOTHROW(both.sqlite_us->check_structure());
  // 0.2 bytes an event at most, whatever a page holds.
  SQLite::Database database(both.directory.path() / "us" / "ledger.db", SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("SELECT sum(pgsize) FROM dbstat WHERE name = 'tree_nodes'").getInt64() <
        events / 5 + 4'096);
}

TEST_CASE("RES-1: what arrives, leaves and is erased stays provable, and its hashes are what they were") {
  Both both;
  both.each([](Partition& us, Partition& eu) {
    fill(us);
    REQUIRE(append_one(eu, batch_of("initech", "i1", 0, 300)));
    move_account(us, eu, "acme", "m1");
  });
  CHECK(both.sqlite_eu->tree() == tree_from_events(*both.sqlite_eu));
  const std::vector<TreeHash> leaves = both.sqlite_eu->tree_hashes(0, 0, 306);
  both.each([](Partition& us, Partition& eu) {
    move_account(eu, us, "acme", "m2");
    REQUIRE(append_one(eu, batch_of("initech", "i2", 300, 10)));
    CHECK(us.erase_buried(go_on));
    CHECK(eu.erase_buried(go_on));
  });
  CHECK(both.sqlite_eu->tree_hashes(0, 0, 306) == leaves);
  for (const Partition* log :
       {static_cast<Partition*>(both.sqlite_us.get()), static_cast<Partition*>(both.sqlite_eu.get()),
        static_cast<Partition*>(&both.memory_us), static_cast<Partition*>(&both.memory_eu)}) {
    check_proofs(*log);
  }
  CHECK_NOTHROW(both.sqlite_us->check_structure());
  both.sqlite_eu.reset();
  both.sqlite_eu = open(both.directory, "eu");
  CHECK(both.sqlite_eu->tree() == both.memory_eu.tree());
}

TEST_CASE("RES-1: leaf hashes are kept once, also when erasing stopped in the middle and begins anew") {
  const TemporaryDirectory directory;
  std::vector<TreeHash> leaves;
  {
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    REQUIRE(append_one(*us, batch_of("acme", "long", 0, 5'000)));
    leaves = us->tree_hashes(0, 0, 5'000);
    move_account(*us, *eu, "acme", "m1");
    int pieces = 0;
    CHECK_FALSE(us->erase_buried([&] { return ++pieces < 2; }));
    CHECK(us->tree_hashes(0, 0, 5'000) == leaves);
  }
  const auto us = open(directory, "us");
  CHECK(us->erase_buried(go_on));
  CHECK(us->tree_hashes(0, 0, 5'000) == leaves);
}

TEST_CASE("Whichever write or sync fails, the tree is over the events there are, also after a crash") {
  const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR_FSYNC);
  with_each_call_failing(code, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    auto us = open(directory, "us");
    auto eu = open(directory, "eu");
    fill(*us);
    fail();
    static_cast<void>(fault_of([&] { static_cast<void>(append_one(*us, batch_of("acme", "k5", 5, 300))); }));
    static_cast<void>(fault_of([&] { us->add_checkpoint({us->head(), "note", Instant{1}}); }));
    heal();
    copy_files(directory.path() / "us", directory.path() / "crashed");
    CHECK(us->tree() == tree_from_events(*us));
    CHECK(us->tree().size == us->head());
    const auto crashed = open(directory, "crashed");
    CHECK(crashed->tree() == tree_from_events(*crashed));
    CHECK(crashed->tree() == us->tree());
    const bool appended = us->head() > 6;
    CHECK(append_one(*us, batch_of("acme", "k6", appended ? 305 : 5, 300)));
    CHECK(us->tree() == tree_from_events(*us));
    check_proofs(*us);
  });
}

TEST_CASE("RES-1: whichever write or sync of a move and its erasure fails, every leaf hash stays what it was") {
  with_each_call_failing(SQLITE_FULL, [&](const auto& fail, const auto& heal) {
    const TemporaryDirectory directory;
    auto us = open(directory, "us");
    auto eu = open(directory, "eu");
    fill(*us);
    const std::vector<TreeHash> leaves = us->tree_hashes(0, 0, 6);
    eu->stage(AccountId("acme"), stored_batches_of(*us, "acme"));
    fail();
    static_cast<void>(
        fault_of([&] { static_cast<void>(eu->admit(arrival_from("us", "acme", 5), batch_of("acme", "m1", 5, 1))); }));
    static_cast<void>(fault_of([&] {
      us->bury(tombstone_to("eu", "acme", 5));
      static_cast<void>(us->erase_buried(go_on));
    }));
    heal();
    CHECK(eu->tree() == tree_from_events(*eu));
    CHECK(us->tree_hashes(0, 0, 6) == leaves);
    us.reset();
    us = open(directory, "us");
    CHECK(us->erase_buried(go_on));
    CHECK(us->tree_hashes(0, 0, 6) == leaves);
    check_proofs(*us);
  });
}

TEST_CASE("Checkpoints are kept as they are, one of a size, and come back in the order of their sizes") {
  Both both;
  both.each([](Partition& us, Partition&) {
    CHECK_FALSE(us.newest_checkpoint());
    us.add_checkpoint({3, "three", Instant{30}});
    us.add_checkpoint({1, "one", Instant{10}});
    us.add_checkpoint({3, "another", Instant{31}});
    CHECK(us.newest_checkpoint() == StoredCheckpoint{3, "three", Instant{30}});
    CHECK(us.checkpoint_behind(0) == StoredCheckpoint{1, "one", Instant{10}});
    CHECK(us.checkpoint_behind(1) == StoredCheckpoint{3, "three", Instant{30}});
    CHECK_FALSE(us.checkpoint_behind(3));
  });
}

TEST_CASE("A database without a tree gets the one over its events, streams that arrived and left included") {
  const TemporaryDirectory directory;
  std::vector<TreeHead> trees;
  {
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    fill(*us);
    REQUIRE(append_one(*eu, batch_of("initech", "i1", 0, 300)));
    move_account(*us, *eu, "acme", "m1");
    REQUIRE(append_one(*eu, batch_of("initech", "i2", 300, 5)));
    move_account(*us, *eu, "globex", "m2");
    trees = {us->tree(), eu->tree()};
  }
  for (const char* region : {"us", "eu"}) back_to_format_2(directory.path() / region / "ledger.db");
  CHECK(fault_of([&] { static_cast<void>(open_sqlite({directory.path() / "us", true})); }) ==
        Fault::Kind::unsupported_format);
  const auto us = open(directory, "us");
  const auto eu = open(directory, "eu");
  CHECK(us->tree() == trees[0]);
  CHECK(eu->tree() == trees[1]);
  CHECK(us->erase_buried(go_on));
  check_proofs(*us);
  check_proofs(*eu);
  CHECK_NOTHROW(us->check_structure());
  CHECK_NOTHROW(eu->check_structure());
}

TEST_CASE("Streams erased before there was a tree are in it as the zeros that were left") {
  const TemporaryDirectory directory;
  {
    const auto us = open(directory, "us");
    const auto eu = open(directory, "eu");
    fill(*us);
    move_account(*us, *eu, "acme", "m1");
    CHECK(us->erase_buried(go_on));
  }
  back_to_format_2(directory.path() / "us" / "ledger.db");
  const auto us = open(directory, "us");
  CHECK(us->tree().size == 6);
  CHECK(us->tree_hashes(0, 2, 1).at(0) == leaf_of(events_of(*us).at(0)));
  check_proofs(*us);
}

TEST_CASE("A commit that waits for more leaves the row of the tree as it is, and the one that seals them writes it") {
  const TemporaryDirectory directory;
  const auto log = open(directory, "us");
  const auto row = [&] {
    return SQLite::Database(directory.path() / "us" / "ledger.db").execAndGet("SELECT size FROM tree").getInt64();
  };
  fill(*log);
  CHECK(row() == 0);
  CHECK(log->tree() == tree_from_events(*log));
  CHECK(append_one(*log, batch_of("acme", "many", 5, 1'000)));
  CHECK(row() == 1'006);
  CHECK(append_one(*log, batch_of("acme", "few", 1'005, 20)));
  CHECK(row() == 1'006);
  CHECK(log->tree().size == 1'026);
  CHECK(log->tree() == tree_from_events(*log));
  check_proofs(*log);
  CHECK_NOTHROW(log->check_structure());
}

TEST_CASE("A database of format 3, whose tree's row goes to its newest event, is read as it is and written on") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "us" / "ledger.db";
  Frontier frontier;
  {
    const auto log = open(directory, "us");
    fill(*log);
    for (const TreeHash& leaf : log->tree_hashes(0, 0, log->head())) frontier.append(leaf);
  }
  {
    std::vector<std::uint8_t> hashes;
    for (const TreeHash& hash : frontier.subtrees()) hashes.insert(hashes.end(), hash.begin(), hash.end());
    SQLite::Database database(file, SQLite::OPEN_READWRITE);
    SQLite::Statement update(database, "UPDATE tree SET size = ?, frontier = ?, \"check\" = ?");
    update.bind(1, frontier.size());
    update.bind(2, hashes.data(), static_cast<int>(hashes.size()));
    update.bind(3, static_cast<std::int64_t>(checksum(hashes, static_cast<std::uint64_t>(frontier.size()))));
    update.exec();
    database.exec("PRAGMA user_version=3");
  }
  const auto format = [&] { return SQLite::Database(file).execAndGet("PRAGMA user_version").getInt(); };
  {
    const auto reading = open_sqlite({directory.path() / "us", true, RegionId("us")});
    CHECK(reading->tree() == frontier.head());
    CHECK(reading->is_older_format());
    CHECK(format() == 3);
  }
  const auto log = open(directory, "us");
  CHECK(format() == 4);
  CHECK_FALSE(log->is_older_format());
  CHECK(log->tree() == frontier.head());
  CHECK(append_one(*log, batch_of("acme", "k9", 5, 2)));
  CHECK(log->tree() == tree_from_events(*log));
  CHECK_NOTHROW(log->check_structure());
}

TEST_CASE("A log whose newest events are gone, though they were signed, is not written on") {
  const TemporaryDirectory directory;
  {
    const auto log = open(directory, "us");
    fill(*log);
    log->add_checkpoint({log->head(), "signed", Instant{}});
  }
  CHECK_FALSE(fault_of([&] { static_cast<void>(open(directory, "us")); }));
  SQLite::Database(directory.path() / "us" / "ledger.db", SQLite::OPEN_READWRITE)
      .exec("DELETE FROM recent WHERE id = (SELECT max(id) FROM recent)");
  CHECK(fault_of([&] { static_cast<void>(open(directory, "us")); }) == Fault::Kind::damaged);
}

TEST_CASE("A tree that is not its events' is not written on") {
  const TemporaryDirectory directory;
  fill(*open(directory, "us"));
  const auto damage = [&](const char* sql) {
    SQLite::Database(directory.path() / "us" / "ledger.db", SQLite::OPEN_READWRITE).exec(sql);
    return fault_of([&] { static_cast<void>(open(directory, "us")); });
  };
  CHECK_FALSE(damage("SELECT 1"));
  CHECK(damage("UPDATE tree SET size = size - 1") == Fault::Kind::damaged);
  CHECK(damage("UPDATE tree SET size = size + 1, frontier = zeroblob(64)") == Fault::Kind::damaged);
  CHECK(damage("DELETE FROM tree") == Fault::Kind::damaged);
}
