// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/cost.hpp"

#include "ledger/credits.hpp"
#include "ledger/forecast/bands.hpp"
#include "ledger/words.hpp"

namespace creditfold::forecast {
namespace {

void add_overage(ScenarioCost& cost, const Slot& slot, const SlotOutcome& outcome, const Money& price) {
  CurrencyCost& of = cost.by_currency[std::string(price.code())];
  of.overage.resize(outcome.uncovered.size());
  for (std::size_t future = 0; future < outcome.uncovered.size(); ++future) {
    const std::int64_t uncovered = capped_sum(slot.uncovered, outcome.uncovered[future]);
    const std::int64_t begun = credits::begun_increments(Credits{uncovered}, slot.increment);
    of.overage[future] = capped_sum(of.overage[future], capped(static_cast<Wide>(begun) * price.minor));
  }
}

bool ever_uncovered(const SlotOutcome& outcome) {
  return std::any_of(outcome.uncovered.begin(), outcome.uncovered.end(),
                     [](std::int64_t credits) { return credits > 0; });
}

bool has_unpriced_pack(const Branch& branch, const PlanId& plan, const Supposition& supposition,
                       const Catalog& catalog) {
  const Plan* known = catalog.plan(plan);
  if (known != nullptr && known->increment_price) return false;
  const auto pool = supposition.after.pools.find(plan);
  if (pool == supposition.after.pools.end()) return false;
  for (const Term& term : pool->second.terms) {
    for (const Period& period : term.periods) {
      for (const Lot& lot : period.lots) {
        if (lot.kind == LotKind::purchase && lot.version > branch.state.version) return true;
      }
    }
  }
  return false;
}

}  // namespace

ScenarioCost cost_of(const Branch& branch, const Catalog& catalog, const Supposition& supposition, const Course& course,
                     const Outcome& outcome) {
  ScenarioCost cost;
  const auto& lines = supposition.after.invoice_lines;
  for (std::size_t i = branch.state.invoice_lines.size(); i < lines.size(); ++i) {
    CurrencyCost& of = cost.by_currency[std::string(lines[i].amount.code())];
    of.committed = capped_sum(of.committed, lines[i].amount.minor);
  }
  const Instant until{course.at.micros + course.days * day_micros};
  for (std::size_t i = 0; i < course.slots.size(); ++i) {
    const Slot& slot = course.slots[i];
    if (slot.on_exhaustion != OnExhaustion::overage || until < slot.ends_at) continue;
    const Plan* plan = catalog.plan(course.plans[slot.plan]);
    const bool priced = plan != nullptr && plan->overage_price && slot.increment.micro > 0;
    if (priced) add_overage(cost, slot, outcome.slots[i], *plan->overage_price);
    if (!priced && ever_uncovered(outcome.slots[i])) {
      cost.missing.push_back("The catalog has no overage price of " + course.plans[slot.plan].value + ".");
    }
  }
  for (const PlanId& plan : course.plans) {
    if (has_unpriced_pack(branch, plan, supposition, catalog))
      cost.missing.push_back("The catalog has no price of an increment of " + plan.value + ".");
  }
  std::sort(cost.missing.begin(), cost.missing.end());
  cost.missing.erase(std::unique(cost.missing.begin(), cost.missing.end()), cost.missing.end());
  return cost;
}

void write_cost(JsonWriter& out, const Simulated& simulated) {
  const ScenarioCost cost =
      cost_of(simulated.branch, simulated.catalog, simulated.supposition, simulated.course, simulated.outcome);
  std::vector<std::int64_t> scratch;
  out.key("cost").open('{').field("known", cost.missing.empty()).key("amounts").open('[');
  for (const auto& [currency, of] : cost.by_currency) {
    out.open('{').field("currency", std::string_view(currency)).field("committed", of.committed);
    const Band band = of.overage.empty() ? Band{} : band_of(of.overage.data(), of.overage.size(), scratch);
    out.key("overage").open('{').field("p10", band.p10).field("p50", band.p50).field("p90", band.p90).close('}');
    out.close('}');
  }
  out.close(']').key("missing").open('[');
  for (const std::string& sentence : cost.missing) out.write(std::string_view(sentence));
  out.close(']').close('}');
}

}  // namespace creditfold::forecast
