// SPDX-License-Identifier: Apache-2.0
// creditfold replay: a log folded from its beginning, and what came of it.
#include "ledger/replay.hpp"

#include <chrono>
#include <limits>

#include "ledger/cli/books.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/statement.hpp"

namespace creditfold::cli {
namespace {

constexpr std::int64_t all_events = -1;

// Folds into `books` the events after their own positions, up to `to`, as long as `more` events are wanted.
Books fold(const LogSource& source, Books books, std::int64_t to, std::int64_t more, Progress& progress) {
  std::map<RegionId, std::int64_t> from;
  for (const auto& [region, book] : books) from.emplace(region, book.seq());
  source.read_events([&](Event&& event, const RegionId& region, std::int64_t done) {
    if (more == 0) return false;
    if (event.seq > to) return source.regions().size() > 1;
    const auto begun = from.find(region);
    if (begun != from.end() && event.seq <= begun->second) return true;
    if (const auto folded = books[region].apply(event); !folded) {
      throw Fault(Fault::Kind::damaged, source.name() + ", " + to_text(folded.error()));
    }
    if (more > 0) --more;
    progress.advance_to(done);
    return true;
  });
  return books;
}

// Property 3: half the log, through the bytes of a snapshot, and then the rest, is the whole log.
Books fold_through_snapshot(const LogSource& source, std::int64_t events, std::int64_t to, Progress& progress) {
  Books half = fold(source, {}, to, events / 2, progress);
  for (auto& [region, book] : half) {
    auto restored = decode_snapshot(encode_snapshot(book));
    if (!restored) throw Fault(Fault::Kind::damaged, "the snapshot does not read back: " + restored.error());
    book = std::move(restored).value();
  }
  return fold(source, std::move(half), to, all_events, progress);
}

std::string extent_text(const LogSource& source, const Book& book) {
  const std::vector<RegionId> regions = source.regions();
  if (regions.size() <= 1) return "to position " + grouped(book.seq());
  std::string names;
  for (const RegionId& region : regions) names += (names.empty() ? "" : ", ") + region.value;
  return "regions " + names;
}

std::string book_text(const LogSource& source, const Book& book, std::int64_t microseconds, bool snapshot) {
  std::string text;
  if (!book.accounts().empty()) {
    Table table({{"Account"}, {"Version", Align::right}, {"Newest event at"}, {"Fingerprint"}});
    for (const auto& [account, state] : book.accounts()) {
      table.row(
          {account.value, grouped(state.version), short_time(to_text(state.latest_at)), to_hex(fingerprint(state))});
    }
    text = table.text() + '\n';
  }
  const std::int64_t rate =
      microseconds > 0
          ? static_cast<std::int64_t>(static_cast<double>(book.events()) * 1e6 / static_cast<double>(microseconds))
          : 0;
  text += counted(book.events(), "event") + " of " +
          counted(static_cast<std::int64_t>(book.accounts().size()), "account") + " (" +
          std::string(source.form_name()) + ", " + extent_text(source, book) + ") in " +
          duration_text(microseconds) + ", " + grouped(rate) + " events/s\n";
  if (snapshot) text += "A snapshot in the middle and the tail after it give the same.\n";
  return text + "Fingerprint " + to_hex(fingerprint(book));
}

}  // namespace

namespace {

// --as-of is a position of one log.
void choose_region(const ReplayOptions& options, LogSource& source) {
  if (options.region) return source.restrict_to(*options.region);
  const bool several = options.as_of && source.regions().size() > 1;
  if (several) static_cast<void>(region_meant(*source.partitions(), std::nullopt));
}

struct Replayed {
  Book book;
  std::int64_t microseconds = 0;
};

Replayed replay(const ReplayOptions& options, const LogSource& source) {
  using Clock = std::chrono::steady_clock;
  const std::int64_t to = options.as_of.value_or(std::numeric_limits<std::int64_t>::max());
  Progress progress("replaying " + options.log, source.total());
  const auto began = Clock::now();
  std::optional<Books> packed;
  if (!options.as_of) packed = fold_packed(source, [&](std::int64_t done) { progress.advance_to(done); });
  Book book = merged(packed ? *packed : fold(source, {}, to, all_events, progress));
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
  if (options.snapshot) {
    Book again = merged(fold_through_snapshot(source, book.events(), to, progress));
    if (replay_json(again) != replay_json(book)) {
      throw Fault(Fault::Kind::damaged,
                  options.log + ": a snapshot and the tail after it do not give what the whole log gives");
    }
    book = std::move(again);
  }
  progress.clear();
  return {std::move(book), microseconds};
}

// Once more when an account moved from one region to another meanwhile.
Replayed replay_steadily(const ReplayOptions& options, std::optional<LogSource>& source) {
  const auto open = [&]() -> const LogSource& {
    source.emplace(options.log);
    choose_region(options, *source);
    return *source;
  };
  return steadily_over(open, [&](const LogSource& opened) { return replay(options, opened); });
}

}  // namespace

ExitStatus run(const ReplayOptions& options) {
  std::optional<LogSource> source;
  const Replayed replayed = replay_steadily(options, source);
  Output out = Output::standard();
  out.line(options.json ? replay_json(replayed.book)
                        : book_text(*source, replayed.book, replayed.microseconds, options.snapshot));
  out.flush();
  return ExitStatus::done;
}

}  // namespace creditfold::cli
