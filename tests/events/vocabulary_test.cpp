// SPDX-License-Identifier: Apache-2.0
// Texts, calendar and digest of the vocabulary.
#include <catch2/catch.hpp>

#include "events/vocabulary.hpp"

using namespace creditfold;

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

std::string months_later(std::string_view start, std::int64_t months) {
  return to_text(add_months(*parse_instant(start), months));
}

}  // namespace

TEST_CASE("Credits are written in their shortest form and read back") {
  const auto [micro, text] = GENERATE(table<std::int64_t, std::string>({{0, "0"},
                                                                        {1, "0.000001"},
                                                                        {-1, "-0.000001"},
                                                                        {125, "0.000125"},
                                                                        {1'250'000'000, "1250"},
                                                                        {-1'500'000, "-1.5"},
                                                                        {10'000'010, "10.00001"},
                                                                        {highest, "9223372036854.775807"},
                                                                        {lowest, "-9223372036854.775808"}}));
  CHECK(to_text(Credits{micro}) == text);
  CHECK(parse_credits(text) == Credits{micro});
}

TEST_CASE("Credits are read in longer forms too") {
  CHECK(parse_credits("-0") == Credits{0});
  CHECK(parse_credits("0.500000") == Credits{500'000});
  CHECK(parse_credits("007.5") == Credits{7'500'000});
}

TEST_CASE("Nothing but a decimal number is read as credits") {
  const auto* text =
      GENERATE("", "-", ".", "1.", ".5", "+1", " 1", "1 ", "1e3", "0x1", "1.0000001", "1,5", "--1", "1.-5",
               "9223372036854.775808", "-9223372036854.775809", "99999999999999999999", "NaN", "١");
  CAPTURE(text);
  CHECK_FALSE(parse_credits(text));
}

TEST_CASE("A rate is never negative") {
  CHECK(parse_rate("25000") == Rate{25'000'000'000});
  CHECK(to_text(Rate{25'000'000'000}) == "25000");
  CHECK_FALSE(parse_rate("-1"));
  CHECK_FALSE(parse_rate("-0"));
}

TEST_CASE("Moments are written in their shortest form and read back") {
  const auto [micros, text] =
      GENERATE(table<std::int64_t, std::string>({{0, "1970-01-01T00:00:00Z"},
                                                 {-1, "1969-12-31T23:59:59.999999Z"},
                                                 {1'500'000, "1970-01-01T00:00:01.5Z"},
                                                 {951'782'400'000'000, "2000-02-29T00:00:00Z"},
                                                 {4'107'542'399'000'001, "2100-02-28T23:59:59.000001Z"},
                                                 {instant_min.micros, "0001-01-01T00:00:00Z"},
                                                 {instant_max.micros, "9999-12-31T23:59:59.999999Z"}}));
  CHECK(to_text(Instant{micros}) == text);
  CHECK(parse_instant(text) == Instant{micros});
}

TEST_CASE("Every day of four centuries is written and read back as the day after the one before") {
  std::string before = "1999-12-31";
  constexpr std::int64_t day = 86'400'000'000;
  Instant at = *parse_instant("2000-01-01T00:00:00Z");
  for (int i = 0; i < 146'097; ++i, at.micros += day) {
    const std::string text = to_text(at);
    REQUIRE(text.substr(0, 10) > before);
    REQUIRE(parse_instant(text) == at);
    before = text.substr(0, 10);
  }
  CHECK(to_text(at) == "2400-01-01T00:00:00Z");
}

TEST_CASE("Nothing but RFC 3339 in UTC to the microsecond is read as a moment") {
  const auto* text = GENERATE(
      "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01 00:00:00Z",
      "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z", "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
      "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2016-12-31T23:59:60Z",
      "0000-01-01T00:00:00Z", "-026-01-01T00:00:00Z", "12026-01-01T00:00:00Z", "2026-01-01T00:00:00.5ZZ",
      "2026-1-01T00:00:00Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:0xZ");
  CAPTURE(text);
  CHECK_FALSE(parse_instant(text));
}

TEST_CASE("H2: adding months keeps the day, or takes the month's last") {
  CHECK(months_later("2026-01-31T10:00:00.5Z", 1) == "2026-02-28T10:00:00.5Z");
  CHECK(months_later("2028-01-31T00:00:00Z", 1) == "2028-02-29T00:00:00Z");
  CHECK(months_later("2026-01-31T00:00:00Z", 3) == "2026-04-30T00:00:00Z");
  CHECK(months_later("2026-11-15T00:00:00Z", 14) == "2028-01-15T00:00:00Z");
  CHECK(months_later("2026-03-31T00:00:00Z", -1) == "2026-02-28T00:00:00Z");
  CHECK(months_later("1970-01-01T00:00:00Z", -1) == "1969-12-01T00:00:00Z");
  CHECK(months_later("2026-05-05T05:05:05Z", 0) == "2026-05-05T05:05:05Z");
}

TEST_CASE("Adding months beyond the calendar is an overflow") {
  CHECK_THROWS_AS(add_months(instant_max, 1), Overflow);
  CHECK_THROWS_AS(add_months(instant_min, -1), Overflow);
  CHECK_THROWS_AS(add_months(Instant{0}, highest), Overflow);
  CHECK_THROWS_AS(add_months(Instant{0}, lowest), Overflow);
}

TEST_CASE("Months between look at the calendar month only") {
  CHECK(months_between(*parse_instant("2026-01-31T00:00:00Z"), *parse_instant("2026-02-01T00:00:00Z")) == 1);
  CHECK(months_between(*parse_instant("2026-12-01T00:00:00Z"), *parse_instant("2025-01-31T00:00:00Z")) == -23);
}

TEST_CASE("Well-formed UTF-8 is told from everything else") {
  for (const char* good :
       {"", "plain", "\x7F\x01", "é", "語", "\xF4\x8F\xBF\xBF", "\xEE\x80\x80", "longer than one word é"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "eight by\xC3",
                          "12345678\xFF"
                          "9"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("An id is short, not empty, UTF-8 and without control characters") {
  CHECK(AccountId::valid("acme"));
  CHECK(AccountId::valid("Ünïcode, with spaces / and more"));
  CHECK(AccountId::valid(std::string(128, 'a')));
  CHECK_FALSE(AccountId::valid(""));
  CHECK_FALSE(AccountId::valid(std::string(129, 'a')));
  CHECK_FALSE(AccountId::valid("\xC2\x80"));
  CHECK_FALSE(AccountId::valid("\xC2\x9F"));
  CHECK(AccountId::valid("\xC2\xA0"));
  CHECK_FALSE(AccountId::valid("\xC3"));
}

TEST_CASE("A control character is found at every place of an id of any length") {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char control : {'\0', '\n', '\x1F', '\x7F'}) {
        std::string text(size, 'a');
        REQUIRE(AccountId::valid(text));
        text[at] = control;
        REQUIRE_FALSE(AccountId::valid(text));
      }
    }
  }
}

TEST_CASE("A digest is XXH3-128 in canonical form") {
  CHECK(to_hex(digest_of("")) == "99aa06d3014798d86001c324468d497f");
  CHECK(command_digest_of("a") == CommandDigest{{0xa9, 0x6f, 0xaf, 0x70, 0x5a, 0xf1}});
  CHECK(to_hex(digest_of("a")) == "a96faf705af16834e6c632b61e964e1f");
}

TEST_CASE("H6: a list of builders admits those on it, and nobody without a name") {
  CHECK(Builders{}.admits(std::nullopt));
  const Builders listed{false, {ActorId("ana")}};
  CHECK(listed.admits(ActorId("ana")));
  CHECK_FALSE(listed.admits(ActorId("bo")));
  CHECK_FALSE(listed.admits(std::nullopt));
}

TEST_CASE("Stored names are read back to their numbers") {
  CHECK(parse_name<LotKind>("purchase") == LotKind::purchase);
  CHECK(to_name(UsageFlag::unknown_authorization) == "unknown_authorization");
  CHECK_FALSE(parse_name<Cadence>("weekly"));
}
