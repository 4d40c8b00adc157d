// SPDX-License-Identifier: Apache-2.0
// The C ABI of creditfold_forecast.wasm: pointers in, a status out, the answer's bytes in the result buffer. Every
// exported name stands in exports_forecast.txt; those that both modules have are in seam.cpp.
#include "wasm/forecast_session.hpp"
#include "wasm/seam.hpp"

namespace {

using namespace creditfold;
using wasm::ForecastSession;

wasm::Sessions<ForecastSession> sessions;

}  // namespace

extern "C" {

std::int32_t cf_open(const char* catalog, std::uint32_t size) { return sessions.open(catalog, size); }
void cf_close(std::int32_t handle) { sessions.close(handle); }

// `at`: only what had happened by then; the least number: everything. The result is a position as decimal text.
std::int32_t cf_learn_from(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                           std::int64_t to) {
  return sessions.with(handle, [&](ForecastSession& session) {
    return session.learn_from(wasm::id_of<AccountId>(account, size), wasm::optional_moment(at), to);
  });
}

std::int32_t cf_learn(std::int32_t handle, const std::uint8_t* documents, std::uint32_t size) {
  return sessions.with(handle, [&](ForecastSession& session) { return session.learn({documents, size}); });
}

std::int32_t cf_learned(std::int32_t handle) {
  return sessions.with(handle, [](ForecastSession& session) { return session.learned(); });
}

std::int32_t cf_take_branch(std::int32_t handle, const std::uint8_t* bytes, std::uint32_t size) {
  return sessions.with(handle, [&](ForecastSession& session) {
    session.take_branch({bytes, size});
    return std::string();
  });
}

// `scenario`: JSON (scenario.schema.json). The account may be empty where the scenario names it.
std::int32_t cf_simulate(std::int32_t handle, const char* account, std::uint32_t size, const char* scenario,
                         std::uint32_t scenario_size) {
  return sessions.with(handle, [&](const ForecastSession& session) {
    return session.simulate(wasm::optional_account(account, size), wasm::text_of(scenario, scenario_size));
  });
}

}  // extern "C"
