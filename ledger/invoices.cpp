// SPDX-License-Identifier: Apache-2.0
#include "ledger/invoices.hpp"

#include <algorithm>

#include "ledger/credits.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/seats.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

// Nothing where count x unit is not the amount, as only a foreign log can have it.
std::optional<Increments> increments_of(const Term& term, std::int64_t count, const Money& amount) {
  if (term.increment.micro <= 0 || count <= 0 || amount.minor % count != 0) return std::nullopt;
  return Increments{term.increment, count, amount.minor / count};
}

void fill_term(InvoicePart& part, const Term& term) {
  part.product = ProductId(terms::studio_product);
  part.term = term.number;
  part.term_starts_at = term.starts_at;
  part.term_ends_at = term.ends_at;
}

InvoicePart part_of(const Event& event, const AccountState& after, const SeatsChanged& fact, const Money& amount) {
  InvoicePart part;
  part.event = event;
  part.product = fact.product;
  part.amount = amount;
  const SeatTerm* own = seats::term_in_force(after, fact.product, fact.effective_at);
  const SeatTerm* term = seats::term_in_force(after, fact.parity_with.value_or(fact.product), fact.effective_at);
  SeatsBilled billed{.billing_name = fact.billing_name,
                     .from = fact.from,
                     .to = fact.to,
                     .seat_price = fact.seat_price,
                     .starts_at = fact.effective_at,
                     .ends_at = own ? own->ends_at : fact.effective_at,
                     .days = 0};
  billed.days = seats::proration(1, fact.seat_price, billed.starts_at, billed.ends_at).days;
  if (term != nullptr) {
    part.term = term->number;
    part.term_starts_at = term->starts_at;
    part.term_ends_at = term->ends_at;
  }
  part.billed = std::move(billed);
  return part;
}

InvoicePart part_of(const Event& event, const AccountState& after, const CreditsGranted& fact, const Money& amount) {
  InvoicePart part;
  part.event = event;
  part.amount = amount;
  const auto name = credits::parse_lot(fact.lot);
  if (const Term* term = name ? terms::find_term(after, fact.plan, name->term) : nullptr) {
    fill_term(part, *term);
    const bool whole = term->increment.micro > 0 && fact.credits.micro % term->increment.micro == 0;
    if (whole) part.increments = increments_of(*term, fact.credits.micro / term->increment.micro, amount);
  }
  part.billed = PackBilled{fact.lot, fact.plan, fact.credits, fact.starts_at, fact.expires_at};
  return part;
}

InvoicePart part_of(const Event& event, const AccountState& after, const PeriodClosed& fact, const Money& amount) {
  InvoicePart part;
  part.event = event;
  part.amount = amount;
  if (const Term* term = terms::find_term(after, fact.plan, fact.term)) {
    fill_term(part, *term);
    if (term->increment.micro > 0) {
      part.increments = increments_of(*term, credits::begun_increments(fact.uncovered, term->increment), amount);
    }
  }
  part.billed = OverageBilled{fact.plan, fact.period, fact.uncovered, fact.starts_at, fact.ends_at};
  return part;
}

struct Written {
  JsonWriter& out;
  const InvoicePart& part;

  void operator()(const SeatsBilled& billed) const {
    out.field("name", billed.billing_name)
        .field("from", billed.from)
        .field("to", billed.to)
        .field("seats", billed.to - billed.from)
        .field("unit_price", billed.seat_price)
        .field("starts_at", billed.starts_at)
        .field("ends_at", billed.ends_at)
        .field("days", billed.days);
  }
  void operator()(const PackBilled& billed) const {
    out.field("plan", billed.plan).field("lot", billed.lot).field("credits", billed.credits);
    increments();
    out.field("starts_at", billed.starts_at).field("ends_at", billed.ends_at);
  }
  void operator()(const OverageBilled& billed) const {
    out.field("plan", billed.plan).field("period", billed.period).field("credits", billed.uncovered);
    increments();
    out.field("starts_at", billed.starts_at).field("ends_at", billed.ends_at);
  }

 private:
  void increments() const {
    if (!part.increments) return;
    out.field("increment", part.increments->increment)
        .field("increments", part.increments->count)
        .field("unit_price", Money{part.amount.currency, part.increments->unit_minor});
  }
};

void write_part(JsonWriter& out, const InvoicePart& part) {
  out.open('{').field("product", part.product);
  std::visit(Written{out, part}, part.billed);
  out.field("term", part.term)
      .field("term_starts_at", part.term_starts_at)
      .field("term_ends_at", part.term_ends_at)
      .field("amount", part.amount)
      .field("seq", part.event.seq)
      .close('}');
}

}  // namespace

void InvoiceWatch::operator()(const Event& event, const AccountState& after) {
  const std::vector<InvoiceLine>& now = after.invoice_lines;
  const auto add = [&](const auto& fact) {
    if (now.size() > lines_.size()) {
      lines_.push_back({.number = 0, .line = now.back(), .parts = {part_of(event, after, fact, now.back().amount)}});
      return;
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {  // EKM-4: a line that was there has grown
      if (now[i].products.size() == lines_[i].line.products.size()) continue;
      const Money share{now[i].amount.currency, checked_subtract(now[i].amount.minor, lines_[i].line.amount.minor)};
      lines_[i].parts.push_back(part_of(event, after, fact, share));
      lines_[i].line = now[i];
    }
  };
  if (const auto* seats = std::get_if<SeatsChanged>(&event.payload)) add(*seats);
  if (const auto* grant = std::get_if<CreditsGranted>(&event.payload); grant && grant->price) add(*grant);
  if (const auto* closed = std::get_if<PeriodClosed>(&event.payload); closed && closed->overage) add(*closed);
}

std::vector<DetailedLine> InvoiceWatch::lines() const {
  std::vector<DetailedLine> ordered = lines_;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const DetailedLine& a, const DetailedLine& b) { return a.line.at < b.line.at; });
  for (std::size_t i = 0; i < ordered.size(); ++i) ordered[i].number = static_cast<std::int64_t>(i) + 1;
  return ordered;
}

std::string invoices_json(const AccountState& state, Instant moment, std::span<const DetailedLine> lines) {
  JsonWriter out;
  out.open('{').field("account", state.account).field("at", moment).field("version", state.version).key("lines").open('[');
  for (const DetailedLine& detailed : lines) {
    const InvoiceLine& line = detailed.line;
    out.open('{')
        .field("line", detailed.number)
        .field("at", line.at)
        .field("name", line.billing_name)
        .field("products", line.products)
        .field("seats", line.seats)
        .field("credits", line.credits)
        .field("amount", line.amount)
        .key("parts")
        .open('[');
    for (const InvoicePart& part : detailed.parts) write_part(out, part);
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

}  // namespace creditfold
