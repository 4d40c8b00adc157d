// SPDX-License-Identifier: Apache-2.0
// The receipt of a charge: the event, what it drew, and that the output was made by AI (AI-2), with the notices that belong
// to it (AI-6).
#pragma once

#include <span>
#include <string>

#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/catalog.hpp"

namespace creditfold {

// receipt.schema.json's, one line without a newline. `events` are the account's from the first, in order; of several charges
// under one id, the newest. The error says that there is none. Throws Fault(damaged) when they do not fold.
[[nodiscard]] Expected<std::string, std::string> receipt_json(std::span<const Event> events, const UsageId& usage,
                                                              const Catalog& catalog);

}  // namespace creditfold
