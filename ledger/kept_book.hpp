// SPDX-License-Identifier: Apache-2.0
// A log's book as it was kept beside it, so that whoever opens a long log folds only what came since. What counts is the
// log: a book that does not read back, or is of another format, is none.
#pragma once

#include <cstdint>

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
// REQUIRES: `book` is the log folded up to its seq, and `moves` was the log's before the fold began. Throws Fault.
void keep_book(Partition& log, const Book& book, std::int64_t moves);
// Whether a book should be kept when the one kept last goes up to `kept`.
[[nodiscard]] bool is_worth_keeping(const Book& book, std::int64_t kept);
[[nodiscard]] bool is_worth_keeping_at_end(const Book& book, std::int64_t kept);

}  // namespace creditfold
