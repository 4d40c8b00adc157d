// SPDX-License-Identifier: Apache-2.0
// Figures and dates as the ledger's own English sentences say them. The same on every machine: no locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/vocabulary.hpp"

namespace creditfold {

// A whole number or decimal with its thousands apart: "-1234567.5" is "-1,234,567.5".
[[nodiscard]] std::string grouped(std::string_view figure);
[[nodiscard]] std::string grouped(std::int64_t figure);
[[nodiscard]] std::string grouped(Credits credits);        // every digit
[[nodiscard]] std::string grouped_whole(Credits credits);  // whole credits, the rest cut off

// "1 event", "2,000 events".
[[nodiscard]] std::string counted(std::int64_t count, std::string_view noun);

// An amount in its currency's own units, as ISO 4217 divides them: "1,234.50 USD", "1,234 JPY".
[[nodiscard]] std::string money_text(const Money& money);

// "5 March 2026".
[[nodiscard]] std::string date_of(Instant instant);

// A plan's id with a capital letter, to begin a sentence with.
[[nodiscard]] std::string display_name(const PlanId& plan);

}  // namespace creditfold
