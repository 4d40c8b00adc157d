// SPDX-License-Identifier: Apache-2.0
// What is kept beside a log: taken back whole and of this very log, or not at all.
#include <catch2/catch.hpp>

#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/on_disk.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

void append_events(Log& log, std::string_view account, std::int64_t after, std::int64_t count) {
  for (std::int64_t version = after; version < after + count; ++version) {
    REQUIRE(append_one(log, batch_of(account, std::string(account) + std::to_string(version), version, 1)));
  }
}

}  // namespace

TEST_CASE("State kept beside a log comes back, also when the log went on") {
  const TemporaryDirectory directory;
  {
    const auto log = open(directory, "us");
    CHECK_FALSE(log->kept_state());
    append_events(*log, "acme", 0, 300);
    log->keep_state({290, log->moves(), {1, 2, 3}});
    append_events(*log, "acme", 300, 1);
  }
  for (const bool read_only : {false, true}) {
    const auto log = open_sqlite({directory.path() / "us", read_only, RegionId("us")});
    const auto state = log->kept_state();
    REQUIRE(state);
    CHECK(state->size == 290);
    CHECK(state->bytes == std::vector<std::uint8_t>{1, 2, 3});
  }
}

TEST_CASE("State that is damaged, or another log's, is none") {
  const TemporaryDirectory directory;
  const auto log = open(directory, "us");
  append_events(*log, "acme", 0, 5);
  log->keep_state({5, log->moves(), {1, 2, 3}});
  const std::filesystem::path file = directory.path() / "us" / "state";
  const std::string sound = content_of(file);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    put_content(file, changed);
    CAPTURE(at);
    CHECK_FALSE(log->kept_state());
    put_content(file, sound.substr(0, at));
    CHECK_FALSE(log->kept_state());
  }
  put_content(file, sound);
  CHECK(log->kept_state());

  const TemporaryDirectory other;
  const auto another = open(other, "us");
  append_events(*another, "acme", 0, 4);
  put_content(other.path() / "us" / "state", sound);
  CHECK_FALSE(another->kept_state());  // it goes further than this log
  append_events(*another, "umbrella", 0, 1);
  CHECK_FALSE(another->kept_state());  // and is of another fifth event
}

TEST_CASE("No state outlives a move of one of its accounts") {
  const TemporaryDirectory directory;
  const auto log = open(directory, "us");
  append_events(*log, "acme", 0, 3);
  append_events(*log, "umbrella", 0, 3);
  const std::int64_t before = log->moves();
  log->keep_state({6, before, {1, 2, 3}});
  REQUIRE(log->kept_state());
  log->bury({AccountId("acme"), RegionId("eu"), {3, Bytes{std::vector<std::uint8_t>(32)}}, Instant{0}});
  CHECK_FALSE(log->kept_state());
  CHECK_FALSE(std::filesystem::exists(directory.path() / "us" / "state"));
  log->keep_state({6, before, {1, 2, 3}});  // derived before it left
  CHECK_FALSE(log->kept_state());
  CHECK_FALSE(std::filesystem::exists(directory.path() / "us" / "state"));
  CHECK_FALSE(std::filesystem::exists(directory.path() / "us" / "state.new"));
  log->keep_state({6, log->moves(), {1, 2}});
  CHECK(log->kept_state());
}

TEST_CASE("Where state cannot be kept the caller hears it, and the log goes on") {
  const TemporaryDirectory directory;
  const auto log = open(directory, "us");
  append_events(*log, "acme", 0, 3);
  std::filesystem::create_directories(directory.path() / "us" / "state.new.part" / "in the way");
  CHECK_THROWS_AS(log->keep_state({3, log->moves(), {1}}), Fault);
  append_events(*log, "acme", 3, 3);
  CHECK_FALSE(log->kept_state());
}
