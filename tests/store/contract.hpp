// SPDX-License-Identifier: Apache-2.0
// What every store promises (events/log.hpp), as one suite: each store's test runs it on a fresh, empty log.
#pragma once

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "events/archive.hpp"
#include "events/log.hpp"
#include "tests/events/samples.hpp"

namespace creditfold::test {

// A batch of sample events that follow `expected_version`.
inline Batch batch_of(std::string_view account, std::string_view key, std::int64_t expected_version,
                      std::size_t events) {
  Batch batch{AccountId(account), expected_version, IdempotencyKey(key), command_digest_of(key), {}};
  for (std::size_t i = 0; i < events; ++i) {
    const std::int64_t version = expected_version + 1 + static_cast<std::int64_t>(i);
    Event event = sample_event(static_cast<std::uint8_t>(1 + version % static_cast<std::int64_t>(event_kinds)), true);
    event.account = batch.account;
    event.version = version;
    event.key = batch.key;
    batch.events.push_back(std::move(event));
  }
  return batch;
}

inline Expected<Appended, Conflict> append_one(Log& log, const Batch& batch) {
  return log.append(std::span(&batch, 1));
}

inline std::vector<Event> events_of(const Log& log, std::int64_t after = 0, std::int64_t to = -1) {
  std::vector<Event> events;
  log.read(after, to, [&](Event&& event) {
    events.push_back(std::move(event));
    return true;
  });
  return events;
}

inline std::vector<Event> account_events_of(const Log& log, std::string_view account, std::int64_t after = 0,
                                            std::int64_t to = -1) {
  std::vector<Event> events;
  log.read_account(AccountId(account), after, to, [&](Event&& event) {
    events.push_back(std::move(event));
    return true;
  });
  return events;
}

// "key:first_seq+count[seq seq …]" of each batch.
inline std::vector<std::string> batches_of(const Log& log, const LogRange& range = {}) {
  std::vector<std::string> batches;
  log.read_batches(range, [&](const AccountId&, StoredBatch&& batch) {
    std::string text = batch.key.value;
    text += ':';
    text += std::to_string(batch.first_seq);
    text += '+';
    text += std::to_string(batch.count);
    for (const Event& event : batch.events) {
      text += ' ';
      text += std::to_string(event.seq);
    }
    batches.push_back(std::move(text));
    return true;
  });
  return batches;
}

inline std::vector<std::int64_t> seqs_of(const std::vector<Event>& events) {
  std::vector<std::int64_t> seqs;
  for (const Event& event : events) seqs.push_back(event.seq);
  return seqs;
}

// k1: acme 1 2; k2: globex 3; k3: acme, none; k4: acme 4 5 6
inline void fill(Log& log) {
  const std::vector<Batch> group{batch_of("acme", "k1", 0, 2), batch_of("globex", "k2", 0, 1)};
  REQUIRE(log.append(group));
  REQUIRE(append_one(log, batch_of("acme", "k3", 2, 0)));
  REQUIRE(append_one(log, batch_of("acme", "k4", 2, 3)));
}

inline void check_reading(Log& log) {
  using Seqs = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;

  SECTION("events come back as they were, in order, with their seq") {
    fill(log);
    std::vector<Event> expected = batch_of("acme", "k4", 2, 3).events;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i].seq = 4 + static_cast<std::int64_t>(i);
    CHECK(events_of(log, 3) == expected);
    CHECK(seqs_of(events_of(log)) == Seqs{1, 2, 3, 4, 5, 6});
    CHECK(log.head() == 6);
  }
  SECTION("a range is what lies behind `after`, up to `to`") {
    fill(log);
    CHECK(seqs_of(events_of(log, 1, 4)) == Seqs{2, 3, 4});
    CHECK(seqs_of(events_of(log, 0, 0)).empty());
    CHECK(seqs_of(events_of(log, 5, 100)) == Seqs{6});
    CHECK(seqs_of(events_of(log, 6)).empty());
    CHECK(seqs_of(events_of(log, 100, 200)).empty());
  }
  SECTION("an account's events are its own, by their seq") {
    fill(log);
    CHECK(seqs_of(account_events_of(log, "acme")) == Seqs{1, 2, 4, 5, 6});
    CHECK(seqs_of(account_events_of(log, "acme", 1, 5)) == Seqs{2, 4, 5});
    CHECK(seqs_of(account_events_of(log, "globex")) == Seqs{3});
    CHECK(account_events_of(log, "nobody").empty());
  }
  SECTION("a visitor that has enough is not called again") {
    fill(log);
    int calls = 0;
    const auto once = [&](Event&&) { return ++calls < 2; };
    log.read(0, -1, once);
    log.read_account(AccountId("acme"), 0, -1, [&](Event&&) { return ++calls < 4; });
    log.read_batches([&](const AccountId&, StoredBatch&&) { return ++calls < 6; });
    CHECK(calls == 6);
  }
  SECTION("what a visitor throws comes through, and the log goes on") {
    fill(log);
    CHECK_THROWS_AS(log.read(0, -1, [](Event&&) -> bool { throw std::runtime_error("enough"); }), std::runtime_error);
    CHECK(events_of(log).size() == 6);
  }
  SECTION("a visitor may read and append") {
    fill(log);
    std::int64_t version = 1;
    log.read(0, -1, [&](Event&& event) {
      CHECK(log.find(event.account, event.key));
      std::string key = "from-visitor-";
      key += std::to_string(version);
      CHECK(append_one(log, batch_of("globex", key, version, 1)));
      ++version;
      return true;
    });
    CHECK(version == 7);
    CHECK(log.head() == 12);
  }
  SECTION("H19: the batch of a key is found for ever, one without events too") {
    fill(log);
    const std::optional<StoredBatch> batch = log.find(AccountId("acme"), IdempotencyKey("k4"));
    REQUIRE(batch);
    CHECK(batch->command == command_digest_of("k4"));
    CHECK(seqs_of(batch->events) == Seqs{4, 5, 6});
    CHECK(batch->first_seq == 4);
    CHECK(batch->count == 3);
    const std::optional<StoredBatch> empty = log.find(AccountId("acme"), IdempotencyKey("k3"));
    REQUIRE(empty);
    CHECK(empty->events.empty());
    CHECK_FALSE(log.find(AccountId("acme"), IdempotencyKey("k2")));
    CHECK_FALSE(log.find(AccountId("nobody"), IdempotencyKey("k1")));
  }
  SECTION("batches come back in the order of acceptance, those without events at their place") {
    fill(log);
    CHECK(batches_of(log) == Texts{"k1:1+2 1 2", "k2:3+1 3", "k3:4+0", "k4:4+3 4 5 6"});
    CHECK(batches_of(log, {0, -1, AccountId("globex")}) == Texts{"k2:3+1 3"});
    CHECK(batches_of(log, {0, -1, AccountId("acme")}) == Texts{"k1:1+2 1 2", "k3:4+0", "k4:4+3 4 5 6"});
    CHECK(batches_of(log, {0, -1, AccountId("nobody")}).empty());
  }
  SECTION("a range cuts batches, and says how many events they have in all") {
    fill(log);
    CHECK(batches_of(log, {1, 5, {}}) == Texts{"k1:1+2 2", "k2:3+1 3", "k3:4+0", "k4:4+3 4 5"});
    CHECK(batches_of(log, {3, 3, {}}) == Texts{"k3:4+0"});
    CHECK(batches_of(log, {4, -1, {}}) == Texts{"k4:4+3 5 6"});
    CHECK(batches_of(log, {0, 2, {}}) == Texts{"k1:1+2 1 2"});
    CHECK(batches_of(log, {6, -1, {}}).empty());
    CHECK(batches_of(log, {60, -1, {}}).empty());
    REQUIRE(append_one(log, batch_of("acme", "k5", 5, 0)));
    CHECK(batches_of(log, {6, -1, {}}) == Texts{"k5:7+0"});
  }
  SECTION("pages and batches of any length are read whole") {
    REQUIRE(append_one(log, batch_of("acme", "long", 0, 2'500)));
    REQUIRE(append_one(log, batch_of("globex", "short", 0, 1)));
    CHECK(events_of(log).size() == 2'501);
    CHECK(account_events_of(log, "acme", 700).size() == 1'800);
    CHECK(log.find(AccountId("acme"), IdempotencyKey("long"))->events.size() == 2'500);
    std::vector<Batch> group;
    for (int i = 0; i < 1'100; ++i) {
      std::string key = "empty-";
      group.push_back(batch_of("globex", key += std::to_string(i), 1, 0));
    }
    REQUIRE(log.append(group));
    CHECK(batches_of(log).size() == 1'102);
    CHECK(batches_of(log, {2'500, -1, AccountId("globex")}).size() == 1'101);
  }
}

inline void check_appending(Log& log) {
  SECTION("an empty log is empty") {
    CHECK(log.head() == 0);
    CHECK(events_of(log).empty());
    CHECK(batches_of(log).empty());
  }
  SECTION("a group gets the next seqs, without gaps") {
    const std::vector<Batch> group{batch_of("acme", "k1", 0, 2), batch_of("acme", "k2", 2, 1)};
    const Expected<Appended, Conflict> first = log.append(group);
    REQUIRE(first);
    CHECK(first->first_seq == 1);
    CHECK(first->last_seq == 3);
    const Expected<Appended, Conflict> second = append_one(log, batch_of("acme", "k3", 3, 1));
    REQUIRE(second);
    CHECK(second->first_seq == 4);
    CHECK(second->last_seq == 4);
  }
  SECTION("an append at another version is a conflict that says the version, and leaves nothing") {
    fill(log);
    const std::vector<Batch> group{batch_of("globex", "k5", 1, 1), batch_of("acme", "k6", 4, 1)};
    const Expected<Appended, Conflict> result = log.append(group);
    REQUIRE_FALSE(result);
    CHECK(result.error().batch == 1);
    CHECK(result.error().actual_version == 5);
    CHECK(log.head() == 6);
    CHECK(account_events_of(log, "globex").size() == 1);
    CHECK_FALSE(log.find(AccountId("globex"), IdempotencyKey("k5")));
    CHECK(batches_of(log).size() == 4);
    CHECK(append_one(log, batch_of("globex", "k5", 1, 1)));
  }
  SECTION("a batch without events expects a version too") {
    fill(log);
    CHECK_FALSE(append_one(log, batch_of("acme", "k5", 4, 0)));
    CHECK_FALSE(append_one(log, batch_of("new", "k5", 1, 0)));
    CHECK(append_one(log, batch_of("acme", "k5", 5, 0)));
    CHECK(append_one(log, batch_of("new", "k5", 0, 0)));
    CHECK(append_one(log, batch_of("new", "k6", 0, 1)));
  }
  SECTION("a key that is there already is a conflict, in the log or in the group") {
    fill(log);
    const Expected<Appended, Conflict> again = append_one(log, batch_of("acme", "k1", 5, 1));
    REQUIRE_FALSE(again);
    CHECK(again.error().actual_version == 5);
    CHECK_FALSE(append_one(log, batch_of("acme", "k3", 5, 0)));
    const std::vector<Batch> twice{batch_of("acme", "k7", 5, 1), batch_of("acme", "k7", 6, 1)};
    CHECK_FALSE(log.append(twice));
    CHECK(log.head() == 6);
    CHECK(append_one(log, batch_of("globex", "k1", 1, 1)));  // another account's key is another key
  }
  SECTION("a group that is not numbered as it must be is a broken program, and leaves nothing") {
    fill(log);
    Batch batch = batch_of("acme", "k5", 5, 2);
    batch.events[1].version = 8;
    CHECK_THROWS_AS(append_one(log, batch), std::logic_error);
    batch = batch_of("acme", "k5", 5, 1);
    batch.events[0].account = AccountId("globex");
    CHECK_THROWS_AS(append_one(log, batch), std::logic_error);
    batch = batch_of("acme", "k5", 5, 1);
    batch.events[0].key = IdempotencyKey("k6");
    CHECK_THROWS_AS(append_one(log, batch), std::logic_error);
    CHECK_THROWS_AS(append_one(log, batch_of("", "k5", 0, 0)), std::logic_error);
    CHECK_THROWS_AS(append_one(log, batch_of("acme", "", 5, 0)), std::logic_error);
    CHECK(log.head() == 6);
  }
  SECTION("an event that has no bytes is not kept, nor is its group") {
    std::vector<Batch> group{batch_of("acme", "k1", 0, 1), batch_of("acme", "k2", 1, 1)};
    group[1].events[0].at = Instant{instant_max.micros + 1};
    CHECK_THROWS_AS(log.append(group), Unencodable);
    CHECK(log.head() == 0);
    CHECK(batches_of(log).empty());
  }
}

inline void check_listening(Log& log) {
  SECTION("listeners hear of each append until their token goes") {
    std::vector<std::int64_t> heads;
    std::shared_ptr<void> token = log.subscribe([&](std::int64_t head) { heads.push_back(head); });
    REQUIRE(append_one(log, batch_of("acme", "k1", 0, 2)));
    REQUIRE_FALSE(append_one(log, batch_of("acme", "k1", 0, 2)));
    REQUIRE(append_one(log, batch_of("acme", "k2", 2, 1)));
    token.reset();
    REQUIRE(append_one(log, batch_of("acme", "k3", 3, 1)));
    CHECK(heads == std::vector<std::int64_t>{2, 3});
  }
  SECTION("a listener that throws breaks neither the append nor the others") {
    int calls = 0;
    const std::shared_ptr<void> first = log.subscribe([](std::int64_t) { throw std::runtime_error("no"); });
    const std::shared_ptr<void> second = log.subscribe([&](std::int64_t) { ++calls; });
    REQUIRE(append_one(log, batch_of("acme", "k1", 0, 1)));
    CHECK(calls == 1);
    CHECK(log.head() == 1);
  }
  SECTION("a listener may read the log and unsubscribe itself") {
    std::shared_ptr<void> token;
    std::size_t seen = 0;
    token = log.subscribe([&](std::int64_t head) {
      seen += events_of(log, 0, head).size();
      token.reset();
    });
    REQUIRE(append_one(log, batch_of("acme", "k1", 0, 2)));
    REQUIRE(append_one(log, batch_of("acme", "k2", 2, 2)));
    CHECK(seen == 2);
  }
  SECTION("a token may outlive the log") {
    // The log goes when the caller's does, the token after this section.
    static std::shared_ptr<void> survivor;
    survivor = log.subscribe([](std::int64_t) {});
  }
}

// Sections are alternatives: each run of the test case makes a new log and takes one.
inline void check_contract(const std::function<std::unique_ptr<Log>()>& make) {
  const std::unique_ptr<Log> log = make();
  check_reading(*log);
  check_appending(*log);
  check_listening(*log);
}

}  // namespace creditfold::test
