// SPDX-License-Identifier: Apache-2.0
// Seats, add-ons in parity with them, and what is invoiced (ADD-1, ADD-2, EKM-4, H20 to H22). The tables' catalog sells
// enterprise at 1.00 a seat and day, permissions at 0.10, compliance at 0.20, ekm at 0.02.
#include <catch2/catch.hpp>
#include <limits>

#include "ledger/seats.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::check_table;

TEST_CASE("ADD-1: one command changes the parent's seats and every parity add-on's in one batch") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> SeatsChanged permissions 0>10
    2026-01-01  add compliance                   -> SeatsChanged compliance 0>10
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12
                                                 ,  SeatsChanged compliance 10>12
                                                 ,  SeatsChanged permissions 10>12
    = seats enterprise 12
    = seats permissions 12
    = seats compliance 12
    2026-08-01  seats enterprise 3               -> SeatsChanged enterprise 12>3 from 2027-01-01
                                                 ,  SeatsChanged compliance 12>3 from 2027-01-01
                                                 ,  SeatsChanged permissions 12>3 from 2027-01-01
  )");
}

TEST_CASE("ADD-1: a parity product refuses StartTerm and ChangeSeats of its own") {
  check_table(R"(
    2026-01-01  start permissions 10 seats 2026-01-01..2027-01-01  -> refused seat_parity ADD-1
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  start permissions 10 seats 2026-01-01..2027-01-01  -> refused seat_parity ADD-1
    2026-01-02  seats permissions 10             -> refused seat_parity ADD-1
    2026-01-02  add permissions                  -> ok
    2026-01-03  seats permissions 10             -> refused seat_parity ADD-1
    2026-01-03  seats permissions 11             -> refused seat_parity ADD-1
    2026-01-03  seats ekm 11                     -> refused seat_parity EKM-4
  )");
}

TEST_CASE("ADD-1: parity holds in each term, also when the next one is booked already") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-06-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>10 from 2027-01-01
                                                 ,  SeatsChanged permissions 0>10 from 2027-01-01
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12, SeatsChanged permissions 10>12
    = at 2026-07-02  seats enterprise 12 then 10 from 2027-01-01
    = at 2026-07-02  seats permissions 12 then 10 from 2027-01-01
    2026-07-03  remove enterprise                -> refused seat_parity
  )");
}

TEST_CASE("ADD-1: an add-on may be added to a term whose renewal is booked, and keeps parity there") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-06-01  renew enterprise to 2028-01-01   -> ok
    2026-07-01  add permissions                  -> SeatsChanged permissions 0>10
    2026-08-01  seats enterprise 12              -> SeatsChanged enterprise 10>12, SeatsChanged permissions 10>12
    2027-01-01  add permissions                  -> SeatsChanged permissions 0>10
    2026-09-01  add compliance                   -> SeatsChanged compliance 0>12
    2027-02-01  seats enterprise 13              -> SeatsChanged enterprise 10>13, SeatsChanged permissions 10>13
    2026-10-01  add permissions                  -> refused term_overlap
  )");
}

TEST_CASE("ADD-1: parity holds when at runs backwards, an add-on's increase beginning with it") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-07-01  add permissions                  -> SeatsChanged permissions 0>10
    2026-03-01  seats enterprise 12              -> SeatsChanged enterprise 10>12
                                                 ,  SeatsChanged permissions 10>12 from 2026-07-01
    = seats enterprise 12
    = seats permissions 12
    = invoice 4 "Permissions Management"  seats 10  amount USD:18400  at 2026-07-01
    = invoice 3 "Permissions Management"  seats 2   amount USD:3680   at 2026-03-01
    2026-02-01  end enterprise on 2026-05-01     -> TermEnded enterprise/1 on 2026-05-01
    2026-04-01  seats enterprise 13              -> SeatsChanged enterprise 12>13
    2026-04-01  remove enterprise                -> ProductRemoved enterprise on 2026-05-01
    2026-04-01  renew enterprise to 2027-05-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>13 from 2026-05-01
  )");
}

TEST_CASE("ADD-2: an increase is invoiced for both, seats x yearly price x days left / 365, a line each") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    = invoice lines 2
    = invoice 1 "Enterprise"              seats 10  amount USD:365000  products enterprise
    = invoice 2 "Permissions Management"  seats 10  amount USD:36500   products permissions
    2026-07-01  seats enterprise 12              -> ok
    = invoice lines 4
    = invoice 3 "Enterprise"              seats 2   amount USD:36800   at 2026-07-01
    = invoice 4 "Permissions Management"  seats 2   amount USD:3680
  )");
}

TEST_CASE("ADD-2: begun days count") {
  check_table(R"(
    2026-01-01T12  start enterprise 1 seats 2026-01-01T12..2027-01-01T12   -> ok
    2026-12-31T11:59:59.999999  seats enterprise 2       -> ok
    2026-12-31T12               seats enterprise 3       -> ok
    2027-01-01T11:59:59.999999  seats enterprise 4       -> ok
    = invoice 1 Enterprise  amount USD:36500
    = invoice 2 Enterprise  amount USD:200
    = invoice 3 Enterprise  amount USD:100
    = invoice 4 Enterprise  amount USD:100
  )");
}

TEST_CASE("ADD-2: rounded once for a product; a leap year has 366 days of a 365th") {
  const auto amount = [](std::int64_t seats, std::int64_t price, const char* from, const char* to) {
    return seats::prorated(seats, Money{{'U', 'S', 'D'}, price}, test::moment(from), test::moment(to)).minor;
  };
  CHECK(amount(1, 100, "2026-01-01", "2026-01-02") == 0);  // 0.27
  CHECK(amount(1, 100, "2026-01-01", "2026-01-03") == 1);  // 0.55
  CHECK(amount(3, 100, "2026-01-01", "2026-01-02") == 1);  // 0.82, not three times 0
  CHECK(amount(1, 182, "2026-01-01", "2026-01-02") == 0);  // 182 / 365
  CHECK(amount(1, 183, "2026-01-01", "2026-01-02") == 1);  // 183 / 365
  CHECK(amount(1, 36500, "2028-01-01", "2029-01-01") == 36600);
  CHECK(amount(0, 36500, "2028-01-01", "2029-01-01") == 0);
  CHECK(amount(7, 0, "2028-01-01", "2029-01-01") == 0);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(amount(most, 1, "2026-01-01", "2027-01-01") == most);
  CHECK_THROWS_AS(amount(most, 1, "2026-01-01", "2027-01-02"), Overflow);
  CHECK_THROWS_AS(amount(most, 2, "2026-01-01", "2026-01-02"), Overflow);
}

TEST_CASE("ADD-2: what would be more than 64 bits of money is refused") {
  check_table(R"(
    2026-01-01  start enterprise 9223372036854775807 seats 2026-01-01..2027-01-01     -> refused malformed
    2026-01-01  start enterprise 1 seats 2026-01-01..2027-01-01                       -> ok
    2026-01-01  seats enterprise 9223372036854775807                                  -> refused malformed
    2026-01-01  seats enterprise 2                                                    -> ok
  )");
}

TEST_CASE("EKM-4: EKM seats equal Enterprise seats, and the two are billed together as Asana Enterprise") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  start ekm 10 seats 2026-01-01..2027-01-01          -> refused seat_parity EKM-4
    2026-01-01  add ekm                          -> SeatsChanged ekm 0>10 billed_with=enterprise
                                                      billed_as="Asana Enterprise" name="Key Management"
    2026-01-01  add permissions                  -> ok
    = invoice 1 "Enterprise"        seats 10  amount USD:365000
    = invoice 2 "Asana Enterprise"  seats 10  amount USD:7300  products ekm
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12
                                                 ,  SeatsChanged ekm 10>12
                                                 ,  SeatsChanged permissions 10>12
    = invoice lines 5
    = invoice 4 "Asana Enterprise"  seats 2   amount USD:37536  products enterprise+ekm
    = invoice 5 "Permissions Management"  seats 2  amount USD:3680
    2026-12-01  renew enterprise to 2028-01-01   -> ok
    = invoice lines 7
    = invoice 6 "Asana Enterprise"  seats 12  amount USD:446760  products enterprise+ekm
  )");
}

TEST_CASE("EKM-4: amounts of two currencies are never one line") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01 price EUR:36500   -> ok
    2026-01-01  add ekm                          -> SeatsChanged ekm 0>10 seat_price=USD:730
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12, SeatsChanged ekm 10>12
    = invoice lines 4
    = invoice 3 "Enterprise"        seats 2   amount EUR:36800  products enterprise
    = invoice 4 "Asana Enterprise"  seats 2   amount USD:736    products ekm
  )");
}

TEST_CASE(
    "H20: StartTerm of a seat product gives TermStarted and SeatsChanged from 0, effective and priced from its start") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-03-01..2027-03-01   -> TermStarted enterprise/1 product=enterprise
                                                                        starts_at=2026-03-01
                                                                   ,  SeatsChanged enterprise 0>10 from 2026-03-01
                                                                        seat_price=USD:36500 name=Enterprise
    = seats enterprise 0 then 10 from 2026-03-01
    = invoice 1 Enterprise  seats 10  amount USD:365000  at 2026-01-01
    2026-01-01  start starter 0 seats 2026-01-01..2027-01-01       -> TermStarted starter/1
                                                                   ,  SeatsChanged starter 0>0 name=starter
    = invoice lines 1
    2026-03-01  consent x yes                    -> ok
    = seats enterprise 10
    = at 2026-02-01  seats starter 0
  )");
}

TEST_CASE("H20: an order form's seat price stands in place of the catalog's, for the term") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01 price USD:73000  -> TermStarted enterprise/1
                                                                                  ,  SeatsChanged enterprise 0>10
                                                                                       seat_price=USD:73000
    2026-07-01  seats enterprise 11              -> SeatsChanged enterprise 10>11 seat_price=USD:73000
    = invoice 2 Enterprise  seats 1  amount USD:36800
    2026-12-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>11 from 2027-01-01 seat_price=USD:36500
    2026-01-01  start starter 1 seats 2026-01-01..2027-01-01 price USD:-1  -> refused malformed
  )");
}

TEST_CASE("H20: AddProduct of a parity add-on takes the parent's seats and shares its term") {
  check_table(R"(
    2026-01-01  add permissions                  -> refused outside_term
    2026-01-01  start enterprise 10 seats 2026-02-01..2027-02-01   -> ok
    2026-01-31  add permissions                  -> refused outside_term
    2026-02-01  add permissions                  -> SeatsChanged permissions 0>10 at=2026-02-01
    2026-02-02  add permissions                  -> refused term_overlap
    2026-08-01  add compliance                   -> SeatsChanged compliance 0>10
    = invoice 3 compliance  seats 10  amount USD:36800
    2027-02-01  add permissions                  -> refused outside_term
    2026-02-02  add enterprise                   -> refused unknown_product
    2026-02-02  add no_product                   -> refused unknown_product
  )");
}

TEST_CASE("H21: equal seats are accepted without an event") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-02  seats enterprise 10              -> nothing
    2026-01-02  seats enterprise 8               -> SeatsChanged enterprise 10>8 from 2027-01-01
    2026-01-03  seats enterprise 10              -> nothing
    = seats enterprise 10 then 8 from 2027-01-01
  )");
}

TEST_CASE("H21: a decrease takes effect at the next renewal, makes no credit note and shows as scheduled") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-06-01  seats enterprise 8               -> SeatsChanged enterprise 10>8 from 2027-01-01
                                                 ,  SeatsChanged permissions 10>8 from 2027-01-01
    = seats enterprise 10 then 8 from 2027-01-01
    = invoice lines 2
    2026-06-02  seats enterprise 5               -> SeatsChanged enterprise 10>5 from 2027-01-01
                                                 ,  SeatsChanged permissions 10>5 from 2027-01-01
    2026-12-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>5 from 2027-01-01
                                                 ,  SeatsChanged permissions 0>5 from 2027-01-01
    = invoice lines 4
    = invoice 3 Enterprise  seats 5  amount USD:182500
    2027-01-01  consent x yes                    -> ok
    = seats enterprise 5
    = seats permissions 5
  )");
}

TEST_CASE("H21: an increase before then cancels the decrease") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-06-01  seats enterprise 5               -> ok
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12
    = seats enterprise 12
    2026-12-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>12 from 2027-01-01
    = invoice 3 Enterprise  seats 12  amount USD:438000
  )");
}

TEST_CASE("H21: after an early renewal a decrease waits for the renewal after it, until an increase") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-06-01  seats enterprise 8               -> ok
    2026-06-02  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>8 from 2027-01-01
                                                 ,  SeatsChanged permissions 0>8 from 2027-01-01
    = seats enterprise 10 then 8 from 2027-01-01
    2026-07-01  seats enterprise 4               -> SeatsChanged enterprise 10>4 from 2028-01-01
                                                 ,  SeatsChanged permissions 10>4 from 2028-01-01
    = seats enterprise 10 then 8 from 2027-01-01 then 4 from 2028-01-01
    2026-08-01  seats enterprise 13              -> SeatsChanged enterprise 10>13
                                                 ,  SeatsChanged permissions 10>13
    = seats enterprise 13 then 8 from 2027-01-01
    = seats permissions 13 then 8 from 2027-01-01
    2027-06-01  renew enterprise to 2029-01-01   -> TermStarted enterprise/3
                                                 ,  SeatsChanged enterprise 0>8 from 2028-01-01
                                                 ,  SeatsChanged permissions 0>8 from 2028-01-01
  )");
}

TEST_CASE("H21: a renewal invoices all its seats from 0, at today's price") {
  const Catalog dearer = test::changed_table_catalog({{R"("minor": 36500)", R"("minor": 73000)"}});
  test::Table table;
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
  )");
  table.use_catalog(dearer);
  table.rows(R"(
    2026-07-01  seats enterprise 11              -> SeatsChanged enterprise 10>11 seat_price=USD:36500
    2026-12-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>11 from 2027-01-01 seat_price=USD:73000
    = invoice 3 Enterprise  seats 11  amount USD:803000
  )");
}

TEST_CASE("H21: the removal of an add-on takes effect at renewal") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-01-01  add compliance                   -> ok
    2026-06-01  remove permissions               -> ProductRemoved permissions on 2027-01-01
    2026-07-01  seats enterprise 12              -> SeatsChanged enterprise 10>12
                                                 ,  SeatsChanged compliance 10>12
                                                 ,  SeatsChanged permissions 10>12
    2026-12-01  renew enterprise to 2028-01-01   -> TermStarted enterprise/2
                                                 ,  SeatsChanged enterprise 0>12 from 2027-01-01
                                                 ,  SeatsChanged compliance 0>12 from 2027-01-01
    2027-01-01  consent x yes                    -> ok
    = seats permissions 0
    = seats compliance 12
    2027-01-02  add permissions                  -> SeatsChanged permissions 0>12
    2027-01-02  remove ekm                       -> refused outside_term
    2027-01-02  remove no_product                -> refused unknown_product
  )");
}

TEST_CASE("H21: a parent that still has add-ons is not removed") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-06-01  remove enterprise                -> refused seat_parity ADD-1
    2026-06-01  start starter 3 seats 2026-01-01..2027-01-01       -> ok
    2026-06-01  remove starter                   -> ProductRemoved starter on 2027-01-01
  )");
}

TEST_CASE("H22: SeatsChanged, purchases and closes carry prices and names, so that invoices fold without a catalog") {
  const Catalog renamed =
      test::changed_table_catalog({{R"("name": "Enterprise", "seat_price": {"currency": "USD", "minor": 36500})",
                                    R"("name": "Other", "seat_price": {"currency": "EUR", "minor": 1})"},
                                   {R"("minor": 250)", R"("minor": 1)"},
                                   {R"("minor": 1000)", R"("minor": 1)"}});
  test::Table table;
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add ekm                          -> ok
    2026-01-01  start over monthly 2026-01-01..2026-04-01          -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01          -> ok
    2026-01-02  buy plus 30 in 1                 -> CreditsGranted plus/1/1/2 purchase 30 price=USD:3000
    2026-01-03  use 115 plan over                -> ok
    2026-02-01  close                            -> ok
  )");
  const auto before = table.balance("acme", std::nullopt);
  table.use_catalog(renamed);
  CHECK(table.balance("acme", std::nullopt) == before);
  table.rows(R"(
    = invoice 1 "Enterprise"        seats 10  amount USD:365000
    = invoice 2 "Asana Enterprise"  seats 10  amount USD:7300
    = invoice 3 plus                credits 30  amount USD:3000  at 2026-01-02
    = invoice 4 Overage                credits 15  amount USD:500   at 2026-02-01
  )");
}

TEST_CASE("H8: a seat product's term may end at any moment of it that has not passed, its add-ons' with it") {
  check_table(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add permissions                  -> ok
    2026-06-01  end enterprise on 2027-01-02     -> refused unknown_period
    2026-06-01  end enterprise on 2026-05-31     -> refused period_closed
    2026-06-01  end permissions on 2026-07-01    -> refused outside_term
    2026-06-01  end enterprise on 2026-07-01T12  -> TermEnded enterprise/1 on 2026-07-01T12
    2026-07-01T11:59  seats enterprise 11        -> SeatsChanged enterprise 10>11, SeatsChanged permissions 10>11
    = invoice 3 Enterprise  amount USD:100
    2026-07-01T12     seats enterprise 12        -> refused outside_term
    2026-07-01T12     add compliance             -> refused outside_term
    2026-07-01T12     start enterprise 3 seats 2026-07-01T12..2027-07-01  -> TermStarted enterprise/2
                                                                          ,  SeatsChanged enterprise 0>3
    2026-07-01T12     add permissions            -> SeatsChanged permissions 0>3
  )");
}

TEST_CASE("H20: a product without seats is added and removed at once, for a region where it has some") {
  check_table(R"(
    2026-01-01  add data_residency               -> refused malformed
    2026-01-01  add data_residency region mars   -> refused unknown_region
    2026-01-01  add data_residency region us     -> refused unknown_region
    2026-01-01  add data_residency region eu     -> ProductAdded data_residency region=eu
    2026-01-01  add data_residency region eu     -> refused term_overlap
    2026-01-02  remove data_residency            -> ProductRemoved data_residency on 2026-01-02
    2026-01-02  remove data_residency            -> refused outside_term
    2026-01-02  add data_residency region eu     -> ProductAdded data_residency
    2026-01-02  add permissions region eu        -> refused malformed
  )");
  const Catalog anywhere = test::changed_table_catalog({{R"(, "regions": ["eu"])", ""}});
  test::Table(anywhere).rows(R"(
    2026-01-01  add data_residency region eu     -> refused malformed
    2026-01-01  add data_residency               -> ProductAdded data_residency region=-
    2026-01-01  add data_residency               -> refused term_overlap
  )");
}
