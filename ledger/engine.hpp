// SPDX-License-Identifier: Apache-2.0
// Commands to answers over a log: once per key for ever, decided against the account as it will be, stored as one append,
// then applied. The service's sequencer, `apply`, `import` and the browser all drive this one. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/partition.hpp"
#include "ledger/catalog.hpp"
#include "ledger/json.hpp"
#include "ledger/outside.hpp"
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
  // A region's engine takes no MigrateRegion here (std::logic_error): that is `admit`'s.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now);

  // The answer a command would get now; nothing is stored and nothing changes.
  [[nodiscard]] Answer weigh(std::string_view text, Instant now, const Provided& provided = {}) const;

  // RES-1: decides a MigrateRegion for an account whose stream is staged in this engine's log and whose state is
  // `arriving`, and admits it with the command's batch. A refusal changes nothing and leaves the stream staged. Throws
  // Fault; then nothing was admitted. REQUIRES: `log` is the engine's, `provided` says what was copied.
  [[nodiscard]] Answer admit(Partition& log, const RegionId& from, const AccountState& arriving, std::string_view text,
                             Instant now, const Provided& provided);
  // RES-1: which ids this engine may open, where there are several; asked before an OpenAccount is decided. One it may not
  // open is refused with unknown_account, so that whoever sent it looks again where it belongs.
  void set_opens_here(std::function<bool(const AccountId&)> opens_here) { opens_here_ = std::move(opens_here); }
  // RES-1: the account lives in another region from now on.
  void release(const AccountId& account) { book_.remove(account); }

  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

 private:
  struct Group;
  [[nodiscard]] Answer process_one(Group& group, std::string_view text, Instant now, const Provided& provided) const;
  void apply(Group& group, const Appended& appended);
  void fold_tail();

  Log& log_;
  const Catalog& catalog_;
  Book book_;
  std::function<bool(const AccountId&)> opens_here_;
};

}  // namespace creditfold
