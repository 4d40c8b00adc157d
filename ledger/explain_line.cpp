// SPDX-License-Identifier: Apache-2.0
// Why an invoice line is for this amount: seats x price x days / 365 of each product, a pack's increments, an overage's
// begun increments (ADD-2, EKM-4, AIS-5b, AIS-5c, H18, H22).
#include <functional>

#include "ledger/explain_parts.hpp"
#include "ledger/invoices.hpp"
#include "ledger/seats.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

constexpr std::string_view unproven =
    "The factors in the log do not give this amount, so they are not shown as its reason.";

class Parts {
 public:
  Parts(Telling& told, const InvoicePart& part) : told_(told), part_(part) {}

  void operator()(const SeatsBilled& billed) const {
    const std::int64_t seats = billed.to - billed.from;
    const std::string_view heading = "Seats";
    const std::string product = part_.product.value;
    told_.step(heading, {product, ", seats added"}, {billed.to, " − ", billed.from}, seats, "seats").by("ADD-2");
    told_
        .step(heading, {product, ", days left"}, {span_text(billed.starts_at, billed.ends_at), ", begun days count"},
              billed.days, "days")
        .by("ADD-2");
    const seats::Proration price = seats::proration(seats, billed.seat_price, billed.starts_at, billed.ends_at);
    if (!(price.amount == part_.amount)) return amount(heading, {product}, {unproven}, "ADD-2");
    const std::string factors = joined({seats, " × ", billed.seat_price.minor, " × ", billed.days, " ÷ 365"});
    if (price.rest == 0) return amount(heading, {product, ", seats × yearly price × days ÷ 365"}, {factors}, "ADD-2");
    const std::string exact = joined({digits(static_cast<Wide>(price.product) / 365), " and ", price.rest, "/365"});
    told_.step(heading, {product, ", seats × yearly price × days ÷ 365"}, {factors}, exact, minor_unit(part_.amount))
        .by("ADD-2");
    amount(heading, {product, ", rounded half to even, once"}, {exact}, "ADD-2");
  }
  void operator()(const PackBilled& billed) const {
    const std::string_view heading = "Pack";
    told_.step(heading, {"Lot"}, {"for usage from ", span_text(billed.starts_at, billed.ends_at)}, billed.lot.value)
        .by("AIS-5c")
        .to(to_lot(billed.lot));
    increments(heading, billed.credits, "AIS-5b");
  }
  void operator()(const OverageBilled& billed) const {
    const std::string_view heading = "Overage";
    told_
        .credits(heading, {"Uncovered"},
                 {"in Credit Period ", billed.period, ", ", span_text(billed.starts_at, billed.ends_at)},
                 billed.uncovered)
        .by("H18")
        .to(to_period(billed.plan, part_.term, billed.period));
    increments(heading, billed.uncovered, "H18");
  }

 private:
  void amount(std::string_view heading, Phrase label, Phrase expression, std::string_view clause) const {
    told_.step(heading, label, expression, part_.amount.minor, minor_unit(part_.amount)).by(clause);
  }
  void increments(std::string_view heading, Credits credits, std::string_view clause) const {
    if (!part_.increments) return amount(heading, {"Amount"}, {unproven}, "H22");
    const Increments& of = *part_.increments;
    told_
        .step(heading, {clause == "H18" ? "Increments begun" : "Increments"},
              {credits, " ÷ ", of.increment, clause == "H18" ? ", a begun one counts" : ""}, of.count, "increments")
        .by(clause);
    amount(heading, {"Increments × price"}, {of.count, " × ", of.unit_minor}, "H22");
  }

  Telling& told_;
  const InvoicePart& part_;
};

// EKM-4: what is billed together is one line, the sum of its parts.
void tell_sum(Telling& told, const DetailedLine& line) {
  if (line.parts.size() < 2) return;
  std::string sum;
  for (const InvoicePart& part : line.parts) sum += (sum.empty() ? "" : " + ") + std::to_string(part.amount.minor);
  told.step("Together", {"Billed as ", line.line.billing_name.value}, {sum}, line.line.amount.minor,
            minor_unit(line.line.amount))
      .by("EKM-4");
}

struct Reason {
  const DetailedLine& line;

  std::string operator()(const SeatsBilled& billed) const {
    const std::int64_t seats = billed.to - billed.from;
    std::vector<std::string> products;
    for (const InvoicePart& part : line.parts) products.push_back(part.product.value);
    return joined({Piece::counted(seats, "seat"), billed.from == 0 ? "" : " more", " of ", listed(products), ", ",
                   Piece::counted(billed.days, "day"), " from ", Piece::date(billed.starts_at)});
  }
  std::string operator()(const PackBilled& billed) const {
    return joined({"a pack of ", Piece::in_credits(billed.credits), " for ", display_name(billed.plan)});
  }
  std::string operator()(const OverageBilled& billed) const {
    return joined({Piece::in_credits(billed.uncovered), " that Credit Period ", billed.period, " of ",
                   display_name(billed.plan), " left uncovered"});
  }
};

}  // namespace

Told explain_line(const AccountHistory& history, const WhyLine& why) {
  InvoiceWatch watch;
  const Reading reading(history, std::ref(watch));
  const std::vector<DetailedLine> lines = watch.lines(reading.state);
  if (why.number < 1 || why.number > static_cast<std::int64_t>(lines.size())) {
    return Unexpected{joined({"There is no invoice line ", why.number, " in this account; it has ",
                              Piece::counted(lines.size(), "line"), "."})};
  }
  const DetailedLine& line = lines[static_cast<std::size_t>(why.number) - 1];
  Telling told("line", std::to_string(why.number));
  for (const InvoicePart& part : line.parts) {
    std::visit(Parts(told, part), part.billed);
    told.event(place_of_version(reading, part.version));
  }
  tell_sum(told, line);
  told.clause("H22");
  told.answer({"Line ", why.number, ", ", line.line.billing_name.value, ", is ", money_text(line.line.amount), " for ",
               std::visit(Reason{line}, line.parts.front().billed), "."});
  return told.finish(history, reading);
}

}  // namespace creditfold::why
