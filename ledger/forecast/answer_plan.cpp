// SPDX-License-Identifier: Apache-2.0
// The cheapest plan: every plan and cadence of the catalog in the place of the present one, from the end of the present
// Credit Period on, each with the packs it takes to stay within the chance asked for.
#include <algorithm>

#include "ledger/forecast/answers.hpp"
#include "ledger/forecast/cost.hpp"
#include "ledger/forecast/simulation_json.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::forecast {
namespace {

struct Candidate {
  PlanId plan;
  Cadence cadence = Cadence::monthly;
  bool current = false;
  bool unlimited = false;
  bool enough = false;  // within the chance, with packs
  std::int64_t granted = 0;
  std::int32_t futures_out = 0;  // without packs
  std::vector<std::int64_t> uncovered;
  std::vector<std::int64_t> expired;
  std::optional<std::int64_t> packs;
  std::int64_t pack_credits = 0;
  std::optional<Money> cost;
  std::optional<std::string> refused;  // the answer's refusal, as JSON
};

class Comparing {
 public:
  Comparing(const Simulated& simulated, std::int64_t chance_percent) : simulated_(simulated), percent_(chance_percent) {
    term_ = highest_term(simulated.branch, simulated.catalog, present_);
    from_ = term_ ? terms::period_ends_at(*term_, terms::period_at(*term_, simulated.branch.at)) : simulated.branch.at;
  }

  [[nodiscard]] std::vector<Candidate> run() const {
    std::vector<Candidate> all;
    for (const auto& [plan, known] : simulated_.catalog.plans) {
      for (const auto& [cadence, allotment] : known.allotment) all.push_back(candidate(plan, cadence));
    }
    return all;
  }
  [[nodiscard]] Instant from() const { return from_; }

 private:
  [[nodiscard]] Candidate candidate(const PlanId& plan, Cadence cadence) const {
    Candidate found;
    found.plan = plan;
    found.cadence = cadence;
    found.current = term_ != nullptr && present_ == plan && term_->cadence == cadence;
    Scenario scenario = simulated_.scenario;
    scenario.plan.reset();
    if (!found.current) {
      PlanLever lever;
      lever.plan = plan;
      lever.cadence = cadence;
      scenario.plan = lever;
    }
    const auto orders = orders_of(simulated_.branch, simulated_.catalog, scenario);
    if (!orders) return found;  // the scenario itself was fine, and so is this
    const Tried tried = try_out(simulated_, *orders, simulated_.streams);
    for (const Supposed& supposed : tried.supposition.commands) {
      const bool starts = supposed.command.find("\"command\":\"StartTerm\"") != std::string::npos;
      const std::size_t at = supposed.answer.find("\"refused\":");
      if (starts && !supposed.accepted && !found.current && at != std::string::npos) {
        found.refused = supposed.answer.substr(at + 10, supposed.answer.size() - at - 11);
      }
    }
    weigh(found, tried);
    return found;
  }

  // What of a slot lies in the horizon, of an amount for all of it; rounded up.
  [[nodiscard]] std::int64_t part_of(std::int64_t amount, const Slot& slot) const {
    const std::int64_t inside = std::min(slot.ends_at, simulated_.until()).micros - slot.starts_at.micros;
    return capped((static_cast<Wide>(amount) * inside + (slot.ends_at.micros - slot.starts_at.micros) - 1) /
                  (slot.ends_at.micros - slot.starts_at.micros));
  }

  void weigh(Candidate& found, const Tried& tried) const {
    const auto futures = static_cast<std::size_t>(tried.outcome.futures);
    found.uncovered.resize(futures);
    found.expired.resize(futures);
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < tried.course.slots.size(); ++i) {
      const Slot& slot = tried.course.slots[i];
      if (slot.starts_at < from_) continue;
      const bool of_plan = tried.course.plans[slot.plan] == found.plan;
      if (of_plan) own.push_back(i);
      if (of_plan) found.granted = capped_sum(found.granted, part_of(slot.granted, slot));
      if (of_plan && slot.on_exhaustion == OnExhaustion::unlimited) found.unlimited = true;
      for (std::size_t future = 0; future < futures; ++future) {
        if (slot.on_exhaustion != OnExhaustion::unlimited)
          found.uncovered[future] = capped_sum(found.uncovered[future], tried.outcome.slots[i].uncovered[future]);
        if (slot.ends_at <= simulated_.until())
          found.expired[future] = capped_sum(found.expired[future], tried.outcome.slots[i].remaining[future]);
      }
    }
    found.futures_out = futures_out_from(tried.course, tried.outcome, from_);
    if (found.refused || own.empty()) return;
    found.enough = within(found.futures_out);
    if (found.enough) found.packs = 0;
    const Slot& first = tried.course.slots[own.front()];
    if (!found.enough && first.increment.micro > 0 && !found.unlimited) {
      const std::vector<Purchase> curve = purchase_curve(tried.course, tried.outcome, own);
      const Purchase& chosen = smallest_within(curve, percent_, tried.outcome.futures);
      found.enough = within(chosen.futures_out);
      found.packs = chosen.total;
      found.pack_credits = capped(static_cast<Wide>(first.increment.micro) * chosen.total);
    }
    if (found.enough) found.cost = cost_of_candidate(found, tried, own);
  }

  [[nodiscard]] bool within(std::int32_t out) const {
    return std::int64_t{out} * 100 <= percent_ * simulated_.outcome.futures;
  }

  // Periods for the part of them in the horizon, and packs whole; nothing where a price is missing. Overage is not in
  // it: a plan that is enough has none in its middle future, unless more than every other one may run out.
  [[nodiscard]] std::optional<Money> cost_of_candidate(const Candidate& found, const Tried& tried,
                                                       const std::vector<std::size_t>& own) const {
    const auto price = std::find_if(simulated_.scenario.prices.begin(), simulated_.scenario.prices.end(),
                                    [&](const PriceLever& lever) { return lever.plan == found.plan && lever.period; });
    if (price == simulated_.scenario.prices.end()) return std::nullopt;
    Money sum = *price->period;
    sum.minor = 0;
    for (const std::size_t slot : own)
      sum.minor = capped_sum(sum.minor, part_of(price->period->minor, tried.course.slots[slot]));
    const Plan& plan = *simulated_.catalog.plan(found.plan);
    if (*found.packs > 0) {
      if (!plan.increment_price || plan.increment_price->currency != sum.currency) return std::nullopt;
      sum.minor = capped_sum(sum.minor, capped(static_cast<Wide>(plan.increment_price->minor) * *found.packs));
    }
    return sum;
  }

  const Simulated& simulated_;
  std::int64_t percent_;
  PlanId present_;
  const Term* term_ = nullptr;
  Instant from_;
};

// By cost where the prices of all that are enough are known, in one currency; else by the credits they bring.
bool all_priced(const std::vector<Candidate>& all) {
  std::optional<std::array<char, 3>> currency;
  for (const Candidate& candidate : all) {
    if (!candidate.enough) continue;
    if (!candidate.cost) return false;
    if (currency && *currency != candidate.cost->currency) return false;
    currency = candidate.cost->currency;
  }
  return currency.has_value();
}

std::optional<std::size_t> best_of(const std::vector<Candidate>& all, bool by_cost) {
  std::optional<std::size_t> best;
  // No number of credits stands for an unlimited plan: it is the best only where prices say so.
  const auto weight = [&](const Candidate& of) {
    return by_cost        ? of.cost->minor
           : of.unlimited ? std::numeric_limits<std::int64_t>::max()
                          : capped_sum(of.granted, of.pack_credits);
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].enough && (!best || weight(all[i]) < weight(all[*best]))) best = i;
  }
  return best;
}

std::string sentence_of_plan(const Simulated& simulated, const std::vector<Candidate>& all,
                             std::optional<std::size_t> best, bool by_cost, std::int64_t percent, Instant from) {
  if (simulated.until() <= from)
    return "The present period goes on beyond the horizon, so another plan would change nothing in it: ask about more "
           "days.";
  const std::string goal = "within " + std::to_string(percent) + " %";
  if (!best) return "No plan of the catalog keeps the chance of running out " + goal + ", with or without packs.";
  const Candidate& found = all[*best];
  std::string name = display_name(found.plan) + ", " + std::string(to_name(found.cadence));
  if (found.packs && *found.packs > 0) name += ", with " + counted(*found.packs, "pack");
  name += found.current ? " (the present plan)" : "";
  if (by_cost)
    return name + " is the cheapest that keeps the chance of running out " + goal + ": " + money_text(*found.cost) +
           " within the horizon.";
  return name + " is the smallest that keeps the chance of running out " + goal +
         ", by the credits it brings: what plans cost is not public. " + "Give `prices` to compare by cost.";
}

}  // namespace

void write_cheapest_plan(JsonWriter& out, const Simulated& simulated, const CheapestPlan& ask) {
  const Comparing comparing(simulated, ask.chance_percent);
  const std::vector<Candidate> all = comparing.run();
  const bool by_cost = all_priced(all);
  const bool too_short = simulated.until() <= comparing.from();
  const auto best = too_short ? std::nullopt : best_of(all, by_cost);
  out.open('{')
      .field("ask", "cheapest_plan")
      .field("chance_percent", std::string_view(std::to_string(ask.chance_percent)));
  out.field("sentence",
            std::string_view(sentence_of_plan(simulated, all, best, by_cost, ask.chance_percent, comparing.from())));
  out.field("by", by_cost ? "cost" : "credits").field("from", comparing.from()).key("best");
  if (best) {
    out.write(static_cast<std::int64_t>(*best));
  } else {
    out.write_null();
  }
  out.key("plans").open('[');
  for (const Candidate& candidate : all) {
    out.open('{').field("plan", candidate.plan).field("cadence", candidate.cadence).field("current", candidate.current);
    out.field("unlimited", candidate.unlimited)
        .field("enough", candidate.enough)
        .field("granted", Credits{candidate.granted});
    out.field("chance_percent", std::string_view(percent_of(candidate.futures_out, simulated.outcome.futures)))
        .key("uncovered");
    write_band(out, candidate.uncovered);
    out.key("expired");
    write_band(out, candidate.expired);
    out.field("packs", candidate.packs).field("cost", candidate.cost);
    if (candidate.refused) out.key("refused").write_raw(*candidate.refused);
    out.close('}');
  }
  out.close(']').close('}');
}

}  // namespace creditfold::forecast
