// SPDX-License-Identifier: Apache-2.0
// What a scenario would have happen to the account, decided by the ledger's own rules: levers become commands, commands
// become events on a copy of the account, or refusals with their clause. Nothing is recorded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/expected.hpp"
#include "ledger/catalog.hpp"
#include "ledger/forecast/scenario.hpp"
#include "ledger/forecast/usage_model.hpp"
#include "ledger/state.hpp"

namespace creditfold::forecast {

// The account at the moment a scenario branches from, and what was learned of its use by then.
struct Branch {
  AccountState state;
  Instant at;
  std::int64_t seq = 0;          // of its newest event: supposed ones go on from there
  std::map<PlanId, bool> ended;  // plans brought to an early end, which nobody renews
  UsageModel model;
};

// A command to be decided at a moment.
struct Order {
  Instant at;
  std::string fields;  // its JSON without account, key and at: "\"command\":\"StartTerm\",…"
  bool assumed = false;
};

// The catalog with the scenario's rates, prices and policies.
[[nodiscard]] Expected<Catalog, ScenarioFault> catalog_of(const Catalog& catalog, const Scenario& scenario);

// The scenario's levers and commands in the order they are decided. Moments before the branch or beyond the horizon,
// and a lever that names nothing the account has, are faults; what the rules forbid is for them to refuse.
[[nodiscard]] Expected<std::vector<Order>, ScenarioFault> orders_of(const Branch& branch, const Catalog& catalog,
                                                                    const Scenario& scenario);
// Plan and cadence changed: what `levers.plan` is made into.
[[nodiscard]] std::vector<Order> plan_change(const Branch& branch, const Catalog& catalog, const PlanLever& lever);
[[nodiscard]] Order purchase(Instant at, const PlanId& plan, Credits credits, std::int64_t first, std::int64_t last);

// The plan in force at the branch that is taken for use that names none, whoever uses it; nullptr: none is.
[[nodiscard]] const Term* highest_term(const Branch& branch, const Catalog& catalog, PlanId& plan);

struct Supposed {
  bool assumed = false;
  bool accepted = false;
  std::string command;  // as it was decided, JSON
  std::string answer;   // as apply's, JSON
};

struct Supposition {
  AccountState after;
  std::map<std::int64_t, Instant> moment_of;  // when each supposed event happened, by its version
  std::vector<Supposed> commands;
};

// Decides the orders, by their moments, and with `renew` the renewals of terms that end before `until`.
[[nodiscard]] Supposition suppose(const Branch& branch, const Catalog& catalog, std::vector<Order> orders, bool renew,
                                  Instant until);

}  // namespace creditfold::forecast
