// SPDX-License-Identifier: Apache-2.0
// What every partition promises of streams that come and go (events/partition.hpp), as one suite: each store's test
// runs it on two fresh, empty partitions.
#pragma once

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/partition.hpp"
#include "tests/store/contract.hpp"

namespace creditfold::test {

inline std::vector<StoredBatch> stored_batches_of(const Log& log, std::string_view account) {
  std::vector<StoredBatch> batches;
  log.read_batches({0, -1, AccountId(account)}, [&](const AccountId&, StoredBatch&& batch) {
    batches.push_back(std::move(batch));
    return true;
  });
  return batches;
}

inline std::vector<StoredBatch> staged_of(const Partition& partition, std::int64_t skip = 0) {
  std::vector<StoredBatch> batches;
  partition.read_staged(skip, [&](StoredBatch&& batch) {
    batches.push_back(std::move(batch));
    return true;
  });
  return batches;
}

// Not a real hash: a store keeps what it is given.
inline Copied copied_of(std::int64_t events) { return {events, Bytes{{1, 2, 3}}}; }

inline Arrival arrival_from(std::string_view region, std::string_view account, std::int64_t events) {
  return {AccountId(account), RegionId(region), copied_of(events), Instant{77}};
}

inline Tombstone tombstone_to(std::string_view region, std::string_view account, std::int64_t events) {
  return {AccountId(account), RegionId(region), copied_of(events), Instant{77}, false};
}

// The whole move, as a migration makes it, without its verification.
inline void move_account(Partition& from, Partition& to, std::string_view account, std::string_view key) {
  const std::vector<StoredBatch> batches = stored_batches_of(from, account);
  std::int64_t version = 0;
  for (const StoredBatch& batch : batches) version += static_cast<std::int64_t>(batch.events.size());
  to.stage(AccountId(account), batches);
  REQUIRE(to.admit(arrival_from(from.region().value, account, version), batch_of(account, key, version, 1)));
  from.bury(tombstone_to(to.region().value, account, version));
}

inline std::vector<std::string> runs_of(const Partition& partition, std::int64_t after = 0,
                                        std::int64_t to = 1'000'000) {
  std::vector<std::string> runs;
  std::vector<Departed> departed;
  for (const Departed& run : partition.departed(after, to)) {  // runs that follow each other may come as one
    const bool goes_on = !departed.empty() && departed.back().last_seq + 1 == run.first_seq &&
                         departed.back().account == run.account && departed.back().to == run.to;
    if (goes_on) departed.back().last_seq = run.last_seq;
    if (!goes_on) departed.push_back(run);
  }
  for (const Departed& run : departed) {
    runs.push_back(std::to_string(run.first_seq) + ".." + std::to_string(run.last_seq) + " " + run.account.value + " " +
                   run.to.value);
  }
  return runs;
}

// The same events, whatever their positions and partition are.
inline bool same_events(std::vector<Event> a, std::vector<Event> b) {
  for (std::vector<Event>* events : {&a, &b}) {
    for (Event& event : *events) {
      event.seq = 0;
      event.partition = {};
    }
  }
  return a == b;
}

inline void check_arriving(Partition& us, Partition& eu) {
  using Seqs = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;

  SECTION("RES-1: a staged stream shows nowhere until it is admitted, and reads back as it was") {
    fill(us);
    REQUIRE(append_one(eu, batch_of("initech", "i1", 0, 2)));
    const std::vector<StoredBatch> batches = stored_batches_of(us, "acme");
    eu.stage(AccountId("acme"), std::span(batches).first(1));
    eu.stage(AccountId("acme"), std::span(batches).subspan(1));
    CHECK(eu.staged() == AccountId("acme"));
    CHECK(eu.head() == 2);
    CHECK(events_of(eu).size() == 2);
    CHECK(batches_of(eu).size() == 1);
    CHECK(account_events_of(eu, "acme").empty());
    CHECK_FALSE(eu.find(AccountId("acme"), IdempotencyKey("k1")));
    CHECK(eu.accounts() == std::vector<AccountId>{AccountId("initech")});

    const std::vector<StoredBatch> back = staged_of(eu);
    REQUIRE(back.size() == 3);
    CHECK(back[1].key.value == "k3");
    CHECK(back[2].command == command_digest_of("k4"));
    CHECK(same_events(back[2].events, batches[2].events));
    CHECK(staged_of(eu, 2).size() == 1);
    CHECK(staged_of(eu, 3).empty());
  }
  SECTION("RES-1: an admitted stream takes the next positions, and its batches and keys with it") {
    fill(us);
    REQUIRE(append_one(eu, batch_of("initech", "i1", 0, 2)));
    const std::vector<Event> before = account_events_of(us, "acme");
    eu.stage(AccountId("acme"), stored_batches_of(us, "acme"));
    REQUIRE(append_one(eu, batch_of("initech", "i2", 2, 1)));  // others go on meanwhile
    const auto admitted = eu.admit(arrival_from("us", "acme", 5), batch_of("acme", "m1", 5, 1));
    REQUIRE(admitted);
    CHECK(admitted->first_seq == 9);
    CHECK(admitted->last_seq == 9);
    CHECK(eu.head() == 9);
    CHECK_FALSE(eu.staged());
    CHECK(seqs_of(events_of(eu)) == Seqs{1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(seqs_of(account_events_of(eu, "acme")) == Seqs{4, 5, 6, 7, 8, 9});
    CHECK(seqs_of(account_events_of(eu, "acme", 5, 8)) == Seqs{6, 7, 8});
    CHECK(seqs_of(events_of(eu, 5, 8)) == Seqs{6, 7, 8});
    std::vector<Event> moved = account_events_of(eu, "acme");
    moved.pop_back();
    CHECK(same_events(moved, before));
    CHECK(moved.front().partition == RegionId("eu"));
    CHECK(batches_of(eu) == Texts{"i1:1+2 1 2", "i2:3+1 3", "k1:4+2 4 5", "k3:6+0", "k4:6+3 6 7 8", "m1:9+1 9"});
    CHECK(batches_of(eu, {4, 7, {}}) == Texts{"k1:4+2 5", "k3:6+0", "k4:6+3 6 7"});
    CHECK(batches_of(eu, {6, -1, {}}) == Texts{"k4:6+3 7 8", "m1:9+1 9"});
    CHECK(batches_of(eu, {0, -1, AccountId("acme")}) == Texts{"k1:4+2 4 5", "k3:6+0", "k4:6+3 6 7 8", "m1:9+1 9"});
    CHECK(batches_of(eu, {7, -1, AccountId("acme")}) == Texts{"k4:6+3 8", "m1:9+1 9"});
    const auto found = eu.find(AccountId("acme"), IdempotencyKey("k4"));
    REQUIRE(found);
    CHECK(seqs_of(found->events) == Seqs{6, 7, 8});
    CHECK(eu.find(AccountId("acme"), IdempotencyKey("k3")));
    CHECK(eu.accounts() == std::vector<AccountId>{AccountId("acme"), AccountId("initech")});
    const auto arrival = eu.arrival_of(AccountId("acme"));
    REQUIRE(arrival);
    CHECK(arrival->from.value == "us");
    CHECK(arrival->copied == copied_of(5));
    CHECK_FALSE(eu.arrival_of(AccountId("initech")));
  }
  SECTION("RES-1: an account that has arrived goes on, its old keys and versions held against it") {
    fill(us);
    move_account(us, eu, "acme", "m1");
    CHECK_FALSE(append_one(eu, batch_of("acme", "k1", 6, 1)));
    CHECK_FALSE(append_one(eu, batch_of("acme", "n1", 5, 1)));
    CHECK(append_one(eu, batch_of("acme", "n1", 6, 2))->first_seq == 7);
    CHECK(append_one(eu, batch_of("initech", "i1", 0, 1))->first_seq == 9);
    CHECK(account_events_of(eu, "acme").size() == 8);
    CHECK(seqs_of(events_of(eu, 4)) == Seqs{5, 6, 7, 8, 9});
  }
  SECTION("what does not fit the staged stream is a conflict and leaves it staged") {
    fill(us);
    const Batch next = batch_of("acme", "m1", 5, 1);
    CHECK_FALSE(eu.admit(arrival_from("us", "acme", 5), next));
    eu.stage(AccountId("acme"), stored_batches_of(us, "acme"));
    CHECK_FALSE(eu.admit(arrival_from("us", "acme", 4), next));
    CHECK_FALSE(eu.admit(arrival_from("us", "globex", 5), next));
    CHECK_FALSE(eu.admit(arrival_from("us", "acme", 5), batch_of("acme", "m1", 4, 1)));
    CHECK_FALSE(eu.admit(arrival_from("us", "acme", 5), batch_of("acme", "m1", 5, 0)));
    CHECK_FALSE(eu.admit(arrival_from("us", "acme", 5), batch_of("acme", "k3", 5, 1)));
    CHECK(eu.head() == 0);
    CHECK(eu.admit(arrival_from("us", "acme", 5), next));
  }
  SECTION("a stream that is not staged in its order, or beside another, is a broken program") {
    fill(us);
    const std::vector<StoredBatch> batches = stored_batches_of(us, "acme");
    CHECK_THROWS_AS(eu.stage(AccountId("acme"), std::span(batches).subspan(2)), std::logic_error);
    CHECK(staged_of(eu).empty());
    eu.stage(AccountId("acme"), batches);
    CHECK_THROWS_AS(eu.stage(AccountId("globex"), stored_batches_of(us, "globex")), std::logic_error);
    CHECK_THROWS_AS(us.stage(AccountId("acme"), batches), std::logic_error);
  }
  SECTION("RES-1: a copy that is given up leaves nothing, and the next one is whole") {
    fill(us);
    eu.stage(AccountId("acme"), stored_batches_of(us, "acme"));
    eu.drop_staged();
    eu.drop_staged();
    CHECK_FALSE(eu.staged());
    CHECK(staged_of(eu).empty());
    CHECK(eu.accounts().empty());
    move_account(us, eu, "globex", "m1");
    move_account(us, eu, "acme", "m1");
    CHECK(seqs_of(account_events_of(eu, "globex")) == Seqs{1, 2});
    CHECK(seqs_of(account_events_of(eu, "acme")) == Seqs{3, 4, 5, 6, 7, 8});
    CHECK(batches_of(eu) == Texts{"k2:1+1 1", "m1:2+1 2", "k1:3+2 3 4", "k3:5+0", "k4:5+3 5 6 7", "m1:8+1 8"});
  }
}

inline void check_leaving(Partition& us, Partition& eu) {
  using Seqs = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;

  SECTION("RES-1: what left is read no more, its positions are explained, and the log goes on behind them") {
    fill(us);
    move_account(us, eu, "acme", "m1");
    CHECK(us.head() == 6);
    CHECK(seqs_of(events_of(us)) == Seqs{3});
    CHECK(account_events_of(us, "acme").empty());
    CHECK(batches_of(us) == Texts{"k2:3+1 3"});
    CHECK(batches_of(us, {0, -1, AccountId("acme")}).empty());
    CHECK_FALSE(us.find(AccountId("acme"), IdempotencyKey("k1")));
    CHECK(us.accounts() == std::vector<AccountId>{AccountId("globex")});
    CHECK(runs_of(us) == Texts{"1..2 acme eu", "4..6 acme eu"});
    CHECK(runs_of(us, 1, 4) == Texts{"2..2 acme eu", "4..4 acme eu"});
    CHECK(runs_of(eu).empty());
    REQUIRE(append_one(us, batch_of("globex", "g1", 1, 2)));
    CHECK(seqs_of(events_of(us)) == Seqs{3, 7, 8});
    CHECK(seqs_of(events_of(us, 3)) == Seqs{7, 8});
    CHECK(batches_of(us, {5, -1, {}}) == Texts{"g1:7+2 7 8"});
    const std::vector<Tombstone> tombstones = us.tombstones();
    REQUIRE(tombstones.size() == 1);
    CHECK(tombstones[0].account.value == "acme");
    CHECK(tombstones[0].to.value == "eu");
    CHECK(tombstones[0].copied == copied_of(5));
    CHECK(tombstones[0].at == Instant{77});
    CHECK_FALSE(tombstones[0].erased);
  }
  SECTION("RES-1: burying twice is once, and erasing changes nothing that is read") {
    fill(us);
    move_account(us, eu, "acme", "m1");
    us.bury(tombstone_to("eu", "acme", 5));
    CHECK(us.tombstones().size() == 1);
    CHECK(us.erase_buried([] { return true; }));
    CHECK(us.tombstones().at(0).erased);
    CHECK(seqs_of(events_of(us)) == Seqs{3});
    CHECK(batches_of(us) == Texts{"k2:3+1 3"});
    CHECK(runs_of(us) == Texts{"1..2 acme eu", "4..6 acme eu"});
  }
  SECTION("RES-1: there and back again, and there once more") {
    fill(us);
    const std::vector<Event> at_first = account_events_of(us, "acme");
    move_account(us, eu, "acme", "m1");
    move_account(eu, us, "acme", "m2");
    CHECK(us.erase_buried([] { return true; }));
    CHECK(eu.erase_buried([] { return true; }));
    CHECK(eu.accounts().empty());
    CHECK(seqs_of(account_events_of(us, "acme")) == Seqs{7, 8, 9, 10, 11, 12, 13});
    CHECK(runs_of(us) == Texts{"1..2 acme eu", "4..6 acme eu"});
    CHECK(batches_of(us) ==
          Texts{"k2:3+1 3", "k1:7+2 7 8", "k3:9+0", "k4:9+3 9 10 11", "m1:12+1 12", "m2:13+1 13"});
    REQUIRE(append_one(us, batch_of("globex", "g1", 1, 1)));
    move_account(us, eu, "acme", "m3");
    std::vector<Event> moved = account_events_of(eu, "acme");
    moved.resize(5);
    CHECK(same_events(moved, at_first));
    CHECK(runs_of(us) == Texts{"1..2 acme eu", "4..13 acme eu"});
    CHECK(runs_of(eu) == Texts{"1..6 acme us"});
    CHECK(us.tombstones().size() == 2);
    CHECK(eu.find(AccountId("acme"), IdempotencyKey("m1")));
    REQUIRE(append_one(us, batch_of("globex", "g2", 2, 1)));
    CHECK(seqs_of(events_of(us)) == Seqs{3, 14, 15});
  }
  SECTION("RES-1: a stream of many pages moves whole") {
    REQUIRE(append_one(us, batch_of("acme", "long", 0, 2'500)));
    REQUIRE(append_one(us, batch_of("globex", "g", 0, 3)));
    std::vector<Batch> group;
    for (std::int64_t i = 0; i < 1'300; ++i) group.push_back(batch_of("acme", "k" + std::to_string(i), 2'500 + i, 1));
    REQUIRE(us.append(group));
    const std::vector<Event> before = account_events_of(us, "acme");
    move_account(us, eu, "acme", "m1");
    std::vector<Event> after = account_events_of(eu, "acme");
    REQUIRE(after.size() == 3'801);
    after.pop_back();
    CHECK(same_events(after, before));
    CHECK(batches_of(eu).size() == 1'302);
    CHECK(batches_of(eu, {2'600, -1, {}}).size() == 1'201);
    CHECK(us.erase_buried([] { return true; }));
    CHECK(events_of(us).size() == 3);
    CHECK(runs_of(us) == Texts{"1..2500 acme eu", "2504..3803 acme eu"});
  }
}

inline void check_moving(const std::function<std::unique_ptr<Partition>(const char* region)>& make) {
  const std::unique_ptr<Partition> us = make("us");
  const std::unique_ptr<Partition> eu = make("eu");
  check_arriving(*us, *eu);
  check_leaving(*us, *eu);
}

}  // namespace creditfold::test
