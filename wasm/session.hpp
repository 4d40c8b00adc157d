// SPDX-License-Identifier: Apache-2.0
// One open ledger in a page: a log held in memory, folded, and the questions asked of it. No pointers of the ABI here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/store/memory.hpp"
#include "ledger/catalog.hpp"
#include "ledger/key_report.hpp"
#include "ledger/log_document.hpp"
#include "ledger/outlook.hpp"
#include "ledger/past_states.hpp"
#include "ledger/replay.hpp"
#include "wasm/seam.hpp"

namespace creditfold::wasm {

class Session {
 public:
  explicit Session(Catalog catalog) : catalog_(std::move(catalog)) {}

  // Appends a whole log document. All of it or nothing: after an error the session is as it was.
  [[nodiscard]] std::string load(std::span<const std::uint8_t> document);
  // The next piece of .cflog documents that are read into a session that is empty; it ends where a section does, and is
  // borrowed until its last step. A session that failed at it holds a part of them, and is to be closed.
  void load_piece(std::span<const std::uint8_t> piece, bool last);
  // Reads on by about so many events: {"read": bytes of all pieces, "done": whether that was the piece's last step}.
  [[nodiscard]] std::string load_step(std::int64_t events);
  [[nodiscard]] std::string accounts() const;
  [[nodiscard]] std::string replay(std::optional<std::int64_t> as_of) const;
  [[nodiscard]] std::string balance(const AccountId& account, std::optional<Instant> at,
                                    std::optional<std::int64_t> as_of) const;
  [[nodiscard]] std::string events(const std::optional<AccountId>& account, std::int64_t from,
                                   std::uint32_t limit) const;
  // A part of a plan's burn-down: the account's next so many events (at least one) behind `after`, which is 0 or where
  // the part before ended; the session keeps one line under way. int64, little-endian: the position it is of up to, the
  // account's newest, then records of four: at, remaining, uncovered, seq.
  [[nodiscard]] std::string timeline(const AccountId& account, const PlanId& plan, std::int64_t after,
                                     std::uint32_t events);
  [[nodiscard]] std::string outlook(const AccountId& account, Instant at, std::optional<std::int64_t> as_of) const;
  // The account's key, its history and what reads; `what_if` it were rotated or revoked.
  [[nodiscard]] std::string keys(const AccountId& account, std::optional<std::int64_t> as_of, KeyWhatIf what_if) const;
  // explanation.schema.json's, the bytes of `creditfold explain --json`.
  [[nodiscard]] std::string explain(const AccountId& account, std::string_view about, std::string_view which,
                                    std::optional<std::int64_t> as_of) const;
  // invoices.schema.json's, the bytes of `creditfold invoices --json` at the same moment.
  [[nodiscard]] std::string invoices(const AccountId& account, std::optional<Instant> at,
                                     std::optional<std::int64_t> as_of) const;
  // consents.schema.json's, the bytes of `creditfold consents --json` at the same moment.
  [[nodiscard]] std::string consents(const AccountId& account, std::optional<std::int64_t> as_of) const;
  // What commands would do, one a line; nothing of the session changes (what_if.hpp).
  [[nodiscard]] std::string what_if(const AccountId& account, std::optional<std::int64_t> as_of,
                                    std::string_view commands, Instant now) const;
  // Commands, one a line, decided and kept; an answer a line. At most commands_per_group_max.
  [[nodiscard]] std::string apply(std::string_view commands, Instant now);
  // The account `demo` with four months behind it that end at `now`; REQUIRES an empty session. Answers as `load` does.
  [[nodiscard]] std::string demo(Instant now);
  // A part of the log as a .cflog document: whole batches until they are that many bytes, but for what the range cuts.
  // Before it, int64 little-endian, the positions up to which it and the range are. Parts that go on behind one another
  // are the log.
  [[nodiscard]] std::string export_log(LogRange range, std::uint32_t bytes) const;

 private:
  [[nodiscard]] std::string loaded() const;
  void read_since(const AccountId& account, Instant since, std::optional<std::int64_t> as_of,
                  const std::function<bool(Event&&)>& visit) const;
  [[nodiscard]] View past(const AccountId& account, std::int64_t as_of) const;
  [[nodiscard]] std::string load_first(std::span<const std::uint8_t> document);
  // Folds and keeps; true. `encoded` as MemoryLog::adopt_unsettled takes it.
  bool take(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded);
  void keep(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded);
  void settle();
  void keep_place(const Event& event);

  Catalog catalog_;
  MemoryLog log_;
  Book book_;
  std::optional<CflogSteps> loading_;
  bool is_last_piece_ = false;
  // Of each account's events: where each stands, by version, and the greatest `at` of so many after one another.
  struct Places {
    std::vector<std::int64_t> seq;
    std::vector<Instant> latest;
    Instant first = instant_max;  // the least `at`
  };
  std::map<AccountId, Places> places_;
  mutable PastStates past_states_;
  Timeline timeline_{PlanId()};  // the one under way
};

}  // namespace creditfold::wasm
