// SPDX-License-Identifier: Apache-2.0
// What is supposed of an account's future: a moment to branch from, levers, and what is asked of the outcome. Read
// strictly: a field nobody knows is refused with its place (scenario.schema.json).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::forecast {

inline constexpr std::size_t scenario_bytes_max = 1U << 20;
inline constexpr std::int64_t futures_min = 100;  // fewer tell no tenth from a fifth
inline constexpr std::int64_t futures_max = 10'000;
inline constexpr std::int64_t days_max = 366;
inline constexpr std::int64_t seed_max = (std::int64_t{1} << 53) - 1;  // exact in every JSON reader
// Numbers drawn and kept at once: those of each series, and what is kept of pools, which is about eight series' worth.
inline constexpr std::int64_t cells_max = 24'000'000;
inline constexpr std::int64_t cells_of_pools = 8;
// Levers of a kind, commands, asks: a page's question, not an import.
inline constexpr std::size_t list_max = 200;
inline constexpr std::int64_t percent_max = 100'000;
inline constexpr std::int64_t packs_max = 1'000'000;
inline constexpr std::int64_t months_max = 120;

// Where a scenario is wrong.
struct ScenarioFault {
  std::string place;  // "/levers/packs/0/packs", or "byte 17" where it is not JSON
  std::string what;
};

struct PlanLever {
  PlanId plan;
  Cadence cadence = Cadence::monthly;
  std::optional<Instant> starts_at;  // else where the replaced plan's present period ends
  std::int64_t months = 12;
  std::optional<Credits> allotment;
  std::optional<PlanId> replaces;  // else the highest plan in force
};
struct PacksLever {
  std::optional<PlanId> plan;
  std::int64_t packs = 1;
  std::optional<std::int64_t> first;  // periods of the term in force at `at`; else the present one
  std::optional<std::int64_t> last;
  std::optional<Instant> at;
};
struct SeatsLever {
  ProductId product;
  std::int64_t seats = 0;
  std::optional<Instant> at;
};
struct TokensPerDay {
  std::int64_t query = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
};
struct WorkflowLever {
  WorkflowId workflow;
  std::optional<ModelId> model;  // only that use of it; of a new workflow, its model
  std::int64_t volume_percent = 100;
  std::int64_t growth_percent_per_month = 0;
  std::optional<ModelId> move_to;
  std::optional<Instant> starts_at;
  std::optional<Instant> ends_at;
  std::optional<TokensPerDay> per_day;  // a workflow the log does not have
};
struct CalendarLever {
  Instant from;
  Instant to;
  std::int64_t percent = 100;
};
struct RateLever {
  std::optional<RateCardId> rate_card;  // else every card with the model
  ModelId model;
  std::optional<Rate> query;
  std::optional<Rate> input;
  std::optional<Rate> output;
};
struct PriceLever {
  PlanId plan;
  std::optional<Money> increment;
  std::optional<Money> overage;
  std::optional<Money> period;  // of a Credit Period; the catalog has no such price
};
struct PolicyLever {
  PlanId plan;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::optional<std::int64_t> stop_at_percent;
};

// A command of the scenario as JSON text without account and key, and its moment.
struct ScenarioCommand {
  std::optional<Instant> at;
  std::vector<std::pair<std::string, std::string>> fields;  // name and value as JSON, in the order sent
};

struct SmallestPurchase {
  std::int64_t chance_percent = 5;
  std::optional<PlanId> plan;
};
struct CheapestPlan {
  std::int64_t chance_percent = 5;
};
struct ModelMoves {
  std::int64_t moves = 3;
};
using Ask = std::variant<SmallestPurchase, CheapestPlan, ModelMoves>;

struct Scenario {
  std::optional<AccountId> account;
  std::optional<Instant> at;
  std::optional<std::int64_t> as_of;
  std::int64_t seed = 1;
  std::int64_t futures = 1000;
  std::int64_t days = 90;
  bool renew = true;
  std::vector<ScenarioCommand> commands;
  std::optional<PlanLever> plan;
  std::vector<PacksLever> packs;
  std::vector<SeatsLever> seats;
  std::vector<WorkflowLever> workflows;
  std::int64_t growth_percent_per_month = 0;
  std::int64_t seasonality_percent = 100;
  std::vector<CalendarLever> calendar;
  std::vector<RateLever> rates;
  std::vector<PriceLever> prices;
  std::vector<PolicyLever> policies;
  std::vector<Ask> asks;
};

[[nodiscard]] Expected<Scenario, ScenarioFault> parse_scenario(std::string_view json);

}  // namespace creditfold::forecast
