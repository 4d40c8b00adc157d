// SPDX-License-Identifier: Apache-2.0
// How fast a year's log folds from packed segments in memory: replay_bench EVENTS ACCOUNTS [ROUNDS [PLANS]]. One
// thread, CPU time, unpacking included; then all lots and both reports are read and summed. The same source natively
// and as WebAssembly. Prints one JSON line. `replay_bench --check EVENTS ACCOUNTS` holds it against the fold event by
// event instead.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "events/segment.hpp"
#include "ledger/cli/allocator.hpp"
#include "ledger/column_fold.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/bench/replay_log.hpp"

namespace {

using namespace creditfold;

void fold_all(ColumnFold& fold, const std::vector<test::ReplayLog::Run>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i];
    if (i + 1 < runs.size()) fold.expect(runs[i + 1].bytes);
    const auto folded = fold.fold(run.bytes, run.first_seq);
    if (folded) continue;
    std::fprintf(stderr, "event %lld: %s\n", static_cast<long long>(folded.error().seq), folded.error().what.c_str());
    std::exit(1);
  }
}

// By a name of its own, for who profiles.
[[gnu::noinline]] void fold_measured(ColumnFold& fold, const std::vector<test::ReplayLog::Run>& runs) {
  fold_all(fold, runs);
}

// Every figure of every row has its part in it.
class Sum {
 public:
  void add(std::int64_t figure) { sum_ = (sum_ ^ static_cast<std::uint64_t>(figure)) * 0x100'0000'01B3U; }
  [[nodiscard]] std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xCBF2'9CE4'8422'2325U;
};

std::uint64_t read_all(ColumnFold& fold) {
  Sum sum;
  (void)fold.settle().value();
  fold.visit_periods([&](const PeriodView& view) {
    const Period& period = view.period;
    for (const Credits figure : {period.granted, period.consumed, period.expired, period.uncovered})
      sum.add(figure.micro);
    for (const Lot& lot : period.lots) {
      sum.add(lot.drawn.micro);
      sum.add(lot.expired.micro);
    }
  });
  for (std::uint32_t cell = 0; cell < fold.usage().cells(); ++cell) {
    const UsageTotals& totals = fold.usage().totals()[cell];
    for (const std::int64_t figure : {totals.charges, totals.query.tokens, totals.input.tokens, totals.output.tokens,
                                      totals.credits.micro}) {
      sum.add(figure);
    }
  }
  return sum.value();
}

AccountId name_of(std::uint32_t number) { return AccountId("account-" + std::to_string(number)); }

int check(const test::ReplayLog& log) {
  ColumnFold fold(ColumnFold::Usage::by_account);
  Book rows;
  for (const auto* runs : {&log.set_up, &log.runs}) {
    fold_all(fold, *runs);
    for (const auto& run : *runs) {
      const Segment segment(run.bytes);
      for (std::size_t b = 0; b < segment.batches(); ++b) {
        const AccountId account = name_of(static_cast<std::uint32_t>(segment.batch(b).account));
        for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
          Event event = segment.event(b, e, account);
          event.seq = run.first_seq + static_cast<std::int64_t>(e);
          const AccountState* const before = rows.find(account);
          const auto* close = std::get_if<PeriodClosed>(&event.payload);
          if (before != nullptr && close != nullptr && !broken_close(*before, *close).empty()) {
            std::printf("event %lld: %s\n", static_cast<long long>(event.seq), broken_close(*before, *close).c_str());
            return 1;
          }
          const auto folded = rows.apply(event);
          if (folded) continue;
          std::printf("%s\n", to_text(folded.error()).c_str());
          return 1;
        }
      }
    }
  }
  (void)fold.settle().value();
  const bool same = fingerprint(fold.book(name_of)) == fingerprint(rows);
  std::printf("%lld events: %s\n", static_cast<long long>(rows.events()), same ? "the same states" : "OTHER STATES");
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  use_large_pages();
  const bool checking = argc > 1 && std::string_view(argv[1]) == "--check";
  if (checking) --argc, ++argv;
  const std::int64_t events = argc > 1 ? std::atoll(argv[1]) : 10'000'000;
  const auto accounts = static_cast<std::uint32_t>(argc > 2 ? std::atoll(argv[2]) : 10'000);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  const std::size_t plans = argc > 4 ? static_cast<std::size_t>(std::atoll(argv[4])) : 2;
  const test::ReplayLog log = test::make_replay_log(events, accounts, {}, plans);
  if (checking) return check(log);
  std::string times;
  std::string reading;
  std::uint64_t sum = 0;
  double set_up = 0;
  std::size_t memory = 0;
  std::size_t spilled = 0;
  char text[40];
  for (int round = 0; round < rounds; ++round) {
    ColumnFold fold(ColumnFold::Usage::totals);
    double start = test::cpu_seconds();
    fold_all(fold, log.set_up);
    set_up = test::cpu_seconds() - start;
    start = test::cpu_seconds();
    fold_measured(fold, log.runs);
    const double folded = test::cpu_seconds();
    sum = read_all(fold);
    const double done = test::cpu_seconds();
    std::snprintf(text, sizeof text, "%s%.4f", times.empty() ? "" : ",", done - start);
    times += text;
    std::snprintf(text, sizeof text, "%s%.4f", reading.empty() ? "" : ",", done - folded);
    reading += text;
    memory = fold.accounts().bytes();
    spilled = fold.accounts().spilled();
  }
  std::printf(
      "{\"events\":%lld,\"charges\":%lld,\"accounts\":%u,\"bytes_per_event\":%.1f,\"seconds\":[%s],\"of_that_reading\":"
      "[%s],"
      "\"set_up_events\":%lld,\"set_up_seconds\":%.3f,\"bytes_per_account\":%.0f,\"spilled\":%zu,\"sum\":\"%016llx\"}"
      "\n",
      static_cast<long long>(log.events), static_cast<long long>(log.charges), accounts,
      static_cast<double>(log.bytes) / static_cast<double>(log.events), times.c_str(), reading.c_str(),
      static_cast<long long>(log.set_up_events), set_up, static_cast<double>(memory) / accounts, spilled,
      static_cast<unsigned long long>(sum));
  return 0;
}
