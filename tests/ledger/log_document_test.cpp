// SPDX-License-Identifier: Apache-2.0
// A .cflog document as batches, read in steps and in pieces, by visitors that take events and by those that only look.
#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "events/cflog.hpp"
#include "events/codec.hpp"
#include "ledger/log_document.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

struct Written {
  std::vector<std::uint8_t> bytes;
  std::vector<std::size_t> borders;  // behind each section
  std::vector<std::pair<AccountId, StoredBatch>> batches;
};

// Events of a story as batches of 1, 2, 1, 3, 0, 1 … events, the last batch cut off before its mark.
Written written() {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
    2026-01-02  buy plus 20 in 1                                   -> ok
    2026-01-03  authorize h 10 until 2026-03-01                    -> ok
    2026-01-04  use 30                                             -> ok
    2026-01-04  use 31                                             -> ok
    2026-01-05  release h                                          -> ok
    2026-02-01  close                                              -> ok
    2026-02-02  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-02-02  seats enterprise 12                                -> ok
  )");
  Written document;
  CflogWriter writer(
      [&](std::span<const std::uint8_t> part) {
        document.bytes.insert(document.bytes.end(), part.begin(), part.end());
        document.borders.push_back(document.bytes.size());
      },
      {});
  const std::vector<Event> events = table.events();
  const std::size_t sizes[] = {1, 2, 1, 3, 0};
  std::size_t at = 0;
  for (std::size_t i = 0; at < events.size(); ++i) {
    StoredBatch batch;
    batch.key = IdempotencyKey("b" + std::to_string(i));
    batch.command = command_digest_of(batch.key.value);
    batch.first_seq = at == 0 ? 1 : events[at - 1].seq + 1;
    for (std::size_t k = 0; k < sizes[i % 5] && at < events.size(); ++k) {
      Event event = events[at++];
      event.key = batch.key;
      batch.events.push_back(std::move(event));
    }
    batch.count = static_cast<std::int64_t>(batch.events.size());
    for (const Event& event : batch.events) writer.event(event);
    if (at < events.size()) {
      writer.batch({events.front().account, batch.key, batch.command, batch.count});
    } else {
      batch.command = {};
    }
    document.batches.emplace_back(events.front().account, std::move(batch));
  }
  (void)writer.finish(events.back().seq);
  return document;
}

}  // namespace

TEST_CASE(
    "Log document: batches are those that were written, whether a visitor takes their events or not, step by step") {
  const Written document = written();
  REQUIRE(document.batches.size() > 6);
  for (const bool takes : {true, false}) {
    for (const std::int64_t events : {1, 2, 100}) {
      CflogSteps steps(document.bytes, true);
      std::size_t read = 0;
      const auto visit = [&](const AccountId& account, StoredBatch&& batch) {
        REQUIRE(read < document.batches.size());
        const auto& [of, expected] = document.batches[read++];
        CHECK(account == of);
        CHECK(batch.key == expected.key);
        CHECK(batch.command == expected.command);
        CHECK(batch.first_seq == expected.first_seq);
        CHECK(batch.count == expected.count);
        CHECK(batch.events == expected.events);
        std::vector<std::uint8_t> bytes;
        if (batch.count == 1) encode_event(batch.events.front(), bytes);
        CHECK(std::equal(bytes.begin(), bytes.end(), steps.event_bytes().begin(), steps.event_bytes().end()));
        if (takes) StoredBatch(std::move(batch)).events.clear();
        return true;
      };
      auto more = steps.step(events, visit);
      for (; more && *more; more = steps.step(events, visit)) {
      }
      REQUIRE(more);
      CHECK(read == document.batches.size());
      CHECK(steps.bytes_read() == document.bytes.size());
    }
  }
}

TEST_CASE("Log document: bytes of an event are not given once the piece they were in is gone") {
  const Written document = written();
  // All but the end, then the end, which closes the batch that has no mark.
  REQUIRE(document.borders.size() >= 3);
  const std::size_t border = document.borders[document.borders.size() - 2];
  std::vector<std::uint8_t> piece(document.bytes.begin(), document.bytes.begin() + static_cast<std::ptrdiff_t>(border));
  CflogSteps steps(piece, false);
  std::size_t read = 0;
  bool is_end = false;
  const auto visit = [&](const AccountId&, StoredBatch&& batch) {
    read += 1;
    CHECK(batch.events == document.batches[read - 1].second.events);
    if (is_end) CHECK(steps.event_bytes().empty());
    return true;
  };
  REQUIRE(steps.step(100, visit));
  CHECK(read == document.batches.size() - 1);
  piece.assign(document.bytes.begin() + static_cast<std::ptrdiff_t>(border), document.bytes.end());
  is_end = true;
  steps.go_on(piece, true);
  REQUIRE(steps.step(100, visit));
  CHECK(read == document.batches.size());
}
