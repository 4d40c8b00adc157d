// SPDX-License-Identifier: Apache-2.0
#include "ledger/outlook.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "ledger/capped.hpp"
#include "ledger/days.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold {
namespace {

// A rate over less than an hour says nothing: shorter windows count as one.
constexpr std::int64_t window_micros_min = micros_per_hour;

// What all is charged may be more than one charge can be.
Credits sum_for_information(Credits a, Credits b) { return Credits{capped_sum(a.micro, b.micro)}; }

std::string days_text(std::int64_t micros) {
  const std::int64_t days = micros / micros_per_day;
  if (days == 0) return "less than a day";
  return std::to_string(days) + (days == 1 ? " day" : " days");
}

std::string sentence_for_outlook(const PlanOutlook& plan, Instant at) {
  const std::string name = display_name(plan.plan);
  const std::string end = date_of(plan.ends_at);
  if (plan.on_exhaustion == OnExhaustion::unlimited) {
    return name + " is unlimited: " + grouped_whole(sum_for_information(plan.consumed, plan.uncovered)) +
           " credits were used in this period, which ends on " + end + ".";
  }
  if (plan.remaining.micro == 0 && plan.granted.micro > 0 && plan.held.micro == 0) {
    return name + " has run out: " + grouped_whole(plan.uncovered) +
           " credits of use are uncovered so far, and the period ends in " +
           days_text(plan.ends_at.micros - at.micros) + ", on " + end + ".";
  }
  if (plan.charged_in_window.micro == 0) {
    return "Nothing was charged to " + name + " lately: at this pace its " + grouped_whole(plan.remaining) +
           " remaining credits will expire unused on " + end + ".";
  }
  if (plan.runs_out_at) {
    return "At this pace " + name + " runs out on " + date_of(*plan.runs_out_at) + ", " +
           days_text(plan.ends_at.micros - plan.runs_out_at->micros) +
           " before the period ends; 0 credits will expire unused.";
  }
  return "At this pace " + name + " lasts until its period ends on " + end + "; " + grouped_whole(plan.expires_unused) +
         " credits will expire unused.";
}

// But for what follows from charges.
PlanOutlook outlook_of(const PlanId& id, const Term& term, const Period& period, Instant at) {
  PlanOutlook plan;
  plan.plan = id;
  plan.term = term.number;
  plan.period = period.number;
  plan.starts_at = terms::period_starts_at(term, period.number);
  plan.ends_at = terms::period_ends_at(term, period.number);
  plan.on_exhaustion = term.on_exhaustion;
  plan.granted = period.granted;
  plan.consumed = period.consumed;
  plan.held = period.held;
  plan.remaining = period.remaining();
  plan.uncovered = period.uncovered;
  plan.window_starts_at = std::max(plan.starts_at, Instant{at.micros - rate_window_micros});
  return plan;
}

// With the charges of its window summed.
void reckon(PlanOutlook& plan, Instant at) {
  const std::int64_t window = std::max(at.micros - plan.window_starts_at.micros, window_micros_min);
  plan.rate_per_day = Credits{scaled(plan.charged_in_window.micro, micros_per_day, window)};
  const std::int64_t left = plan.ends_at.micros - at.micros;
  const Credits by_the_end{scaled(plan.charged_in_window.micro, left, window)};
  if (plan.on_exhaustion != OnExhaustion::unlimited && plan.charged_in_window.micro > 0 &&
      by_the_end > plan.remaining) {
    plan.runs_out_at = Instant{at.micros + scaled(plan.remaining.micro, window, plan.charged_in_window.micro)};
  }
  plan.expires_unused = by_the_end < plan.remaining ? plan.remaining - by_the_end : Credits{};
  plan.sentence = sentence_for_outlook(plan, at);
}

bool holds_in(const AccountState& state, const AuthorizationId& authorization, const PlanId& plan) {
  const auto hold = state.holds.find(authorization);
  return hold != state.holds.end() && hold->second.plan == plan;
}

// Whether an event moves the plan's pool. A charge may move two: its own, and that of the hold it settles (H17).
bool moves(const AccountState& before, const Event& event, const PlanId& plan) {
  if (const auto* grant = std::get_if<CreditsGranted>(&event.payload)) return grant->plan == plan;
  if (const auto* held = std::get_if<CreditsHeld>(&event.payload)) return held->plan == plan;
  if (const auto* closed = std::get_if<PeriodClosed>(&event.payload)) return closed->plan == plan;
  if (const auto* released = std::get_if<HoldReleased>(&event.payload))
    return holds_in(before, released->authorization, plan);
  const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
  return charge != nullptr && (charge->plan == plan || (charge->settles && holds_in(before, *charge->settles, plan)));
}

}  // namespace

std::vector<PlanOutlook> outlook(const AccountState& state, const EventSource& events, const Catalog& catalog,
                                 Instant at) {
  std::multimap<std::int64_t, PlanOutlook, std::greater<>> ranked;
  for (const auto& [id, pool] : state.pools) {
    const Term* term = terms::term_in_force(state, id, at);
    if (term == nullptr) continue;
    const Period* period = terms::find_period(*term, terms::period_at(*term, at));
    if (period == nullptr) continue;
    const Plan* known = catalog.plan(id);
    ranked.emplace(known ? known->rank : std::numeric_limits<std::int64_t>::min(), outlook_of(id, *term, *period, at));
  }
  std::vector<PlanOutlook> plans;
  for (auto& [rank, plan] : ranked) plans.push_back(std::move(plan));
  events([&](Event&& event) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    const bool known = charge != nullptr && event.version <= state.version && event.at <= at;
    for (PlanOutlook& plan : plans) {
      const bool counts = known && charge->plan == plan.plan && event.at >= plan.window_starts_at;
      if (counts) plan.charged_in_window = sum_for_information(plan.charged_in_window, charge->credits);
    }
    return true;
  });
  for (PlanOutlook& plan : plans) reckon(plan, at);
  return plans;
}

std::string outlook_json(const std::vector<PlanOutlook>& plans, const Catalog& catalog, Instant at) {
  JsonWriter out;
  out.open('{').field("at", at).field("informational", true);
  const auto notice = catalog.notices.find("estimate");  // AI-6
  if (notice != catalog.notices.end()) out.field("notice", std::string_view(notice->second));
  out.key("plans").open('[');
  for (const PlanOutlook& plan : plans) {
    out.open('{')
        .field("plan", plan.plan)
        .field("term", plan.term)
        .field("period", plan.period)
        .field("starts_at", plan.starts_at)
        .field("ends_at", plan.ends_at)
        .field("on_exhaustion", plan.on_exhaustion)
        .field("granted", plan.granted)
        .field("consumed", plan.consumed)
        .field("held", plan.held)
        .field("remaining", plan.remaining)
        .field("uncovered", plan.uncovered)
        .field("window_starts_at", plan.window_starts_at)
        .field("rate_per_day", plan.rate_per_day)
        .key("runs_out_at");
    if (plan.runs_out_at) {
      out.write(*plan.runs_out_at);
    } else {
      out.write_null();
    }
    out.field("expires_unused", plan.expires_unused).field("sentence", std::string_view(plan.sentence)).close('}');
  }
  out.close(']').close('}');
  return out.take();
}

std::optional<TimelinePoint> Timeline::take(const Event& event) {
  const bool ours = moves(state_, event, plan_);
  evolve_pools(state_, event);
  seq_ = event.seq;
  if (!ours) return std::nullopt;
  const Term* term = terms::term_in_force(state_, plan_, event.at);
  const Period* period = term ? terms::find_period(*term, terms::period_at(*term, event.at)) : nullptr;
  return TimelinePoint{.at = event.at,
                       .remaining = period ? period->remaining() : Credits{},
                       .uncovered = period ? period->uncovered : Credits{},
                       .seq = event.seq};
}

}  // namespace creditfold
