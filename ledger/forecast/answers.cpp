// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/answers.hpp"

#include "ledger/forecast/simulation_json.hpp"

namespace creditfold::forecast {
namespace {

struct WriteAnswer {
  JsonWriter& out;
  const Simulated& simulated;
  void operator()(const SmallestPurchase& ask) const { write_smallest_purchase(out, simulated, ask); }
  void operator()(const CheapestPlan& ask) const { write_cheapest_plan(out, simulated, ask); }
  void operator()(const ModelMoves& ask) const { write_model_moves(out, simulated, ask); }
};

}  // namespace

Tried try_out(const Simulated& simulated, const std::vector<Order>& orders, const std::vector<Stream>& streams) {
  Tried tried;
  tried.supposition = suppose(simulated.branch, simulated.catalog, orders, simulated.scenario.renew, simulated.until());
  tried.course = lay_course(simulated.branch, simulated.catalog, tried.supposition, streams, simulated.weather,
                            simulated.course.days);
  tried.outcome = run(tried.course, simulated.futures, Detail::slots);
  return tried;
}

std::int32_t futures_out_from(const Course& course, const Outcome& outcome, Instant from) {
  std::int32_t count = 0;
  for (std::size_t future = 0; future < static_cast<std::size_t>(outcome.futures); ++future) {
    bool out = false;
    for (std::size_t i = 0; i < course.slots.size() && !out; ++i) {
      out = (from <= course.slots[i].starts_at || from <= course.at) &&
            outcome.slots[i].runs_out[future] < instant_max.micros;
    }
    if (out) ++count;
  }
  return count;
}

void write_answers(JsonWriter& out, const Simulated& simulated) {
  out.key("answers").open('[');
  for (const Ask& ask : simulated.scenario.asks) std::visit(WriteAnswer{out, simulated}, ask);
  out.close(']');
}

}  // namespace creditfold::forecast
