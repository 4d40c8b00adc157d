// SPDX-License-Identifier: Apache-2.0
// What commands would do to an account: decided by the same rules as any, folded into a copy, recorded nowhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/expected.hpp"
#include "events/log.hpp"
#include "ledger/catalog.hpp"
#include "ledger/json.hpp"

namespace creditfold {

// A page's question, not an import.
inline constexpr std::size_t what_if_commands_max = 1'000;

// Why there is no answer: `place` is the line of the commands, from 1; 0 for the account.
struct NotSupposed {
  std::size_t line = 0;
  std::string what;
};

// `commands`: one JSON object a line, all of `account`, decided one after another on what the account was as known at
// `as_of` (nothing: all there is). A refused one changes nothing, and the next is decided all the same. `now` is the
// clock they are decided by (H1). One line of JSON without a newline:
// {"account","at","version","answers":[as apply's],"before":balance,"after":balance,
//  "invoices_before":invoices,"invoices_after":invoices}
// Positions of supposed events go on from the account's last. Throws Fault damaged when the log cannot be folded.
[[nodiscard]] Expected<std::string, NotSupposed> what_if_json(const Log& log, const AccountId& account,
                                                              const Catalog& catalog, std::optional<std::int64_t> as_of,
                                                              std::string_view commands, Instant now);

}  // namespace creditfold
