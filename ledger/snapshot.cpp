// SPDX-License-Identifier: Apache-2.0
// Snapshot bytes: "CFSNAP", format, seq, events, the states by account, then the digest of all bytes before it. Derived
// data: a snapshot that does not read back whole is thrown away and the log folded instead.
#include <algorithm>
#include <array>

#include "events/archive.hpp"
#include "events/digested_bytes.hpp"
#include "ledger/replay.hpp"

namespace creditfold {
namespace {

constexpr std::array<std::uint8_t, 6> snapshot_magic{'C', 'F', 'S', 'N', 'A', 'P'};

}  // namespace

std::vector<std::uint8_t> encode_snapshot(const Book& book) {
  std::vector<std::uint8_t> bytes(snapshot_magic.begin(), snapshot_magic.end());
  SpanOutputArchive archive(bytes);
  archive(snapshot_format, book.seq(), book.events(), book.accounts());
  end_with_digest(bytes);
  return bytes;
}

Expected<Book, std::string> decode_snapshot(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < snapshot_magic.size() ||
      !std::equal(snapshot_magic.begin(), snapshot_magic.end(), bytes.begin())) {
    return Unexpected{std::string("not a snapshot")};
  }
  try {
    SpanInputArchive archive(bytes.subspan(snapshot_magic.size()));
    std::uint8_t format = 0;
    archive(format);
    if (format != snapshot_format) return Unexpected{"snapshot format " + std::to_string(format) + " is not today's"};
    std::int64_t seq = 0;
    std::int64_t events = 0;
    std::map<AccountId, AccountState> accounts;
    Digest recorded;  // compared below
    archive(seq, events, accounts, recorded);
    archive.require_end();
    if (!ends_with_its_digest(bytes)) return Unexpected{std::string("the digest differs")};
    Book book;
    for (auto& [account, state] : accounts) {
      if (state.account != account) return Unexpected{std::string("a state stands under another account's id")};
      book.adopt(std::move(state));
    }
    book.advance(seq, events);
    return book;
  } catch (const DecodeFailure& failure) {
    return Unexpected{"byte " + std::to_string(failure.error().offset) + ": " + failure.what()};
  }
}

}  // namespace creditfold
