// SPDX-License-Identifier: Apache-2.0
// A book kept beside its log: whoever opens the log next goes on from it, and `verify` holds it against the events.
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <cstdio>
#include <memory>

#include "events/store/partitions.hpp"
#include "ledger/kept_book.hpp"
#include "ledger/regions/local_ledger.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

const RegionId us("us");

std::vector<std::string> opening() {
  return {
      R"({"command":"OpenAccount","account":"acme","key":"open","at":"2026-03-01T00:00:00Z","environment":"commercial","region":"us"})",
      R"({"command":"StartTerm","account":"acme","key":"term","at":"2026-03-01T00:00:00Z","product":"ai_studio","plan":"max",)"
      R"("cadence":"quarterly","starts_at":"2026-03-01T00:00:00Z","ends_at":"2027-03-01T00:00:00Z"})"};
}

std::string charge(int number) {
  const std::string id = "u" + std::to_string(number);
  return R"({"command":"RecordUsage","account":"acme","key":")" + id + R"(","at":"2026-03-02T00:00:00Z","usage":")" +
         id + R"(","workflow":"triage","model":"gpt-4o","query":0,"input":1000,"output":10,"plan":"max"})";
}

// A ledger with an account that has been charged `count` times; its book kept where that is worth it.
void charge_account(const std::filesystem::path& data, int first, int count) {
  SqlitePartitions partitions(data, false);
  LocalLedger ledger(partitions, default_catalog());
  std::vector<std::string> texts;
  if (first == 0) texts = opening();
  for (int i = first; i < first + count; ++i) texts.push_back(charge(i));
  for (std::size_t at = 0; at < texts.size(); at += commands_per_group_max) {
    std::vector<std::string_view> group(
        texts.begin() + static_cast<std::ptrdiff_t>(at),
        texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), at + commands_per_group_max)));
    for (const Answer& answer : ledger.process(group, *parse_instant("2026-03-03T00:00:00Z"))) {
      INFO(to_json(answer));
      REQUIRE_FALSE(answer.refused);
    }
  }
  ledger.keep_books();
}

Book folded(const Log& log) {
  Book book;
  log.read(0, -1, [&](Event&& event) { return book.apply(event).has_value(); });
  return book;
}

// The program's exit status, and what it said.
std::pair<int, std::string> verify(const std::filesystem::path& data) {
  const std::string command = std::string(CREDITFOLD_PROGRAM) + " verify '" + data.string() + "' 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
  return {WEXITSTATUS(::pclose(pipe.release())), text};
}

}  // namespace

TEST_CASE("A kept book is the fold of the events before it, and the next one goes on from it") {
  const TemporaryDirectory directory;
  charge_account(directory.data(), 0, 50);
  {
    const SqlitePartitions partitions(directory.data(), true);
    CHECK(kept_book(*partitions.find(us)).seq() == 0);  // so few are folded again
  }
  charge_account(directory.data(), 50, 1'200);
  std::int64_t kept = 0;
  {
    const SqlitePartitions partitions(directory.data(), true);
    const Book book = kept_book(*partitions.find(us));
    kept = book.seq();
    CHECK(kept >= 1'200);
    CHECK(fingerprint(book) == fingerprint(folded(*partitions.find(us))));
  }
  charge_account(directory.data(), 1'250, 30);
  const SqlitePartitions partitions(directory.data(), true);
  CHECK(kept_book(*partitions.find(us)).seq() == kept);
  const Engine engine(*partitions.find(us), default_catalog(), kept_book(*partitions.find(us)));
  CHECK(fingerprint(engine.book()) == fingerprint(folded(*partitions.find(us))));
  CHECK(verify(directory.data()).first == 0);
}

TEST_CASE("Where no book is kept, a log is begun with what its segments fold to, and not once somebody says stop") {
  const TemporaryDirectory directory;
  charge_account(directory.data(), 0, 2'500);
  std::filesystem::remove(directory.data() / "us" / "state");
  const SqlitePartitions partitions(directory.data(), true);
  const SqliteLog& log = *partitions.find(us);
  REQUIRE(kept_book(log).seq() == 0);
  const Begun begun = begin_book(log);
  CHECK(begun.kept == 0);
  CHECK(begun.book.seq() == log.head());
  CHECK(begun.book.events() == log.head());
  CHECK(fingerprint(begun.book) == fingerprint(folded(log)));
  CHECK(begin_book(log, [](std::int64_t) { return false; }).book.seq() == 0);
}

TEST_CASE("verify finds a kept book that is not what the events fold to") {
  const TemporaryDirectory directory;
  charge_account(directory.data(), 0, 1'100);
  {
    SqlitePartitions partitions(directory.data(), false);
    SqliteLog& log = *partitions.find(us);
    Book other;
    log.read(0, log.head() - 1, [&](Event&& event) { return other.apply(event).has_value(); });
    other.advance(log.head(), 1);
    keep_book(log, other, log.moves());
  }
  const auto [status, text] = verify(directory.data());
  CHECK(status == 1);
  CHECK(text.find("the book kept beside the log of region us is not what its events fold to") != std::string::npos);
  std::filesystem::remove(directory.data() / "us" / "state");
  CHECK(verify(directory.data()).first == 0);
}
