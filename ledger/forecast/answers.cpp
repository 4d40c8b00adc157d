// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/simulation_json.hpp"

namespace creditfold::forecast {

void write_answers(JsonWriter& out, const Simulated&) { out.key("answers").open('[').close(']'); }

}  // namespace creditfold::forecast
