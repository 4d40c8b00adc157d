// SPDX-License-Identifier: Apache-2.0
// Invoice lines with the numbers they are made of: whose seats at which price for how many days, which pack, which overage
// (ADD-2, EKM-4, H18, H22). Amounts are the fold's own; the factors are shown where they give them to the bit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// Seats added to a product until the end of its term (ADD-2).
struct SeatsBilled {
  Text billing_name;
  std::int64_t from = 0;
  std::int64_t to = 0;
  Money seat_price;  // per seat and year
  Instant starts_at;
  Instant ends_at;  // of the term, as it was when the seats were added
  std::int64_t days = 0;
};
// A pack bought for one Credit Period (AIS-5b, AIS-5c).
struct PackBilled {
  LotId lot;
  PlanId plan;
  Credits credits;
  Instant starts_at;  // of the period
  Instant ends_at;
};
// What a closed period left uncovered (H18).
struct OverageBilled {
  PlanId plan;
  std::int32_t period = 1;
  Credits uncovered;
  Instant starts_at;  // of the period
  Instant ends_at;
};

// Increments and their price, where both are whole.
struct Increments {
  Credits increment;
  std::int64_t count = 0;
  std::int64_t unit_minor = 0;
};

// One event's part of a line; lines billed together have several (EKM-4).
struct InvoicePart {
  Event event;
  ProductId product;
  std::int32_t term = 1;
  Instant term_starts_at;
  Instant term_ends_at;
  std::variant<SeatsBilled, PackBilled, OverageBilled> billed;
  std::optional<Increments> increments;  // of a pack or an overage
  Money amount;
};
struct DetailedLine {
  std::int64_t number = 1;  // in the order of the statement
  InvoiceLine line;
  std::vector<InvoicePart> parts;
};

// Watches a fold and gathers what each event adds to the lines: call it after each event (statement.hpp, Watch).
class InvoiceWatch {
 public:
  void operator()(const Event& event, const AccountState& after);
  // The lines of the state last seen, in the statement's order.
  [[nodiscard]] std::vector<DetailedLine> lines() const;

 private:
  std::vector<DetailedLine> lines_;  // as state.invoice_lines
};

[[nodiscard]] std::string invoices_json(const AccountState& state, Instant moment, std::span<const DetailedLine> lines);
// RFC 4180: a header, a row for each part of a line, lines ended by CR LF.
[[nodiscard]] std::string invoices_csv(std::span<const DetailedLine> lines);

}  // namespace creditfold
