// SPDX-License-Identifier: Apache-2.0
// events/FORMAT.md shows bytes and SQL: they are taken out of the document here and held against the code, so that the
// document cannot say anything else.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "events/archive.hpp"
#include "events/cflog.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"
#include "events/segment.hpp"
#include "events/store/sqlite_schema.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;

namespace {

// The fenced blocks of the document by their label: "```hex event" is "hex event".
std::map<std::string, std::string> blocks_of_format() {
  std::ifstream file(SOURCE_DIRECTORY "/events/FORMAT.md");
  REQUIRE(file);
  std::map<std::string, std::string> blocks;
  std::string label;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("```", 0) == 0) {
      label = label.empty() ? line.substr(3) : "";
    } else if (!label.empty()) {
      blocks[label] += line + "\n";
    }
  }
  return blocks;
}

// Each line is bytes, then two spaces and words about them.
std::vector<std::uint8_t> bytes_of_block(const std::string& label) {
  const std::map<std::string, std::string> blocks = blocks_of_format();
  REQUIRE(blocks.count(label) == 1);
  std::istringstream lines(blocks.at(label));
  std::string hex;
  for (std::string line; std::getline(lines, line);) hex += line.substr(0, line.find("  "));
  return test::from_hex(hex);
}

Event example_event() {
  CreditsConsumed charge;
  charge.usage = UsageId("run-1");
  charge.plan = PlanId("plus");
  charge.workflow = WorkflowId("triage");
  charge.model = ModelId("gpt-4o");
  charge.query = {0};
  charge.input = {1200};
  charge.output = {300};
  charge.rate_card = RateCardId("2025-10");
  charge.credits = {90'000'000};
  charge.flags = {UsageFlag::beta_not_accepted};
  Event event;
  event.seq = 1;
  event.account = AccountId("acme");
  event.version = 1;
  event.at = *parse_instant("2026-03-01T12:00:00Z");
  event.recorded_at = *parse_instant("2026-03-01T12:00:00.000125Z");
  event.key = IdempotencyKey("k1");
  event.actor = ActorId("ana");
  event.payload = charge;
  return event;
}

BatchMark example_mark() { return {AccountId("acme"), IdempotencyKey("k1"), command_digest_of("the command"), 1}; }

// How the document writes a field: "name: type", a ? when it may be absent.
struct FieldList {
  std::string text;

  template <class T>
  void operator()(const char* name, const T&) {
    if (!text.empty()) text += ", ";
    text += name;
    text += ": ";
    text += type_of(static_cast<const T*>(nullptr));
  }

 private:
  static std::string type_of(const bool*) { return "bool"; }
  static std::string type_of(const std::int32_t*) { return "int32"; }
  static std::string type_of(const std::int64_t*) { return "int64"; }
  static std::string type_of(const Credits*) { return "credits"; }
  static std::string type_of(const Volume*) { return "volume"; }
  static std::string type_of(const Instant*) { return "instant"; }
  static std::string type_of(const Money*) { return "money"; }
  static std::string type_of(const Text*) { return "text"; }
  static std::string type_of(const FreeText*) { return "free text"; }
  static std::string type_of(const Bytes*) { return "bytes"; }
  static std::string type_of(const Builders*) { return "builders"; }
  static std::string type_of(const std::vector<UsageFlag>*) { return "flags"; }
  template <class Tag>
  static std::string type_of(const Id<Tag>*) {
    return "id";
  }
  template <class E>
  requires std::is_enum_v<E>
  static std::string type_of(const E*) { return "enum"; }
  template <class T>
  static std::string type_of(const std::optional<T>*) {
    return type_of(static_cast<const T*>(nullptr)) + "?";
  }
  static std::string type_of(const PlanTerms*) {
    FieldList inner;
    PlanTerms terms;
    PlanTerms::fields(terms, inner);
    return "(" + inner.text + ")";
  }
};

std::string row_of(std::uint8_t tag) {
  return std::visit(
      []<class P>(const P& payload) {
        FieldList list;
        P::fields(payload, list);
        std::string row = "\n| ";
        row += std::to_string(P::tag);
        row += " | `";
        row += P::name;
        row += "` | ";
        row += list.text;
        return row += " |\n";
      },
      test::sample_event(tag, false).payload);
}

std::vector<std::uint8_t> big_endian(std::uint64_t value) {
  std::vector<std::uint8_t> bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  return bytes;
}

}  // namespace

TEST_CASE("The event that the format document shows has the bytes it shows") {
  std::vector<std::uint8_t> bytes;
  encode_event(example_event(), bytes);
  CHECK(test::to_hex(bytes) == test::to_hex(bytes_of_block("hex event")));
}

TEST_CASE("The sealed event that the format document shows is an event of those bytes") {
  const auto bytes = bytes_of_block("hex sealed event");
  const auto event = decode_event(bytes);
  REQUIRE(event);
  CHECK(event->account == AccountId("acme"));
  CHECK(event->version == 2);
  CHECK(std::get<AccessChanged>(event->payload).reason->sealed());
  std::vector<std::uint8_t> again;
  encode_event(*event, again);
  CHECK(test::to_hex(again) == test::to_hex(bytes));
}

TEST_CASE("The .cflog document that the format document shows has the bytes it shows") {
  std::vector<std::uint8_t> bytes;
  CflogWriter writer([&](std::span<const std::uint8_t> part) { bytes.insert(bytes.end(), part.begin(), part.end()); },
                     {});
  writer.event(example_event());
  writer.batch(example_mark());
  writer.finish(1);
  CHECK(test::to_hex(bytes) == test::to_hex(bytes_of_block("hex cflog")));
}

TEST_CASE("The checks of rows that the format document shows are the checks of those rows") {
  std::vector<std::uint8_t> event;
  encode_event(example_event(), event);
  CHECK(test::to_hex(big_endian(checksum(event, 1))) == test::to_hex(bytes_of_block("hex event row check")));
  const BatchMark mark = example_mark();
  std::vector<std::uint8_t> batch;
  encode(mark.account, batch);
  encode(mark.key, batch);
  encode(mark.command, batch);
  encode(std::int64_t{1}, batch);  // first_seq
  encode(std::int64_t{1}, batch);  // count
  CHECK(test::to_hex(big_endian(checksum(batch, 1))) == test::to_hex(bytes_of_block("hex batch row check")));
}

TEST_CASE("The segment that the format document shows holds the batch it shows") {
  const Event event = example_event();
  const BatchMark mark = example_mark();
  SegmentWriter writer;
  writer.add({1, 0, 1, 1, false}, mark.key, mark.command, std::span(&event, 1));
  CHECK(test::to_hex(writer.finish()) == test::to_hex(bytes_of_block("hex segment")));
}

TEST_CASE("The schema that the format document shows is the schema") {
  const std::map<std::string, std::string> blocks = blocks_of_format();
  REQUIRE(blocks.count("sql") == 1);
  CHECK(blocks.at("sql") == std::string(sqlite_schema).substr(1));  // it begins with a line end
  REQUIRE(blocks.count("sql tree") == 1);
  CHECK(blocks.at("sql tree") == std::string(sqlite_tree_schema).substr(1));
}

TEST_CASE("The table of events in the format document is the catalogue") {
  std::ifstream file(SOURCE_DIRECTORY "/events/FORMAT.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) CHECK_THAT(text, Catch::Contains(row_of(tag)));
}
