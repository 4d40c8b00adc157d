// SPDX-License-Identifier: Apache-2.0
// A log's book as it was kept beside it, so that whoever opens a long log folds only what came since. What counts is
// the log: a book that does not read back, or is of another format, is none. Where none is kept, the log is folded a
// column at a time, as far as it lies packed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "events/partition.hpp"
#include "ledger/replay.hpp"

namespace creditfold {

// Events after which it is worth keeping a book while the log grows: half a second of folding; more where there are so
// many accounts that writing them costs more.
inline constexpr std::int64_t events_between_books = 500'000;
inline constexpr std::int64_t events_between_books_per_account = 20;
// And by who stops writing, and leaves little to be folded.
inline constexpr std::int64_t events_before_last_book = 1'000;

// Empty when none was kept that fits the log.
[[nodiscard]] Book kept_book(const Partition& log);
// The same book as folding the log's events one by one gives, folded from its segments as they lie, tens of times
// faster. Nothing where they do not lie so, where an event cannot be folded (who folds one by one then finds and names
// it), or once `go_on`, told how many events were folded, says no. Throws Fault.
[[nodiscard]] std::optional<Book> packed_book(const Partition& log, const std::function<bool(std::int64_t)>& go_on);

// What whoever opens the log goes on from: the kept book, or else the packed one, or an empty one.
struct Begun {
  Book book;
  std::int64_t kept = 0;  // how far the kept one goes; 0: there is none
};
[[nodiscard]] Begun begin_book(const Partition& log, const std::function<bool(std::int64_t)>& go_on = {});

// REQUIRES: `book` is the log folded up to its seq, and `moves` was the log's before the fold began. Throws Fault.
void keep_book(Partition& log, const Book& book, std::int64_t moves);
// Whether a book should be kept when the one kept last goes up to `kept`.
[[nodiscard]] bool is_worth_keeping(const Book& book, std::int64_t kept);
[[nodiscard]] bool is_worth_keeping_at_end(const Book& book, std::int64_t kept);

}  // namespace creditfold
