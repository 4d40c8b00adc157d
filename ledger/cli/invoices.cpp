// SPDX-License-Identifier: Apache-2.0
// creditfold invoices: what an account is billed, line by line, with the numbers each amount is made of.
#include "ledger/invoices.hpp"

#include <map>

#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/statement.hpp"

namespace creditfold::cli {
namespace {

// What stands in the columns of a part: what for, how many, at which price, and for how long.
struct Cells {
  std::string what;
  std::string quantity;
  std::string unit_price;
  std::string span;
};
struct CellsOf {
  const InvoicePart& part;

  Cells operator()(const SeatsBilled& billed) const {
    return {part.product.value, counted(billed.to - billed.from, "seat"), money_text(billed.seat_price) + " a year",
            counted(billed.days, "day") + " to " + short_time(to_text(billed.ends_at))};
  }
  Cells operator()(const PackBilled& billed) const {
    return {"lot " + billed.lot.value, increments(billed.credits), price(), span(billed.starts_at, billed.ends_at)};
  }
  Cells operator()(const OverageBilled& billed) const {
    return {billed.plan.value + ", period " + std::to_string(billed.period) + ", uncovered",
            increments(billed.uncovered), price(), span(billed.starts_at, billed.ends_at)};
  }

 private:
  [[nodiscard]] std::string increments(Credits credits) const {
    const std::string amount = grouped(credits) + " credits";
    return part.increments ? counted(part.increments->count, "increment") + " for " + amount : amount;
  }
  [[nodiscard]] std::string price() const {
    return part.increments ? money_text({part.amount.currency, part.increments->unit_minor}) + " each" : "";
  }
  static std::string span(Instant from, Instant to) {
    return short_time(to_text(from)) + " to " + short_time(to_text(to));
  }
};

std::string invoices_text(const AccountState& state, Instant moment, const std::vector<DetailedLine>& lines) {
  if (lines.empty()) return state.account.value + " has no invoice line.";
  Table table({{"Line", Align::right},
               {"At"},
               {"Invoice line"},
               {"For"},
               {"Quantity"},
               {"Unit price", Align::right},
               {"Time"},
               {"Part", Align::right},
               {"Amount", Align::right}});
  std::map<std::string, Money> totals;
  for (const DetailedLine& detailed : lines) {
    const Money& amount = detailed.line.amount;
    Money& total = totals.try_emplace(std::string(amount.code()), Money{amount.currency, 0}).first->second;
    total.minor = checked_add(total.minor, amount.minor);
    for (const InvoicePart& part : detailed.parts) {
      const bool first = &part == &detailed.parts.front();
      const bool last = &part == &detailed.parts.back();
      const Cells cells = std::visit(CellsOf{part}, part.billed);
      table.row({first ? std::to_string(detailed.number) : "", first ? short_time(to_text(detailed.line.at)) : "",
                 first ? harmless(detailed.line.billing_name.value) : "", cells.what, cells.quantity, cells.unit_price,
                 cells.span, detailed.parts.size() > 1 ? money_text(part.amount) : "", last ? money_text(amount) : ""});
    }
  }
  for (const auto& [currency, total] : totals) table.total({"", "", "Total", "", "", "", "", "", money_text(total)});
  return state.account.value + ", invoice lines as of " + short_time(to_text(moment)) + " UTC\n\n" + table.text() +
         "creditfold explain --line N tells the arithmetic of one.";
}

}  // namespace

ExitStatus run(const InvoicesOptions& options) {
  if (options.format && *options.format != "csv" && *options.format != "json") {
    throw UsageError("--format " + *options.format + " is not known; the formats are csv and json");
  }
  if (options.json && options.format == "csv")
    throw UsageError("--json and --format csv ask for two formats; name one");
  InvoiceWatch watch;
  const AsOf as_of{.at = options.at, .seq = options.as_of};
  const auto view = in_home(options.data, options.account, [&](const Log& log) {
    watch = {};
    return view_as_of(log, options.account, as_of, machine_now(), std::ref(watch));
  });
  const bool json = options.json || options.format == "json";
  if (!view) return refuse_unknown_account(options.account, json, options.at || options.as_of);
  const std::vector<DetailedLine> lines = watch.lines(view->state);
  Output out = Output::standard();
  if (options.format == "csv") {
    out.write(invoices_csv(lines));
  } else {
    out.line(json ? invoices_json(view->state, view->moment, lines) : invoices_text(view->state, view->moment, lines));
  }
  out.flush();
  return ExitStatus::done;
}

}  // namespace creditfold::cli
