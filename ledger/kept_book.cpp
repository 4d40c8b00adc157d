// SPDX-License-Identifier: Apache-2.0
#include "ledger/kept_book.hpp"

#include <algorithm>
#include <utility>

namespace creditfold {

Book kept_book(const Partition& log) {
  const std::optional<KeptState> kept = log.kept_state();
  if (!kept) return {};
  Expected<Book, std::string> book = decode_snapshot(kept->bytes);
  return book && book->seq() == kept->size ? *std::move(book) : Book{};
}

void keep_book(Partition& log, const Book& book, std::int64_t moves) {
  log.keep_state({book.seq(), moves, encode_snapshot(book)});
}

bool is_worth_keeping(const Book& book, std::int64_t kept) {
  const auto accounts = static_cast<std::int64_t>(book.accounts().size());
  return book.seq() - kept >= std::max(events_between_books, accounts * events_between_books_per_account);
}

bool is_worth_keeping_at_end(const Book& book, std::int64_t kept) {
  const auto accounts = static_cast<std::int64_t>(book.accounts().size());
  return book.seq() - kept >= std::max(events_before_last_book, accounts);
}

}  // namespace creditfold
