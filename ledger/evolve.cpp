// SPDX-License-Identifier: Apache-2.0
#include "ledger/evolve.hpp"

#include <variant>

#include "ledger/account.hpp"
#include "ledger/consents.hpp"
#include "ledger/credits.hpp"
#include "ledger/keys.hpp"
#include "ledger/residency.hpp"
#include "ledger/seats.hpp"
#include "ledger/terms.hpp"
#include "ledger/usage.hpp"

namespace creditfold {
namespace {

struct Evolve {
  AccountState& state;
  const Event& event;
  Folding folding;

  void operator()(const AccountOpened& fact) const { account::evolve(state, event, fact); }
  void operator()(const TermStarted& fact) const {
    if (fact.ai_studio) {
      terms::evolve(state, fact);
    } else {
      seats::evolve(state, fact);
    }
  }
  void operator()(const TermEnded& fact) const {
    if (fact.plan) {
      terms::evolve(state, fact);
    } else {
      seats::evolve(state, fact);
    }
  }
  void operator()(const BuildersChanged& fact) const { terms::evolve(state, event, fact); }
  void operator()(const CreditsGranted& fact) const { credits::evolve(state, event, fact, folding); }
  void operator()(const PeriodClosed& fact) const { credits::evolve(state, event, fact, folding); }
  void operator()(const CreditsConsumed& fact) const {
    usage::evolve(state, event, fact);
    if (folding != Folding::pools) usage::count_usage(state, fact);
  }
  void operator()(const CreditsHeld& fact) const { usage::evolve(state, event, fact); }
  void operator()(const HoldReleased& fact) const { usage::evolve(state, fact); }
  void operator()(const SeatsChanged& fact) const { seats::evolve(state, event, fact, folding); }
  void operator()(const ProductAdded& fact) const { seats::evolve(state, event, fact); }
  void operator()(const ProductRemoved& fact) const { seats::evolve(state, event, fact, folding); }
  void operator()(const ConsentChanged& fact) const { consents::evolve(state, event, fact); }
  void operator()(const TermsAccepted& fact) const { consents::evolve(state, event, fact); }
  void operator()(const AccessChanged& fact) const { consents::evolve(state, event, fact); }
  void operator()(const KeyRotated& fact) const { keys::evolve(state, fact, folding); }
  void operator()(const KeyRevoked& fact) const { keys::evolve(state, fact, folding); }
  void operator()(const RegionMigrated& fact) const { residency::evolve(state, event, fact, folding); }
};

void fold(AccountState& state, const Event& event, Folding folding) {
  require(event.version == state.version + 1, "the account's version does not follow the one before");
  require((event.version == 1) == std::holds_alternative<AccountOpened>(event.payload),
          "an account's first event, and only that, is AccountOpened");
  if (state.latest_at < event.at) state.latest_at = event.at;
  terms::open_without_allotment(state, event.at);
  std::visit(Evolve{state, event, folding}, event.payload);
  state.version = event.version;
  if (std::holds_alternative<TermStarted>(event.payload)) terms::open_without_allotment(state, event.at);
}

}  // namespace

void evolve(AccountState& state, const Event& event) { fold(state, event, Folding::whole); }

void evolve_pools(AccountState& state, const Event& event) { fold(state, event, Folding::pools); }

void evolve_selected(AccountState& state, const Event& event) {
  state.account = event.account;
  state.version = event.version - 1;
  try {
    fold(state, event, Folding::selection);  // families check before they write
  } catch (const Inconsistent&) {
    if (const auto* charge = std::get_if<CreditsConsumed>(&event.payload)) usage::count_usage(state, *charge);
    state.version = event.version;
  }
}

}  // namespace creditfold
