// SPDX-License-Identifier: Apache-2.0
#include "ledger/sealing.hpp"

#include <utility>

namespace creditfold {
bool has_sealed_text(const Event& event) {
  bool found = false;
  each_text(event, [&](std::string_view, const FreeText& text) { found = found || text.sealed(); });
  return found;
}

bool seal_text(Event& event, const CustomerKey& key, TextSealer& sealer) {
  bool sealed = true;
  each_text(event, [&](std::string_view, FreeText& text) {
    auto envelope = sealer.seal(event.account, event.version, key, text);
    if (envelope) text = std::move(*envelope);
    sealed = sealed && text.sealed();
  });
  return sealed;
}

void open_text(Event& event, const CustomerKey& key, TextSealer& sealer) {
  if (key.revoked) return;
  each_text(event, [&](std::string_view, FreeText& text) {
    if (!text.sealed()) return;
    auto opened = sealer.open(event.account, event.version, key, text);
    if (opened) text = std::move(*opened);
  });
}

}  // namespace creditfold
