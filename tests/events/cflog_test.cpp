// SPDX-License-Identifier: Apache-2.0
// The .cflog document: what is written is read, and what was cut, flipped or moved is found.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "events/archive.hpp"
#include "events/cflog.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;

namespace {

using Document = std::vector<std::uint8_t>;

ByteSink into(Document& document) {
  return
      [&document](std::span<const std::uint8_t> bytes) { document.insert(document.end(), bytes.begin(), bytes.end()); };
}

Event event_at(std::int64_t seq, std::string_view account, std::string_view key) {
  Event event = test::sample_event(static_cast<std::uint8_t>(1 + seq % 18), seq % 2 == 0);
  event.seq = seq;
  event.account = AccountId(account);
  event.version = seq;
  event.key = IdempotencyKey(key);
  return event;
}

std::string key_of(std::int64_t batch) {
  std::string key = "k";
  return key += std::to_string(batch);
}

BatchMark mark_of(std::string_view account, std::string_view key, std::int64_t events) {
  return {AccountId(account), IdempotencyKey(key), command_digest_of(key), events};
}

// Batches k1 (1, 2), k2 (3), k3 (none), k4 (4, 5, 6), an event without a batch (7).
Document small_document() {
  Document document;
  CflogWriter writer(into(document), {});
  writer.event(event_at(1, "acme", "k1"));
  writer.event(event_at(2, "acme", "k1"));
  writer.batch(mark_of("acme", "k1", 2));
  writer.event(event_at(3, "globex", "k2"));
  writer.batch(mark_of("globex", "k2", 1));
  writer.batch(mark_of("acme", "k3", 0));
  for (std::int64_t seq = 4; seq <= 6; ++seq) writer.event(event_at(seq, "acme", "k4"));
  writer.batch(mark_of("acme", "k4", 3));
  writer.event(event_at(7, "acme", "k5"));
  writer.finish(7);
  return document;
}

// Several blocks. Batch k<n> has the events 3n - 2 … 3n.
Document large_document(std::int64_t batches, std::int64_t after = 0) {
  Document document;
  CflogWriter writer(into(document), {after, {}});
  for (std::int64_t batch = after / 3 + 1; batch <= batches; ++batch) {
    const std::string key = key_of(batch);
    for (std::int64_t seq = std::max(3 * batch - 2, after + 1); seq <= 3 * batch; ++seq) {
      writer.event(event_at(seq, "acme", key));
    }
    writer.batch(mark_of("acme", key, 3));
  }
  writer.finish(3 * batches);
  return document;
}

struct Contents {
  std::vector<CflogHeader> headers;
  std::vector<Event> events;
  std::vector<BatchMark> marks;
  std::vector<Departed> departed;
  std::vector<CflogEnd> ends;
  std::optional<DecodeError> error;
  CflogReader::Good good;
};

// The bytes cut where told, each piece in memory of its own that is gone when the next one comes.
Contents read_all(std::span<const std::uint8_t> bytes, const std::vector<std::size_t>& cuts = {}) {
  Contents contents;
  std::size_t next_cut = 0;
  std::vector<std::uint8_t> piece;
  const auto next_piece = [&] {
    const std::size_t begin = next_cut == 0 ? 0 : cuts[next_cut - 1];
    const std::size_t end = next_cut == cuts.size() ? bytes.size() : cuts[next_cut];
    piece.assign(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end));
    piece.shrink_to_fit();
    return next_cut++ == cuts.size();
  };
  const bool whole = next_piece();
  CflogReader reader(piece, whole);
  Event room;
  for (;;) {
    Expected<std::optional<CflogItem>, DecodeError> item = reader.next(room);
    if (!item) contents.error = item.error();
    if (item && !*item && next_cut <= cuts.size()) {
      const bool last = next_piece();
      reader.go_on(piece, last);
      continue;
    }
    if (!item || !*item) break;
    if (const auto* header = std::get_if<const CflogHeader*>(&**item)) contents.headers.push_back(**header);
    if (std::holds_alternative<Event*>(**item)) contents.events.push_back(room);
    if (const auto* mark = std::get_if<const BatchMark*>(&**item)) contents.marks.push_back(**mark);
    if (const auto* departed = std::get_if<const Departed*>(&**item)) contents.departed.push_back(**departed);
    if (const auto* end = std::get_if<const CflogEnd*>(&**item)) contents.ends.push_back(**end);
  }
  contents.good = reader.good();
  return contents;
}

std::string error_of(std::span<const std::uint8_t> bytes) {
  const Contents contents = read_all(bytes);
  return contents.error ? contents.error->what : "no error";
}

// Where the sections of one document begin, and where the last ends.
std::vector<std::size_t> section_borders(const Document& document) {
  std::vector<std::size_t> borders{9};
  while (borders.back() < document.size()) {
    const std::uint8_t* head = document.data() + borders.back();
    const std::size_t length = static_cast<std::size_t>(head[1]) << 24 | static_cast<std::size_t>(head[2]) << 16 |
                               static_cast<std::size_t>(head[3]) << 8 | head[4];
    borders.push_back(borders.back() + 5 + length + 8);
  }
  return borders;
}

Document joined(std::initializer_list<std::span<const std::uint8_t>> parts) {
  Document document;
  for (const auto part : parts) document.insert(document.end(), part.begin(), part.end());
  return document;
}

}  // namespace

TEST_CASE("A document gives back its events with their seq, and its batches, in order") {
  const Contents contents = read_all(small_document());
  CHECK_FALSE(contents.error);
  REQUIRE(contents.headers.size() == 1);
  CHECK(contents.headers[0].after == 0);
  CHECK_FALSE(contents.headers[0].account);
  REQUIRE(contents.events.size() == 7);
  CHECK(contents.events[2] == event_at(3, "globex", "k2"));
  CHECK(contents.events[6] == event_at(7, "acme", "k5"));
  REQUIRE(contents.marks.size() == 4);
  CHECK(contents.marks[2].key == IdempotencyKey("k3"));
  CHECK(contents.marks[2].events == 0);
  CHECK(contents.marks[3].events == 3);
  CHECK(contents.marks[3].command == command_digest_of("k4"));
  REQUIRE(contents.ends.size() == 1);
  CHECK(contents.ends[0].events == 7);
  CHECK(contents.ends[0].batches == 4);
  CHECK(contents.ends[0].seq == 7);
  CHECK(contents.good.complete);
  CHECK(contents.good.offset == small_document().size());
  CHECK(contents.good.seq == 7);
}

TEST_CASE("A document of many blocks gives back every event") {
  const Document document = large_document(700);
  CHECK(section_borders(document).size() > 5);
  const Contents contents = read_all(document);
  CHECK_FALSE(contents.error);
  REQUIRE(contents.events.size() == 2'100);
  for (std::size_t i = 0; i < contents.events.size(); ++i) {
    const auto seq = static_cast<std::int64_t>(i) + 1;
    REQUIRE(contents.events[i] == event_at(seq, "acme", key_of((seq + 2) / 3)));
  }
}

TEST_CASE("The bytes of the event just read are those that the document holds") {
  const Document document = small_document();
  CflogReader reader(document);
  Event event;
  static_cast<void>(reader.next(event));
  REQUIRE(reader.next(event));
  std::vector<std::uint8_t> expected;
  encode(std::string("acme"), expected);
  const std::span<const std::uint8_t> bytes = reader.event_bytes();
  CHECK(std::equal(expected.begin(), expected.end(), bytes.begin() + 2));
}

TEST_CASE("An event is read into the room of any other, which stays as it is while no event is read") {
  const Document document = large_document(60);
  const std::vector<Event> events = read_all(document).events;
  CflogReader reader(document);
  Event room = test::sample_event(1, true);
  std::size_t read = 0;
  for (auto item = reader.next(room); item && *item; item = reader.next(room)) {
    if (std::holds_alternative<Event*>(**item)) CHECK(std::get<Event*>(**item) == &room);
    read += std::holds_alternative<Event*>(**item) ? 1 : 0;
    if (read > 0) CHECK(room == events[read - 1]);
  }
  CHECK(read == events.size());
}

TEST_CASE("Documents read in pieces that end where sections do are what they are as a whole, faults too") {
  const auto same = [](const Contents& pieces, const Contents& whole) {
    CHECK(pieces.events == whole.events);
    CHECK(pieces.marks.size() == whole.marks.size());
    CHECK(pieces.ends.size() == whole.ends.size());
    CHECK(pieces.error.has_value() == whole.error.has_value());
    if (!pieces.error || !whole.error) return;
    CHECK(pieces.error->what == whole.error->what);
    CHECK(pieces.error->offset == whole.error->offset);
  };
  Document document = large_document(700);
  const std::vector<std::size_t> borders = section_borders(document);
  REQUIRE(borders.size() > 5);
  const std::vector<std::size_t> each(borders.begin() + 1, borders.end());
  same(read_all(document, each), read_all(document));  // one section each, and a last piece without bytes
  same(read_all(document, {borders[1], borders[3], borders[4]}), read_all(document));
  for (std::size_t damaged : {borders[1] + 40, borders[3] + 500, document.size() - 3}) {
    document[damaged] ^= 1;
    CHECK(read_all(document).error);
    same(read_all(document, {borders[1], borders[2]}), read_all(document));
    document[damaged] ^= 1;
  }
  const auto cut_short = std::span(document).first(borders[3]);
  CHECK(read_all(cut_short).error);
  same(read_all(cut_short, {borders[2], borders[3]}), read_all(cut_short));
  const auto within = std::span(document).first(borders[3] + 100);
  same(read_all(within, {borders[2], borders[3]}), read_all(within));
}

TEST_CASE("An empty document is a document") {
  Document document;
  CflogWriter(into(document), {}).finish(0);
  CHECK_FALSE(read_all(document).error);
  CHECK(read_all(document).ends.at(0).events == 0);
  CHECK(is_cflog(document));
  CHECK_FALSE(is_cflog(std::span(document).first(7)));
  CHECK_FALSE(is_cflog(Document{'{', '"', 't', 'y', 'p', 'e', '"', ':', '"'}));
}

TEST_CASE("A document cut at any byte is found to be cut") {
  const Document document = small_document();
  for (std::size_t size = 0; size < document.size(); ++size) {
    const Contents contents = read_all(std::span(document).first(size));
    REQUIRE(contents.error);
    REQUIRE(contents.error->what.find("cut short") == 0);
    REQUIRE(contents.good.offset <= size);
    REQUIRE_FALSE(contents.good.complete);
  }
}

TEST_CASE("Any flipped bit of a document is found") {
  Document document = small_document();
  for (std::size_t at = 0; at < document.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      document[at] = static_cast<std::uint8_t>(document[at] ^ (1 << bit));
      const Contents contents = read_all(document);
      document[at] = static_cast<std::uint8_t>(document[at] ^ (1 << bit));
      REQUIRE(contents.error);
      REQUIRE(contents.error->offset <= at);
    }
  }
}

TEST_CASE("A document cut between two blocks is found to be cut, and good so far") {
  const Document document = large_document(700);
  const std::vector<std::size_t> borders = section_borders(document);
  for (std::size_t i = 1; i + 1 < borders.size(); ++i) {
    const Contents contents = read_all(std::span(document).first(borders[i]));
    REQUIRE(contents.error);
    CHECK(contents.error->what.find("cut short: no end closes the document") == 0);
    CHECK(contents.good.offset == borders[i]);
    CHECK(contents.good.seq == static_cast<std::int64_t>(contents.events.size()));
  }
}

TEST_CASE("What is missing of a cut document is what a document after the good seq holds") {
  const Document whole = large_document(700);
  const Contents cut = read_all(std::span(whole).first(whole.size() / 2));
  REQUIRE(cut.error);
  REQUIRE(cut.good.seq > 0);
  const Contents rest = read_all(large_document(700, cut.good.seq));
  CHECK_FALSE(rest.error);
  CHECK(rest.events.front().seq == cut.good.seq + 1);
  // Every batch is closed on one side or the other, once: a mark never parts from its last event.
  std::set<IdempotencyKey> keys;
  for (const BatchMark& mark : cut.marks) CHECK(keys.insert(mark.key).second);
  for (const BatchMark& mark : rest.marks) CHECK(keys.insert(mark.key).second);
  CHECK(keys.size() == 700);
}

TEST_CASE("Blocks that changed places, or are missing, or came twice, are found") {
  const Document document = large_document(700);
  const std::vector<std::size_t> borders = section_borders(document);
  const auto part = [&](std::size_t from, std::size_t to) {
    return std::span(document).subspan(borders[from], borders[to] - borders[from]);
  };
  const std::size_t last = borders.size() - 1;
  const std::span<const std::uint8_t> start = std::span(document).first(9);
  CHECK(error_of(joined({start, part(0, last)})) == "no error");
  CHECK(error_of(joined({start, part(0, 1), part(2, 3), part(1, 2), part(3, last)})).find("check is wrong") !=
        std::string::npos);
  CHECK(error_of(joined({start, part(0, 1), part(2, last)})).find("check is wrong") != std::string::npos);
  CHECK(error_of(joined({start, part(0, 2), part(1, last)})).find("check is wrong") != std::string::npos);
  CHECK(error_of(joined({start, part(0, last - 2), part(last - 1, last)})).find("check is wrong") != std::string::npos);
  CHECK(error_of(joined({start, part(1, last)})).find("check is wrong") != std::string::npos);
}

TEST_CASE("An error names the seq it comes after, and stays") {
  Document document = large_document(700);
  document[section_borders(document)[2] + 100] ^= 1;
  CflogReader reader(document);
  Event event;
  std::int64_t seq = 0;
  Expected<std::optional<CflogItem>, DecodeError> item = reader.next(event);
  for (; item; item = reader.next(event)) {
    if (std::holds_alternative<Event*>(**item)) seq = event.seq;
  }
  CHECK(seq > 0);
  CHECK(item.error().what == "the section's check is wrong (after event " + std::to_string(seq) + ")");
  CHECK(item.error().offset == section_borders(document)[2]);
  CHECK(reader.next(event).error().what == item.error().what);
  CHECK(reader.good().offset == section_borders(document)[2]);
}

TEST_CASE("Documents that continue one another are read as one log") {
  const Document first = large_document(10);
  const Document second = large_document(20, 30);
  const Contents contents = read_all(joined({first, second}));
  CHECK_FALSE(contents.error);
  CHECK(contents.headers.size() == 2);
  CHECK(contents.events.size() == 60);
  CHECK(contents.good.complete);
  CHECK(contents.good.seq == 60);
}

TEST_CASE("A document that does not continue the one before it is refused") {
  const Document first = large_document(10);
  CHECK(error_of(joined({first, large_document(20, 33)})) ==
        "the document does not continue the one before it (after event 30)");
  CHECK(error_of(joined({first, large_document(20, 27)})) ==
        "the document does not continue the one before it (after event 30)");
  Document other;
  CflogWriter(into(other), {30, AccountId("acme")}).finish(30);
  CHECK(error_of(joined({first, other})) == "the document does not continue the one before it (after event 30)");
  CHECK(error_of(joined({first, Document{1, 2, 3, 4, 5, 6, 7, 8, 9}})) == "not a .cflog document (after event 30)");
}

TEST_CASE("A document may begin and end inside a batch, and the mark comes with the batch's last event") {
  Document first;
  CflogWriter one(into(first), {});
  one.event(event_at(1, "acme", "k1"));
  one.event(event_at(2, "acme", "k1"));
  one.finish(2);
  Document second;
  CflogWriter two(into(second), {2, {}});
  two.event(event_at(3, "acme", "k1"));
  two.batch(mark_of("acme", "k1", 3));
  two.finish(3);
  const Contents contents = read_all(joined({first, second}));
  CHECK_FALSE(contents.error);
  CHECK(contents.marks.at(0).events == 3);
}

TEST_CASE("A document of one account keeps the real seq and says how far it covers the log") {
  Document document;
  CflogWriter writer(into(document), {5, AccountId("acme")});
  writer.event(event_at(9, "acme", "k1"));
  writer.batch(mark_of("acme", "k1", 1));
  writer.event(event_at(90, "acme", "k2"));
  writer.batch(mark_of("acme", "k2", 1));
  writer.finish(400);
  const Contents contents = read_all(document);
  CHECK_FALSE(contents.error);
  CHECK(contents.headers.at(0).account == AccountId("acme"));
  CHECK(contents.events.at(1).seq == 90);
  CHECK(contents.ends.at(0).seq == 400);
  CHECK(contents.good.seq == 400);
}

TEST_CASE("RES-1: a document says whose partition it is, and its events say it too") {
  Document document;
  CflogWriter writer(into(document), {0, {}, RegionId("eu")});
  Event event = event_at(1, "acme", "k1");
  CHECK_THROWS_AS(writer.event(event), std::logic_error);
  event.partition = RegionId("eu");
  writer.event(event);
  writer.batch(mark_of("acme", "k1", 1));
  writer.finish(1);
  const Contents contents = read_all(document);
  CHECK_FALSE(contents.error);
  CHECK(contents.headers.at(0).partition == RegionId("eu"));
  CHECK(contents.events.at(0) == event);
  Document other;
  CflogWriter(into(other), {1, {}, RegionId("jp")}).finish(1);
  CHECK(error_of(joined({document, other})) == "the document does not continue the one before it (after event 1)");
  // The home region's has one encoding: nothing.
  Document home;
  CflogWriter(into(home), {0, {}, RegionId("us")}).finish(0);
  CHECK(error_of(home) == "the home region's partition is left out (after event 0)");
}

TEST_CASE("RES-1: positions whose account left are explained in the place of its events") {
  Document document;
  CflogWriter writer(into(document), {});
  writer.event(event_at(1, "acme", "k1"));
  writer.batch(mark_of("acme", "k1", 1));
  CHECK_THROWS_AS(writer.departed({3, 4, AccountId("globex"), RegionId("eu")}), std::logic_error);
  CHECK_THROWS_AS(writer.departed({2, 1, AccountId("globex"), RegionId("eu")}), std::logic_error);
  const Departed first{2, 4, AccountId("globex"), RegionId("eu")};
  const Departed last{6, 6, AccountId("initech"), RegionId("jp")};
  writer.departed(first);
  writer.event(event_at(5, "acme", "k2"));
  writer.batch(mark_of("acme", "k2", 1));
  writer.departed(last);
  writer.finish(6);
  const Contents contents = read_all(document);
  CHECK_FALSE(contents.error);
  CHECK(contents.departed == std::vector<Departed>{first, last});
  CHECK(contents.events.at(1).seq == 5);
  CHECK(contents.ends.at(0).events == 2);
  CHECK(contents.good.seq == 6);
  Document filtered;
  CflogWriter one(into(filtered), {0, AccountId("acme")});
  CHECK_THROWS_AS(one.departed({1, 1, AccountId("globex"), RegionId("eu")}), std::logic_error);
}

TEST_CASE("A writer refuses what would not be read") {
  Document document;
  CflogWriter writer(into(document), {});
  CHECK_THROWS_AS(writer.event(event_at(2, "acme", "k1")), std::logic_error);
  CHECK_THROWS_AS(writer.batch(mark_of("acme", "k1", 1)), std::logic_error);
  writer.event(event_at(1, "acme", "k1"));
  CHECK_THROWS_AS(writer.event(event_at(1, "acme", "k1")), std::logic_error);
  CHECK_THROWS_AS(writer.batch(mark_of("acme", "k1", 0)), std::logic_error);
  CHECK_THROWS_AS(writer.batch(mark_of("acme", "k1", 2)), std::logic_error);
  CHECK_THROWS_AS(writer.batch(mark_of("acme", "k2", 1)), std::logic_error);
  CHECK_THROWS_AS(writer.batch(mark_of("globex", "k1", 1)), std::logic_error);
  CHECK_THROWS_AS(writer.finish(2), std::logic_error);
  Event wrong = event_at(2, "acme", "k1");
  wrong.version = 0;
  CHECK_THROWS_AS(writer.event(wrong), Unencodable);
  writer.finish(1);
  CHECK_THROWS_AS(writer.event(event_at(2, "acme", "k1")), std::logic_error);
  CHECK_THROWS_AS(writer.finish(1), std::logic_error);
  const Contents contents = read_all(document);
  CHECK_FALSE(contents.error);
  CHECK(contents.events.size() == 1);

  Document filtered;
  CflogWriter one(into(filtered), {0, AccountId("acme")});
  CHECK_THROWS_AS(one.event(event_at(1, "globex", "k1")), std::logic_error);
  CHECK_THROWS_AS(one.batch(mark_of("globex", "k1", 0)), std::logic_error);
  CHECK_THROWS_AS(CflogWriter(into(filtered), {-1, {}}), std::logic_error);
}

TEST_CASE("Noise behind the first bytes of a document harms nothing") {
  test::Random random(11);
  const Document small = small_document();
  const Document start(small.begin(), small.begin() + 9);
  for (int i = 0; i < 20'000; ++i) {
    Document document = start;
    for (std::uint64_t size = random.below(60); size-- > 0;)
      document.push_back(static_cast<std::uint8_t>(random.next()));
    REQUIRE(read_all(document).error);
  }
}
