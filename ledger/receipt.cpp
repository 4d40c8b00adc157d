// SPDX-License-Identifier: Apache-2.0
#include "ledger/receipt.hpp"

#include <string_view>

#include "ledger/draws.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold {
namespace {

// Notices are data: the catalog's own words, where it has them.
void write_receipt_notices(JsonWriter& out, const Catalog& catalog, const CreditsConsumed& charge) {
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

Expected<std::string, std::string> receipt_json(const AccountHistory& history, const UsageId& usage,
                                                const Catalog& catalog) {
  const FoundCharge found(history, usage);
  if (!found) return Unexpected{"There is no usage " + usage.value + " in this account."};
  const ChargeFold& fold = found.fold();
  JsonWriter out;
  out.open('{').field("account", found.event().account).field("usage", usage).field("ai_generated", true);
  out.key("event").write_raw(to_json(found.event()));
  out.field("credits", found.fact().credits).field("covered", fold.covered).field("uncovered", fold.uncovered);
  out.key("draws").open('[');
  for (const LotAtCharge& lot : fold.lots) {
    if (lot.taken.micro == 0) continue;
    out.open('{').field("lot", lot.lot).field("kind", lot.kind).field("credits", lot.taken).close('}');
  }
  out.close(']').key("corrections").open('[');
  for (const Place& later : found.corrections()) out.write_raw(to_json(history.at(later)));
  out.close(']');
  write_receipt_notices(out, catalog, found.fact());
  out.close('}');
  return out.take();
}

}  // namespace creditfold
