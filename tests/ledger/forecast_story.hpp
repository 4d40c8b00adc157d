// SPDX-License-Identifier: Apache-2.0
// Accounts with a history, for the tests of forecasts: days of use written into a table, and the steps from there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ledger/forecast/simulate.hpp"
#include "tests/acme.hpp"
#include "tests/ledger/table.hpp"

namespace creditfold::test {

inline constexpr std::int64_t story_day = 86'400'000'000;
inline const Instant monday = moment("2026-01-05");

// Sends a use of `credits` whole credits (`unit` costs one a token) at a moment.
inline void use_at(Table& table, Instant at, std::int64_t credits, std::string_view workflow = "triage",
                   std::string_view model = "unit") {
  static std::int64_t number = 0;
  const std::string id = "s" + std::to_string(++number);
  const Answer answer =
      table.send(R"({"command":"RecordUsage","account":"acme","key":")" + id + R"(","at":")" + to_text(at) +
                 R"(","usage":")" + id + R"(","workflow":")" + std::string(workflow) + R"(","model":")" +
                 std::string(model) + R"(","query":0,"input":)" + std::to_string(credits) + R"(,"output":0})");
  if (answer.refused) throw std::invalid_argument(answer.refused->message);
}

// `credits(day)` used at noon of each day from `from` on.
inline void use_daily(Table& table, Instant from, int days, const std::function<std::int64_t(int)>& credits,
                      std::string_view workflow = "triage", std::string_view model = "unit") {
  for (int day = 0; day < days; ++day) {
    const std::int64_t used = credits(day);
    if (used > 0) use_at(table, Instant{from.micros + day * story_day + story_day / 2}, used, workflow, model);
  }
}

inline forecast::Scenario scenario_of(std::string_view json) {
  auto scenario = forecast::parse_scenario(json);
  if (!scenario) throw std::invalid_argument(scenario.error().place + " " + scenario.error().what);
  return std::move(scenario).value();
}

inline forecast::Branch branch_of(const Table& table, const forecast::Scenario& scenario) {
  auto branch = forecast::branch_at(table.events(), table.engine().catalog(), scenario);
  if (!branch) throw std::invalid_argument("nothing is known of the account then");
  return std::move(*branch);
}

struct WithPlan : Table {
  WithPlan() { rows("2026-01-01  start over monthly 2026-01-01..2027-01-01  -> ok"); }
};

// Learned of `days` days of use from Monday on, as of the last one's end.
inline forecast::UsageModel learned(int days, const std::function<std::int64_t(int)>& credits) {
  WithPlan table;
  use_daily(table, monday, days, credits);
  const Instant at{monday.micros + days * story_day};
  return branch_of(table, scenario_of(R"({"at":")" + to_text(at) + R"("})")).model;
}

inline bool has(std::string_view text, std::string_view piece) { return text.find(piece) != std::string_view::npos; }

}  // namespace creditfold::test
