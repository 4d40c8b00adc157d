// SPDX-License-Identifier: Apache-2.0
// Why a workflow's use of a model adds up to what the statement says: its charges, the newest one by one (AIS-1,
// AIS-4a).
#include <span>

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

Told explain_use(const AccountHistory& history, const WhyUse& why) {
  Telling told("use", named(why));
  const Reading reading(history, [&](const Event& event, const AccountState&) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge != nullptr && charge->workflow == why.workflow && charge->model == why.model) told.chain(event);
  });
  const auto found = reading.state.usage.find(UsageKey{why.workflow, why.model});
  if (found == reading.state.usage.end()) {
    return Unexpected{
        joined({"Workflow ", why.workflow.value, " has not used model ", why.model.value, " in this account."})};
  }
  const UsageTotals& totals = found->second;
  const std::string count = counted(totals.charges, "charge");
  told.credits("Sum", {"Credits of ", count}, {}, totals.credits).by("AIS-4a");
  told.step("Sum", {"Query"}, {}, totals.query.tokens, "tokens").by("AIS-1");
  told.step("Sum", {"Input"}, {}, totals.input.tokens, "tokens").by("AIS-1");
  told.step("Sum", {"Output"}, {}, totals.output.tokens, "tokens").by("AIS-1");
  const std::span<const Place> newest = told.chain_end(why_lines_max);
  const bool all = totals.charges == static_cast<std::int64_t>(newest.size());
  const std::string_view part = all ? "Charges, newest first" : "The newest charges";
  for (auto place = newest.rbegin(); place != newest.rend(); ++place) {
    const Event event = history.at(*place);
    const auto& charge = std::get<CreditsConsumed>(event.payload);
    told.credits(part, {charge.usage.value}, {event.at, ", ", charge.plan.value}, charge.credits)
        .to(to_usage(charge.usage));
  }
  told.answer({"Workflow ", why.workflow.value, " used model ", why.model.value, " in ", count, ", for ",
               Piece::in_credits(totals.credits), " in all."});
  return told.finish(history, reading);
}

}  // namespace creditfold::why
