// SPDX-License-Identifier: Apache-2.0
// Commands to answers over a log: once per key for ever, decided against the account as it will be, stored as one append,
// then applied. The service's sequencer, `apply`, `import` and the browser all drive this one. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/log.hpp"
#include "ledger/catalog.hpp"
#include "ledger/json.hpp"
#include "ledger/outside.hpp"
#include "ledger/replay.hpp"
#include "ledger/sealing.hpp"

namespace creditfold {

// One transaction takes at most this many commands, so that one sync serves many and no caller waits for long.
inline constexpr std::size_t commands_per_group_max = 1'000;

class Engine {
 public:
  // Folds the whole log. Throws Fault(damaged) when it cannot be folded. `log`, `catalog` and `sealer` must outlive the
  // engine. Without a sealer free text stays as it is, which is right only where nothing is kept.
  Engine(Log& log, const Catalog& catalog, TextSealer* sealer = nullptr);
  // Goes on from a snapshot of the same log, folding only what came after it.
  Engine(Log& log, const Catalog& catalog, Book snapshot, TextSealer* sealer = nullptr);

  // What is decided together and stored as one append. Nothing of it counts until `store` has returned.
  class Group;

  // Answers for a group of command texts, in order. Accepted batches are on disk when this returns. A command that repeats
  // a key of its own group is answered as if the earlier one had been stored already. Throws Fault when the log fails;
  // then nothing of the group was stored or applied. What a command needs from outside it does not get.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now);
  // The same with errands run where they come up, by whoever calls: what is before one is stored first, and stays stored
  // when the log fails later.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now, Outside& outside);

  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

 private:
  void fold_tail();

  Log& log_;
  const Catalog& catalog_;
  TextSealer* sealer_;
  Book book_;
};

class Engine::Group {
 public:
  // One group at a time. `engine` must outlive it.
  Group(Engine& engine, Instant now) : engine_(engine), now_(now), head_(engine.book_.seq()) {}

  // The command's answer, or the errand to run before it is decided: then nothing was decided, and the same text is to be
  // handed in again with what the errand brought, in this group or a later one.
  [[nodiscard]] std::variant<Answer, Errand> decide(std::string_view text, const Provided* provided = nullptr);

  // Appends what was accepted and applies it. Throws Fault; then nothing was stored or applied. Call once.
  void store();

 private:
  [[nodiscard]] std::variant<Answer, Errand> decide_parsed(const ParsedCommand& parsed, const Provided* provided);
  [[nodiscard]] const AccountState* state_of(const AccountId& account) const;
  [[nodiscard]] std::optional<StoredBatch> stored_batch(const Command& command, const AccountState* state) const;
  [[nodiscard]] std::variant<Answer, Errand> again(const ParsedCommand& parsed, StoredBatch stored,
                                                   const AccountState* state, const Provided* provided) const;
  [[nodiscard]] Answer decide_anew(const ParsedCommand& parsed, const AccountState* state, const Provided& provided);

  Engine& engine_;
  Instant now_;
  std::map<AccountId, AccountState> accounts_;                        // as they will be
  std::map<std::pair<AccountId, IdempotencyKey>, std::size_t> keys_;  // used here: index into batches_
  std::set<AccountId> keys_changed_;
  std::vector<Batch> batches_;
  std::int64_t head_;  // seq of the newest event, stored or decided
  std::int64_t events_ = 0;
};

}  // namespace creditfold
