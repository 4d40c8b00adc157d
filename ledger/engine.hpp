// SPDX-License-Identifier: Apache-2.0
// Commands to answers over a log: once per key for ever, decided against the account as it will be, stored as one
// append, then applied. The service's sequencer, `apply`, `import` and the browser all drive this one. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "events/partition.hpp"
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

  // Answers for a group of command texts, in order. Accepted batches are on disk when this returns. A command that
  // repeats a key of its own group is answered as if the earlier one had been stored already. Throws Fault when the log
  // fails; then nothing of the group was stored or applied. What a command needs from outside it does not get. A
  // region's engine takes no MigrateRegion here (std::logic_error): that is `admit`'s.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now);
  // The same with errands run where they come up, by whoever calls: what is before one is stored first, and stays
  // stored when the log fails later.
  [[nodiscard]] std::vector<Answer> process(std::span<const std::string_view> texts, Instant now, Outside& outside);

  // The answer a command would get now; nothing is stored and nothing changes.
  [[nodiscard]] Answer weigh(std::string_view text, Instant now, const Provided& provided = {});

  // RES-1: decides a MigrateRegion for an account whose stream is staged in this engine's log and whose state is
  // `arriving`, and admits it with the command's batch. A refusal changes nothing and leaves the stream staged. Throws
  // Fault; then nothing was admitted. REQUIRES: `log` is the engine's, `provided` says what was copied.
  [[nodiscard]] Answer admit(Partition& log, const RegionId& from, const AccountState& arriving, std::string_view text,
                             Instant now, const Provided& provided);
  // RES-1: which ids this engine may open, where there are several; asked before an OpenAccount is decided. One it may
  // not open is refused with unknown_account, so that whoever sent it looks again where it belongs.
  void set_opens_here(std::function<bool(const AccountId&)> opens_here) { opens_here_ = std::move(opens_here); }
  // Called each time right before the book is changed by what was stored, on the thread that changes it.
  void set_before_change(std::function<void()> before_change) { before_change_ = std::move(before_change); }
  // RES-1: the account lives in another region from now on.
  void release(const AccountId& account) { book_.remove(account); }

  [[nodiscard]] const Book& book() const& { return book_; }
  [[nodiscard]] Book book() && { return std::move(book_); }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

 private:
  void fold_tail();

  Log& log_;
  const Catalog& catalog_;
  TextSealer* sealer_;
  Book book_;
  std::function<bool(const AccountId&)> opens_here_;
  std::function<void()> before_change_;
};

// Several may be under way, one after the other: while one is appended, the next is decided on what that one will have
// made of the accounts. They are appended and applied in their order, and when one is not stored, none behind it may
// be.
class Engine::Group {
 public:
  // `before`: the group that comes before this one, unless it has been applied. Both must outlive it, `before` until it
  // is let go.
  Group(Engine& engine, Instant now, const Group* before = nullptr)
      : engine_(engine), now_(now), before_(before), head_(before ? before->head_ : engine.book_.seq()) {}
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // The command's answer, or the errand to run before it is decided: then nothing was decided, and the same text is to
  // be handed in again with what the errand brought, in this group or a later one.
  [[nodiscard]] std::variant<Answer, Errand> decide(std::string_view text, const Provided* provided = nullptr) {
    return decide(parse_command(text), provided);
  }
  // The same of a text that was read already, by whichever thread.
  [[nodiscard]] std::variant<Answer, Errand> decide(const Expected<ParsedCommand, Malformed>& parsed,
                                                    const Provided* provided = nullptr);

  // What is decided from now on is decided at `now`.
  void go_on(Instant now) { now_ = now; }

  // Appends what was accepted. Throws Fault; then nothing was stored. Call once. May run on another thread than that of
  // `decide` for the group behind this one.
  void append();
  // What was appended counts from now on. Call once, after `append` and after the group before was applied.
  void apply();
  // The group before was applied.
  void let_go() { before_ = nullptr; }
  // Both. Throws Fault; then nothing was stored or applied.
  void store() {
    append();
    apply();
  }

 private:
  friend class Engine;
  // Looks for a key without a copy of it.
  struct KeyOrder {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return std::tie(left.first, left.second) < std::tie(right.first, right.second);
    }
  };
  [[nodiscard]] std::variant<Answer, Errand> decide_parsed(const ParsedCommand& parsed, const Provided* provided);
  [[nodiscard]] const AccountState* state_of(const AccountId& account);
  [[nodiscard]] const AccountState* state_before(const AccountId& account);
  // A copy of its own, with a batch's events.
  const AccountState* grown(const AccountId& account, const AccountState& from, const std::vector<Event>& events);
  [[nodiscard]] const Batch* batch_of(const Command& command) const;  // with its account and key
  [[nodiscard]] std::optional<StoredBatch> stored_batch(const Command& command, const AccountState* state) const;
  [[nodiscard]] std::variant<Answer, Errand> again(const ParsedCommand& parsed, StoredBatch stored,
                                                   const AccountState* state, const Provided* provided) const;
  [[nodiscard]] Answer decide_anew(const ParsedCommand& parsed, const AccountState* state, const Provided& provided);

  Engine& engine_;
  Instant now_;
  const Group* before_;
  std::map<AccountId, AccountState> accounts_;  // as they will be
  // Known accounts with one batch here, by its index: nobody asked yet how they will be, so that no copy of them was
  // made.
  std::map<AccountId, std::size_t> once_;
  std::map<std::pair<AccountId, IdempotencyKey>, std::size_t, KeyOrder> keys_;  // used here: index into batches_
  std::set<AccountId> keys_changed_;
  std::vector<Batch> batches_;
  std::int64_t head_;        // seq of the newest event, stored or decided
  std::int64_t events_ = 0;  // of accounts_
  std::optional<Appended> appended_;
};

}  // namespace creditfold
