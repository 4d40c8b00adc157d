// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/books.hpp"

#include "ledger/cli/data.hpp"
#include "ledger/column_fold.hpp"

namespace creditfold::cli {

Book merged(const Books& books) {
  Book all;
  std::int64_t seq = 0;
  std::int64_t events = 0;
  for (const auto& [region, book] : books) {
    for (const auto& [account, state] : book.accounts()) {
      if (all.find(account) != nullptr) {
        throw Fault(Fault::Kind::damaged, "account " + account.value + " lives in two regions");
      }
      all.adopt(state);
    }
    seq = std::max(seq, book.seq());
    events += book.events();
  }
  all.advance(seq, events);
  return all;
}

std::optional<Books> fold_packed(const LogSource& source, const std::function<void(std::int64_t)>& done) {
  if (source.partitions() == nullptr || source.moves() != 0) return std::nullopt;
  Books books;
  std::int64_t before = 0;
  for (const RegionId& region : source.regions()) {
    const SqliteLog& log = *source.partitions()->find(region);
    ColumnFold fold(ColumnFold::Usage::by_account);
    std::int64_t seq = 0;
    bool whole = true;
    log.read_packed([&](std::span<const std::uint8_t> segment, std::int64_t first_seq, std::int64_t events) {
      seq = first_seq + events - 1;
      whole = fold.fold(segment, first_seq).has_value() && fold.events() == seq;
      done(before + seq);
      return whole;
    });
    if (!whole || !fold.settle()) return std::nullopt;
    before += seq;
    Book book = fold.book([&](std::uint32_t number) { return log.account_numbered(number); });
    book.advance(seq, seq);
    books.emplace(region, std::move(book));
  }
  return books;
}

Book fold_directory(const std::string& directory) {
  for (int attempt = 1;; ++attempt) {
    const LogSource source(directory);
    const std::int64_t before = source.moves();
    try {
      if (const auto packed = fold_packed(source, [](std::int64_t) {}); packed && source.moves() == before) {
        return merged(*packed);
      }
      Books books;
      source.read_events([&](Event&& event, const RegionId& region, std::int64_t) {
        if (const auto folded = books[region].apply(event); !folded) {
          throw Fault(Fault::Kind::damaged, to_text(folded.error()));
        }
        return true;
      });
      if (source.moves() == before || attempt == steady_attempts_max) return merged(books);
    } catch (const Fault&) {
      if (source.moves() == before || attempt == steady_attempts_max) throw;
    }
  }
}

}  // namespace creditfold::cli
