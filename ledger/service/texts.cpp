// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/texts.hpp"

#include "ledger/keyring/limits.hpp"

namespace creditfold::service {

Texts::Texts(const Sequencer& sequencer, keyring::Keyring& keyring)
    : sequencer_(sequencer), sealer_(keyring.sealer(keyring::reader_wait)) {}

void Texts::open(Event& event) const {
  if (!has_sealed_text(event)) return;
  const auto key = sequencer_.with_book([&](const Book& book) -> std::optional<CustomerKey> {
    const AccountState* state = book.find(event.account);
    return state ? state->key : std::nullopt;
  });
  if (key) open_text(event, *key, *sealer_);
}

}  // namespace creditfold::service
