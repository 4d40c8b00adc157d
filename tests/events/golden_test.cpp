// SPDX-License-Identifier: Apache-2.0
// Golden bytes: what was once written is read for ever. golden/*.txt are only ever added to; each holds sections of
// "name = value" lines and the bytes that mean them. `core_tests "[.golden]"` prints the sections for today's samples.
#include <catch2/catch.hpp>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "events/codec.hpp"
#include "events/upcast.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;

namespace {

struct Golden {
  std::string title;
  std::string fields;
  std::vector<std::uint8_t> bytes;
};

// Sections: "[title]", field lines, "bytes = hex", an empty line. Lines that begin with # are remarks.
std::vector<Golden> read_golden(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::vector<Golden> sections;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      sections.push_back({line.substr(1, line.size() - 2), {}, {}});
    } else if (line.rfind("bytes = ", 0) == 0) {
      sections.back().bytes = test::from_hex(line.substr(8));
    } else {
      sections.back().fields += line + "\n";
    }
  }
  return sections;
}

int revision_in(const Event& event) {
  return std::visit([](const auto& fields) -> int { return revision_of(fields); }, event.payload);
}

std::string title_of(const Event& event, bool full) {
  return std::string(type_name(event.payload)) + ' ' + std::to_string(revision_in(event)) + (full ? " full" : " bare");
}

}  // namespace

TEST_CASE("Golden bytes mean today what they meant when they were written, and are written still") {
  std::set<std::string> titles;
  std::vector<Golden> all = read_golden(SOURCE_DIRECTORY "/tests/events/golden/revision-1.txt");
  for (Golden& later : read_golden(SOURCE_DIRECTORY "/tests/events/golden/revision-2.txt"))
    all.push_back(std::move(later));
  for (const Golden& golden : all) {
    CAPTURE(golden.title);
    CHECK(titles.insert(golden.title).second);
    const Expected<Event, DecodeError> event = decode_event(golden.bytes);
    REQUIRE(event);
    CHECK(test::describe(*event) == golden.fields);
    std::vector<std::uint8_t> again;
    encode_event(*event, again);
    CHECK(test::to_hex(again) == test::to_hex(golden.bytes));
  }
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    for (const bool full : {false, true}) CHECK(titles.count(title_of(test::sample_event(tag, full), full)) == 1);
  }
}

TEST_CASE("Print golden sections of today's samples", "[.golden]") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    for (const bool full : {false, true}) {
      const Event event = test::sample_event(tag, full);
      std::vector<std::uint8_t> bytes;
      encode_event(event, bytes);
      std::cout << '[' << title_of(event, full) << "]\n"
                << test::describe(event) << "bytes = " << test::to_hex(bytes) << "\n\n";
    }
  }
}
