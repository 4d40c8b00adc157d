// SPDX-License-Identifier: Apache-2.0
#include "ledger/statement.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "ledger/consents.hpp"
#include "ledger/fold_or_fault.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/key_report.hpp"
#include "ledger/seats.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

std::string_view period_state(const Term& term, const Period& period, Instant moment) {
  if (period.number <= term.closed) return "closed";
  if (period.number > term.opened) return "upcoming";  // a lot waits for it
  return terms::period_ends_at(term, period.number) <= moment ? "closing" : "open";
}

void write_period_balance(JsonWriter& out, const Term& term, const Period& period, Instant moment) {
  out.open('{')
      .field("period", period.number)
      .field("starts_at", terms::period_starts_at(term, period.number))
      .field("ends_at", terms::period_ends_at(term, period.number))
      .field("state", period_state(term, period, moment))
      .field("granted", period.granted)
      .field("consumed", period.consumed)
      .field("held", period.held)
      .field("expired", period.expired)
      .field("remaining", period.remaining())
      .field("uncovered", period.uncovered)
      .close('}');
}

void write_lot(JsonWriter& out, const PlanId& plan, const Term& term, const Period& period, const Lot& lot) {
  out.open('{')
      .field("lot", plan.value + "/" + std::to_string(term.number) + "/" + std::to_string(period.number) + "/" +
                        std::to_string(lot.number))
      .field("kind", lot.kind)
      .field("granted", lot.granted)
      .field("remaining", lot.remaining())
      .field("held", lot.held)
      .field("expired", lot.expired)
      .field("starts_at", terms::period_starts_at(term, period.number))
      .field("expires_at", terms::period_ends_at(term, period.number))
      .close('}');
}

void write_term(JsonWriter& out, const PlanId& plan, const Term& term, Instant moment) {
  out.open('{')
      .field("plan", plan)
      .field("term", term.number)
      .field("starts_at", term.starts_at)
      .field("ends_at", term.ends_at)
      .field("cadence", term.cadence);
  out.key("periods").open('[');
  for (const Period& period : term.periods) write_period_balance(out, term, period, moment);
  out.close(']').key("lots").open('[');
  for (const Period& period : term.periods) {
    for (const Lot& lot : period.lots) write_lot(out, plan, term, period, lot);
  }
  out.close(']').close('}');
}

void write_usage_totals(JsonWriter& out, const AccountState& state) {
  out.key("usage").open('[');
  for (const auto& [key, totals] : state.usage) {
    out.open('{')
        .field("workflow", key.first)
        .field("model", key.second)
        .field("charges", totals.charges)
        .field("query", totals.query)
        .field("input", totals.input)
        .field("output", totals.output)
        .field("credits", totals.credits)
        .close('}');
  }
  out.close(']');
}

void write_scheduled(JsonWriter& out, std::int64_t seats, Instant effective_at) {
  out.open('{').field("seats", seats).field("effective_at", effective_at).close('}');
}

void write_seats(JsonWriter& out, const AccountState& state, Instant moment) {
  out.key("seats").open('[');
  for (const auto& [id, product] : state.seats) {
    const SeatTerm* in_force = seats::term_in_force(state, id, moment);
    out.open('{').field("product", id).field("seats", in_force ? in_force->seats : std::int64_t{0});
    out.key("scheduled").open('[');
    for (const SeatTerm& term : product.terms) {
      if (moment < term.starts_at) write_scheduled(out, term.seats, term.starts_at);
      const bool removed = product.removed && &term == &product.terms.back();  // what is removed has no other change
      if (removed && moment < term.ends_at) write_scheduled(out, 0, term.ends_at);
      if (!removed && term.scheduled && moment < term.scheduled->effective_at) {
        write_scheduled(out, term.scheduled->seats, term.scheduled->effective_at);
      }
    }
    out.close(']').close('}');
  }
  out.close(']');
}

void write_invoice_lines(JsonWriter& out, const AccountState& state) {
  out.key("invoice_lines").open('[');
  for (const std::size_t index : invoice_order(state)) {
    const InvoiceLine& line = state.invoice_lines[index];
    out.open('{')
        .field("at", line.at)
        .field("name", line.billing_name)
        .field("products", line.products)
        .field("seats", line.seats)
        .field("credits", line.credits)
        .field("amount", line.amount)
        .close('}');
  }
  out.close(']');
}

void write_balance(JsonWriter& out, const AccountState& state, Instant moment) {
  out.open('{')
      .field("account", state.account)
      .field("at", moment)
      .field("version", state.version)
      .field("fingerprint", fingerprint(state));
  out.key("plans").open('[');
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) write_term(out, plan, term, moment);
  }
  out.close(']');
  write_usage_totals(out, state);
  write_seats(out, state, moment);
  write_invoice_lines(out, state);
  write_key(out, state.key);
  out.field("region", state.region)
      .field("environment", state.environment)
      .field("access", consents::has_access(state, moment));
  out.key("consents").open('{');
  for (const auto& [feature, standing] : state.consents) {  // AI-4: as of the moment
    if (const bool* granted = standing.at(moment)) out.field(feature.value, *granted);
  }
  out.close('}').key("terms").open('[');
  for (const auto& [terms, standing] : state.terms) {
    const bool* accepted = standing.at(moment);
    if (accepted != nullptr && *accepted) out.write(terms);
  }
  out.close(']').close('}');
}

}  // namespace

std::string balance_json(const AccountState& state, Instant moment) {
  JsonWriter out;
  write_balance(out, state, moment);
  return out.take();
}

std::string replay_json(const Book& book) {
  JsonWriter out;
  out.open('{').field("events", book.events()).key("accounts").open('[');
  for (const auto& [account, state] : book.accounts()) write_balance(out, state, state.latest_at);
  out.close(']').field("fingerprint", fingerprint(book)).close('}');
  return out.take();
}

std::vector<std::size_t> invoice_order(const AccountState& state) {
  std::vector<std::size_t> order(state.invoice_lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto& lines = state.invoice_lines;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {  // versions ascend already
    return lines[a].at != lines[b].at ? lines[a].at < lines[b].at : a < b;
  });
  return order;
}

namespace {

// The whole prefix, strictly; or the selection by `at`, whose opening event belongs to it whenever another one does.
class ViewFold {
 public:
  ViewFold(const AsOf& as_of, const Watch& watch) : as_of_(as_of), watch_(watch) {}

  void take(const Event& event) {
    const bool selected = !as_of_.at || event.at <= *as_of_.at;
    if (!selected && event.version != 1) return;
    any_selected_ = any_selected_ || selected;
    greatest_ = std::max(greatest_, event.at);
    fold_or_fault(state_, event, as_of_.at ? evolve_selected : evolve);
    if (watch_) watch_(event, state_);
  }
  [[nodiscard]] std::optional<View> finish(Instant now) {
    if (!any_selected_) return std::nullopt;
    return View{std::move(state_), as_of_.at ? *as_of_.at : as_of_.seq ? greatest_ : now};
  }

 private:
  const AsOf& as_of_;
  const Watch& watch_;
  AccountState state_;
  Instant greatest_ = instant_min;
  bool any_selected_ = false;
};

}  // namespace

std::optional<View> view_of(std::span<const Event> events, const AsOf& as_of, Instant now, const Watch& watch) {
  ViewFold fold(as_of, watch);
  for (const Event& event : events) fold.take(event);
  return fold.finish(now);
}

std::optional<View> view_as_of(const Log& log, const AccountId& account, const AsOf& as_of, Instant now,
                               const Watch& watch) {
  ViewFold fold(as_of, watch);
  log.read_account(account, 0, as_of.seq.value_or(-1), [&](Event&& event) {
    fold.take(event);
    return true;
  });
  return fold.finish(now);
}

}  // namespace creditfold
