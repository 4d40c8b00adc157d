// SPDX-License-Identifier: Apache-2.0
// A whole log folded: every account's state, up to a position. Where a fold ends when an event cannot follow.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// The first event that could not be folded: its position and why. The log is damaged, or no `decide` made it.
struct FoldFault {
  std::int64_t seq = 0;
  AccountId account;
  std::int64_t version = 0;
  std::string what;
};
[[nodiscard]] std::string to_text(const FoldFault& fault);

class Book {
 public:
  // Folds one event. After a fault the book is unusable.
  Expected<Done, FoldFault> apply(const Event& event);

  [[nodiscard]] const AccountState* find(const AccountId& account) const;
  [[nodiscard]] const std::map<AccountId, AccountState>& accounts() const { return accounts_; }
  [[nodiscard]] std::int64_t seq() const { return seq_; }        // covered: of the newest event folded, or beyond
  [[nodiscard]] std::int64_t events() const { return events_; }  // how many were folded

  // Puts a state in place of what was folded; for snapshots and for a decided group that has been stored.
  void adopt(AccountState state);
  void advance(std::int64_t seq, std::int64_t events);
  // Without the account and its events, its positions kept: it has left (RES-1).
  void remove(const AccountId& account);

 private:
  std::map<AccountId, AccountState> accounts_;
  std::int64_t seq_ = 0;
  std::int64_t events_ = 0;
};

// H12 and its like, checked after every evolve in tests, and by `verify`. Empty: all hold. Otherwise the broken
// sentence.
[[nodiscard]] std::string broken_invariant(const AccountState& state);
// What PeriodClosed recorded against what the fold found just before it. Empty: equal.
[[nodiscard]] std::string broken_close(const AccountState& before, const PeriodClosed& fact);

// XXH3-128 over the canonical bytes of a state, or over every account's (id, version, fingerprint) by id.
[[nodiscard]] Digest fingerprint(const AccountState& state);
[[nodiscard]] Digest fingerprint(const Book& book);

// A book as bytes and back: magic, format, position, states, digest of all that. A snapshot is thrown away when its
// format is old or its digest differs; the log is what counts.
inline constexpr std::uint8_t snapshot_format = 3;
[[nodiscard]] std::vector<std::uint8_t> encode_snapshot(const Book& book);
[[nodiscard]] Expected<Book, std::string> decode_snapshot(std::span<const std::uint8_t> bytes);

}  // namespace creditfold
