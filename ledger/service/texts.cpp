// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/texts.hpp"

#include "ledger/keyring/limits.hpp"

namespace creditfold::service {

Texts::Texts(const Regions& regions, keyring::Keyring& keyring)
    : regions_(regions), sealer_(keyring.sealer(keyring::reader_wait)) {}

void Texts::open(Event& event) const {
  if (!has_sealed_text(event)) return;
  const RegionAtWork* home = regions_.home_of(event.account);
  if (home == nullptr) return;
  const auto key = home->sequencer.with_book([&](const Book& book) -> std::optional<CustomerKey> {
    const AccountState* state = book.find(event.account);
    return state ? state->key : std::nullopt;
  });
  if (key) open_text(event, *key, *sealer_);
}

}  // namespace creditfold::service
