// SPDX-License-Identifier: Apache-2.0
// A refusal on its way to being explained: what it says, and the account it met, if there is one. Internal to
// ledger/explain_refusal*.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog.hpp"
#include "ledger/explain_parts.hpp"
#include "ledger/state.hpp"

namespace creditfold::why {

struct Refused {
  const Refusal& refusal;
  const Catalog& catalog;
  const Reading* reading = nullptr;  // of the account; null: none was given
  std::span<const Place> named;      // events that name the refusal's authorization or its key

  [[nodiscard]] std::optional<std::string> detail(std::string_view name) const;
  [[nodiscard]] std::optional<Credits> credits(std::string_view name) const;
  [[nodiscard]] std::optional<Instant> instant(std::string_view name) const;
  // The moment the rule asked about: the refusal's own, or the newest the account knows.
  [[nodiscard]] Instant moment() const;
};

// What the values come to, without any account.
void tell_arithmetic(Telling& told, const Refused& refused);
// What the account and the catalog say about it. REQUIRES: refused.reading.
void tell_account(Telling& told, const Refused& refused);

}  // namespace creditfold::why
