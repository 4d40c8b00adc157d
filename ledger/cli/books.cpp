// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/books.hpp"

#include "ledger/cli/data.hpp"

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

Book fold_directory(const std::string& directory) {
  for (int attempt = 1;; ++attempt) {
    const LogSource source(directory);
    const std::int64_t before = source.moves();
    try {
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
