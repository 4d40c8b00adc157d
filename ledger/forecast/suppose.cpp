// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/suppose.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"

namespace creditfold::forecast {
namespace {

// An account that goes on from the branch.
class BranchedAccount {
 public:
  BranchedAccount(const Branch& branch, const Catalog& catalog) : branch_(branch), catalog_(catalog), seq_(branch.seq) {
    out_.after = AccountState(branch.state);
  }

  void decide_order(const Order& order) {
    JsonWriter prefix;
    const std::string key = (order.assumed ? "assumed-" : "scenario-") + std::to_string(out_.commands.size() + 1);
    prefix.open('{').field("account", branch_.state.account).field("key", std::string_view(key)).field("at", order.at);
    const std::string text = prefix.take() + ',' + order.fields + '}';
    const auto parsed = parse_command(text);
    if (!parsed) return keep(order, text, refusal_answer(parsed.error()));
    const Command& command = parsed->command;
    auto decision = decide(&out_.after, command, catalog_, order.at);
    if (!decision) return keep(order, text, refusal_answer(command, decision.error()));
    Answer answer{.key = command.key, .refused = std::nullopt, .accepted = std::move(decision).value()};
    if (!fold(answer.accepted)) {
      return keep(
          order, text,
          refusal_answer(command, {RefusalCode::malformed,
                                   "",
                                   "The account at this moment cannot follow: its log runs back and forth over it.",
                                   {}}));
    }
    for (Event& event : answer.accepted) {
      event.seq = ++seq_;
      out_.moment_of.emplace(event.version, event.at);
      if (const auto* end = std::get_if<TermEnded>(&event.payload); end != nullptr && end->plan)
        ended_.insert(*end->plan);
      if (const auto* start = std::get_if<TermStarted>(&event.payload); start != nullptr && start->ai_studio) {
        ended_.erase(start->ai_studio->plan);
        supposed_.insert(start->ai_studio->plan);
      }
    }
    keep(order, text, answer);
  }

  // The renewal that is due first, of a plan that was in force at the branch or began since; one refused is not tried
  // again.
  [[nodiscard]] std::optional<Order> next_renewal(Instant until) const {
    std::optional<Order> next;
    for (const auto& [plan, pool] : out_.after.pools) {
      if (pool.terms.empty()) continue;
      const Term& last = pool.terms.back();
      const auto by_log = branch_.ended.find(plan);
      const bool over =
          ended_.count(plan) != 0 || (by_log != branch_.ended.end() && by_log->second && supposed_.count(plan) == 0);
      const bool due =
          branch_.at < last.ends_at && last.ends_at < until && !over && tried_.count({plan, last.number}) == 0;
      if (!due || (next && next->at <= last.ends_at)) continue;
      const std::int64_t months = std::max<std::int64_t>(1, months_between(last.starts_at, last.ends_at));
      JsonWriter fields;
      fields.open('{')
          .field("command", RenewTerm::name)
          .field("product", terms::studio_product)
          .field("plan", plan)
          .field("ends_at", add_months(last.ends_at, months));
      next = Order{last.ends_at, fields.take().substr(1), true};
      next_plan_ = {plan, last.number};
    }
    return next;
  }
  void renewal_tried() { tried_.insert(next_plan_); }

  [[nodiscard]] Supposition take() { return std::move(out_); }

 private:
  // All of them or none: a past moment's selection of events may lack the ground for what is decided on it.
  [[nodiscard]] bool fold(const std::vector<Event>& events) {
    AccountState next = out_.after;
    try {
      for (const Event& event : events) evolve(next, event);
    } catch (const Inconsistent&) {
      return false;
    } catch (const Overflow&) {
      return false;
    }
    out_.after = std::move(next);
    return true;
  }

  void keep(const Order& order, const std::string& text, const Answer& answer) {
    out_.commands.push_back({order.assumed, !answer.refused, text, to_json(answer)});
  }

  const Branch& branch_;
  const Catalog& catalog_;
  std::int64_t seq_;
  Supposition out_;
  std::set<PlanId> ended_;     // by the scenario
  std::set<PlanId> supposed_;  // begun by it
  std::set<std::pair<PlanId, std::int32_t>> tried_;
  mutable std::pair<PlanId, std::int32_t> next_plan_;
};

}  // namespace

Supposition suppose(const Branch& branch, const Catalog& catalog, std::vector<Order> orders, bool renew,
                    Instant until) {
  std::stable_sort(orders.begin(), orders.end(), [](const Order& a, const Order& b) { return a.at < b.at; });
  BranchedAccount branched(branch, catalog);
  auto next = orders.begin();
  for (;;) {
    const auto renewal = renew ? branched.next_renewal(until) : std::nullopt;
    // What is wished at the very moment a term ends comes before its renewal: it may be another plan.
    if (next != orders.end() && (!renewal || next->at <= renewal->at)) {
      branched.decide_order(*next++);
    } else if (renewal) {
      branched.renewal_tried();
      branched.decide_order(*renewal);
    } else {
      return branched.take();
    }
  }
}

}  // namespace creditfold::forecast
