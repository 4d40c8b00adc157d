// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/balance_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <vector>

#include "events/vocabulary.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/wide.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

std::string figure_of(const json::value& value, std::string_view name) { return grouped(string_of(value, name)); }
std::string time_of(const json::value& value, std::string_view name) { return short_time(string_of(value, name)); }
Credits credits_of(const json::value& value, std::string_view name) {
  return parse_credits(string_of(value, name)).value_or(Credits{});
}
Wide micro_of(const json::value& value, std::string_view name) {  // of a figure that is never negative
  return static_cast<Wide>(credits_of(value, name).micro);
}

std::string money_of(const json::value& money) {
  const std::string code = string_of(money, "currency");
  Money amount{.currency = {}, .minor = integer_of(money, "minor")};
  std::copy_n(code.begin(), std::min(code.size(), amount.currency.size()), amount.currency.begin());
  return money_text(amount);
}

// The term in force first, then those to come, then those that were; each kind in the order of the JSON.
int rank_of(const json::value& term, const std::string& at) {
  const auto moment = parse_instant(at), starts = parse_instant(string_of(term, "starts_at")),
             ends = parse_instant(string_of(term, "ends_at"));
  if (*moment < *starts) return 1;
  return *moment < *ends ? 0 : 2;
}

std::string term_title(const json::value& term, int rank) {
  constexpr std::string_view when[] = {"", ", to come", ", over"};
  return string_of(term, "plan") + ", term " + std::to_string(integer_of(term, "term")) + std::string(when[rank]) +
         ": " + time_of(term, "starts_at") + " to " + time_of(term, "ends_at") + ", credits " +
         string_of(term, "cadence");
}

// The sentence most people came for.
std::string current_text(const json::value& term, const std::string& at) {
  const Instant moment = parse_instant(at).value();
  for (const json::value& period : list_of(term, "periods")) {
    const bool current = parse_instant(string_of(period, "starts_at")).value() <= moment &&
                         moment < parse_instant(string_of(period, "ends_at")).value();
    if (!current) continue;
    const Credits granted = credits_of(period, "granted"), remaining = credits_of(period, "remaining");
    std::string text = "  Now in period " + std::to_string(integer_of(period, "period")) + ", until " +
                       time_of(period, "ends_at") + ": " + figure_of(period, "remaining") + " of " +
                       figure_of(period, "granted") + " credits left";
    if (granted.micro > 0) {
      const double share = static_cast<double>(remaining.micro) / static_cast<double>(granted.micro);
      text += " (" + std::to_string(static_cast<int>(share * 100)) + " %)";
    }
    if (credits_of(period, "held").micro != 0) text += ", " + figure_of(period, "held") + " held";
    if (credits_of(period, "uncovered").micro != 0) text += ", " + figure_of(period, "uncovered") + " uncovered";
    return text + '\n';
  }
  return {};
}

std::string periods_text(const json::value& term) {
  constexpr std::string_view sums[] = {"granted", "consumed", "held", "expired", "remaining", "uncovered"};
  Table table({{"Period", Align::right},
               {"From"},
               {"To"},
               {"State"},
               {"Granted", Align::decimal},
               {"Consumed", Align::decimal},
               {"Held", Align::decimal},
               {"Expired", Align::decimal},
               {"Remaining", Align::decimal},
               {"Uncovered", Align::decimal}});
  std::vector<Wide> totals(std::size(sums));
  for (const json::value& period : list_of(term, "periods")) {
    std::vector<std::string> row{std::to_string(integer_of(period, "period")), time_of(period, "starts_at"),
                                 time_of(period, "ends_at"), string_of(period, "state")};
    for (std::size_t i = 0; i < std::size(sums); ++i) {
      totals[i] += micro_of(period, sums[i]);
      row.push_back(figure_of(period, sums[i]));
    }
    table.row(std::move(row));
  }
  if (list_of(term, "periods").size() > 1) {
    std::vector<std::string> row{"", "Total", "", ""};
    for (const Wide total : totals) row.push_back(grouped(credits_text(total)));
    table.total(std::move(row));
  }
  return table.empty() ? "  No period has been opened.\n" : table.text("  ");
}

std::string lots_text(const json::value& term) {
  Table table({{"Lot"},
               {"Kind"},
               {"Granted", Align::decimal},
               {"Remaining", Align::decimal},
               {"Held", Align::decimal},
               {"Expired", Align::decimal},
               {"Expires at"}});
  for (const json::value& lot : list_of(term, "lots")) {
    table.row({string_of(lot, "lot"), string_of(lot, "kind"), figure_of(lot, "granted"), figure_of(lot, "remaining"),
               figure_of(lot, "held"), figure_of(lot, "expired"), time_of(lot, "expires_at")});
  }
  return table.empty() ? "" : '\n' + table.text("  ");
}

std::string usage_text(const json::value& balance) {
  constexpr std::string_view counts[] = {"charges", "query", "input", "output"};
  Table table({{"Workflow"},
               {"Model"},
               {"Charges", Align::right},
               {"Query", Align::right},
               {"Input", Align::right},
               {"Output", Align::right},
               {"Credits", Align::decimal}});
  std::vector<Wide> totals(std::size(counts));
  Wide credits = 0;
  for (const json::value& usage : list_of(balance, "usage")) {
    std::vector<std::string> row{string_of(usage, "workflow"), string_of(usage, "model")};
    for (std::size_t i = 0; i < std::size(counts); ++i) {
      totals[i] += static_cast<Wide>(integer_of(usage, counts[i]));
      row.push_back(grouped(integer_of(usage, counts[i])));
    }
    row.push_back(figure_of(usage, "credits"));
    credits += micro_of(usage, "credits");
    table.row(std::move(row));
  }
  if (table.empty()) return "\nNo usage.\n";
  std::vector<std::string> row{"Total", ""};
  for (const Wide total : totals) row.push_back(grouped(digits(total)));
  row.push_back(grouped(credits_text(credits)));
  table.total(std::move(row));
  return "\nUsage\n" + table.text("  ");
}

std::string seats_text(const json::value& balance) {
  Table table({{"Product"}, {"Seats", Align::right}, {"Scheduled"}});
  for (const json::value& product : list_of(balance, "seats")) {
    std::string scheduled;
    for (const json::value& change : list_of(product, "scheduled")) {
      scheduled += (scheduled.empty() ? "" : "; ") + grouped(integer_of(change, "seats")) + " from " +
                   time_of(change, "effective_at");
    }
    table.row({string_of(product, "product"), grouped(integer_of(product, "seats")), scheduled});
  }
  return table.empty() ? "" : "\nSeats\n" + table.text("  ");
}

std::string invoice_text(const json::value& balance) {
  Table table({{"At"},
               {"Invoice line"},
               {"For"},
               {"Seats", Align::right},
               {"Credits", Align::decimal},
               {"Amount", Align::right}});
  for (const json::value& line : list_of(balance, "invoice_lines")) {
    const json::object& object = line.as_object();
    table.row({time_of(line, "at"), string_of(line, "name"), listed(line, "products"),
               object.contains("seats") ? grouped(integer_of(line, "seats")) : "",
               object.contains("credits") ? figure_of(line, "credits") : "", money_of(line.at("amount"))});
  }
  return table.empty() ? "" : "\nInvoice lines\n" + table.text("  ");
}

std::string key_text(const json::value& balance) {
  const json::value& key = balance.at("key");
  return key.is_null() ? "" : "\nKey\n  " + string_of(key, "key_arn") + ", " + string_of(key, "state") + '\n';
}

}  // namespace

std::string balance_text(std::string_view balance_json) {
  const json::value balance = json::parse(json::string_view(balance_json.data(), balance_json.size()));
  const std::string at = string_of(balance, "at");
  std::string text = string_of(balance, "account") + ", " + string_of(balance, "environment") + ", " +
                     string_of(balance, "region") + (balance.at("access").as_bool() ? "" : ", AI suspended") + "\n" +
                     "As of " + short_time(at) + " UTC, version " + grouped(integer_of(balance, "version")) +
                     ", fingerprint " + string_of(balance, "fingerprint") + '\n';
  std::vector<const json::value*> terms;
  for (const json::value& term : list_of(balance, "plans")) terms.push_back(&term);
  std::stable_sort(terms.begin(), terms.end(),
                   [&](const auto* a, const auto* b) { return rank_of(*a, at) < rank_of(*b, at); });
  if (terms.empty()) text += "\nNo plan yet.\n";
  for (const json::value* term : terms) {
    text += '\n' + term_title(*term, rank_of(*term, at)) + '\n' + current_text(*term, at) + '\n' + periods_text(*term) +
            lots_text(*term);
  }
  text += usage_text(balance) + seats_text(balance) + invoice_text(balance) + key_text(balance);
  text.pop_back();
  return text;
}

}  // namespace creditfold::cli
