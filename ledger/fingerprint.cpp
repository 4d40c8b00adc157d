// SPDX-License-Identifier: Apache-2.0
#include "events/archive.hpp"
#include "events/digested_bytes.hpp"
#include "ledger/replay.hpp"

namespace creditfold {
namespace {

template <class T>
std::vector<std::uint8_t> bytes_of(const T& value) {
  std::vector<std::uint8_t> bytes;
  SpanOutputArchive archive(bytes);
  archive(value);
  return bytes;
}

}  // namespace

Digest fingerprint(const AccountState& state) { return digest_of_bytes(bytes_of(state)); }

Digest fingerprint(const Book& book) {
  std::vector<std::uint8_t> bytes;
  SpanOutputArchive archive(bytes);
  for (const auto& [account, state] : book.accounts()) archive(account, state.version, fingerprint(state));
  return digest_of_bytes(bytes);
}

}  // namespace creditfold
