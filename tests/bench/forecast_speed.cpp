// SPDX-License-Identifier: Apache-2.0
// How long a scenario takes natively once its log is read: learning, and simulating what it asks. CPU time.
// Usage: forecast_speed EVENTS.jsonl SCENARIO.json ROUNDS; prints {"learn_ms":[…],"ms":[…],"bytes":n}.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ledger/forecast/simulate.hpp"
#include "ledger/json.hpp"
#include "tests/bench/cpu_clock.hpp"

int main(int argc, char** argv) {
  using namespace creditfold;
  if (argc != 4) return 2;
  std::vector<Event> events;
  std::ifstream lines(argv[1]);
  for (std::string line; std::getline(lines, line);) events.push_back(parse_event(line).value());
  std::ifstream file(argv[2]);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto scenario = forecast::parse_scenario(text).value();
  std::string learning;
  std::string simulating;
  std::size_t bytes = 0;
  const auto add = [](std::string& list, double seconds) {
    char number[32];
    std::snprintf(number, sizeof number, "%s%.3f", list.empty() ? "" : ",", seconds * 1000);
    list += number;
  };
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    const double start = test::cpu_seconds();
    const auto branch = forecast::branch_at(events, default_catalog(), scenario);
    const double learned = test::cpu_seconds();
    bytes = forecast::simulate_json(branch.value(), default_catalog(), scenario).value().size();
    add(learning, learned - start);
    add(simulating, test::cpu_seconds() - learned);
  }
  std::printf("{\"learn_ms\":[%s],\"ms\":[%s],\"bytes\":%zu}\n", learning.c_str(), simulating.c_str(), bytes);
  return 0;
}
