// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/text_opener.hpp"

#include "ledger/cli/answerer.hpp"
#include "ledger/evolve.hpp"
#include "ledger/keyring/limits.hpp"
#include "ledger/keys.hpp"

namespace creditfold::cli {
namespace {

std::optional<CustomerKey> newest_key(const Log& log, const AccountId& account) {
  AccountState state;
  log.read_account(account, 0, -1, [&](Event&& event) {
    try {
      if (const auto* rotated = std::get_if<KeyRotated>(&event.payload)) keys::evolve(state, *rotated, Folding::whole);
      if (const auto* revoked = std::get_if<KeyRevoked>(&event.payload)) keys::evolve(state, *revoked, Folding::whole);
    } catch (const Inconsistent& inconsistent) {
      throw Fault(Fault::Kind::damaged, "event " + std::to_string(event.seq) + ": " + inconsistent.what());
    }
    return true;
  });
  return state.key;
}

}  // namespace

TextOpener::TextOpener(const Log& log, const std::filesystem::path& data, const KeyServiceOptions& keys)
    : log_(log), keyring_(open_keyring(data, keys)), sealer_(keyring_->sealer(keyring::errand_wait)) {}

bool TextOpener::open(Event& event) {
  if (!has_sealed_text(event)) return false;
  const std::optional<CustomerKey>& key = key_of(event.account);
  if (!key) return false;
  open_text(event, *key, *sealer_);
  return !has_sealed_text(event);
}

const std::optional<CustomerKey>& TextOpener::key_of(const AccountId& account) {
  const auto found = keys_.find(account);
  if (found != keys_.end()) return found->second;
  return keys_.emplace(account, newest_key(log_, account)).first->second;
}

}  // namespace creditfold::cli
