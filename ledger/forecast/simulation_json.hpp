// SPDX-License-Identifier: Apache-2.0
// A simulation as the document of simulation.schema.json, and the pieces that answers write of it too.
#pragma once

#include "ledger/forecast/bands.hpp"
#include "ledger/forecast/simulate.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::forecast {

[[nodiscard]] std::string simulation_json(const Simulated& simulated);

// Every `asks` of the scenario, as the list of its answers.
void write_answers(JsonWriter& out, const Simulated& simulated);

void write_commands(JsonWriter& out, const std::vector<Supposed>& commands);
// {"p10":"…","p50":"…","p90":"…"} of credits over the futures.
void write_band(JsonWriter& out, const std::vector<std::int64_t>& values);

}  // namespace creditfold::forecast
