// SPDX-License-Identifier: Apache-2.0
// Levers made into a catalog and into commands. What a lever wants is said here; whether it may be is decided
// elsewhere.
#include <limits>

#include "ledger/command.hpp"
#include "ledger/forecast/suppose.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"

namespace creditfold::forecast {
namespace {

std::string lever_place(std::string_view list, std::size_t index, std::string_view field) {
  return "/levers/" + std::string(list) + "/" + std::to_string(index) + "/" + std::string(field);
}

Order order(Instant at, JsonWriter& fields) { return {at, fields.take().substr(1), false}; }

bool apply_rate(Catalog& catalog, const RateLever& lever) {
  bool found = false;
  for (auto& [card, rates] : catalog.rate_cards) {
    if (lever.rate_card && *lever.rate_card != card) continue;
    const auto model = rates.models.find(lever.model);
    if (model == rates.models.end()) continue;
    found = true;
    if (lever.query) model->second.query = *lever.query;
    if (lever.input) model->second.input = *lever.input;
    if (lever.output) model->second.output = *lever.output;
  }
  return found;
}

// A moment of a lever: inside the horizon, the branch where none is said.
Expected<Instant, ScenarioFault> moment(const Branch& branch, const Scenario& scenario,
                                        const std::optional<Instant>& at, const std::string& place) {
  const Instant end{branch.at.micros + scenario.days * day_micros};
  const Instant found = at.value_or(branch.at);
  if (branch.at <= found && found < end) return found;
  return Unexpected{
      ScenarioFault{place, "lies outside the horizon, which is from " + to_text(branch.at) + " to " + to_text(end)}};
}

Expected<Order, ScenarioFault> packs_order(const Branch& branch, const Catalog& catalog, const Scenario& scenario,
                                           const PacksLever& lever, std::size_t index) {
  const auto at = moment(branch, scenario, lever.at, lever_place("packs", index, "at"));
  if (!at) return Unexpected{at.error()};
  PlanId plan;
  const Term* term = highest_term(branch, catalog, plan);
  if (lever.plan) {
    plan = *lever.plan;
    term = terms::term_in_force(branch.state, plan, *at);
  } else if (term == nullptr) {
    return Unexpected{
        ScenarioFault{lever_place("packs", index, "plan"), "is missing, and no plan is in force at the branch"}};
  }
  const Plan* known = catalog.plan(plan);
  const Credits increment = term ? term->increment : known ? known->increment : Credits{};
  // Without an increment nothing is sold; a credit a pack, for the rules to refuse.
  const std::int64_t unit = increment.micro > 0 ? increment.micro : micro_per_credit;
  const std::int64_t present = term && term->in_force(*at) ? terms::period_at(*term, *at) : 1;
  return purchase(*at, plan, Credits{capped(static_cast<Wide>(unit) * lever.packs)}, lever.first.value_or(present),
                  lever.last.value_or(present));
}

}  // namespace

Expected<Catalog, ScenarioFault> catalog_of(const Catalog& base, const Scenario& scenario) {
  Catalog catalog = base;
  for (std::size_t i = 0; i < scenario.rates.size(); ++i) {
    if (!apply_rate(catalog, scenario.rates[i])) {
      return Unexpected{ScenarioFault{lever_place("rates", i, "model"), "is on no rate card of the catalog"}};
    }
  }
  for (std::size_t i = 0; i < scenario.prices.size(); ++i) {
    const auto plan = catalog.plans.find(scenario.prices[i].plan);
    if (plan == catalog.plans.end())
      return Unexpected{ScenarioFault{lever_place("prices", i, "plan"), "is no plan of the catalog"}};
    if (scenario.prices[i].increment) plan->second.increment_price = scenario.prices[i].increment;
    if (scenario.prices[i].overage) plan->second.overage_price = scenario.prices[i].overage;
  }
  for (std::size_t i = 0; i < scenario.policies.size(); ++i) {
    const auto plan = catalog.plans.find(scenario.policies[i].plan);
    if (plan == catalog.plans.end())
      return Unexpected{ScenarioFault{lever_place("policies", i, "plan"), "is no plan of the catalog"}};
    plan->second.on_exhaustion = scenario.policies[i].on_exhaustion;
    if (scenario.policies[i].stop_at_percent)
      plan->second.stop_at_percent = static_cast<std::int32_t>(*scenario.policies[i].stop_at_percent);
  }
  return catalog;
}

const Term* highest_term(const Branch& branch, const Catalog& catalog, PlanId& plan) {
  const Term* best = nullptr;
  std::int64_t best_rank = 0;
  for (const auto& [id, pool] : branch.state.pools) {
    const Term* term = terms::term_in_force(branch.state, id, branch.at);
    if (term == nullptr) continue;
    const Plan* known = catalog.plan(id);
    const std::int64_t rank = known ? known->rank : std::numeric_limits<std::int64_t>::min();
    if (best != nullptr && rank <= best_rank) continue;
    best = term;
    best_rank = rank;
    plan = id;
  }
  return best;
}

Order purchase(Instant at, const PlanId& plan, Credits credits, std::int64_t first, std::int64_t last) {
  JsonWriter fields;
  fields.open('{').field("command", PurchaseCredits::name).field("plan", plan).field("credits", credits);
  fields.key("periods").open('{').field("first", first).field("last", last).close('}');
  return order(at, fields);
}

std::vector<Order> plan_change(const Branch& branch, const Catalog& catalog, const PlanLever& lever) {
  std::vector<Order> orders;
  PlanId replaced;
  const Term* term = highest_term(branch, catalog, replaced);
  if (lever.replaces) {
    replaced = *lever.replaces;
    term = terms::term_in_force(branch.state, replaced, branch.at);
  }
  const Instant period_ends = term ? terms::period_ends_at(*term, terms::period_at(*term, branch.at)) : branch.at;
  const Instant starts_at = lever.starts_at.value_or(period_ends);
  if ((term != nullptr && starts_at < term->ends_at) || lever.replaces) {
    JsonWriter end;
    end.open('{')
        .field("command", EndTerm::name)
        .field("product", terms::studio_product)
        .field("plan", replaced)
        .field("ends_at", starts_at);
    orders.push_back(order(branch.at, end));
  }
  JsonWriter start;
  start.open('{')
      .field("command", StartTerm::name)
      .field("product", terms::studio_product)
      .field("plan", lever.plan)
      .field("cadence", lever.cadence)
      .field("starts_at", starts_at)
      .field("ends_at", add_months(starts_at, lever.months))
      .field("allotment", lever.allotment);
  orders.push_back(order(branch.at, start));
  return orders;
}

Expected<std::vector<Order>, ScenarioFault> orders_of(const Branch& branch, const Catalog& catalog,
                                                      const Scenario& scenario) {
  std::vector<Order> orders;
  if (scenario.plan) orders = plan_change(branch, catalog, *scenario.plan);
  for (std::size_t i = 0; i < scenario.packs.size(); ++i) {
    auto packs = packs_order(branch, catalog, scenario, scenario.packs[i], i);
    if (!packs) return Unexpected{packs.error()};
    orders.push_back(std::move(packs).value());
  }
  for (std::size_t i = 0; i < scenario.seats.size(); ++i) {
    const auto at = moment(branch, scenario, scenario.seats[i].at, lever_place("seats", i, "at"));
    if (!at) return Unexpected{at.error()};
    JsonWriter fields;
    fields.open('{')
        .field("command", ChangeSeats::name)
        .field("product", scenario.seats[i].product)
        .field("seats", scenario.seats[i].seats);
    orders.push_back(order(*at, fields));
  }
  for (std::size_t i = 0; i < scenario.commands.size(); ++i) {
    const auto at = moment(branch, scenario, scenario.commands[i].at, "/commands/" + std::to_string(i) + "/at");
    if (!at) return Unexpected{at.error()};
    JsonWriter fields;
    fields.open('{');
    for (const auto& [name, value] : scenario.commands[i].fields) fields.key(name).write_raw(value);
    orders.push_back(order(*at, fields));
  }
  return orders;
}

}  // namespace creditfold::forecast
