// SPDX-License-Identifier: Apache-2.0
// The words that schema and views say for short, written out in SQL. Integers only: SQLite would take `/ 1e6` for a
// floating-point number.
#pragma once

#include <string>
#include <string_view>

namespace creditfold::read_model {

// The decimal form of micro-credits, as ledger's to_text(Credits) gives it. NULL of NULL.
[[nodiscard]] std::string credits_text(std::string_view expression);
// RFC 3339 of microseconds since 1970, as to_text(Instant) gives it. NULL of NULL.
[[nodiscard]] std::string moment_text(std::string_view expression);
// The decimal form of minor units of a currency with so many digits behind the point.
[[nodiscard]] std::string money_text(std::string_view minor, std::string_view digits);

// `x CREDITS …` and `x MOMENT …` on a line of their own become two columns; what follows, NOT NULL, AS (…) or a
// comment, is of the integer.
[[nodiscard]] std::string expand_tables(std::string_view sql);
// `CREDITS(x)`, `MOMENT(x)` and `MONEY(minor, digits)` become expressions.
[[nodiscard]] std::string expand_views(std::string_view sql);

}  // namespace creditfold::read_model
