// SPDX-License-Identifier: Apache-2.0
// Commands to answers over a log: once per key for ever, decided against the account as it will be, stored as one append,
// then applied. The service's sequencer, `apply`, `import` and the browser all drive this one. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/log.hpp"
#include "ledger/catalog.hpp"
#include "ledger/json.hpp"
#include "ledger/replay.hpp"

namespace creditfold {

// One transaction takes at most this many commands, so that one sync serves many and no caller waits for long.
inline constexpr std::size_t commands_per_group_max = 1'000;

class Engine {
 public:
  // Folds the whole log. Throws Fault(damaged) when it cannot be folded. `log` and `catalog` must outlive the engine.
  Engine(Log& log, const Catalog& catalog);
  // Goes on from a snapshot of the same log, folding only what came after it.
  Engine(Log& log, const Catalog& catalog, Book snapshot);

  // Answers for a group of command texts, in order. Accepted batches are on disk when this returns. A command that repeats
  // a key of its own group is answered as if the earlier one had been stored already. Throws Fault when the log fails;
  // then nothing of the group was stored or applied.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now);

  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

 private:
  struct Group;
  [[nodiscard]] Answer process_one(Group& group, std::string_view text, Instant now) const;
  [[nodiscard]] Answer decide_one(Group& group, const ParsedCommand& parsed, Instant now) const;
  void fold_tail();

  Log& log_;
  const Catalog& catalog_;
  Book book_;
};

}  // namespace creditfold
