// SPDX-License-Identifier: Apache-2.0
// Ask, branch, answer: a scenario run over futures of an account's use, as one document (simulation.schema.json). For
// information, never a guarantee (AIS-4c, AI-6); the same log and the same scenario give the same bytes everywhere.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/expected.hpp"
#include "events/event.hpp"
#include "ledger/forecast/pools.hpp"
#include "ledger/forecast/scenario.hpp"

namespace creditfold::forecast {

// The account as of the scenario's moment and what is learned of its use; of its newest event's where the scenario says
// neither `at` nor `as_of`. `events`: the account's, in order. nullopt: nothing of it is known then. Throws Fault when
// they do not fold.
[[nodiscard]] std::optional<Branch> branch_at(std::span<const Event> events, const Catalog& catalog,
                                              const Scenario& scenario);
// One line of JSON without a newline, or where the scenario asks what cannot be.
[[nodiscard]] Expected<std::string, ScenarioFault> simulate_json(const Branch& branch, const Catalog& catalog,
                                                                 const Scenario& scenario);

// What every answer starts from: the scenario's own outcome and all that led to it.
struct Simulated {
  const Branch& branch;
  const Scenario& scenario;
  Catalog catalog;  // with the scenario's rates, prices and policies
  std::vector<Order> orders;
  std::vector<Stream> streams;
  Weather weather;
  Futures futures;
  Supposition supposition;
  Course course;
  Outcome outcome;

  [[nodiscard]] Instant until() const { return Instant{branch.at.micros + scenario.days * day_micros}; }
};
[[nodiscard]] Expected<Simulated, ScenarioFault> simulate(const Branch& branch, const Catalog& catalog,
                                                          const Scenario& scenario);

}  // namespace creditfold::forecast
