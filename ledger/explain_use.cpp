// SPDX-License-Identifier: Apache-2.0
// Why a workflow's use of a model adds up to what the statement says: its charges, the newest one by one (AIS-1, AIS-4a).
#include <algorithm>

#include "ledger/explain_parts.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

std::string named(const WhyUse& why) {
  JsonWriter out;
  out.open('{').field("workflow", why.workflow).field("model", why.model).close('}');
  return out.take();
}

}  // namespace

Told explain_use(std::span<const Event> events, const WhyUse& why) {
  AccountState state;
  std::vector<const Event*> charges;
  for (const Event& event : events) {
    fold_or_fault(state, event);
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge != nullptr && charge->workflow == why.workflow && charge->model == why.model) charges.push_back(&event);
  }
  const auto found = state.usage.find(UsageKey{why.workflow, why.model});
  if (found == state.usage.end()) {
    return Unexpected{"Workflow " + why.workflow.value + " has not used model " + why.model.value + " in this account."};
  }
  const UsageTotals& totals = found->second;
  Telling told("use", named(why));
  const std::string count = counted(totals.charges, "charge");
  told.credits("Sum", "Credits of " + count, "", totals.credits).by("AIS-4a");
  told.step("Sum", "Query", "", std::to_string(totals.query.tokens), "tokens").by("AIS-1");
  told.step("Sum", "Input", "", std::to_string(totals.input.tokens), "tokens").by("AIS-1");
  told.step("Sum", "Output", "", std::to_string(totals.output.tokens), "tokens").by("AIS-1");
  const std::size_t shown = std::min(charges.size(), why_lines_max);
  const std::string_view part = shown == charges.size() ? "Charges, newest first" : "The newest charges";
  for (auto event = charges.rbegin(); event != charges.rbegin() + static_cast<std::ptrdiff_t>(shown); ++event) {
    const auto& charge = std::get<CreditsConsumed>((*event)->payload);
    told.credits(part, charge.usage.value, to_text((*event)->at) + ", " + charge.plan.value, charge.credits).to(to_usage(charge.usage));
  }
  for (const Event* event : charges) told.chain(event);
  told.answer("Workflow " + why.workflow.value + " used model " + why.model.value + " in " + count + ", for " +
              credits_words(totals.credits) + " in all.");
  return told.finish(events);
}

}  // namespace creditfold::why
