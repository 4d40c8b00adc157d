// SPDX-License-Identifier: Apache-2.0
// Events and their bytes: there and back, and every refusal on the way back.
#include <catch2/catch.hpp>

#include <algorithm>

#include "events/archive.hpp"
#include "events/codec.hpp"
#include "events/log.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using test::from_hex;

namespace {

std::vector<std::uint8_t> bytes_of(const Event& event) {
  std::vector<std::uint8_t> bytes;
  encode_event(event, bytes);
  return bytes;
}

// tag 18, revision 1, account "a", version 1, at 0, recorded_at 0, key "k", no actor; then product "p", effective_at 0
const std::string small = "12 01 0161 01 00 00 016b 00 0170 00";

void check_no_event(std::string_view hex, std::size_t offset, std::string_view what) {
  CAPTURE(hex);
  const Expected<Event, DecodeError> event = decode_event(from_hex(hex));
  REQUIRE_FALSE(event);
  CHECK(event.error().offset == offset);
  CHECK(event.error().what == what);
}

}  // namespace

TEST_CASE("Every kind of event survives its bytes") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    for (const bool full : {false, true}) {
      const Event event = test::sample_event(tag, full);
      CAPTURE(type_name(event.payload), full);
      const std::vector<std::uint8_t> bytes = bytes_of(event);
      const Expected<Event, DecodeError> back = decode_event(bytes);
      REQUIRE(back);
      CHECK(*back == event);
      CHECK(bytes_of(*back) == bytes);
      CHECK(bytes[0] == tag);
    }
  }
}

TEST_CASE("What an event was before leaves nothing in the one that is read into its room") {
  const auto into = [](const Event& event, Event& room) {
    room.seq = 0;
    room.partition = {};
    REQUIRE_FALSE(decode_event_into(bytes_of(event), room));
    REQUIRE(room == event);
  };
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {  // of the same kind, full and with as little as may be
    Event room;
    for (const bool full : {true, false, true}) into(test::sample_event(tag, full), room);
  }
  test::Random random(20'261'129);
  Event room;
  for (int i = 0; i < 3'000; ++i) {
    const Event event = test::random_event(random);
    into(event, room);
    const std::vector<std::uint8_t> bytes = bytes_of(event);
    if (i % 7 == 0) {
      CHECK(decode_event_into(std::span(bytes).first(3), room).has_value());
    }
    if (i % 3 == 0) {
      const Event moved_on = std::move(room);  // as a visitor may do
      CHECK((i % 7 == 0 || moved_on == event));
    }
  }
}

TEST_CASE("Any valid event survives its bytes") {
  test::Random random(20'251'007);
  for (int i = 0; i < 3'000; ++i) {
    const Event event = test::random_event(random);
    const std::vector<std::uint8_t> bytes = bytes_of(event);
    const Expected<Event, DecodeError> back = decode_event(bytes);
    REQUIRE(back);
    REQUIRE(*back == event);
  }
}

TEST_CASE("Events that differ anywhere are not the same") {
  const Event event = test::sample_event(6, true);
  Event other = event;
  CHECK(other == event);
  std::get<CreditsConsumed>(other.payload).flags.pop_back();
  CHECK_FALSE(other == event);
  other = event;
  other.seq = 1;
  CHECK_FALSE(other == event);
  CHECK_FALSE(test::sample_event(2, true) == test::sample_event(2, false));
  CHECK_FALSE(test::sample_event(2, true) == test::sample_event(3, true));
}

TEST_CASE("The bytes of an event do not depend on where it lies in a log") {
  Event event = test::sample_event(5, true);
  const std::vector<std::uint8_t> bytes = bytes_of(event);
  event.seq = 4711;
  CHECK(bytes_of(event) == bytes);
  CHECK(decode_event(bytes)->seq == 0);
}

TEST_CASE("Encoding appends, and leaves nothing of an event it cannot encode") {
  std::vector<std::uint8_t> bytes{1, 2, 3};
  Event event = test::sample_event(12, false);
  event.version = 0;
  CHECK_THROWS_AS(encode_event(event, bytes), Unencodable);
  event = test::sample_event(12, false);
  event.account = AccountId("");
  CHECK_THROWS_AS(encode_event(event, bytes), Unencodable);
  event = test::sample_event(6, true);
  std::get<CreditsConsumed>(event.payload).memo = FreeText{std::string(5'000, 'x')};
  CHECK_THROWS_AS(encode_event(event, bytes), Unencodable);
  CHECK(bytes == std::vector<std::uint8_t>{1, 2, 3});
  encode_event(test::sample_event(12, false), bytes);
  CHECK(bytes.size() > 3);
}

TEST_CASE("The longest builder list fits an event") {
  Event event = test::sample_event(4, true);
  std::get<BuildersChanged>(event.payload).actors = {
      false, std::vector<ActorId>(actors_max, ActorId(std::string(id_bytes_max, 'a')))};
  const std::vector<std::uint8_t> bytes = bytes_of(event);
  CHECK(bytes.size() <= event_bytes_max);
  CHECK(*decode_event(bytes) == event);
}

TEST_CASE("A small event has the bytes the format says") {
  Event event;
  event.account = AccountId("a");
  event.version = 1;
  event.key = IdempotencyKey("k");
  event.payload = ProductRemoved{ProductId("p"), {}};
  CHECK(bytes_of(event) == from_hex(small));
  CHECK(*decode_event(from_hex(small)) == event);
}

TEST_CASE("Bytes that are no event are refused, with the place") {
  check_no_event("", 0, "cut short");
  check_no_event("00 01", 0, "unknown tag of an event");
  check_no_event("13 01", 0, "unknown tag of an event");
  check_no_event("12", 1, "cut short");
  check_no_event("12 00 0161", 1, "unknown revision of an event");
  check_no_event("12 02 0161", 1, "unknown revision of an event");
  check_no_event("12 01 00", 2, "not an id: empty, too long, not UTF-8 or with control characters");
  check_no_event("12 01 0161 00", 4, "an event without a version");
  check_no_event("12 01 0161 80808080808080808001", 4, "an event without a version");
  check_no_event("12 01 0161 8100", 4, "number longer than it must be");
  check_no_event("12 01 0161 01 ffffffffffffffffff01", 5, "moment outside the years 0001 to 9999");
  check_no_event("12 01 0161 01 00 00 016b 02", 9, "neither yes nor no");
  check_no_event("12 01 0161 01 00 00 016b 00 0570 00", 10, "count beyond the bytes left");
  check_no_event(small + "00", 13, "bytes after the end");
  CHECK_FALSE(decode_event(std::vector<std::uint8_t>(event_bytes_max + 1, 1)));
}

TEST_CASE("An event cut anywhere is refused") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    const std::vector<std::uint8_t> bytes = bytes_of(test::sample_event(tag, true));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      REQUIRE_FALSE(decode_event(std::span(bytes).first(size)));
    }
  }
}

TEST_CASE("Whatever decodes encodes to the same bytes, and nothing that is given to decoding harms") {
  test::Random random(7);
  std::vector<std::uint8_t> bytes;
  int decoded = 0;
  for (int i = 0; i < 60'000; ++i) {
    if (i % 3 == 0) {  // noise behind a tag and a revision
      bytes.resize(random.index(80));
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
      if (bytes.size() > 1) bytes[0] = static_cast<std::uint8_t>(1 + random.below(event_kinds)), bytes[1] = 1;
    } else {  // an event with a few bytes changed
      const auto tag = static_cast<std::uint8_t>(1 + random.below(event_kinds));
      bytes = bytes_of(test::sample_event(tag, random.chance(50)));
      for (std::uint64_t changes = random.below(3); changes-- > 0;) {
        bytes[random.index(bytes.size())] = static_cast<std::uint8_t>(random.next());
      }
    }
    const Expected<Event, DecodeError> event = decode_event(bytes);
    if (event) {
      ++decoded;
      REQUIRE(bytes_of(*event) == bytes);
    } else {
      REQUIRE(event.error().offset <= bytes.size());
    }
  }
  CHECK(decoded > 10'000);
}
