// SPDX-License-Identifier: Apache-2.0
#include "ledger/residency.hpp"

#include "ledger/evolve.hpp"
#include "ledger/seats.hpp"

namespace creditfold::residency {
namespace {

// The region the add-on was bought for, where the account has it at that moment (H1).
std::optional<RegionId> region_bought(const AccountState& state, Instant at) {
  const SeatlessProduct* bought = seats::seatless_product(state, ProductId(product), at);
  return bought == nullptr ? std::nullopt : bought->region;
}

Refusal product_required(const std::optional<RegionId>& bought, const RegionId& region) {
  Refusal refusal{RefusalCode::product_required, "RES-1",
                  bought ? "The account's Data Residency is for another region."
                         : "A migration takes the add-on Data Residency for the region.",
                  {{"product", std::string(product)}, {"region", region.value}}};
  if (bought) refusal.details.emplace_back("bought_for", bought->value);
  return refusal;
}

}  // namespace

// A selection may lack the migration before; each says by itself where the account is from then on.
void evolve(AccountState& state, const Event& event, const RegionMigrated& fact, Folding folding) {
  require(fact.from == state.region || folding == Folding::selection, "a migration starts where the account is not");
  require(fact.from != fact.to, "a migration leads nowhere");
  require(fact.events >= 1 && fact.events < event.version, "a migration copied other events than there were");
  state.region = fact.to;
  state.migrations.push_back({.from = fact.from,
                              .to = fact.to,
                              .at = event.at,
                              .version = event.version,
                              .events = fact.events,
                              .hash = fact.hash});
}

std::optional<Refusal> decide(Draft& draft, const MigrateRegion& command, const Catalog& catalog,
                              const Provided& provided) {
  const std::pair<std::string, std::string> asked{"region", command.region.value};
  if (command.scope != whole_scope) {
    return Refusal{RefusalCode::partial_migration, "RES-3",
                   "A migration is for the whole organization and all its End Users.", {{"scope", command.scope}}};
  }
  const auto region = catalog.regions.find(command.region);
  if (region == catalog.regions.end()) {
    return Refusal{RefusalCode::unknown_region, "RES-1", "The catalog has no region of this name.", {asked}};
  }
  const AccountState& state = draft.state();
  if (state.environment == Environment::gov && !region->second.gov) {
    return Refusal{
        RefusalCode::not_authorized_in_gov, "GOV-1", "A gov account may live only in a gov region.", {asked}};
  }
  const bool there = command.region == state.region;
  if (there && !provided.migrating) return std::nullopt;
  const std::optional<RegionId> bought = region_bought(state, draft.at());
  if (!there && bought != command.region) return product_required(bought, command.region);
  if (provided.migrating) {
    return Refusal{RefusalCode::migration_in_progress, "RES-1", "A migration of this account is under way.", {asked}};
  }
  const Copied hypothetical{draft.base_version(), {}};
  const Copied& copied = provided.copied ? *provided.copied : hypothetical;
  draft.emit(
      RegionMigrated{.from = state.region, .to = command.region, .events = copied.events, .hash = copied.hash});
  return std::nullopt;
}

}  // namespace creditfold::residency
