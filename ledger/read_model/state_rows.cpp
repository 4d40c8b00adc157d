// SPDX-License-Identifier: Apache-2.0
#include "ledger/read_model/state_rows.hpp"

#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::read_model {
namespace {

// The columns of a part that depend on what was billed.
struct PartColumns {
  const char* kind = "";
  std::optional<PlanId> plan{};
  std::optional<std::int32_t> period{};
  std::optional<LotId> lot{};
  std::optional<std::int64_t> seats_from{};
  std::optional<std::int64_t> seats_to{};
  std::optional<std::int64_t> days{};
  std::optional<Credits> credits{};
  std::optional<std::int64_t> increments{};
  Instant starts_at;
  Instant ends_at;
  std::optional<Money> unit_price{};
};
struct ColumnsOf {
  const InvoicePart& part;

  PartColumns operator()(const SeatsBilled& billed) const {
    return {.kind = "seats",
            .seats_from = billed.from,
            .seats_to = billed.to,
            .days = billed.days,
            .starts_at = billed.starts_at,
            .ends_at = billed.ends_at,
            .unit_price = billed.seat_price};
  }
  PartColumns operator()(const PackBilled& billed) const {
    return {.kind = "pack",
            .plan = billed.plan,
            .lot = billed.lot,
            .credits = billed.credits,
            .increments = increments(),
            .starts_at = billed.starts_at,
            .ends_at = billed.ends_at,
            .unit_price = increment_price()};
  }
  PartColumns operator()(const OverageBilled& billed) const {
    return {.kind = "overage",
            .plan = billed.plan,
            .period = billed.period,
            .credits = billed.uncovered,
            .increments = increments(),
            .starts_at = billed.starts_at,
            .ends_at = billed.ends_at,
            .unit_price = increment_price()};
  }

 private:
  [[nodiscard]] std::optional<std::int64_t> increments() const {
    return part.increments ? std::optional(part.increments->count) : std::nullopt;
  }
  [[nodiscard]] std::optional<Money> increment_price() const {
    if (!part.increments) return std::nullopt;
    return Money{part.amount.currency, part.increments->unit_minor};
  }
};

std::optional<std::int64_t> minor_of(const std::optional<Money>& money) {
  return money ? std::optional<std::int64_t>(money->minor) : std::nullopt;
}
std::optional<std::string> text_of(const std::optional<Money>& money) {
  return money ? std::optional<std::string>(decimal_text(*money)) : std::nullopt;
}
std::optional<std::string> currency_of(const std::optional<Money>& money) {
  return money ? std::optional<std::string>(money->code()) : std::nullopt;
}

std::string list_json(const std::vector<ProductId>& products) {
  JsonWriter out;
  out.write(products);
  return out.take();
}

}  // namespace

StateRows::StateRows(SQLite::Database& database)
    : accounts_(Rows::into(database, "accounts",
                           "account, environment, region, version, latest_at_micros, fingerprint, key_arn, key_state")),
      terms_(Rows::into(
          database, "terms",
          "account, plan, term, starts_at_micros, ends_at_micros, cadence, allotment_micro, increment_micro, "
          "on_exhaustion, stop_at_percent, rate_card")),
      periods_(
          Rows::into(database, "periods",
                     "account, plan, term, period, starts_at_micros, ends_at_micros, opened, closed, granted_micro, "
                     "consumed_micro, held_micro, expired_micro, uncovered_micro")),
      lots_(database, "UPDATE lots SET consumed_micro = ?, held_micro = ?, expired_micro = ?, void = 0 WHERE seq = ?"),
      seats_(Rows::into(
          database, "seats",
          "account, product, term, starts_at_micros, ends_at_micros, seats, seat_price_minor, seat_price_text, "
          "currency, parity_with, scheduled_seats, scheduled_at_micros, removed")),
      products_(Rows::into(database, "products", "account, product, region")),
      lines_(Rows::into(
          database, "invoice_lines",
          "account, line, at_micros, version, name, products, seats, credits_micro, amount_minor, amount_text, "
          "currency")),
      parts_(
          Rows::into(database, "invoice_parts",
                     "account, line, part, seq, kind, product, plan, term, period, lot, seats_from, seats_to, days, "
                     "credits_micro, increments, starts_at_micros, ends_at_micros, unit_price_minor, unit_price_text, "
                     "amount_minor, amount_text, currency")) {}

void StateRows::add(const AccountState& state, const AccountRows& rows) {
  add_account(state);
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) add_term(state, rows, plan, term);
  }
  add_seats(state);
  for (const auto& [product, standing] : state.products) {
    const SeatlessProduct* last = standing.latest();
    if (last != nullptr && last->there) products_.put(state.account, product, last->region);
  }
  for (const DetailedLine& line : rows.invoices.lines(state)) add_invoice(state, line);
}

void StateRows::add_account(const AccountState& state) {
  std::optional<KeyArn> key_arn;
  std::optional<std::string> key_state;
  if (state.key) {
    key_arn = state.key->key_arn;
    key_state = state.key->revoked ? "revoked" : "active";
  }
  accounts_.put(state.account, state.environment, state.region, state.version, state.latest_at,
                to_hex(fingerprint(state)), key_arn, key_state);
}

void StateRows::add_term(const AccountState& state, const AccountRows& rows, const PlanId& plan, const Term& term) {
  terms_.put(state.account, plan, term.number, term.starts_at, term.ends_at, term.cadence, term.allotment,
             term.increment, term.on_exhaustion, term.stop_at_percent, term.rate_card);
  for (const Period& period : term.periods) {
    periods_.put(state.account, plan, term.number, period.number, terms::period_starts_at(term, period.number),
                 terms::period_ends_at(term, period.number), period.number <= term.opened, period.number <= term.closed,
                 period.granted, period.consumed, period.held, period.expired, period.uncovered);
    for (const Lot& lot : period.lots) lots_.put(lot.drawn, lot.held, lot.expired, rows.lot_seq(lot.version));
  }
}

void StateRows::add_seats(const AccountState& state) {
  for (const auto& [id, product] : state.seats) {
    for (const SeatTerm& term : product.terms) {
      std::optional<std::int64_t> scheduled;
      std::optional<Instant> scheduled_at;
      if (term.scheduled) {
        scheduled = term.scheduled->seats;
        scheduled_at = term.scheduled->effective_at;
      }
      seats_.put(state.account, id, term.number, term.starts_at, term.ends_at, term.seats, minor_of(term.seat_price),
                 text_of(term.seat_price), currency_of(term.seat_price), product.parity_with, scheduled, scheduled_at,
                 product.removed && &term == &product.terms.back());
    }
  }
}

void StateRows::add_invoice(const AccountState& state, const DetailedLine& detailed) {
  const InvoiceLine& line = detailed.line;
  lines_.put(state.account, detailed.number, line.at, line.version, line.billing_name, list_json(line.products),
             line.seats, line.credits, line.amount.minor, decimal_text(line.amount), line.amount.code());
  std::int64_t number = 0;
  for (const InvoicePart& part : detailed.parts) add_part(state, detailed, ++number, part);
}

void StateRows::add_part(const AccountState& state, const DetailedLine& line, std::int64_t number,
                         const InvoicePart& part) {
  const PartColumns columns = std::visit(ColumnsOf{part}, part.billed);
  parts_.put(state.account, line.number, number, part.seq, columns.kind, part.product, columns.plan, part.term,
             columns.period, columns.lot, columns.seats_from, columns.seats_to, columns.days, columns.credits,
             columns.increments, columns.starts_at, columns.ends_at, minor_of(columns.unit_price),
             text_of(columns.unit_price), part.amount.minor, decimal_text(part.amount), part.amount.code());
}

}  // namespace creditfold::read_model
