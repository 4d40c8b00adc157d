// SPDX-License-Identifier: Apache-2.0
// Invoice lines and their arithmetic (ADD-2, EKM-4, AIS-5b, AIS-5c, H18, H22): why they are what they are, as CSV and
// JSON.
#include <catch2/catch.hpp>

#include "ledger/invoices.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/explain_story.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

struct Lines {
  std::vector<DetailedLine> lines;
  View view;
};
Lines lines_of(const Table& table, const AsOf& as_of = {}) {
  InvoiceWatch watch;
  auto view = view_as_of(table.log(), AccountId("acme"), as_of, moment("2026-06-01"), std::ref(watch));
  REQUIRE(view.has_value());
  return {watch.lines(view->state), *view};
}

}  // namespace

TEST_CASE("EKM-4: a joint line tells each product's seats x price x days / 365, its rounding, and the sum") {
  Table table;
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add ekm                          -> ok
    2026-07-01T12  seats enterprise 13           -> ok
  )");
  check_why(table, "line", "3", R"(
    answer Line 3, Asana Enterprise, is 563.04 USD for 3 seats more of enterprise and ekm, 184 days from 1 July 2026.
    Seats | enterprise, seats added | 13 − 10 = 3 seats | ADD-2
    Seats | enterprise, days left | 2026-07-01T12:00:00Z to 2027-01-01T00:00:00Z, begun days count = 184 days | ADD-2
    Seats | enterprise, seats × yearly price × days ÷ 365 | 3 × 36500 × 184 ÷ 365 = 55200 minor units of USD | ADD-2
    Seats | ekm, seats added | 13 − 10 = 3 seats | ADD-2
    Seats | ekm, seats × yearly price × days ÷ 365 | 3 × 730 × 184 ÷ 365 = 1104 minor units of USD | ADD-2
    Together | Billed as Asana Enterprise | 55200 + 1104 = 56304 minor units of USD | EKM-4
    event SeatsChanged enterprise 10>13
    event SeatsChanged ekm 10>13
  )");
  check_why(table, "line", "1", R"(
    answer Line 1, Enterprise, is 3,650.00 USD for 10 seats of enterprise, 365 days from 1 January 2026.
    Seats | enterprise, seats added | 10 − 0 = 10 seats | ADD-2
    no Together
  )");
  check_why(table, "line", "2",
            "answer Line 2, Asana Enterprise, is 73.00 USD for 10 seats of ekm, 365 days from 1 January 2026.");
}

TEST_CASE("ADD-2: a rest of the division is shown before it is rounded") {
  Table table;
  table.rows(R"(
    2026-01-01  start starter 1 seats 2026-01-01..2027-01-01   -> ok
    2026-03-15  seats starter 4                                -> ok
  )");
  check_why(table, "line", "2", R"(
    Seats | starter, seats × yearly price × days ÷ 365 | 3 × 100 × 292 ÷ 365 = 240 minor units of USD | ADD-2
  )");
  table.rows("2026-03-16  seats starter 5  -> ok");
  check_why(table, "line", "3", R"(
    Seats | starter, seats × yearly price × days ÷ 365 | 1 × 100 × 291 ÷ 365 = 79 and 265/365 minor units of USD | ADD-2
    Seats | starter, rounded half to even, once | 79 and 265/365 = 80 minor units of USD | ADD-2
  )");
}

TEST_CASE("AIS-5b: a pack's line is its increments times their price, one line for each period's lot") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01   -> ok
    2026-01-02  buy plus 20 in 2..3                         -> ok
  )");
  check_why(table, "line", "2", R"(
    answer Line 2, plus, is 20.00 USD for a pack of 20 credits for Plus.
    Pack | Lot | for usage from 2026-03-01T00:00:00Z to 2026-04-01T00:00:00Z = plus/1/3/1 | AIS-5c -> lot plus/1/3/1
    Pack | Increments | 20 ÷ 10 = 2 increments | AIS-5b
    Pack | Increments × price | 2 × 1000 = 2000 minor units of USD | H22
    event CreditsGranted plus/1/3/1 purchase 20
  )");
}

TEST_CASE("H18: an overage's line is the begun increments of what its close found uncovered") {
  Table table;
  table.rows(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01   -> ok
    2026-01-04  use 125                                     -> ok
    2026-02-01  close                                       -> ok
  )");
  check_why(table, "line", "1", R"(
    answer Line 1, Overage, is 7.50 USD for 25 credits that Credit Period 1 of Over left uncovered.
    Overage | Uncovered | in Credit Period 1, 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 25 credits | H18 -> period over/1/1
    Overage | Increments begun | 25 ÷ 10, a begun one counts = 3 increments | H18
    Overage | Increments × price | 3 × 250 = 750 minor units of USD | H22
    event PeriodClosed over/1/1 expired 0 uncovered 25 bills USD:750
  )");
}

TEST_CASE("Explain: lines are counted in the statement's order, by their moment and not by when they were recorded") {
  Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
    2026-02-03  buy plus 10 in 3                                   -> ok
    2026-01-01  start enterprise 1 seats 2026-01-01..2027-01-01    -> ok
    = invoice 1 Enterprise  seats 1
    = invoice 2 plus  credits 10
  )");
  check_why(table, "line", "1",
            "answer Line 1, Enterprise, is 365.00 USD for 1 seat of enterprise, 365 days from 1 January 2026.");
  check_why(table, "line", "2", "answer Line 2, plus, is 10.00 USD for a pack of 10 credits for Plus.");
  check_why(table, "line", "1", "answer Line 1, plus, is 10.00 USD for a pack of 10 credits for Plus.", 5);
}

TEST_CASE("H22: invoice lines as JSON carry the numbers they are made of") {
  Table table;
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add ekm                                            -> ok
    2026-07-01  seats enterprise 12                                -> ok
  )");
  const Lines all = lines_of(table);
  const std::string json = invoices_json(all.view.state, all.view.moment, all.lines);
  CHECK(
      json.find(
          R"({"line":3,"at":"2026-07-01T00:00:00Z","name":"Asana Enterprise","products":["enterprise","ekm"],"seats":2,)"
          R"("amount":{"currency":"USD","minor":37536},"parts":[{"product":"enterprise","name":"Enterprise","from":10,"to":12,)"
          R"("seats":2,"unit_price":{"currency":"USD","minor":36500},"starts_at":"2026-07-01T00:00:00Z",)"
          R"("ends_at":"2027-01-01T00:00:00Z","days":184,"term":1,"term_starts_at":"2026-01-01T00:00:00Z",)"
          R"("term_ends_at":"2027-01-01T00:00:00Z","amount":{"currency":"USD","minor":36800},"seq":5},{"product":"ekm",)") !=
      std::string::npos);
  // As of a moment the lines are those whose commands had happened by then, as in the balance.
  const Lines earlier = lines_of(table, {.at = moment("2026-06-30"), .seq = std::nullopt});
  CHECK(earlier.lines.size() == 2);
  CHECK(earlier.lines.size() == earlier.view.state.invoice_lines.size());
}

TEST_CASE("H22: invoice lines as CSV are RFC 4180: a row for each product, quotes where they are needed") {
  Table table;
  const Catalog quoted = changed_table_catalog({{R"("name": "Enterprise")", R"("name": "Enterprise, \"the whole\"")"}});
  table.use_catalog(quoted);
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
    2026-01-02  start over monthly 2026-01-01..2026-04-01          -> ok
    2026-01-02  buy plus 20 in 1                                   -> ok
    2026-01-04  use 101 plan over                                  -> ok
    2026-02-01  close                                              -> ok
  )");
  CHECK(
      invoices_csv(lines_of(table).lines) ==
      "line,at,name,product,plan,lot,period,seats,credits,increments,unit_price_minor,days,amount_minor,currency,"
      "starts_at,ends_at,"
      "term,term_starts_at,term_ends_at,seq\r\n"
      "1,2026-01-01T00:00:00Z,\"Enterprise, \"\"the "
      "whole\"\"\",enterprise,,,,10,,,36500,365,365000,USD,2026-01-01T00:00:00Z,"
      "2027-01-01T00:00:00Z,1,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,3\r\n"
      "2,2026-01-02T00:00:00Z,plus,ai_studio,plus,plus/1/1/"
      "2,,,20,2,1000,,2000,USD,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,1,"
      "2026-01-01T00:00:00Z,2026-04-01T00:00:00Z,8\r\n"
      "3,2026-02-01T00:00:00Z,Overage,ai_studio,over,,1,,1,1,250,,250,USD,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,1,"
      "2026-01-01T00:00:00Z,2026-04-01T00:00:00Z,12\r\n");
}
