// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/simulate_text.hpp"

#include <boost/json.hpp>

#include "ledger/cli/members.hpp"
#include "ledger/cli/table.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

// Whole credits: a forecast's millionths are noise.
std::string whole(std::string_view credits) {
  const auto parsed = parse_credits(credits);
  return parsed ? grouped_whole(*parsed) : std::string(credits);
}
std::string whole_of(const json::value& value, std::string_view name) { return whole(string_of(value, name)); }
std::string percent(const json::value& value, std::string_view name) { return string_of(value, name) + " %"; }
std::string minute_of(const json::value& value, std::string_view name) {
  const std::string at = string_of(value, name);
  return at.empty() ? "-" : short_time(at.substr(0, 16) + ":00Z");
}

std::string expected_usage_text(const json::value& simulation) {
  Table table({{"Workflow"},
               {"Model"},
               {"Credits a day", Align::right},
               {"A month", Align::right},
               {"Bursts", Align::right},
               {"P10", Align::right},
               {"P50", Align::right},
               {"P90", Align::right}});
  for (const json::value& usage : list_of(simulation, "usage")) {
    const bool supposed = usage.at("supposed").as_bool();
    const std::string workflow = string_of(usage, "workflow");
    const std::string moved = string_of(usage, "moved_to");
    const std::string model = string_of(usage, "model");
    const json::value& total = usage.at("total");
    table.row({workflow.empty() ? "all others" : workflow, moved.empty() ? model : model + " -> " + moved,
               supposed ? "supposed" : whole_of(usage, "credits_per_day"),
               supposed ? "" : string_of(usage, "trend_percent_per_month") + " %",
               supposed ? "" : std::to_string(integer_of(usage.at("bursts"), "days")), whole_of(total, "p10"),
               whole_of(total, "p50"), whole_of(total, "p90")});
  }
  return table.empty() ? "" : "\nUse, and what it comes to\n" + table.text("  ");
}

std::string commands_text(const json::value& commands) {
  std::string text;
  for (const json::value& supposed : commands.as_array()) {
    const json::value& command = supposed.at("command");
    const json::value* refused = supposed.at("answer").as_object().if_contains("refused");
    text += "  " + short_time(string_of(command, "at")) + "  " + string_of(command, "command");
    for (const char* name : {"plan", "credits", "product"}) {
      const std::string said = string_of(command, name);
      if (!said.empty() && said != "ai_studio") text += ' ' + said;
    }
    if (supposed.at("assumed").as_bool()) text += ", assumed";
    if (refused == nullptr) {
      text += ": accepted\n";
    } else {
      const std::string clause = string_of(*refused, "clause");
      text += ": REFUSED, " + string_of(*refused, "code") + (clause.empty() ? "" : " (" + clause + ")") + ". " +
              string_of(*refused, "message") + '\n';
    }
  }
  return text;
}

std::string future_periods_text(const json::value& plan) {
  Table table({{"Period"},
               {"Ends at"},
               {"Granted", Align::right},
               {"Consumed P50", Align::right},
               {"Left P10", Align::right},
               {"P50", Align::right},
               {"P90", Align::right},
               {"Uncovered P50", Align::right},
               {"P90", Align::right},
               {"Runs out", Align::right},
               {"P10"},
               {"P50"}});
  for (const json::value& period : list_of(plan, "periods")) {
    const json::value& out = period.at("runs_out");
    table.row({std::to_string(integer_of(period, "term")) + "/" + std::to_string(integer_of(period, "period")),
               short_time(string_of(period, "ends_at")) + (period.at("whole").as_bool() ? "" : " (beyond)"),
               whole_of(period, "granted"), whole_of(period.at("consumed"), "p50"),
               whole_of(period.at("remaining"), "p10"), whole_of(period.at("remaining"), "p50"),
               whole_of(period.at("remaining"), "p90"), whole_of(period.at("uncovered"), "p50"),
               whole_of(period.at("uncovered"), "p90"), percent(out, "chance_percent"), minute_of(out, "p10"),
               minute_of(out, "p50")});
  }
  return table.text("  ");
}

std::string cost_text(const json::value& cost) {
  std::string text;
  for (const json::value& amount : list_of(cost, "amounts")) {
    const auto money = [&](std::int64_t minor) {
      Money of{.minor = minor};
      const std::string currency = string_of(amount, "currency");
      std::copy(currency.begin(), currency.end(), of.currency.begin());
      return money_text(of);
    };
    text += "  " + money(integer_of(amount, "committed")) + " by the commands";
    if (const json::value* overage = amount.as_object().if_contains("overage")) {
      text += ", overage " + money(integer_of(*overage, "p10")) + " to " + money(integer_of(*overage, "p90"));
    }
    text += '\n';
  }
  for (const json::value& sentence : list_of(cost, "missing"))
    text += "  " + std::string(sentence.as_string().c_str()) + '\n';
  return text.empty() ? "" : "\nCost\n" + text;
}

std::string answers_text(const json::value& simulation) {
  std::string text;
  for (const json::value& answer : list_of(simulation, "answers")) {
    text += "\n" + string_of(answer, "sentence") + '\n';
    if (const json::value* curve = answer.as_object().if_contains("curve");
        curve != nullptr && !curve->as_array().empty()) {
      Table table({{"Packs", Align::right}, {"Chance of running out", Align::right}});
      for (const json::value& point : curve->as_array()) {
        table.row({std::to_string(integer_of(point, "packs")), percent(point, "chance_percent")});
      }
      text += table.text("  ");
    }
    if (const json::value* plans = answer.as_object().if_contains("plans")) {
      Table table({{"Plan"},
                   {"Cadence"},
                   {"Granted", Align::right},
                   {"Runs out", Align::right},
                   {"Uncovered P50", Align::right},
                   {"Expired P50", Align::right},
                   {"Packs", Align::right}});
      for (const json::value& plan : plans->as_array()) {
        const json::value* refused = plan.as_object().if_contains("refused");
        const json::value* packs = plan.as_object().if_contains("packs");
        if (refused != nullptr) {
          table.row({string_of(plan, "plan"), string_of(plan, "cadence"), "refused: " + string_of(*refused, "code"), "",
                     "", "", ""});
          continue;
        }
        table.row({string_of(plan, "plan") + (plan.at("current").as_bool() ? " (now)" : ""), string_of(plan, "cadence"),
                   whole_of(plan, "granted"), percent(plan, "chance_percent"), whole_of(plan.at("uncovered"), "p50"),
                   whole_of(plan.at("expired"), "p50"), packs == nullptr ? "-" : std::to_string(packs->as_int64())});
      }
      text += table.text("  ");
    }
    if (const json::value* moves = answer.as_object().if_contains("moves")) {
      Table table({{"Workflow"}, {"From"}, {"To"}, {"Saved P50", Align::right}, {"Chance then", Align::right}});
      for (const json::value& move : moves->as_array()) {
        const json::value* refused = move.as_object().if_contains("refused");
        table.row({string_of(move, "workflow"), string_of(move, "from"), string_of(move, "to"),
                   whole_of(move.at("credits_saved"), "p50"),
                   refused ? "refused: " + string_of(*refused, "code") : percent(move, "chance_percent")});
      }
      text += table.text("  ");
    }
  }
  return text;
}

}  // namespace

std::string simulation_text(std::string_view simulation_json) {
  const json::value simulation = json::parse(json::string_view(simulation_json.data(), simulation_json.size()));
  std::string text = string_of(simulation, "account") + ", from " + short_time(string_of(simulation, "at")) +
                     " UTC on, " + counted(integer_of(simulation, "days"), "day") + ", " +
                     counted(integer_of(simulation, "futures"), "future") + ", seed " +
                     std::to_string(integer_of(simulation, "seed")) + '\n' +
                     string_of(simulation.at("history"), "sentence") + '\n';
  text += expected_usage_text(simulation);
  const std::string commands = commands_text(simulation.at("commands"));
  if (!commands.empty()) text += "\nSupposed\n" + commands;
  for (const json::value& plan : list_of(simulation, "plans")) {
    text += '\n' + string_of(plan, "plan") + " runs out in " + percent(plan, "chance_percent") + " of the futures\n" +
            future_periods_text(plan);
  }
  if (const json::value& unplaced = simulation.at("unplaced"); !unplaced.is_null()) {
    text += "\nNo plan takes " + whole_of(unplaced.at("total"), "p10") + " to " +
            whole_of(unplaced.at("total"), "p90") + " credits of the use: " + string_of(unplaced, "code") + " (" +
            string_of(unplaced, "clause") + "). " + string_of(unplaced, "message") + '\n';
  }
  text += cost_text(simulation.at("cost")) + answers_text(simulation);
  const std::string notice = string_of(simulation, "notice");
  return text + (notice.empty() ? "For information only." : '\n' + notice);
}

}  // namespace creditfold::cli
