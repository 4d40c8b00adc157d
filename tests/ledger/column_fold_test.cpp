// SPDX-License-Identifier: Apache-2.0
// A fold over columns gives what the fold event by event gives, bit for bit: over random logs, cut into segments of any
// length, natively and as WebAssembly.
#include <catch2/catch.hpp>

#include <map>

#include "events/segment.hpp"
#include "events/store/memory.hpp"
#include "ledger/column_fold.hpp"
#include "ledger/engine.hpp"
#include "ledger/statement.hpp"
#include "tests/events/samples.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

// A log's batches as a store packs them: accounts as numbers, in the order of their first batch.
class Packed {
 public:
  struct Run {
    std::vector<std::uint8_t> bytes;
    std::int64_t first_seq = 0;
  };

  // `gone`: an account of which the segments keep nothing but places.
  Packed(const Log& log, test::Random& random, std::size_t batches_max, const AccountId& gone = AccountId("-")) {
    SegmentWriter writer;
    std::vector<std::unique_ptr<StoredBatch>> kept;
    std::size_t left = 1 + random.index(batches_max);
    std::int64_t first_seq = 1;
    std::int64_t seq = 0;
    const auto finish = [&] {
      if (kept.empty()) return;
      runs_.push_back({writer.finish(), first_seq});
      kept.clear();
      first_seq = seq + 1;
      left = 1 + random.index(batches_max);
    };
    std::map<AccountId, std::int64_t> versions;
    log.read_batches([&](const AccountId& account, StoredBatch&& stored) {
      const auto number = numbers_.emplace(account, static_cast<std::uint32_t>(numbers_.size()) + 1).first->second;
      if (number > names_.size()) names_.push_back(account);
      const auto& batch = *kept.emplace_back(std::make_unique<StoredBatch>(std::move(stored)));
      std::int64_t& version = versions[account];
      const PackedBatch packed{number, 0, version + 1, static_cast<std::int64_t>(batch.events.size()), account == gone};
      version += packed.events;
      seq += packed.events;
      if (packed.gone) {
        writer.add_gone(packed);
      } else {
        writer.add(packed, batch.key, batch.command, batch.events);
      }
      if (--left == 0) finish();
      return true;
    });
    finish();
  }
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] AccountId name(std::uint32_t number) const { return names_[number - 1]; }

 private:
  std::vector<Run> runs_;
  std::map<AccountId, std::uint32_t> numbers_;
  std::vector<AccountId> names_;
};

void decide_stream(Log& log, std::uint64_t seed, const test::StreamShape& shape) {
  Engine engine(log, test::table_catalog());
  for (const std::string& command : test::command_stream(seed, shape)) {
    const std::string_view text(command);
    (void)engine.process({&text, 1}, test::stream_clock);
  }
}

Book fold_rows(const Log& log, std::int64_t to) {
  Book book;
  log.read(0, to, [&](Event&& event) {
    REQUIRE(book.apply(event));
    return true;
  });
  return book;
}

Book fold_columns(ColumnFold& fold, const Packed& packed) {
  for (const Packed::Run& run : packed.runs()) {
    const auto folded = fold.fold(run.bytes, run.first_seq);
    if (!folded) FAIL("event " << folded.error().seq << ": " << folded.error().what);
  }
  REQUIRE(fold.settle());
  return fold.book([&](std::uint32_t number) { return packed.name(number); });
}

std::string statements(const Book& book) {
  std::string text;
  for (const auto& [account, state] : book.accounts()) text += balance_json(state, state.latest_at) + '\n';
  return text;
}

// What the reports say, from a Book: the figures a fold over columns has without making states.
struct Reports {
  Credits consumed, uncovered, expired, drawn;
  std::int64_t periods = 0;
  std::int64_t lots = 0;

  void add(const Period& period) {
    consumed += period.consumed;
    uncovered += period.uncovered;
    expired += period.expired;
    ++periods;
    for (const Lot& lot : period.lots) drawn += lot.drawn;
    lots += static_cast<std::int64_t>(period.lots.size());
  }
  friend bool operator==(const Reports& a, const Reports& b) {
    return a.consumed == b.consumed && a.uncovered == b.uncovered && a.expired == b.expired && a.drawn == b.drawn &&
           a.periods == b.periods && a.lots == b.lots;
  }
};

}  // namespace

TEST_CASE("A fold over columns ends in the states of the fold event by event") {
  std::size_t compact = 0;
  std::size_t spilled = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    MemoryLog log;
    decide_stream(log, seed, {.accounts = 1 + static_cast<int>(seed % 7), .commands = 400});
    test::Random random(seed);
    const Packed packed(log, random, seed % 3 == 0 ? 4 : 200);
    ColumnFold fold(ColumnFold::Usage::by_account);
    const Book columns = fold_columns(fold, packed);
    const Book rows = fold_rows(log, -1);
    REQUIRE(fold.events() == rows.events());
    REQUIRE(statements(columns) == statements(rows));
    REQUIRE(fingerprint(columns) == fingerprint(rows));
    spilled += fold.accounts().spilled();
    compact += rows.accounts().size() - fold.accounts().spilled();
    for (const auto& [account, state] : columns.accounts()) REQUIRE(broken_invariant(state).empty());
  }
  CHECK(spilled > 20);
  CHECK(compact > 20);
}
