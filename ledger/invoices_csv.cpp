// SPDX-License-Identifier: Apache-2.0
// Invoice lines as comma-separated values (RFC 4180), for a spreadsheet: amounts in minor units, moments in UTC.
#include <array>
#include <string_view>

#include "ledger/invoices.hpp"

namespace creditfold {
namespace {

constexpr std::array<std::string_view, 20> invoice_columns{
    "line",      "at",      "name",       "product",          "plan",         "lot",          "period",
    "seats",     "credits", "increments", "unit_price_minor", "days",         "amount_minor", "currency",
    "starts_at", "ends_at", "term",       "term_starts_at",   "term_ends_at", "seq"};

std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

using InvoiceRow = std::array<std::string, invoice_columns.size()>;

std::string& cell(InvoiceRow& row, std::string_view name) {
  std::size_t i = 0;
  while (invoice_columns.at(i) != name) ++i;
  return row.at(i);
}

struct Fill {
  InvoiceRow& row;
  const InvoicePart& part;

  void operator()(const SeatsBilled& billed) const {
    cell(row, "seats") = std::to_string(billed.to - billed.from);
    cell(row, "unit_price_minor") = std::to_string(billed.seat_price.minor);
    cell(row, "days") = std::to_string(billed.days);
    span(billed.starts_at, billed.ends_at);
  }
  void operator()(const PackBilled& billed) const {
    cell(row, "plan") = billed.plan.value;
    cell(row, "lot") = billed.lot.value;
    cell(row, "credits") = to_text(billed.credits);
    increments();
    span(billed.starts_at, billed.ends_at);
  }
  void operator()(const OverageBilled& billed) const {
    cell(row, "plan") = billed.plan.value;
    cell(row, "period") = std::to_string(billed.period);
    cell(row, "credits") = to_text(billed.uncovered);
    increments();
    span(billed.starts_at, billed.ends_at);
  }

 private:
  void span(Instant from, Instant to) const {
    cell(row, "starts_at") = to_text(from);
    cell(row, "ends_at") = to_text(to);
  }
  void increments() const {
    if (!part.increments) return;
    cell(row, "increments") = std::to_string(part.increments->count);
    cell(row, "unit_price_minor") = std::to_string(part.increments->unit_minor);
  }
};

void append(std::string& out, const InvoiceRow& row) {
  for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + field(row.at(i));
  out += "\r\n";
}

}  // namespace

std::string invoices_csv(std::span<const DetailedLine> lines) {
  std::string out;
  InvoiceRow head;
  for (std::size_t i = 0; i < invoice_columns.size(); ++i) head.at(i) = invoice_columns.at(i);
  append(out, head);
  for (const DetailedLine& line : lines) {
    for (const InvoicePart& part : line.parts) {
      InvoiceRow row;
      cell(row, "line") = std::to_string(line.number);
      cell(row, "at") = to_text(line.line.at);
      cell(row, "name") = line.line.billing_name.value;
      cell(row, "product") = part.product.value;
      std::visit(Fill{row, part}, part.billed);
      cell(row, "amount_minor") = std::to_string(part.amount.minor);
      cell(row, "currency") = part.amount.code();
      cell(row, "term") = std::to_string(part.term);
      cell(row, "term_starts_at") = to_text(part.term_starts_at);
      cell(row, "term_ends_at") = to_text(part.term_ends_at);
      cell(row, "seq") = std::to_string(part.seq);
      append(out, row);
    }
  }
  return out;
}

}  // namespace creditfold
