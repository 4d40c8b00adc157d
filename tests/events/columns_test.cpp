// SPDX-License-Identifier: Apache-2.0
// Columns give back what was put into them, one by one and all at once, and take no bytes that would lead them astray.
#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include "events/archive.hpp"
#include "events/columns.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

using Ints = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

std::vector<std::uint8_t> packed(const Ints& values) {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) { put_ints(out, values); });
  return bytes;
}

std::vector<std::uint8_t> packed(const Texts& values) {
  std::vector<std::uint8_t> bytes;
  const std::vector<std::string_view> views(values.begin(), values.end());
  append_with(bytes, [&](SpanOutputArchive& out) { put_texts(out, views); });
  return bytes;
}

Ints ints_in(const std::vector<std::uint8_t>& bytes, std::size_t count) {
  SpanInputArchive in(bytes);
  const IntColumn column = IntColumn::take(in, count);
  in.require_end();
  Ints values(count);
  column.unpack(values.data());
  for (std::size_t i = 0; i < count; ++i) REQUIRE(column.at(i) == values[i]);
  return values;
}

IntColumn ints_column(const std::vector<std::uint8_t>& bytes, std::size_t count) {
  SpanInputArchive in(bytes);
  return IntColumn::take(in, count);
}

Texts texts_in(const std::vector<std::uint8_t>& bytes, std::size_t count) {
  SpanInputArchive in(bytes);
  const TextColumn column = TextColumn::take(in, count);
  in.require_end();
  Texts values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(column.at(i));
  return values;
}

std::string uuid(Random& random) {
  std::string text;
  for (const std::size_t digits : {8U, 4U, 4U, 4U, 12U}) {
    if (!text.empty()) text += '-';
    for (std::size_t i = 0; i < digits; ++i) text += "0123456789abcdef"[random.index(16)];
  }
  return text;
}

// Unpacked as 32-bit numbers, where the column says that they fit.
bool narrow_is_the_same(const std::vector<std::uint8_t>& bytes, const Ints& values) {
  SpanInputArchive in(bytes);
  const IntColumn column = IntColumn::take(in, values.size());
  if (!column.is_narrow()) return false;
  std::vector<std::uint32_t> narrow(values.size());
  column.unpack(narrow.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(static_cast<std::int64_t>(narrow[i]) == values[i]);
    REQUIRE(narrow[i] <= column.upper_bound());
  }
  return true;
}

template <class Make>
Texts texts_of(std::size_t count, Make&& make) {
  Texts texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(make(i));
  return texts;
}

}  // namespace

TEST_CASE("A column of integers gives them back, whatever they are") {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const Ints& values : {Ints{}, Ints{0}, Ints{7, 7, 7}, Ints{least, most}, Ints{most, least, 0, -1, 1},
                             Ints{-5, -3, -1, 1}, Ints{least, least + 1}, Ints{0, most, 0, most - 1, 1}}) {
    CHECK(ints_in(packed(values), values.size()) == values);
  }
}

TEST_CASE("A column of integers gives back random ones of any width, with a few that stand out") {
  Random random(1);
  for (int round = 0; round < 400; ++round) {
    const auto width = static_cast<unsigned>(random.index(65));
    const auto step = static_cast<std::int64_t>(1 + random.index(1'000));
    Ints values(1 + random.index(300));
    for (std::int64_t& value : values) {
      const std::uint64_t bits = width == 0 ? 0 : random.next() >> (64 - width);
      value = static_cast<std::int64_t>(width > 50 ? bits : bits * static_cast<std::uint64_t>(step));
      if (random.chance(3)) value = static_cast<std::int64_t>(random.next());
    }
    CAPTURE(round, width, step);
    REQUIRE(ints_in(packed(values), values.size()) == values);
  }
}

TEST_CASE("Integers that have a range or a divisor in common take few bytes") {
  Ints values;
  for (std::int64_t i = 0; i < 1'000; ++i) values.push_back(1'767'225'600'000'000 + (i * 7 % 128) * 1'000);
  CHECK(packed(values).size() < 1'000 * 7 / 8 + 20);
  values[500] += 1'000'000'000'000;
  CHECK(packed(values).size() < 1'000 * 7 / 8 + 40);
}

TEST_CASE("A column of texts gives them back, whichever form is the cheapest") {
  Random random(2);
  const std::vector<Texts> samples{
      Texts{""},
      Texts{"", "", "a"},
      texts_of(100, [&](std::size_t) { return uuid(random); }),
      texts_of(100, [&](std::size_t) { return "run-" + uuid(random); }),
      texts_of(100, [&](std::size_t i) { return i == 50 ? std::string(36, '-') : uuid(random); }),
      texts_of(100, [](std::size_t i) { return "key-" + std::to_string(1'000'000 + i); }),
      texts_of(100, [](std::size_t i) { return "key-" + std::to_string(i); }),
      texts_of(100, [](std::size_t i) { return "key-0" + std::to_string(i); }),
      texts_of(20, [](std::size_t i) { return std::to_string(i) + "123456789012345678901"; }),
      texts_of(100, [](std::size_t i) { return i % 3 == 0 ? "plus" : "pro"; }),
      texts_of(100, [&](std::size_t) { return std::string(random.index(40), static_cast<char>(random.index(256))); }),
      texts_of(3, [](std::size_t i) { return std::string(4'000, static_cast<char>('a' + i)); }),
  };
  for (const Texts& texts : samples) {
    CAPTURE(texts.front(), texts.size());
    CHECK(texts_in(packed(texts), texts.size()) == texts);
  }
}

TEST_CASE("Texts that are UUIDs, numbers behind a common beginning, or a few again and again take few bytes") {
  Random random(3);
  CHECK(packed(texts_of(1'000, [&](std::size_t) { return uuid(random); })).size() < 1'000 * 16 + 10);
  CHECK(packed(texts_of(1'000, [](std::size_t i) { return "run-" + std::to_string(5'000'000 + i); })).size() < 1'300);
  CHECK(packed(texts_of(1'000, [](std::size_t i) { return "workflow-" + std::to_string(i % 16); })).size() < 700);
}

TEST_CASE("A column hardly grows by losing values") {
  Random random(4);
  constexpr std::size_t hardly = 12;  // a base of another length
  for (int round = 0; round < 200; ++round) {
    Ints ints(2 + random.index(60));
    for (std::int64_t& value : ints) value = static_cast<std::int64_t>(random.next() >> random.index(64));
    Texts texts = texts_of(2 + random.index(60), [&](std::size_t i) {
      return random.chance(50) ? "id-" + std::to_string(random.index(40))
             : round % 2 == 0  ? uuid(random)
                               : std::to_string(i);
    });
    while (ints.size() > 1) {
      const std::size_t before = packed(ints).size();
      ints.erase(ints.begin() + static_cast<std::ptrdiff_t>(random.index(ints.size())));
      REQUIRE(packed(ints).size() <= before + hardly);
    }
    while (texts.size() > 1) {
      const std::size_t before = packed(texts).size();
      texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(random.index(texts.size())));
      CAPTURE(round, texts.size());
      REQUIRE(packed(texts).size() <= before + hardly);
    }
  }
}

TEST_CASE("Bytes that are no column are refused, or give values, and never more") {
  Random random(5);
  const std::vector<std::vector<std::uint8_t>> sound{
      packed(Ints{1, 2, 3, 1'000'000}), packed(texts_of(20, [&](std::size_t) { return uuid(random); })),
      packed(texts_of(20, [](std::size_t i) { return i % 2 == 0 ? "a" : "b"; })),
      packed(texts_of(20, [](std::size_t i) { return "x" + std::to_string(i); })),
      packed(texts_of(4, [](std::size_t i) { return std::string(i, 'z') + "y"; }))};
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes = sound[random.index(sound.size())];
    for (std::size_t changes = random.index(4); changes > 0; --changes) {
      bytes[random.index(bytes.size())] = static_cast<std::uint8_t>(random.next());
    }
    if (random.chance(30)) bytes.resize(random.index(bytes.size() + 1));
    const std::size_t count = random.index(30);
    try {
      SpanInputArchive in(bytes);
      if (random.chance(50)) {
        const IntColumn column = IntColumn::take(in, count);
        Ints values(count);
        column.unpack(values.data());
        for (std::size_t i = 0; i < count; ++i) static_cast<void>(column.at(i));
      } else {
        const TextColumn column = TextColumn::take(in, count);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(column.at(i).size() <= bytes.size() + 64);
      }
    } catch (const DecodeFailure&) {
      ++refused;
    }
  }
  CHECK(refused > 1'000);
}

TEST_CASE("Columns of integers unpack in 32 bits too, and say when they cannot") {
  Random random(11);
  for (unsigned bits = 0; bits <= 40; ++bits) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{700}}) {
      Ints values;
      for (std::size_t i = 0; i < count; ++i) {
        values.push_back(
            static_cast<std::int64_t>(random.below(std::uint64_t{1} << (random.chance(3) ? bits : bits / 2))));
      }
      const bool fits = *std::max_element(values.begin(), values.end()) >> 32 == 0;
      const bool narrow = narrow_is_the_same(packed(values), values);
      if (narrow) REQUIRE(fits);
      if (bits < 31) REQUIRE(narrow);
    }
  }
  CHECK_FALSE(narrow_is_the_same(packed(Ints{-1, 5}), {-1, 5}));
}

TEST_CASE("Columns of texts unpack to indexes of their texts") {
  Random random(12);
  for (const std::size_t distinct : {std::size_t{1}, std::size_t{5}, std::size_t{900}}) {
    Texts texts;
    for (int i = 0; i < 900; ++i) texts.push_back("workflow-" + std::to_string(random.below(distinct)));
    const std::vector<std::uint8_t> bytes = packed(texts);
    SpanInputArchive in(bytes);
    const TextColumn column = TextColumn::take(in, texts.size());
    std::vector<std::uint32_t> indexes(texts.size());
    const TextColumn::Unpacked unpacked = column.unpack(indexes.data());
    for (std::size_t i = 0; i < texts.size(); ++i) REQUIRE(unpacked[indexes[i]] == texts[i]);
  }
}

TEST_CASE("A column read where another one was is the one that is read, whatever that was") {
  Random random(13);
  Texts uuids;
  for (int i = 0; i < 40; ++i) uuids.push_back(uuid(random));
  Texts plain, dictionary, digits, decimals;
  for (int i = 0; i < 40; ++i) {
    plain.push_back(std::string(1 + random.index(30), static_cast<char>('a' + i % 26)) + std::to_string(random.below(99)));
    dictionary.push_back(i % 3 == 0 ? "one of two" : "the other one");
    digits.push_back("k000" + std::to_string(10'000 + 7 * i));
    decimals.push_back("m" + std::to_string(7 * i));
  }
  const std::vector<Texts> all{plain, dictionary, digits, decimals, uuids, {}, {"alone"}};
  for (const Texts& before : all) {
    for (const Texts& after : all) {
      TextColumn column;
      for (const Texts* texts : {&before, &after}) {
        const std::vector<std::uint8_t> bytes = packed(*texts);  // gone when the next one is read
        SpanInputArchive in(bytes);
        column.read(in, texts->size());
        in.require_end();
        std::vector<std::uint32_t> indexes(texts->size());
        const TextColumn::Unpacked unpacked = column.unpack(indexes.data());
        REQUIRE(column.size() == texts->size());
        for (std::size_t i = 0; i < texts->size(); ++i) {
          REQUIRE(column.at(i) == (*texts)[i]);
          REQUIRE(unpacked[indexes[i]] == (*texts)[i]);
        }
      }
    }
  }
  const std::vector<Ints> numbers{{5, 5, 5}, {-3, 900, 12}, {0, 7, std::int64_t{1} << 50, 1, 2, 3, 4, 5}, {}, {1'000, 2'000}};
  for (const Ints& before : numbers) {
    for (const Ints& after : numbers) {
      IntColumn column;
      for (const Ints* values : {&before, &after}) {
        const std::vector<std::uint8_t> bytes = packed(*values);
        SpanInputArchive in(bytes);
        column.read(in, values->size());
        REQUIRE(column.upper_bound() == ints_column(bytes, values->size()).upper_bound());
        for (std::size_t i = 0; i < values->size(); ++i) REQUIRE(column.at(i) == (*values)[i]);
      }
    }
  }
}
