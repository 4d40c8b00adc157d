// SPDX-License-Identifier: Apache-2.0
#include "ledger/account.hpp"

namespace creditfold::account {

void evolve(AccountState& state, const Event& event, const AccountOpened& fact) {
  state.account = event.account;
  state.environment = fact.environment;
  state.region = fact.region;
}

std::optional<Refusal> decide(Draft& draft, const OpenAccount& command, const Catalog& catalog) {
  const auto region = catalog.regions.find(command.region);
  if (region == catalog.regions.end()) {
    return Refusal{RefusalCode::unknown_region, "RES-1", "The catalog has no region of this name.",
                   {{"region", command.region.value}}};
  }
  if (command.environment == Environment::gov && !region->second.gov) {
    return Refusal{RefusalCode::not_authorized_in_gov, "GOV-1", "A gov account may live only in a gov region.",
                   {{"region", command.region.value}}};
  }
  draft.emit(AccountOpened{.environment = command.environment, .region = command.region});
  return std::nullopt;
}

}  // namespace creditfold::account
