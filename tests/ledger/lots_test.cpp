// SPDX-License-Identifier: Apache-2.0
// Lots of credits: bought, granted, drawn, expired, never moved (AIS-4b, AIS-4d to AIS-5d, H10 to H12).
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("AIS-4b: what was consumed stays consumed; a correction is a new grant that names the charge") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-10  use 30 id u-17              -> CreditsConsumed plus 30 usage=u-17
    2026-01-11  grant plus 30 correction in 1 reason "charged twice" corrects u-17  -> CreditsGranted plus/1/1/2
                                                               correction 30 corrects=u-17 price=- expires_at=2026-02-01
    = plus/1/1    open        granted 130  consumed 30  remaining 100
    = plus/1/1/1  allotment   granted 100  remaining 70
    = plus/1/1/2  correction  granted 30   remaining 30
    2026-01-12  grant plus 5 correction in 1 corrects never-charged   -> CreditsGranted plus/1/1/3 correction 5
                                                                           corrects=never-charged
    2026-01-12  grant plus -30 correction in 1     -> refused malformed
    2026-01-12  grant plus 0 promotion in 1        -> refused malformed
    2026-01-12  grant plus 5 purchase in 1         -> refused malformed
    2026-01-12  grant plus 5 allotment in 1        -> refused malformed
  )");
}

TEST_CASE("AIS-4d: a lot expires with its Credit Period, unasked") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-05  buy plus 50 in 1            -> ok
    2026-01-31T23:59:59.999999  use 120     -> CreditsConsumed plus 120
    2026-02-01  use 40                      -> CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 40
    = plus/1/1  closing  consumed 120  remaining 30
    = plus/1/2  open     consumed 40   remaining 60
    2026-02-01  close                       -> PeriodClosed plus/1/1 expired 30 granted=150 consumed=120
    = plus/1/1    closed     granted 150  consumed 120  expired 30  remaining 0
    = plus/1/1/1  allotment  expired 0    remaining 0
    = plus/1/1/2  purchase   expired 30   remaining 0   granted 50
  )");
}

TEST_CASE("H3, H4: a period without allotment that nothing reached before its close is closed empty") {
  check_table(R"(
    2026-01-01  start max monthly 2026-02-01..2026-05-01  -> TermStarted max/1
    2026-03-01T01  close                    -> PeriodClosed max/1/1 expired 0 granted=0 consumed=0 uncovered=0
    = max/1/1   closed     granted 0  consumed 0  remaining 0
    2026-05-01  close                       -> PeriodClosed max/1/2 expired 0, PeriodClosed max/1/3 expired 0
  )");
}

TEST_CASE("AIS-4d: nothing is granted into, bought for or authorized in a period that is closed") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-01  close                       -> ok
    2026-01-20  buy plus 10 in 1            -> refused period_closed AIS-5c
    2026-01-20  grant plus 10 correction in 1       -> refused period_closed AIS-4d
    2026-01-20  authorize a 1 until 2026-01-21      -> refused period_closed AIS-4d
    2026-01-20  buy plus 10 in 2            -> CreditsGranted plus/1/2/2 purchase 10
    2026-02-01  buy plus 10 in 1            -> refused period_closed AIS-5c
  )");
}

TEST_CASE("AIS-4e: expired credits are not carried over; a lot lies in exactly one Credit Period") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-05  buy plus 1000 in 1          -> CreditsGranted plus/1/1/2 purchase 1000 starts_at=2026-01-01
                                                 expires_at=2026-02-01
    2026-02-01  use 150                     -> CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 150
    = plus/1/2  open     granted 100  consumed 100  uncovered 50
    = plus/1/1  closing  consumed 0   remaining 1100
    2026-03-01  close                       -> ok
    = plus/1/3  open     granted 100  remaining 100
    2026-04-01  renew plus to 2026-06-01    -> TermStarted plus/2, CreditsGranted plus/2/1/1 allotment 100
    = plus/2/1  open     granted 100  remaining 100
  )");
}

TEST_CASE("AIS-4f: a transfer is refused always, to whomever and however much") {
  check_table(R"(
    2026-01-01  transfer 5 to other         -> refused non_transferable AIS-4f
    2026-01-01  open us account other       -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  transfer 5 to other         -> refused non_transferable AIS-4f
    2026-01-01  transfer 0 to acme          -> refused non_transferable AIS-4f
    2026-01-01  transfer -5 to nobody       -> refused non_transferable AIS-4f
    = plus/1/1  open  remaining 100
  )");
}

TEST_CASE("AIS-4f: a lot belongs to one account and one plan for ever") {
  check_table(R"(
    2026-01-01  open us account other       -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01                 -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 account other   -> ok
    2026-01-02  use 150 account other       -> CreditsConsumed plus 150
    = plus/1/1  open  consumed 0  remaining 100
  )");
}

TEST_CASE("AIS-5a: additional credits are sold only during a term") {
  check_table(R"(
    2026-01-01  buy plus 10 in 1            -> refused outside_term AIS-5a
    2026-01-01  start plus monthly 2026-02-01..2026-04-01  -> ok
    2026-01-31T23:59:59.999999  buy plus 10 in 1     -> refused outside_term AIS-5a
    2026-02-01                  buy plus 10 in 1     -> ok
    2026-03-31T23:59:59.999999  buy plus 10 in 2     -> ok
    2026-04-01                  buy plus 10 in 2     -> refused outside_term AIS-5a
  )");
}

TEST_CASE("AIS-5b: additional credits are sold in set increments") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01      -> ok
    2026-01-01  start basic monthly 2026-01-01..2026-04-01     -> ok
    2026-01-01  buy plus 10 in 1            -> CreditsGranted plus/1/1/2 purchase 10
    2026-01-01  buy plus 70 in 1            -> CreditsGranted plus/1/1/3 purchase 70 price=USD:7000
    2026-01-01  buy plus 15 in 1            -> refused bad_increment AIS-5b
    2026-01-01  buy plus 10.000001 in 1     -> refused bad_increment AIS-5b
    2026-01-01  buy plus 9.999999 in 1      -> refused bad_increment AIS-5b
    2026-01-01  buy plus 0 in 1             -> refused bad_increment AIS-5b
    2026-01-01  buy plus -10 in 1           -> refused bad_increment AIS-5b
    2026-01-01  buy basic 10 in 1           -> refused bad_increment AIS-5b
  )");
}

TEST_CASE("AIS-5c: additional credits are bought for a period, or a run of them, one lot in each") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-05-01  -> ok
    2026-01-10  buy plus 20 in 1..3         -> CreditsGranted plus/1/1/2 purchase 20 price=USD:2000
                                            ,  CreditsGranted plus/1/2/1 purchase 20 starts_at=2026-02-01
                                                 expires_at=2026-03-01 price=USD:2000
                                            ,  CreditsGranted plus/1/3/1 purchase 20
    2026-01-10  buy plus 10 in 4            -> CreditsGranted plus/1/4/1 purchase 10
    = plus/1/1  open      granted 120
    = plus/1/2  upcoming  granted 20  remaining 20
    = plus/1/4  upcoming  granted 10
    2026-01-10  buy plus 10 in 5            -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in 4..5         -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in 0            -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in 0..1         -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in 3..2         -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in -1..1        -> refused unknown_period AIS-5c
    2026-01-10  buy plus 10 in 9223372036854775807    -> refused unknown_period AIS-5c
    2026-01-10  grant plus 10 promotion in 5    -> refused unknown_period
    2026-01-10  grant plus 10 promotion in 0    -> refused unknown_period
    2026-01-10  grant plus 10 promotion in 4    -> CreditsGranted plus/1/4/2 promotion 10
  )");
}

TEST_CASE("AIS-5c: it is the first period named that must not have ended or be closed") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-05-01  -> ok
    2026-01-31T23:59:59.999999  buy plus 10 in 1..2     -> ok
    2026-02-01  buy plus 10 in 1..2         -> refused period_closed AIS-5c
    2026-02-01  buy plus 10 in 2..4         -> ok
    2026-03-01  close                       -> ok
    2026-01-15  buy plus 10 in 2..3         -> refused period_closed AIS-5c
    2026-01-15  buy plus 10 in 3..3         -> ok
  )");
}

TEST_CASE("AIS-5c: periods are counted from 1 in the plan's term in force at the command's at") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-03-01  -> ok
    2026-01-01  renew plus to 2026-06-01    -> ok
    2026-01-10  buy plus 10 in 3            -> refused unknown_period AIS-5c
    2026-03-10  buy plus 10 in 3            -> CreditsGranted plus/1/2/1 allotment 100
                                            ,  CreditsGranted plus/2/1/1 allotment 100
                                            ,  CreditsGranted plus/2/3/1 purchase 10 starts_at=2026-05-01
    2026-02-10  buy plus 10 in 2            -> CreditsGranted plus/1/2/2 purchase 10
  )");
}

TEST_CASE("AIS-5d: a lot bought under one plan never pays for usage under another") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  start even monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  buy plus 500 in 1           -> ok
    2026-01-03  use 150 plan even           -> CreditsConsumed even 150
    = even/1/1  open  consumed 100  uncovered 50
    = plus/1/1  open  consumed 0    remaining 600
    2026-01-03  buy pro 50 in 1             -> refused plan_mismatch AIS-5d
    2026-01-03  grant pro 50 promotion in 1 -> refused plan_mismatch AIS-5d
  )");
}

TEST_CASE("AIS-5d: nor after a change of plan") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  buy plus 500 in 1..2        -> ok
    2026-01-02  end plus on 2026-02-01      -> ok
    2026-01-02  start pro quarterly 2026-02-01..2026-05-01 -> ok
    2026-02-02  use 1200                    -> CreditsGranted pro/1/1/1 allotment 1000, CreditsConsumed pro 1200
    = pro/1/1   open     consumed 1000  uncovered 200
    = plus/1/1  closing  remaining 600
    2026-02-02  use 1 plan plus             -> refused plan_mismatch AIS-5d
  )");
}

TEST_CASE(
    "H10: a lot has the bounds of its period, also when bought in the middle, and brings its full credits at once") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-31..2026-06-30  -> ok
    2026-03-30T23:59:59.999999  buy plus 10 in 2     -> CreditsGranted plus/1/1/1 allotment 100
                                                     ,  CreditsGranted plus/1/2/1 allotment 100
                                                     ,  CreditsGranted plus/1/2/2 purchase 10 starts_at=2026-02-28
                                                          expires_at=2026-03-31
    2026-03-01  use 105                     -> CreditsConsumed plus 105
    = plus/1/2    open      consumed 105  uncovered 0
    = plus/1/2/2  purchase  remaining 5
  )");
}

TEST_CASE("H11: lots burn as allotment, promotion, purchase, correction; then the older") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  grant plus 10 correction in 2        -> CreditsGranted plus/1/2/1 correction 10
    2026-01-01  buy plus 20 in 2                     -> CreditsGranted plus/1/2/2 purchase 20
    2026-01-01  grant plus 5 promotion in 2          -> CreditsGranted plus/1/2/3 promotion 5
    2026-01-01  buy plus 20 in 2                     -> CreditsGranted plus/1/2/4 purchase 20
    2026-01-01  grant plus 5 promotion in 2          -> CreditsGranted plus/1/2/5 promotion 5
    2026-02-01  use 99          -> CreditsGranted plus/1/2/6 allotment 100, CreditsConsumed plus 99
    = plus/1/2/6  allotment   remaining 1
    2026-02-02  use 3                                -> ok
    = plus/1/2/6  allotment   remaining 0
    = plus/1/2/3  promotion   remaining 3
    2026-02-02  use 5                                -> ok
    = plus/1/2/3  promotion   remaining 0
    = plus/1/2/5  promotion   remaining 3
    2026-02-02  use 13                               -> ok
    = plus/1/2/5  promotion   remaining 0
    = plus/1/2/2  purchase    remaining 10
    = plus/1/2/4  purchase    remaining 20
    2026-02-02  use 35                               -> ok
    = plus/1/2/4  purchase    remaining 0
    = plus/1/2/1  correction  remaining 5
    2026-02-02  use 6                                -> ok
    = plus/1/2/1  correction  remaining 0
    = plus/1/2    open  granted 160  consumed 160  uncovered 1
  )");
}

TEST_CASE("H12: granted = consumed + held + expired + remaining, and what no lot covers stands beside it") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  buy plus 50 in 1                           -> ok
    2026-01-03  use 30                                     -> ok
    2026-01-04  authorize a 40 until 2026-01-20            -> ok
    = plus/1/1  open     granted 150  consumed 30   held 40  expired 0  remaining 80  uncovered 0
    2026-01-05  use 100                                    -> ok
    = plus/1/1  open     granted 150  consumed 110  held 40  expired 0  remaining 0   uncovered 20
    2026-01-20  consent x yes                              -> ok
    = plus/1/1  open     granted 150  consumed 110  held 0   expired 0  remaining 40  uncovered 20
    2026-02-01  close                                      -> ok
    = plus/1/1  closed   granted 150  consumed 110  held 0   expired 40  remaining 0  uncovered 20
    2026-01-31  use 7                                      -> CreditsConsumed plus 7 late
    = plus/1/1  closed   granted 150  consumed 110  held 0   expired 40  remaining 0  uncovered 27
  )");
}
