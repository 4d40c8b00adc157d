// SPDX-License-Identifier: Apache-2.0
// Product Terms and the plans side by side on an account (AIS-2, H5 to H9).
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE(
    "AIS-2: a term runs from starts_at up to but not including ends_at, and nothing is granted or sold outside one") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-10..2026-03-10  -> TermStarted plus/1 product=ai_studio
                                                                starts_at=2026-01-10 ends_at=2026-03-10
    2026-01-09T23:59:59.999999  buy plus 10 in 1           -> refused outside_term AIS-5a
    2026-01-09T23:59:59.999999  grant plus 10 promotion in 1   -> refused outside_term AIS-2
    2026-01-09T23:59:59.999999  use 1                      -> refused outside_term AIS-2
    2026-01-10  buy plus 10 in 1            -> CreditsGranted plus/1/1/1 allotment 100
                                            ,  CreditsGranted plus/1/1/2 purchase 10
    2026-03-09T23:59:59.999999  use 1       -> CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 1
    2026-03-10  use 1                       -> refused outside_term AIS-2
    2026-03-10  buy plus 10 in 2            -> refused outside_term AIS-5a
    2026-03-10  grant plus 10 correction in 2   -> refused outside_term AIS-2
    2026-03-10  authorize a 1 until 2026-03-11  -> refused outside_term AIS-2
  )");
}

TEST_CASE("AIS-2: a renewal starts where the last term ends") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-31..2026-02-28T12  -> ok
    2026-01-31  renew plus to 2026-06-01     -> CreditsGranted plus/1/1/1 allotment 100
                                             ,  TermStarted plus/2 starts_at=2026-02-28T12 ends_at=2026-06-01
    2026-03-28T11:59  use 1                  -> CreditsGranted plus/1/2/1 allotment 100 expires_at=2026-02-28T12
                                             ,  CreditsGranted plus/2/1/1 allotment 100 starts_at=2026-02-28T12
                                                  expires_at=2026-03-28T12
                                             ,  CreditsConsumed plus 1
    2026-03-29  renew plus to 2026-05-31     -> refused malformed
    2026-03-29  renew plus to 2026-06-01     -> refused malformed
    2026-03-29  renew plus to 2026-06-01T00:00:00.000001  -> ok
    2026-03-29  renew even to 2026-07-01     -> refused outside_term AIS-2
  )");
}

TEST_CASE("AIS-2: a term ends after it starts") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-01-01  -> refused malformed
    2026-01-01  start plus monthly 2026-01-02..2026-01-01  -> refused malformed
    2026-01-01  start starter 5 seats 2026-01-02..2026-01-02  -> refused malformed
  )");
}

TEST_CASE("H5: several plans run side by side, each a pool with its own terms, cadence and periods") {
  check_table(R"(
    2026-01-01  start basic monthly   2026-01-01..2026-07-01   -> ok
    2026-01-15  start pro   quarterly 2026-01-15..2026-07-15   -> ok
    2026-01-20  use 10 plan basic           -> CreditsConsumed basic 10
    2026-01-20  use 20                      -> CreditsConsumed pro 20
    2026-02-20  use 5 plan basic            -> CreditsGranted basic/1/2/1 allotment 50, CreditsConsumed basic 5
    = basic/1/1  closing  consumed 10
    = basic/1/2  open     consumed 5
    = pro/1/1    open     consumed 20  granted 1000  ends_at 2026-04-15
  )");
}

TEST_CASE("H5: a plan's terms only move forward; different plans never overlap") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-03-01..2026-06-01  -> ok
    2026-01-01  start plus monthly 2026-05-31T23:59:59.999999..2026-09-01  -> refused term_overlap AIS-2
    2026-01-01  start plus monthly 2026-01-01..2026-02-01  -> refused term_overlap AIS-2
    2026-01-01  start even monthly 2026-01-01..2026-12-01  -> TermStarted even/1
                                                           ,  CreditsGranted even/1/1/1 allotment 100
    2026-01-01  start plus quarterly 2026-06-01..2026-12-01  -> TermStarted plus/2 cadence=quarterly
    2026-01-01  start plus monthly 2027-01-01..2027-02-01  -> TermStarted plus/3
    2026-12-15  use 1                        -> refused outside_term AIS-2
  )");
}

TEST_CASE("H5: a change of plan is a new term of one and EndTerm of the other") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok
    2026-02-10  end plus on 2026-03-01       -> CreditsGranted plus/1/2/1 allotment 100, TermEnded plus/1 on 2026-03-01
    2026-02-10  start pro quarterly 2026-03-01..2027-03-01 -> TermStarted pro/1
    2026-02-28T23:59:59.999999  use 1        -> CreditsConsumed plus 1
    2026-03-01  use 1                        -> CreditsGranted pro/1/1/1 allotment 1000, CreditsConsumed pro 1
    2026-03-01  use 1 plan plus              -> refused plan_mismatch AIS-5d
    2026-03-01  start plus monthly 2026-03-01..2026-04-01  -> TermStarted plus/2
                                                           ,  CreditsGranted plus/2/1/1 allotment 100
  )");
}

TEST_CASE("H6: usage that names no plan goes to the plan in force with the highest rank, equal ranks first by name") {
  check_table(R"(
    2026-01-01  start basic monthly 2026-01-01..2026-07-01  -> ok
    2026-01-01  use 1                        -> CreditsConsumed basic 1
    2026-01-01  start plus monthly 2026-02-01..2026-03-01   -> ok
    2026-01-01  start even monthly 2026-02-01..2026-03-01   -> ok
    2026-01-31  use 1                        -> CreditsConsumed basic 1
    2026-02-01  use 1                        -> ok
    = even/1/1  open  consumed 1
    2026-02-02  use 1 plan plus              -> CreditsConsumed plus 1
    2026-03-01  use 1                        -> CreditsGranted basic/1/3/1 allotment 50, CreditsConsumed basic 1
    2026-02-15  authorize a 1 until 2026-02-16   -> CreditsHeld a even 1
  )");
}

TEST_CASE("H6: of the plans in force only those count whose builder list admits the actor") {
  check_table(R"(
    2026-01-01  start basic monthly 2026-01-01..2026-07-01     -> ok
    2026-01-01  start pro   quarterly 2026-01-01..2026-07-01   -> ok
    2026-01-02  use 1                        -> CreditsConsumed pro 1
    2026-01-02  builders pro ann+bob         -> BuildersChanged pro ann+bob
    2026-01-03  use 1 by ann                 -> CreditsConsumed pro 1 actor=ann
    2026-01-03  use 1 by cid                 -> CreditsConsumed basic 1 actor=cid
    2026-01-03  use 1                        -> CreditsConsumed basic 1 actor=-
    2026-01-03  use 1 by cid plan pro        -> refused plan_mismatch
    2026-01-03  use 1 plan pro               -> refused plan_mismatch
    2026-01-04  builders pro everyone        -> BuildersChanged pro everyone
    2026-01-05  use 1 plan pro               -> CreditsConsumed pro 1
    2026-01-06  builders pro nobody          -> BuildersChanged pro -
    2026-01-07  use 1 by ann plan pro        -> refused plan_mismatch
    2026-01-07  builders basic ann           -> BuildersChanged basic ann
    2026-01-08  use 1                        -> refused plan_mismatch
    2026-01-08  authorize a 1 until 2026-01-09 by bob   -> refused plan_mismatch
    2026-01-08  authorize a 1 until 2026-01-09 by ann   -> CreditsHeld a basic 1
  )");
}

TEST_CASE("H6: a builder list is of a plan the account has had") {
  check_table(R"(
    2026-01-01  builders plus ann            -> refused plan_mismatch
    2026-01-01  start plus monthly 2026-03-01..2026-04-01  -> ok
    2026-01-02  builders plus ann            -> BuildersChanged plus ann
    2026-05-01  builders plus everyone       -> CreditsGranted plus/1/1/1 allotment 100, BuildersChanged plus everyone
    2026-03-02  use 1                        -> refused plan_mismatch
    2026-03-02  use 1 by ann                 -> CreditsConsumed plus 1
  )");
}

TEST_CASE("H7: outside_term when no plan is in force, plan_mismatch when one is but not the one named") {
  check_table(R"(
    2026-01-01  use 1                        -> refused outside_term AIS-2
    2026-01-01  use 1 plan plus              -> refused outside_term AIS-2
    2026-01-01  start starter 5 seats 2026-01-01..2027-01-01   -> ok
    2026-01-02  use 1                        -> refused outside_term AIS-2
    2026-01-02  start even monthly 2026-01-02..2026-02-02  -> ok
    2026-01-02  start plus monthly 2026-03-01..2026-04-01  -> ok
    2026-01-03  use 1 plan plus              -> refused plan_mismatch AIS-5d
    2026-01-03  use 1 plan nobody-knows      -> refused plan_mismatch AIS-5d
    2026-01-03  authorize a 1 until 2026-01-04 plan nobody-knows   -> refused plan_mismatch AIS-5d
    2026-01-03  buy plus 10 in 1             -> refused plan_mismatch AIS-5d
    2026-01-03  grant plus 10 promotion in 1 -> refused plan_mismatch AIS-5d
    2026-02-15  use 1 plan plus              -> refused outside_term AIS-2
    2026-02-15  buy plus 10 in 1             -> refused outside_term AIS-5a
  )");
}

TEST_CASE("H8: EndTerm brings a term's end forward to one of its period boundaries") {
  check_table(R"(
    2026-01-31  start plus monthly 2026-01-31..2026-07-31  -> ok
    2026-02-01  end plus on 2026-03-30       -> refused unknown_period
    2026-02-01  end plus on 2026-08-31       -> refused unknown_period
    2026-02-01  end plus on 2025-12-31       -> refused unknown_period
    2026-02-01  end plus on 2026-03-31       -> TermEnded plus/1 on 2026-03-31
    2026-02-01  end plus on 2026-04-30       -> refused unknown_period
    2026-03-30  use 1                        -> CreditsGranted plus/1/2/1 allotment 100 expires_at=2026-03-31
                                             ,  CreditsConsumed plus 1
    2026-03-31  use 1                        -> refused outside_term AIS-2
    2026-03-31  end plus on 2026-03-31       -> refused outside_term
    2026-03-31  end even on 2026-03-31       -> refused outside_term
  )");
}

TEST_CASE("H8: a term's own end is a boundary too, and leaves it as it is") {
  check_table(R"(
    2026-01-15  start plus monthly 2026-01-15..2026-03-01  -> ok
    2026-01-16  buy plus 10 in 2             -> ok
    2026-01-16  end plus on 2026-03-01       -> TermEnded plus/1 on 2026-03-01
    = plus/1/2  upcoming  granted 10  ends_at 2026-03-01
    2026-02-20  use 1                        -> CreditsGranted plus/1/2/2 allotment 100, CreditsConsumed plus 1
  )");
}

TEST_CASE("H8: an end before at, or one that cuts off an opened period, is period_closed") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-02-10  use 1                        -> ok
    2026-02-10  end plus on 2026-02-01       -> refused period_closed
    2026-02-10  end plus on 2026-01-01       -> refused period_closed
    2026-01-10  end plus on 2026-02-01       -> refused period_closed
    2026-03-01  end plus on 2026-03-01       -> refused period_closed
    2026-02-28  end plus on 2026-03-01       -> TermEnded plus/1 on 2026-03-01
  )");
  check_table(R"(
    2026-01-01  start max monthly 2026-01-01..2026-07-01   -> ok
    2026-02-10  end max on 2026-02-01        -> refused period_closed
    2026-02-10  end max on 2026-03-01        -> TermEnded max/1 on 2026-03-01
    2026-02-10  end max on 2026-01-01        -> refused period_closed
  )");
}

TEST_CASE("H8: lots of periods cut off are void and counted nowhere") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-01-05  buy plus 20 in 2..4          -> ok
    2026-01-06  grant plus 5 promotion in 4  -> ok
    = plus/1/4  upcoming  granted 25
    2026-01-06  end plus on 2026-03-01       -> TermEnded plus/1 on 2026-03-01
    = plus/1/2    upcoming  granted 20
    = plus/1/3    absent
    = plus/1/3/1  absent
    = plus/1/4/2  absent
    = plus/1      ends_at 2026-03-01
    2026-01-07  buy plus 10 in 3             -> refused unknown_period AIS-5c
    2026-02-10  use 110                      -> CreditsGranted plus/1/2/2 allotment 100, CreditsConsumed plus 110
    2026-03-01  start plus monthly 2026-03-01..2026-05-01  -> TermStarted plus/2
                                                           ,  CreditsGranted plus/2/1/1 allotment 100
    2026-04-10  close     -> CreditsGranted plus/2/2/1 allotment 100
                          ,  PeriodClosed plus/1/1 expired 100
                          ,  PeriodClosed plus/1/2 expired 10
                          ,  PeriodClosed plus/2/1 expired 100
  )");
}

TEST_CASE("H8: a renewal after an early end starts at the new end") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-01-02  end plus on 2026-02-01       -> ok
    2026-01-03  renew plus to 2026-04-01     -> TermStarted plus/2 starts_at=2026-02-01
    2026-02-01  use 1                        -> CreditsGranted plus/2/1/1 allotment 100, CreditsConsumed plus 1
  )");
}

TEST_CASE("H9: a renewal keeps cadence and allotment of the last term, an order form's too") {
  check_table(R"(
    2026-01-01  start plus quarterly 2026-01-01..2026-04-01 allotment 70  -> ok
    2026-01-02  renew plus to 2026-10-01     -> TermStarted plus/2 cadence=quarterly allotment=70
    2026-04-01  use 1                        -> CreditsGranted plus/2/1/1 allotment 70 expires_at=2026-07-01
                                             ,  CreditsConsumed plus 1
  )");
}

TEST_CASE("H9: a renewal takes increment, policy, prices and rate card anew from the catalog") {
  using namespace creditfold;
  const Catalog tomorrow = test::changed_table_catalog({
      {R"("increment": "10", "on_exhaustion": "stop",
      "rate_card": "card", "increment_price": {"currency": "USD", "minor": 1000}})",
       R"("increment": "25", "on_exhaustion": "overage", "stop_at_percent": 90,
      "rate_card": "other", "increment_price": {"currency": "EUR", "minor": 7},
      "overage_price": {"currency": "EUR", "minor": 9}})"},
      {R"("monthly": "100", "quarterly": "300")", R"("quarterly": "1")"},
  });
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-02-01  -> TermStarted plus/1 increment=10 on_exhaustion=stop
                                                                stop_at_percent=100 rate_card=card
                                                           ,  CreditsGranted plus/1/1/1 allotment 100
  )");
  table.use_catalog(tomorrow);
  table.rows(R"(
    2026-01-02  buy plus 10 in 1             -> CreditsGranted plus/1/1/2 purchase 10 price=EUR:7
    2026-01-02  use 10                       -> CreditsConsumed plus 10 rate_card=card
    2026-01-02  renew plus to 2026-03-01     -> TermStarted plus/2 cadence=monthly allotment=100 increment=25
                                                  on_exhaustion=overage stop_at_percent=90 rate_card=other
    2026-02-02  use 100                      -> CreditsGranted plus/2/1/1 allotment 100
                                             ,  CreditsConsumed plus 200 rate_card=other
    2026-02-02  buy plus 10 in 1             -> refused bad_increment AIS-5b
    2026-03-01  close     -> PeriodClosed plus/1/1 expired 100
                          ,  PeriodClosed plus/2/1 expired 0 uncovered 100 bills EUR:36
  )");
}

TEST_CASE("H9: a plan the catalog no longer has pays to its term's end, after the plans it knows, and is not renewed") {
  using namespace creditfold;
  const Catalog tomorrow = test::changed_table_catalog({{R"("pro": {)", R"("pro2": {)"}});
  test::Table table;
  table.rows(R"(
    2026-01-01  start pro quarterly 2026-01-01..2026-07-01  -> ok
    2026-01-01  start basic monthly 2026-02-01..2026-07-01  -> ok
  )");
  table.use_catalog(tomorrow);
  table.rows(R"(
    2026-01-02  use 1                        -> CreditsConsumed pro 1
    2026-01-02  buy pro 50 in 1              -> CreditsGranted pro/1/1/2 purchase 50 price=-
    2026-02-02  use 1                        -> CreditsGranted basic/1/1/1 allotment 50, CreditsConsumed basic 1
    2026-02-02  renew pro to 2027-01-01      -> refused unknown_plan AIS-3
    2026-04-02  use 1 plan pro               -> ok
    = pro/1/2  open  consumed 1
  )");
}
