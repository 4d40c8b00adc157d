// SPDX-License-Identifier: Apache-2.0
// A segment gives back every batch and event that was packed, to the byte, and takes no bytes that are none.
#include <catch2/catch.hpp>

#include "events/codec.hpp"
#include "events/segment.hpp"
#include "tests/acme.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// Batches of random events, some without any; accounts by turns.
std::vector<Batch> random_batches(Random& random, std::size_t count, bool typical) {
  std::vector<Batch> batches(count);
  std::vector<std::int64_t> versions(3);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t& version = versions[i % 3];
    Batch& batch = batches[i];
    batch.account = acme;
    batch.expected_version = version;
    batch.key = IdempotencyKey("key-" + std::to_string(random.next()));
    batch.command = command_digest_of(batch.key.value);
    for (std::size_t e = random.index(4); e > 0; --e) {
      Event event = typical ? typical_event(random, acme, 1) : random_event(random);
      event.account = acme;
      event.version = ++version;
      event.key = batch.key;
      if (auto* charge = std::get_if<CreditsConsumed>(&event.payload); charge != nullptr && random.chance(30)) {
        charge->usage = UsageId(batch.key.value.substr(0, id_bytes_max));
      }
      batch.events.push_back(std::move(event));
    }
  }
  return batches;
}

PackedBatch packed_of(const std::vector<Batch>& batches, std::size_t i) {
  return {static_cast<std::int64_t>(i % 3) + 1, static_cast<std::int64_t>(i), batches[i].expected_version + 1,
          static_cast<std::int64_t>(batches[i].events.size()), false};
}

std::vector<std::uint8_t> segment_of(const std::vector<Batch>& batches, std::int64_t but_for = 0) {
  SegmentWriter writer;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const PackedBatch packed = packed_of(batches, i);
    if (packed.account == but_for) {
      writer.add_gone(packed);
    } else {
      writer.add(packed, batches[i].key, batches[i].command, batches[i].events);
    }
  }
  return writer.finish();
}

void check_holds(const Segment& segment, const std::vector<Batch>& batches, std::int64_t but_for = 0) {
  REQUIRE(segment.batches() == batches.size());
  std::size_t events = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const PackedBatch expected = packed_of(batches, i);
    const PackedBatch& packed = segment.batch(i);
    CHECK(packed.account == expected.account);
    CHECK(packed.previous == expected.previous);
    CHECK(packed.first_version == expected.first_version);
    REQUIRE(packed.events == expected.events);
    CHECK(segment.first_event(i) == events);
    CHECK(packed.gone == (expected.account == but_for));
    if (!packed.gone) {
      CHECK(segment.key(i) == batches[i].key);
      CHECK(segment.command(i) == batches[i].command);
    }
    for (std::size_t e = 0; e < batches[i].events.size(); ++e, ++events) {
      CHECK(segment.batch_of(events) == i);
      if (packed.gone) continue;
      std::vector<std::uint8_t> stored;
      std::vector<std::uint8_t> given;
      encode_event(segment.event(i, events, acme), stored);
      encode_event(batches[i].events[e], given);
      REQUIRE(stored == given);
    }
  }
  CHECK(segment.events() == events);
}

}  // namespace

TEST_CASE("Every kind of event comes back from a segment with its bytes") {
  Random random(1);
  for (int round = 0; round < 60; ++round) {
    const std::vector<Batch> batches = random_batches(random, 1 + random.index(40), round % 3 == 0);
    CAPTURE(round);
    check_holds(Segment(segment_of(batches)), batches);
  }
}

TEST_CASE("Each event of the catalogue, full and bare, comes back alone") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    for (const bool full : {false, true}) {
      Batch batch;
      batch.events.push_back(sample_event(tag, full));
      batch.account = acme;
      batch.events[0].account = acme;
      batch.events[0].version = 1;
      batch.key = batch.events[0].key;
      check_holds(Segment(segment_of({batch})), {batch});
    }
  }
}

TEST_CASE("A segment without one account's batches is no longer than before, and zeros behind it are no part of it") {
  Random random(2);
  for (int round = 0; round < 40; ++round) {
    const std::vector<Batch> batches = random_batches(random, 3 + random.index(40), round % 2 == 0);
    const std::size_t whole = segment_of(batches).size();
    for (std::int64_t account = 1; account <= 3; ++account) {
      std::vector<std::uint8_t> rest = segment_of(batches, account);
      CAPTURE(round, account);
      REQUIRE(rest.size() <= whole);
      rest.resize(whole);
      check_holds(Segment(std::move(rest)), batches, account);
    }
  }
}

TEST_CASE("Charges pack to a quarter of their bytes") {
  Random random(3);
  std::vector<Batch> batches(1'000);
  std::size_t canonical = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    Batch& batch = batches[i];
    batch.expected_version = static_cast<std::int64_t>(i);
    batch.events.push_back(typical_event(random, acme, static_cast<std::int64_t>(i) + 1));
    batch.key = batch.events[0].key;
    std::vector<std::uint8_t> bytes;
    encode_event(batch.events[0], bytes);
    canonical += bytes.size();
  }
  CHECK(segment_of(batches).size() * 10 < canonical * 4);  // the digests of the commands are in the segment alone
}

TEST_CASE("Bytes that are no segment are refused where they cannot be one") {
  Random random(4);
  const std::vector<Batch> batches = random_batches(random, 20, false);
  const std::vector<std::uint8_t> sound = segment_of(batches);
  CHECK_THROWS_AS(Segment({}), DecodeFailure);
  CHECK_THROWS_AS(Segment(std::vector<std::uint8_t>(100, 0)), DecodeFailure);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    const std::vector<std::uint8_t> cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      check_holds(Segment(cut), batches);  // what was cut off were zeros
    } catch (const DecodeFailure&) {
    }
  }
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::vector<std::uint8_t> bytes = sound;
    bytes[random.index(bytes.size())] = static_cast<std::uint8_t>(random.next());
    try {
      const Segment segment(bytes);
      for (std::size_t b = 0; b < segment.batches(); ++b) {
        if (segment.batch(b).gone) continue;
        static_cast<void>(segment.key(b));
        for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
          static_cast<void>(segment.event(b, e, acme));
        }
      }
    } catch (const DecodeFailure&) {
      ++refused;
    }
  }
  CHECK(refused > 300);
}
