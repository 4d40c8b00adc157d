// SPDX-License-Identifier: Apache-2.0
// Amounts and moments as SQL writes them: the same text as the ledger's own, to the ends of their ranges.
#include <catch2/catch.hpp>

#include <limits>

#include "ledger/read_model/sql_text.hpp"
#include "ledger/words.hpp"
#include "tests/events/samples.hpp"
#include "tests/read_model/made.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::string evaluated(SQLite::Database& database, const std::string& expression, std::int64_t x) {
  SQLite::Statement query(database, "WITH v AS (SELECT ? AS x) SELECT " + expression + " FROM v");
  query.bind(1, x);
  query.executeStep();
  return query.getColumn(0).getString();
}

}  // namespace

TEST_CASE("SQL writes micro-credits as the ledger does") {
  SQLite::Database database(":memory:");
  const auto check = [&](std::int64_t micro) {
    CAPTURE(micro);
    CHECK(evaluated(database, read_model::credits_text("x"), micro) == to_text(Credits{micro}));
  };
  for (const std::int64_t micro :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'000'000}, std::int64_t{100'000'000},
        std::int64_t{-999'999}, std::int64_t{1'250'000}, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    check(micro);
  }
  Random random(1);
  for (int i = 0; i < 500; ++i) check(static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + i % 62))));
}

TEST_CASE("SQL writes moments as the ledger does, from year 1 to 9999") {
  SQLite::Database database(":memory:");
  const auto check = [&](std::int64_t micros) {
    CAPTURE(micros);
    CHECK(evaluated(database, read_model::moment_text("x"), micros) == to_text(Instant{micros}));
  };
  for (const std::int64_t micros :
       {instant_min.micros, instant_max.micros, std::int64_t{0}, std::int64_t{-1}, std::int64_t{1},
        std::int64_t{500'000}, std::int64_t{-1'500'000}, std::int64_t{1'767'225'599'999'999}}) {
    check(micros);
  }
  Random random(2);
  const auto span = static_cast<std::uint64_t>(instant_max.micros - instant_min.micros);
  for (int i = 0; i < 500; ++i) check(instant_min.micros + static_cast<std::int64_t>(random.below(span)));
}

TEST_CASE("SQL writes amounts of money as the ledger does, for every number of digits") {
  SQLite::Database database(":memory:");
  for (const std::string currency : {"USD", "JPY", "KWD", "CLF"}) {
    const std::string digits = std::to_string(minor_digits(currency));
    for (const std::int64_t minor : {std::int64_t{0}, std::int64_t{5}, std::int64_t{-5}, std::int64_t{123'456},
                                     std::int64_t{-100'000}, std::numeric_limits<std::int64_t>::max()}) {
      CAPTURE(currency, minor);
      Money money{.currency = {currency[0], currency[1], currency[2]}, .minor = minor};
      CHECK(evaluated(database, read_model::money_text("x", digits), minor) == decimal_text(money));
    }
  }
}
