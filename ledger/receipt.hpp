// SPDX-License-Identifier: Apache-2.0
// The receipt of a charge: the event, what it drew, and that the output was made by AI (AI-2), with the notices that
// belong to it (AI-6).
#pragma once

#include <string>

#include "events/expected.hpp"
#include "ledger/account_history.hpp"
#include "ledger/catalog.hpp"

namespace creditfold {

// receipt.schema.json's, one line without a newline. Of several charges under one id, the newest. The error says that
// there is none. Throws Fault(damaged) when the events do not fold.
[[nodiscard]] Expected<std::string, std::string> receipt_json(const AccountHistory& history, const UsageId& usage,
                                                              const Catalog& catalog);

}  // namespace creditfold
