// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/books.hpp"

#include "ledger/cli/data.hpp"
#include "ledger/kept_book.hpp"

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
    auto book = packed_book(*source.partitions()->find(region), [&](std::int64_t seq) {
      done(before + seq);
      return true;
    });
    if (!book) return std::nullopt;
    before += book->seq();
    books.emplace(region, *std::move(book));
  }
  return books;
}

Book fold_directory(const std::string& directory) {
  return steadily_over([&] { return LogSource(directory); }, [](const LogSource& source) {
    const std::int64_t before = source.moves();
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
    return merged(books);
  });
}

}  // namespace creditfold::cli
