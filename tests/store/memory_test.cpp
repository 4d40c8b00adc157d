// SPDX-License-Identifier: Apache-2.0
// The log in memory: the contract, and batches that come with numbers of their own.
#include <catch2/catch.hpp>

#include <map>

#include "events/codec.hpp"
#include "events/store/memory.hpp"
#include "tests/store/contract.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

StoredBatch stored_batch(std::string_view key, std::int64_t expected_version, std::vector<std::int64_t> seqs) {
  Batch batch = batch_of("acme", key, expected_version, seqs.size());
  for (std::size_t i = 0; i < seqs.size(); ++i) batch.events[i].seq = seqs[i];
  const std::int64_t first = seqs.empty() ? 1 : seqs.front();
  return {batch.key, batch.command, std::move(batch.events), first, static_cast<std::int64_t>(seqs.size())};
}

}  // namespace

TEST_CASE("The log in memory keeps the contract of a log") {
  check_contract([] { return std::make_unique<MemoryLog>(); });
}

TEST_CASE("A part of another log is held under its own numbers") {
  MemoryLog log;
  REQUIRE(log.adopt(AccountId("acme"), stored_batch("k1", 4, {17, 18})));
  REQUIRE(log.adopt(AccountId("acme"), stored_batch("k2", 6, {40})));
  CHECK(seqs_of(events_of(log)) == std::vector<std::int64_t>{17, 18, 40});
  CHECK(seqs_of(events_of(log, 17, 39)) == std::vector<std::int64_t>{18});
  CHECK(log.head() == 40);
  const Expected<Appended, Conflict> appended = append_one(log, batch_of("acme", "k3", 7, 1));
  REQUIRE(appended);
  CHECK(appended->first_seq == 41);
}

TEST_CASE("A batch adopted twice is there once; another one under its key is a conflict") {
  MemoryLog log;
  REQUIRE(log.adopt(AccountId("acme"), stored_batch("k1", 0, {1, 2})));
  CHECK(log.adopt(AccountId("acme"), stored_batch("k1", 0, {1, 2})));
  StoredBatch other = stored_batch("k1", 2, {3, 4});
  other.command = command_digest_of("another command");
  CHECK_FALSE(log.adopt(AccountId("acme"), std::move(other)));
  CHECK(log.head() == 2);
}

TEST_CASE("Batches adopted together are held like those adopted one by one, with bytes that were at hand too") {
  MemoryLog one;
  MemoryLog together;
  std::int64_t seq = 0;
  for (int i = 0; i < 1'300; ++i) {
    const std::size_t events = 1 + static_cast<std::size_t>(i % 3);
    std::vector<std::int64_t> seqs;
    for (std::size_t k = 0; k < events; ++k) seqs.push_back(seq + static_cast<std::int64_t>(k) + 1);
    StoredBatch batch = stored_batch("k" + std::to_string(i), seq, seqs);
    seq += static_cast<std::int64_t>(events);
    std::vector<std::uint8_t> bytes;
    if (events == 1) encode_event(batch.events.front(), bytes);
    REQUIRE(together.adopt_unsettled(AccountId("acme"), StoredBatch(batch), bytes));
    if (i == 10 || i == 700) REQUIRE(together.settle());
    REQUIRE(one.adopt(AccountId("acme"), std::move(batch)));
  }
  REQUIRE(together.settle());
  CHECK(events_of(together) == events_of(one));
  CHECK(batches_of(together) == batches_of(one));
  for (int i = 0; i < 1'300; ++i) {
    const auto found = together.find(AccountId("acme"), IdempotencyKey("k" + std::to_string(i)));
    REQUIRE(found);
    CHECK(found->events == one.find(AccountId("acme"), found->key)->events);
  }
  CHECK_FALSE(together.find(AccountId("acme"), IdempotencyKey("k1300")));
}

TEST_CASE("A key that was there already is told of when batches adopted together are settled") {
  for (const bool settled_before : {true, false}) {
    MemoryLog log;
    REQUIRE(log.adopt_unsettled(AccountId("acme"), stored_batch("k1", 0, {1})));
    if (settled_before) REQUIRE(log.settle());
    REQUIRE(log.adopt_unsettled(AccountId("acme"), stored_batch("k2", 1, {2})));
    REQUIRE(log.adopt_unsettled(AccountId("acme"), stored_batch("k1", 2, {3})));
    const Expected<Done, Conflict> settled = log.settle();
    REQUIRE_FALSE(settled);
    CHECK(settled.error().what == "the key is there already");
    CHECK(log.adopt_unsettled(AccountId("acme"), stored_batch("k4", 3, {3})).error().what ==
          "an event before the log's head");
  }
}

TEST_CASE("A batch that does not follow what is held is not adopted") {
  MemoryLog log;
  REQUIRE(log.adopt(AccountId("acme"), stored_batch("k1", 0, {5, 6})));
  CHECK_FALSE(log.adopt(AccountId("acme"), stored_batch("k2", 2, {6})));
  CHECK_FALSE(log.adopt(AccountId("acme"), stored_batch("k2", 3, {7})));
  CHECK_FALSE(log.adopt(AccountId("globex"), stored_batch("k2", 2, {7})));
  CHECK(log.adopt(AccountId("acme"), stored_batch("k2", 2, {7})));
}

TEST_CASE("Batches of a part are those of the whole that lie in it, wherever it begins and ends") {
  MemoryLog log;
  std::map<std::string, std::int64_t> versions;
  int number = 0;
  for (const auto& [account, events] : std::vector<std::pair<std::string, std::size_t>>{{"acme", 0},
                                                                                        {"acme", 2},
                                                                                        {"globex", 1},
                                                                                        {"acme", 0},
                                                                                        {"globex", 0},
                                                                                        {"acme", 3},
                                                                                        {"globex", 2},
                                                                                        {"acme", 0}}) {
    const std::string key = "k" + std::to_string(++number);
    REQUIRE(append_one(log, batch_of(account, key, versions[account], events)));
    versions[account] += static_cast<std::int64_t>(events);
  }
  std::vector<std::pair<AccountId, StoredBatch>> all;
  log.read_batches([&](const AccountId& account, StoredBatch&& batch) {
    all.emplace_back(account, std::move(batch));
    return true;
  });
  REQUIRE(all.size() == 8);
  for (const std::optional<AccountId>& account : {std::optional<AccountId>(), std::optional(AccountId("globex"))}) {
    for (std::int64_t after = 0; after <= log.head(); ++after) {
      for (std::int64_t to = after; to <= log.head(); ++to) {
        std::vector<std::string> expected;
        for (const auto& [of, batch] : all) {
          std::string seqs;
          for (const Event& event : batch.events) {
            if (after < event.seq && event.seq <= to) seqs += std::to_string(event.seq) + " ";
          }
          const bool inside = batch.count == 0 ? after < batch.first_seq && batch.first_seq <= to + 1 : !seqs.empty();
          if (inside && (!account || of == *account)) expected.push_back(batch.key.value + ": " + seqs);
        }
        std::vector<std::string> found;
        log.read_batches({after, to, account}, [&](const AccountId&, StoredBatch&& batch) {
          std::string seqs;
          for (const Event& event : batch.events) seqs += std::to_string(event.seq) + " ";
          found.push_back(batch.key.value + ": " + seqs);
          return true;
        });
        CHECK(found == expected);
      }
    }
  }
}
