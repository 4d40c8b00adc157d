// SPDX-License-Identifier: Apache-2.0
// What a scenario asks of its futures: the smallest purchase, the cheapest plan, the first workflow to move. Found by
// search: every candidate is commands that the ledger decides, run over the same futures, so that candidates differ by
// what they are and not by luck.
#pragma once

#include <optional>
#include <vector>

#include "ledger/forecast/bands.hpp"
#include "ledger/forecast/simulate.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::forecast {

// A candidate decided, laid and run.
struct Tried {
  Supposition supposition;
  Course course;
  Outcome outcome;
};
[[nodiscard]] Tried try_out(const Simulated& simulated, const std::vector<Order>& orders,
                            const std::vector<Stream>& streams);

// Packs for each Credit Period of a plan, how many there are in all, and in how many futures some period still runs
// out.
struct Purchase {
  std::vector<std::int64_t> packs;  // as the slots given
  std::int64_t total = 0;
  std::int32_t futures_out = 0;
};
// Purchases from none to as many as no future outruns, each leaving fewer futures out: found by giving up packs where
// giving up costs the fewest futures for each pack. `slots`: of `course`, of one plan that sells increments.
[[nodiscard]] std::vector<Purchase> purchase_curve(const Course& course, const Outcome& outcome,
                                                   const std::vector<std::size_t>& slots);
// The smallest of a curve that leaves out at most `percent` of the futures.
[[nodiscard]] const Purchase& smallest_within(const std::vector<Purchase>& curve, std::int64_t percent,
                                              std::int32_t futures);

// In how many futures a slot that begins at or after `from` runs out; `from` as the course's own moment: any.
[[nodiscard]] std::int32_t futures_out_from(const Course& course, const Outcome& outcome, Instant from);

void write_smallest_purchase(JsonWriter& out, const Simulated& simulated, const SmallestPurchase& ask);
void write_cheapest_plan(JsonWriter& out, const Simulated& simulated, const CheapestPlan& ask);
void write_model_moves(JsonWriter& out, const Simulated& simulated, const ModelMoves& ask);

}  // namespace creditfold::forecast
