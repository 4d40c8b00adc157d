// SPDX-License-Identifier: Apache-2.0
#include "ledger/receipt.hpp"

#include <optional>
#include <string_view>

#include "ledger/draws.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold {
namespace {

// Notices are data: the catalog's own words, where it has them.
void write_notices(JsonWriter& out, const Catalog& catalog, const CreditsConsumed& charge) {
  const Model* model = catalog.model(charge.rate_card, charge.model);
  out.key("notices").open('{');
  for (const std::string_view name : {"output", "beta"}) {
    if (name == "beta" && (model == nullptr || !model->beta)) continue;
    const auto notice = catalog.notices.find(std::string(name));
    if (notice != catalog.notices.end()) out.field(name, std::string_view(notice->second));
  }
  out.close('}');
}

}  // namespace

Expected<std::string, std::string> receipt_json(std::span<const Event> events, const UsageId& usage, const Catalog& catalog) {
  std::optional<std::size_t> newest;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* charge = std::get_if<CreditsConsumed>(&events[i].payload);
    if (charge != nullptr && charge->usage == usage) newest = i;
  }
  if (!newest) return Unexpected{"There is no usage " + usage.value + " in this account."};
  const Event& event = events[*newest];
  const auto& charge = std::get<CreditsConsumed>(event.payload);
  const ChargeFold fold = fold_charge(events, *newest);
  JsonWriter out;
  out.open('{').field("account", event.account).field("usage", usage).field("ai_generated", true);
  out.key("event").write_raw(to_json(event));
  out.field("credits", charge.credits).field("covered", fold.covered).field("uncovered", fold.uncovered);
  out.key("draws").open('[');
  for (const LotAtCharge& lot : fold.lots) {
    if (lot.taken.micro == 0) continue;
    out.open('{').field("lot", lot.lot).field("kind", lot.kind).field("credits", lot.taken).close('}');
  }
  out.close(']').key("corrections").open('[');
  for (const Event& later : events) {
    const auto* grant = std::get_if<CreditsGranted>(&later.payload);
    if (grant != nullptr && grant->corrects == usage) out.write_raw(to_json(later));
  }
  out.close(']');
  write_notices(out, catalog, charge);
  out.close('}');
  return out.take();
}

}  // namespace creditfold
