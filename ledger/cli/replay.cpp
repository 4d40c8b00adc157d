// SPDX-License-Identifier: Apache-2.0
// creditfold replay: a log folded from its beginning, and what came of it.
#include "ledger/replay.hpp"

#include <chrono>
#include <limits>

#include "ledger/cli/commands.hpp"
#include "ledger/cli/log_source.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/statement.hpp"

namespace creditfold::cli {
namespace {

// Folds into `book` the events after its own position, up to `to`, as long as `more` events are wanted.
Book fold(const LogSource& source, Book book, std::int64_t to, std::int64_t more, Progress& progress) {
  const std::int64_t from = book.seq();
  source.read_events([&](Event&& event, std::int64_t done) {
    if (event.seq > to || more == 0) return false;
    if (from > 0 && event.seq <= from) return true;
    if (const auto folded = book.apply(event); !folded) {
      throw Fault(Fault::Kind::damaged, source.name() + ", " + to_text(folded.error()));
    }
    if (more > 0) --more;
    progress.advance_to(done);
    return true;
  });
  return book;
}

constexpr std::int64_t all_events = -1;

// Property 3: half the log, through the bytes of a snapshot, and then the rest, is the whole log.
Book fold_through_snapshot(const LogSource& source, std::int64_t events, std::int64_t to, Progress& progress) {
  const Book half = fold(source, Book{}, to, events / 2, progress);
  auto restored = decode_snapshot(encode_snapshot(half));
  if (!restored) throw Fault(Fault::Kind::damaged, "the snapshot does not read back: " + restored.error());
  return fold(source, std::move(restored).value(), to, all_events, progress);
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
          std::string(source.form_name()) + ", to position " + grouped(book.seq()) + ") in " +
          duration_text(microseconds) + ", " + grouped(rate) + " events/s\n";
  if (snapshot) text += "A snapshot in the middle and the tail after it give the same.\n";
  return text + "Fingerprint " + to_hex(fingerprint(book));
}

}  // namespace

ExitStatus run(const ReplayOptions& options) {
  using Clock = std::chrono::steady_clock;
  const LogSource source(options.log);
  const std::int64_t to = options.as_of.value_or(std::numeric_limits<std::int64_t>::max());
  Progress progress("replaying " + options.log, source.total());
  const auto began = Clock::now();
  Book book = fold(source, Book{}, to, all_events, progress);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
  if (options.snapshot) {
    Book again = fold_through_snapshot(source, book.events(), book.seq(), progress);
    if (replay_json(again) != replay_json(book)) {
      throw Fault(Fault::Kind::damaged,
                  options.log + ": a snapshot and the tail after it do not give what the whole log gives");
    }
    book = std::move(again);
  }
  progress.clear();
  Output out = Output::standard();
  out.line(options.json ? replay_json(book) : book_text(source, book, microseconds, options.snapshot));
  out.flush();
  return ExitStatus::done;
}

}  // namespace creditfold::cli
