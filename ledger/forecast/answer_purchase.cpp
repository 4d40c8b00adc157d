// SPDX-License-Identifier: Apache-2.0
// The smallest purchase that keeps the chance of running out low. Credits do not carry over (AIS-4e), so each Credit
// Period needs its own packs; what is left to choose is which futures are given up.
#include <algorithm>
#include <map>

#include "ledger/forecast/answers.hpp"
#include "ledger/forecast/simulation_json.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::forecast {
namespace {

// Points of a curve that are shown; more are no picture.
constexpr std::size_t points_max = 40;

// What each future needs of each slot, and which futures need most.
class Giving {
 public:
  Giving(const Course& course, const Outcome& outcome, const std::vector<std::size_t>& slots)
      : futures_(static_cast<std::size_t>(outcome.futures)), given_up_(futures_, false) {
    for (const std::size_t slot : slots) {
      Need need;
      const std::int64_t increment = std::max<std::int64_t>(course.slots[slot].increment.micro, 1);
      for (const std::int64_t uncovered : outcome.slots[slot].uncovered) {
        need.packs.push_back(uncovered / increment + (uncovered % increment != 0 ? 1 : 0));
      }
      need.order.resize(futures_);
      for (std::size_t i = 0; i < futures_; ++i) need.order[i] = static_cast<std::uint32_t>(i);
      std::stable_sort(need.order.begin(), need.order.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return need.packs[a] > need.packs[b]; });
      now_.packs.push_back(need.packs[need.order.front()]);
      now_.total = capped_sum(now_.total, now_.packs.back());
      needs_.push_back(std::move(need));
    }
  }

  // From as many packs as any future needs down to none.
  [[nodiscard]] std::vector<Purchase> run() {
    std::vector<Purchase> curve{now_};
    while (now_.total > 0) {
      give_up_cheapest();
      if (curve.back().futures_out == now_.futures_out) curve.pop_back();  // the same for fewer packs
      curve.push_back(now_);
    }
    std::reverse(curve.begin(), curve.end());
    return curve;
  }

 private:
  struct Need {
    std::vector<std::int64_t> packs;   // by future
    std::vector<std::uint32_t> order;  // futures, the neediest first
    std::size_t passed = 0;            // of `order`: those the slot's packs are no longer enough for
  };

  // How many futures more go out when the slot is brought down to what its next neediest future needs; and that need.
  struct Step {
    std::int64_t lost = 0;
    std::int64_t next = 0;
    std::size_t passed = 0;
  };
  [[nodiscard]] Step step_of(std::size_t slot) const {
    const Need& need = needs_[slot];
    Step step{.lost = 0, .next = 0, .passed = need.passed};
    while (step.passed < need.order.size() && need.packs[need.order[step.passed]] >= now_.packs[slot]) {
      if (!given_up_[need.order[step.passed]]) ++step.lost;
      ++step.passed;
    }
    if (step.passed < need.order.size()) step.next = need.packs[need.order[step.passed]];
    return step;
  }

  void give_up_cheapest() {
    std::size_t best = needs_.size();
    Step best_step;
    for (std::size_t slot = 0; slot < needs_.size(); ++slot) {
      if (now_.packs[slot] == 0) continue;
      const Step step = step_of(slot);
      // Fewer futures for each pack; cross-multiplied.
      const bool better =
          best == needs_.size() || static_cast<Wide>(step.lost) * (now_.packs[best] - best_step.next) <
                                       static_cast<Wide>(best_step.lost) * (now_.packs[slot] - step.next);
      if (!better) continue;
      best = slot;
      best_step = step;
    }
    Need& need = needs_[best];
    for (; need.passed < best_step.passed; ++need.passed) given_up_[need.order[need.passed]] = true;
    now_.futures_out += static_cast<std::int32_t>(best_step.lost);
    now_.total -= now_.packs[best] - best_step.next;
    now_.packs[best] = best_step.next;
  }

  std::size_t futures_;
  std::vector<bool> given_up_;
  std::vector<Need> needs_;
  Purchase now_;
};

std::optional<Money> price_of(const Catalog& catalog, const PlanId& plan, std::int64_t packs) {
  const Plan* known = catalog.plan(plan);
  if (known == nullptr || !known->increment_price) return std::nullopt;
  return Money{known->increment_price->currency, capped(static_cast<Wide>(known->increment_price->minor) * packs)};
}

void write_purchases(JsonWriter& out, const Course& course, const std::vector<std::size_t>& slots,
                     const Purchase& purchase) {
  out.key("purchases").open('[');
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (purchase.packs[i] == 0) continue;
    const Slot& slot = course.slots[slots[i]];
    const Credits credits{capped(static_cast<Wide>(slot.increment.micro) * purchase.packs[i])};
    out.open('{')
        .field("term", slot.term)
        .field("period", slot.period)
        .field("packs", purchase.packs[i])
        .field("credits", credits)
        .close('}');
  }
  out.close(']');
}

void write_curve(JsonWriter& out, const Simulated& simulated, const PlanId& plan, const std::vector<std::size_t>& slots,
                 const std::vector<Purchase>& curve, const Purchase& chosen) {
  out.key("curve").open('[');
  const std::size_t every = (curve.size() + points_max - 1) / points_max;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (i % every != 0 && i + 1 != curve.size() && &curve[i] != &chosen) continue;
    out.open('{').field("packs", curve[i].total);
    out.field("chance_percent", std::string_view(percent_of(curve[i].futures_out, simulated.outcome.futures)));
    write_purchases(out, simulated.course, slots, curve[i]);
    out.field("cost", price_of(simulated.catalog, plan, curve[i].total)).close('}');
  }
  out.close(']');
}

// The purchase as commands: for each period at the branch, or when its term begins (AIS-5a).
std::vector<Order> orders_for(const Simulated& simulated, const PlanId& plan, const std::vector<std::size_t>& slots,
                              const Purchase& purchase) {
  std::vector<Order> orders;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (purchase.packs[i] == 0) continue;
    const Slot& slot = simulated.course.slots[slots[i]];
    const Term* term = terms::find_term(simulated.supposition.after, plan, slot.term);
    const Instant at = std::max(simulated.branch.at, term ? term->starts_at : slot.starts_at);
    orders.push_back(creditfold::forecast::purchase(
        at, plan, Credits{capped(static_cast<Wide>(slot.increment.micro) * purchase.packs[i])}, slot.period,
        slot.period));
  }
  return orders;
}

// One pack where none is sold, so that the ledger says why not.
std::vector<Order> forbidden_order(const Simulated& simulated, const PlanId& plan) {
  const Term* term = terms::term_in_force(simulated.supposition.after, plan, simulated.branch.at);
  const std::int64_t period = term ? terms::period_at(*term, simulated.branch.at) : 1;
  return {purchase(simulated.branch.at, plan, Credits{micro_per_credit}, period, period)};
}

std::string sentence_of_purchase(const Simulated& simulated, const PlanId& plan, const Purchase& purchase,
                                 std::int32_t before, std::int32_t after, bool found, std::int64_t percent, bool sold) {
  const std::int32_t futures = simulated.outcome.futures;
  const std::string name = display_name(plan);
  const std::string goal = std::to_string(percent) + " %";
  if (static_cast<std::int64_t>(before) * 100 <= percent * futures) {
    return name + " runs out in " + percent_of(before, futures) +
           " % of the futures: no purchase is needed to stay within " + goal + ".";
  }
  if (!sold)
    return name + " runs out in " + percent_of(before, futures) + " % of the futures, and no packs of it are sold.";
  const std::string packs = counted(purchase.total, "pack");
  if (!found) return packs + " would be needed for " + name + ", and the terms refuse them, or they come too late.";
  return packs + " for " + name + " bring the chance of running out from " + percent_of(before, futures) + " % to " +
         percent_of(after, futures) + " %: the smallest purchase found that keeps it within " + goal + ".";
}

}  // namespace

std::vector<Purchase> purchase_curve(const Course& course, const Outcome& outcome,
                                     const std::vector<std::size_t>& slots) {
  return Giving(course, outcome, slots).run();
}

const Purchase& smallest_within(const std::vector<Purchase>& curve, std::int64_t percent, std::int32_t futures) {
  const auto within = std::find_if(curve.begin(), curve.end(), [&](const Purchase& purchase) {
    return std::int64_t{purchase.futures_out} * 100 <= percent * futures;
  });
  return within == curve.end() ? curve.back() : *within;
}

void write_smallest_purchase(JsonWriter& out, const Simulated& simulated, const SmallestPurchase& ask) {
  PlanId plan;
  (void)highest_term(simulated.branch, simulated.catalog, plan);
  if (ask.plan) plan = *ask.plan;
  std::vector<std::size_t> slots;
  Credits increment;
  for (std::size_t i = 0; i < simulated.course.slots.size(); ++i) {
    const Slot& slot = simulated.course.slots[i];
    if (simulated.course.plans[slot.plan] != plan || slot.on_exhaustion == OnExhaustion::unlimited) continue;
    slots.push_back(i);
    increment = slot.increment;
  }
  out.open('{')
      .field("ask", "smallest_purchase")
      .field("chance_percent", std::string_view(std::to_string(ask.chance_percent)));
  out.field("plan", plan).field("increment", increment);
  const std::vector<Purchase> curve = purchase_curve(simulated.course, simulated.outcome, slots);
  const Purchase& chosen = smallest_within(curve, ask.chance_percent, simulated.outcome.futures);
  const bool needed = chosen.total > 0;
  const bool sold = increment.micro > 0;
  std::vector<Order> orders = simulated.orders;
  std::vector<Order> wanted;
  if (needed) wanted = sold ? orders_for(simulated, plan, slots, chosen) : forbidden_order(simulated, plan);
  orders.insert(orders.end(), wanted.begin(), wanted.end());
  const std::int32_t before = curve.front().futures_out;
  std::int32_t after = before;
  bool accepted = true;
  std::vector<Supposed> own;
  if (needed) {
    Tried tried = try_out(simulated, orders, simulated.streams);
    std::optional<std::size_t> number;
    for (std::size_t i = 0; i < tried.course.plans.size(); ++i) {
      if (tried.course.plans[i] == plan) number = i;
    }
    after = number ? futures_out(tried.course, tried.outcome, number) : 0;
    for (Supposed& supposed : tried.supposition.commands) {
      const bool of_answer = std::any_of(wanted.begin(), wanted.end(), [&](const Order& order) {
        return supposed.command.find(order.fields) != std::string::npos;
      });
      if (!of_answer) continue;
      accepted = accepted && supposed.accepted;
      own.push_back(std::move(supposed));
    }
  }
  const bool found = accepted && std::int64_t{after} * 100 <= ask.chance_percent * simulated.outcome.futures;
  out.field("found", found);
  out.field("sentence", std::string_view(sentence_of_purchase(simulated, plan, chosen, before, after, found,
                                                              ask.chance_percent, sold)));
  write_purchases(out, simulated.course, slots, chosen);
  out.field("packs", sold ? chosen.total : 0);
  out.field("credits", Credits{sold ? capped(static_cast<Wide>(increment.micro) * chosen.total) : 0});
  out.field("chance_before_percent", std::string_view(percent_of(before, simulated.outcome.futures)));
  out.field("chance_after_percent", std::string_view(percent_of(after, simulated.outcome.futures)));
  if (sold) out.field("cost", price_of(simulated.catalog, plan, chosen.total));
  write_commands(out, own);
  write_curve(out, simulated, plan, slots, sold ? curve : std::vector<Purchase>{}, chosen);
  out.close('}');
}

}  // namespace creditfold::forecast
