// SPDX-License-Identifier: Apache-2.0
// What a scenario costs where prices are known: invoice lines of its commands, overage at the ends of periods (H18).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/forecast/simulate.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::forecast {

struct CurrencyCost {
  std::int64_t committed = 0;         // minor units, of the invoice lines
  std::vector<std::int64_t> overage;  // by future, of periods that end in the horizon
};
struct ScenarioCost {
  std::map<std::string, CurrencyCost> by_currency;
  std::vector<std::string> missing;  // a sentence for each price that is not known
};

[[nodiscard]] ScenarioCost cost_of(const Branch& branch, const Catalog& catalog, const Supposition& supposition,
                                   const Course& course, const Outcome& outcome);
void write_cost(JsonWriter& out, const Simulated& simulated);

}  // namespace creditfold::forecast
