// SPDX-License-Identifier: Apache-2.0
// The generic archive: one encoding for each value, and no other accepted.
#include <catch2/catch.hpp>

#include "events/archive.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using test::from_hex;

namespace {

template <class T>
std::string hex_of(const T& value) {
  std::vector<std::uint8_t> bytes;
  encode(value, bytes);
  return test::to_hex(bytes);
}

// Encodes to these bytes, and these bytes decode to it.
template <class T>
void check_both(const T& value, std::string_view hex) {
  CHECK(hex_of(value) == hex);
  const Expected<T, DecodeError> back = decode<T>(from_hex(hex));
  REQUIRE(back);
  CHECK(*back == value);
}

template <class T>
void check_refused(std::string_view hex, std::size_t offset, std::string_view what) {
  CAPTURE(hex);
  const Expected<T, DecodeError> back = decode<T>(from_hex(hex));
  REQUIRE_FALSE(back);
  CHECK(back.error().offset == offset);
  CHECK(back.error().what == what);
}

struct Inner {
  std::int32_t number = 0;
  std::vector<PlanId> plans;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("plans", self.plans);
  }
  friend bool operator==(const Inner& a, const Inner& b) { return a.number == b.number && a.plans == b.plans; }
};

struct Outer {
  bool yes = false;
  std::optional<Inner> inner;
  std::map<std::pair<PlanId, ModelId>, Inner> by_plan;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("yes", self.yes);
    visit("inner", self.inner);
    visit("by_plan", self.by_plan);
  }
  friend bool operator==(const Outer& a, const Outer& b) {
    return a.yes == b.yes && a.inner == b.inner && a.by_plan == b.by_plan;
  }
};

}  // namespace

TEST_CASE("Numbers take as few bytes as they need") {
  check_both<std::uint64_t>(0, "00");
  check_both<std::uint64_t>(127, "7f");
  check_both<std::uint64_t>(128, "8001");
  check_both<std::uint64_t>(std::numeric_limits<std::uint64_t>::max(), "ffffffffffffffffff01");
  check_both<std::int64_t>(0, "00");
  check_both<std::int64_t>(-1, "01");
  check_both<std::int64_t>(1, "02");
  check_both<std::int64_t>(std::numeric_limits<std::int64_t>::max(), "feffffffffffffffff01");
  check_both<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "ffffffffffffffffff01");
  check_both<std::int32_t>(std::numeric_limits<std::int32_t>::min(), "ffffffff0f");
  check_both<std::uint8_t>(200, "c8");
  check_both<std::uint32_t>(300, "ac02");
}

TEST_CASE("A number in more bytes than it needs is refused") {
  check_refused<std::uint64_t>("8000", 0, "number longer than it must be");
  check_refused<std::int64_t>("ff8000", 0, "number longer than it must be");
  check_refused<std::int64_t>("80808080808080808000", 0, "number longer than it must be");
}

TEST_CASE("A number beyond its type is refused") {
  check_refused<std::uint64_t>("ffffffffffffffffff02", 0, "number beyond 64 bits");
  check_refused<std::uint64_t>("ffffffffffffffffffff01", 0, "number beyond 64 bits");
  check_refused<std::int32_t>("8080808010", 0, "number beyond 32 bits");
  check_refused<std::uint32_t>("8080808010", 0, "number beyond 32 bits");
}

TEST_CASE("Cut short and trailing bytes are refused where they are") {
  check_refused<std::uint64_t>("", 0, "cut short");
  check_refused<std::uint64_t>("80", 1, "cut short");
  check_refused<std::uint64_t>("0000", 1, "bytes after the end");
  check_refused<Digest>("00112233", 0, "cut short");
}

TEST_CASE("Yes is one, no is zero, and there is no third") {
  check_both(true, "01");
  check_both(false, "00");
  check_refused<bool>("02", 0, "neither yes nor no");
  check_refused<std::optional<bool>>("ff", 0, "neither yes nor no");
}

TEST_CASE("Words of the vocabulary have their bytes") {
  check_both(Credits{-3}, "05");
  check_both(Rate{3}, "03");
  check_both(Volume{3}, "03");
  check_both(Instant{-1}, "01");
  check_both(Money{{'E', 'U', 'R'}, -1}, "45555201");
  check_both(PlanId("plus"), "04706c7573");
  check_both(Text{""}, "00");
  check_both(Text{"a\nb"}, "03610a62");
  check_both(Bytes{{0, 255}}, "0200ff");
  check_both(Digest{{1, 2, 3}}, "01020300000000000000000000000000");
  check_both(CommandDigest{{1, 2, 3}}, "010203000000");
  check_both(Builders{}, "01");
  check_both(Builders{false, {ActorId("a"), ActorId("b")}}, "000201610162");
  check_both(Cadence::quarterly, "01");
  check_both(std::vector<UsageFlag>{UsageFlag::revoked, UsageFlag::partner_terms}, "020004");
  check_both(std::optional<Credits>{}, "00");
  check_both(std::optional<Credits>{Credits{1}}, "0102");
}

TEST_CASE("Free text is stored like a text, or as an envelope of a known form and a possible length") {
  const auto envelope = [](char form, std::size_t size) {
    std::string bytes(size, 'x');
    bytes[0] = FreeText::sealed_mark;
    if (size > 1) bytes[1] = form;
    return bytes;
  };
  for (const char* plain : {"", "a\nb", "grüß"}) {
    CHECK(hex_of(FreeText(std::string(plain))) == hex_of(Text{plain}));
    CHECK_FALSE(FreeText(std::string(plain)).sealed());
  }
  CHECK(FreeText::valid(std::string(4096, 'a')));
  CHECK_FALSE(FreeText::valid(std::string(4097, 'a')));
  CHECK_FALSE(FreeText::valid("a\xFF"));
  for (const std::size_t size : {42UL, 43UL, 4138UL}) CHECK(FreeText::valid(envelope(1, size)));
  for (const std::size_t size : {1UL, 2UL, 41UL, 4139UL}) CHECK_FALSE(FreeText::valid(envelope(1, size)));
  for (const std::size_t size : {60UL, 61UL, 4283UL}) CHECK(FreeText::valid(envelope(2, size)));
  for (const std::size_t size : {59UL, 4284UL}) CHECK_FALSE(FreeText::valid(envelope(2, size)));
  CHECK_FALSE(FreeText::valid(envelope(0, 100)));
  CHECK_FALSE(FreeText::valid(envelope(3, 100)));
  const FreeText longest(envelope(2, 4283));
  CHECK(longest.sealed());
  CHECK(*decode<FreeText>(from_hex(hex_of(longest))) == longest);
  check_refused<FreeText>("01ff", 0, "neither text nor a sealed one: too long, not UTF-8, or of an unknown form");
  check_refused<FreeText>("0261ff", 0, "neither text nor a sealed one: too long, not UTF-8, or of an unknown form");
  std::vector<std::uint8_t> bytes;
  CHECK_THROWS_AS(encode(FreeText(envelope(3, 100)), bytes), Unencodable);
  CHECK(bytes.empty());
}

TEST_CASE("Values outside their type's limits are refused in bytes") {
  check_refused<Volume>("80808080808080808001", 0, "negative volume");
  check_refused<Rate>("80808080808080808001", 0, "negative rate");
  check_refused<Instant>("ffffffffffffffffff01", 0, "moment outside the years 0001 to 9999");
  check_refused<Money>("75736400", 0, "not a currency of three capital letters");
  check_refused<Money>("5553", 0, "cut short");
  check_refused<PlanId>("00", 0, "not an id: empty, too long, not UTF-8 or with control characters");
  check_refused<PlanId>("0107", 0, "not an id: empty, too long, not UTF-8 or with control characters");
  check_refused<Text>("01ff", 0, "text too long or not UTF-8");
  check_refused<Cadence>("02", 0, "unknown number of an enumeration");
  check_refused<std::vector<UsageFlag>>("020400", 2, "flags out of order or repeated");
  check_refused<std::vector<UsageFlag>>("020404", 2, "flags out of order or repeated");
  check_refused<std::vector<UsageFlag>>("0106", 1, "unknown number of an enumeration");
}

TEST_CASE("Values outside their type's limits are not written either, and leave nothing behind") {
  std::vector<std::uint8_t> bytes{1, 2, 3};
  CHECK_THROWS_AS(encode(Volume{-1}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Rate{-1}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Instant{instant_max.micros + 1}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Instant{instant_min.micros - 1}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Money{}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(PlanId(""), bytes), Unencodable);
  CHECK_THROWS_AS(encode(PlanId(std::string(129, 'a')), bytes), Unencodable);
  CHECK_THROWS_AS(encode(Text{std::string(4097, 'a')}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Bytes{std::vector<std::uint8_t>(8193)}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(static_cast<Cadence>(2), bytes), Unencodable);
  CHECK_THROWS_AS(encode(std::vector<UsageFlag>{UsageFlag::revoked, UsageFlag::revoked}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Builders{true, {ActorId("a")}}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(Builders{false, std::vector<ActorId>(10'001, ActorId("a"))}, bytes), Unencodable);
  CHECK_THROWS_AS(encode(std::vector<PlanId>{PlanId("ok"), PlanId("")}, bytes), Unencodable);
  CHECK(bytes == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("The longest values there may be are written and read") {
  const PlanId id(std::string(128, 'a'));
  const Text text{std::string(4096, 'a')};
  const Bytes opaque{std::vector<std::uint8_t>(8192)};
  const Builders builders{false, std::vector<ActorId>(10'000, ActorId(std::string(128, 'a')))};
  CHECK(*decode<PlanId>(from_hex(hex_of(id))) == id);
  CHECK(*decode<Text>(from_hex(hex_of(text))) == text);
  CHECK(*decode<Bytes>(from_hex(hex_of(opaque))) == opaque);
  CHECK(*decode<Builders>(from_hex(hex_of(builders))) == builders);
}

TEST_CASE("A count is not believed beyond the bytes that are left") {
  check_refused<PlanId>("0561", 0, "count beyond the bytes left");
  check_refused<std::string>("ffffffffffffffffff01", 0, "count beyond the bytes left");
  check_refused<std::vector<std::int64_t>>("ffffffff0f", 0, "count beyond the bytes left");
  check_refused<std::vector<UsageFlag>>("ffffffff0f", 0, "count beyond the bytes left");
  check_refused<std::map<PlanId, bool>>("ffffffff0f", 0, "count beyond the bytes left");
  check_refused<std::set<PlanId>>("ffffffff0f", 0, "count beyond the bytes left");
  check_refused<Bytes>("03ffff", 0, "count beyond the bytes left");
}

TEST_CASE("Keys of a map and elements of a set ascend") {
  check_both(std::map<PlanId, bool>{{PlanId("a"), true}, {PlanId("b"), false}}, "02016101016200");
  check_refused<std::map<PlanId, bool>>("02016200016100", 4, "keys out of order or repeated");
  check_refused<std::map<PlanId, bool>>("02016200016200", 4, "keys out of order or repeated");
  check_both(std::set<PlanId>{PlanId("a"), PlanId("b")}, "0201610162");
  check_refused<std::set<PlanId>>("0201620161", 3, "keys out of order or repeated");
}

TEST_CASE("A struct that lists its fields is its fields one after another") {
  Outer outer;
  check_both(outer, "000000");
  outer.yes = true;
  outer.inner = Inner{-1, {PlanId("p")}};
  outer.by_plan[{PlanId("p"), ModelId("m")}] = Inner{2, {}};
  check_both(outer,
             "0101"
             "01010170"
             "01"
             "0170"
             "016d"
             "0400");
}
