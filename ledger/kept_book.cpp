// SPDX-License-Identifier: Apache-2.0
#include "ledger/kept_book.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ledger/column_fold.hpp"

namespace creditfold {

Book kept_book(const Partition& log) {
  const std::optional<KeptState> kept = log.kept_state();
  if (!kept) return {};
  Expected<Book, std::string> book = decode_snapshot(kept->bytes);
  return book && book->seq() == kept->size ? *std::move(book) : Book{};
}

std::optional<Book> packed_book(const Partition& log, const std::function<bool(std::int64_t)>& go_on) {
  ColumnFold fold(ColumnFold::Usage::by_account);
  std::int64_t seq = 0;
  bool whole = true;
  const bool lies_so =
      log.read_packed([&](std::span<const std::uint8_t> segment, std::int64_t first_seq, std::int64_t events) {
        seq = first_seq + events - 1;
        whole = fold.fold(segment, first_seq).has_value() && fold.events() == seq && go_on(seq);
        return whole;
      });
  if (!lies_so || !whole || !fold.settle()) return std::nullopt;
  std::vector<std::string> names = log.account_names(std::max<std::int64_t>(fold.accounts().size(), 1) - 1);
  Book book = fold.book([&](std::uint32_t number) {
    if (names[number].empty()) throw Fault(Fault::Kind::damaged, "account " + std::to_string(number) + " has no name");
    return AccountId(std::move(names[number]));
  });
  book.advance(seq, seq);
  return book;
}

Begun begin_book(const Partition& log, const std::function<bool(std::int64_t)>& go_on) {
  Begun begun{kept_book(log), 0};
  begun.kept = begun.book.seq();
  if (begun.kept > 0) return begun;
  auto packed = packed_book(log, [&](std::int64_t seq) { return !go_on || go_on(seq); });
  if (packed) begun.book = *std::move(packed);
  return begun;
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
