// SPDX-License-Identifier: Apache-2.0
// How time is measured: moments, Credit Periods, what opens by itself and what takes a close (AIS-3, H1 to H4).
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("H1: every rule measures by the command's at, and at may run backwards") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-10  use 10                      -> CreditsGranted plus/1/2/1 allotment 100, CreditsConsumed plus 10
    2026-01-10  use 20                      -> CreditsConsumed plus 20 at=2026-01-10
    = plus/1/1  closing  consumed 20  remaining 80
    = plus/1/2  open     consumed 10  remaining 90
    2025-12-31T23:59:59.999999  use 1       -> refused outside_term AIS-2
    2026-04-01                  use 1       -> refused outside_term AIS-2
  )");
}

TEST_CASE("H1: what stands is measured by the command's at too: access, consents, terms and builder lists") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-10  access no                   -> AccessChanged false
    2026-01-20  access yes                  -> AccessChanged true
    2026-01-15  use 1                       -> CreditsConsumed plus 1 revoked
    2026-01-09  use 1                       -> CreditsConsumed plus 1
    2026-01-20  use 1                       -> CreditsConsumed plus 1
    2026-01-12  consent beta yes            -> ConsentChanged beta true
    2026-01-11  use young 1/0/0             -> CreditsConsumed plus 0.000001 revoked beta_not_accepted
    2026-01-12  use young 1/0/0             -> CreditsConsumed plus 0.000001 revoked
    2026-01-25  builders plus ann           -> BuildersChanged plus ann
    2026-01-24  use 1 by bob                -> CreditsConsumed plus 1
    2026-01-25  use 1 by bob                -> refused plan_mismatch
  )");
}

TEST_CASE("H1: in_future begins a microsecond after five minutes ahead of the clock") {
  check_table(R"(
    clock 2026-01-15T12:00
    2026-01-15T12:05            start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-15T12:05            use 1       -> CreditsConsumed plus 1 at=2026-01-15T12:05 recorded_at=2026-01-15T12
    2026-01-15T12:05:00.000001  use 1       -> refused in_future H1
  )");
}

TEST_CASE("H1: the clock serves a missing at and recorded_at, and nothing else") {
  check_table(R"(
    clock 2026-01-15T12:00
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    -           use 1                       -> CreditsConsumed plus 1 at=2026-01-15T12 recorded_at=2026-01-15T12
    2026-01-10  use 1                       -> CreditsConsumed plus 1 at=2026-01-10 recorded_at=2026-01-15T12
    clock 2029-07-01
    2026-01-10  use 1                       -> CreditsConsumed plus 1 at=2026-01-10 recorded_at=2029-07-01
    -           use 1                       -> refused outside_term AIS-2
  )");
}

TEST_CASE("H2: periods start months after the term's own start, the day clamped to the month's end") {
  check_table(R"(
    2026-01-31  start plus monthly 2026-01-31..2026-06-30  -> TermStarted plus/1
                                                           ,  CreditsGranted plus/1/1/1 allotment 100
                                                                starts_at=2026-01-31 expires_at=2026-02-28
    2026-06-29  close     -> CreditsGranted plus/1/2/1 allotment 100 starts_at=2026-02-28 expires_at=2026-03-31
                          ,  CreditsGranted plus/1/3/1 allotment 100 starts_at=2026-03-31 expires_at=2026-04-30
                          ,  CreditsGranted plus/1/4/1 allotment 100 starts_at=2026-04-30 expires_at=2026-05-31
                          ,  CreditsGranted plus/1/5/1 allotment 100 starts_at=2026-05-31 expires_at=2026-06-30
                          ,  PeriodClosed plus/1/1 expired 100
                          ,  PeriodClosed plus/1/2 expired 100
                          ,  PeriodClosed plus/1/3 expired 100
                          ,  PeriodClosed plus/1/4 expired 100
  )");
}

TEST_CASE("H2: a leap year's February has its 29th, and the time of day stays") {
  check_table(R"(
    2028-01-30T23:30  start plus monthly 2028-01-30T23:30..2028-04-30T23:30  -> ok
    2028-02-29T23:29:59.999999  use 1       -> CreditsConsumed plus 1
    2028-02-29T23:30            use 2       -> CreditsGranted plus/1/2/1 allotment 100 starts_at=2028-02-29T23:30
                                                 expires_at=2028-03-30T23:30
                                            ,  CreditsConsumed plus 2
    = plus/1/1  closing  consumed 1
    = plus/1/2  open     consumed 2
  )");
  check_table(R"(
    2028-02-29  start plus monthly 2028-02-29..2029-03-01  -> ok
    2029-02-28  use 1  -> ok
    = plus/1/12  closing  starts_at 2029-01-29  ends_at 2029-02-28
    = plus/1/13  open     starts_at 2029-02-28  ends_at 2029-03-01  consumed 1  granted 100
  )");
}

TEST_CASE("H2: quarters are three months, counted from the term's own start") {
  check_table(R"(
    2025-11-30  start plus quarterly 2025-11-30..2026-08-30  -> TermStarted plus/1
                                                             ,  CreditsGranted plus/1/1/1 allotment 300
                                                                  starts_at=2025-11-30 expires_at=2026-02-28
    2026-08-29  use 1  -> CreditsGranted plus/1/2/1 allotment 300 starts_at=2026-02-28 expires_at=2026-05-30
                       ,  CreditsGranted plus/1/3/1 allotment 300 starts_at=2026-05-30 expires_at=2026-08-30
                       ,  CreditsConsumed plus 1
  )");
}

TEST_CASE("H2: the last period ends with the term and its allotment is whole") {
  check_table(R"(
    2026-01-15  start plus monthly 2026-01-15..2026-02-16  -> ok
    2026-02-15  use 1  -> CreditsGranted plus/1/2/1 allotment 100 starts_at=2026-02-15 expires_at=2026-02-16
                       ,  CreditsConsumed plus 1
  )");
  check_table(R"(
    2026-01-15  start plus quarterly 2026-01-15..2026-01-15T00:00:00.000001  -> TermStarted plus/1
                                                                             ,  CreditsGranted plus/1/1/1 allotment
                                                                               300 expires_at=2026-01-15T00:00:00.000001
    2026-01-15                  use 1       -> CreditsConsumed plus 1
    2026-01-15T00:00:00.000001  use 1       -> refused outside_term AIS-2
  )");
}

TEST_CASE("H2: a term may last to the last moment there is") {
  check_table(R"(
    2026-01-31  start plus monthly   2026-01-31..9999-12-31T23:59:59.999999  -> ok
    2026-01-31  start pro  quarterly 2026-01-31..9999-12-31T23:59:59.999999  -> ok
    2026-02-28  use 1 plan plus             -> CreditsGranted plus/1/2/1 allotment 100 expires_at=2026-03-31
                                            ,  CreditsConsumed plus 1
    2026-02-28  buy plus 10 in 95687        -> CreditsGranted plus/1/95687/1 purchase 10 starts_at=9999-11-30
                                                 expires_at=9999-12-31
    2026-02-28  buy plus 10 in 95688        -> CreditsGranted plus/1/95688/1 purchase 10 starts_at=9999-12-31
                                                 expires_at=9999-12-31T23:59:59.999999
    2026-02-28  buy plus 10 in 95689        -> refused unknown_period AIS-5c
    2026-02-28  buy pro 50 in 31896         -> CreditsGranted pro/1/31896/1 purchase 50 starts_at=9999-10-31
                                                 expires_at=9999-12-31T23:59:59.999999
    2026-02-28  end pro on 9999-10-31       -> TermEnded pro/1 on 9999-10-31
  )");
}

TEST_CASE("H3: before a command, in its batch and at its moment, authorizations go that have expired") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize late 1 until 2026-01-12T00:00:00.000001   -> ok
    2026-01-02  authorize b 1 until 2026-01-11      -> ok
    2026-01-02  authorize c 1 until 2026-01-10      -> ok
    2026-01-02  authorize a 1 until 2026-01-11      -> ok
    2026-01-12  use 1     -> HoldReleased c expired at=2026-01-12
                          ,  HoldReleased a expired
                          ,  HoldReleased b expired
                          ,  CreditsConsumed plus 1
    = plus/1/1  open  held 1
    2026-01-12T00:00:00.000001  close     -> HoldReleased late expired
  )");
}

TEST_CASE("H3: then every period begun opens, plans by name, periods in order, each once however late") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01  -> ok
    2026-01-01  start even monthly 2026-01-01..2026-03-01  -> ok
    2026-01-02  authorize a 1 until 2026-02-01 plan plus  -> ok
    2026-03-01  use 1     -> HoldReleased a expired
                          ,  CreditsGranted even/1/2/1 allotment 100
                          ,  CreditsGranted plus/1/2/1 allotment 100
                          ,  CreditsGranted plus/1/3/1 allotment 100
                          ,  CreditsConsumed plus 1
    2026-03-01  close     -> PeriodClosed even/1/1 expired 100
                          ,  PeriodClosed even/1/2 expired 100
                          ,  PeriodClosed plus/1/1 expired 100
                          ,  PeriodClosed plus/1/2 expired 100
    2026-03-01  close     -> nothing
    2026-02-01  close     -> nothing
  )");
}

TEST_CASE("H3: a period opens at its first microsecond, and a refused command opens nothing") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-31T23:59:59.999999  consent x yes   -> ConsentChanged x true
    2026-02-01  transfer 1 to other             -> refused non_transferable AIS-4f
    = plus/1/2  absent
    2026-02-01  consent x yes                   -> CreditsGranted plus/1/2/1 allotment 100 at=2026-02-01
                                                ,  ConsentChanged x true
  )");
}

TEST_CASE("H3: a period with an allotment of 0 opens without an event") {
  check_table(R"(
    2026-01-01  start max monthly 2026-01-01..2026-04-01   -> TermStarted max/1
    2026-02-10  use 5                       -> CreditsConsumed max 5
    = max/1/1  closing  granted 0  uncovered 0
    = max/1/2  open     granted 0  uncovered 5
    = max/1/3  absent
    2026-03-01  close                       -> PeriodClosed max/1/1 expired 0
                                            ,  PeriodClosed max/1/2 expired 0 uncovered 5
    = max/1/3  open     granted 0
  )");
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 allotment 0  -> TermStarted plus/1 allotment=0
    2026-01-10  buy plus 10 in 2            -> CreditsGranted plus/1/2/1 purchase 10
    2026-02-10  use 5                       -> CreditsConsumed plus 5
    = plus/1/2  open  granted 10  consumed 5
  )");
}

TEST_CASE("H3: what happened before a term was there opens none of its periods without allotment") {
  check_table(R"(
    2026-06-01  access yes                                 -> ok
    2026-01-02  start max monthly 2026-03-01..2026-06-01   -> TermStarted max/1
    = max/1/1  absent
    2026-03-01  end max on 2026-04-01                      -> ok
    = max/1/1  closing
    = max/1/2  absent
    2026-03-10  use 5                                      -> CreditsConsumed max 5
    = max/1/1  closing  uncovered 5
  )");
}

TEST_CASE("H3: StartTerm and RenewTerm open, in the same batch, what of the new term has begun by at") {
  check_table(R"(
    2026-03-01  start plus monthly 2026-01-01..2026-05-01  -> TermStarted plus/1
                                                           ,  CreditsGranted plus/1/1/1 allotment 100
                                                           ,  CreditsGranted plus/1/2/1 allotment 100
                                                           ,  CreditsGranted plus/1/3/1 allotment 100
    2026-06-30  renew plus to 2026-09-01    -> CreditsGranted plus/1/4/1 allotment 100
                                            ,  TermStarted plus/2
                                            ,  CreditsGranted plus/2/1/1 allotment 100 starts_at=2026-05-01
                                            ,  CreditsGranted plus/2/2/1 allotment 100
    2026-01-10  start even monthly 2026-01-01..2026-05-01  -> TermStarted even/1
                                                           ,  CreditsGranted even/1/1/1 allotment 100
    2026-01-10  start basic monthly 2026-01-11..2026-05-01 -> TermStarted basic/1
  )");
}

TEST_CASE("AIS-3: credits come monthly or quarterly, amount and frequency by plan") {
  check_table(R"(
    2026-01-01  start basic monthly   2026-01-01..2026-07-01   -> TermStarted basic/1 cadence=monthly allotment=50
                                                               ,  CreditsGranted basic/1/1/1 allotment 50
    2026-01-01  start pro   quarterly 2026-01-01..2026-07-01   -> TermStarted pro/1 cadence=quarterly allotment=1000
                                                               ,  CreditsGranted pro/1/1/1 allotment 1000
    2026-01-01  start plus  quarterly 2026-01-01..2026-07-01   -> TermStarted plus/1
                                                               ,  CreditsGranted plus/1/1/1 allotment 300
    2026-01-01  start pro   monthly   2026-07-01..2026-09-01   -> refused unknown_plan AIS-3
    2026-01-01  start gold  monthly   2026-07-01..2026-09-01   -> refused unknown_plan AIS-3
  )");
}

TEST_CASE("AIS-3: an order form's allotment stands in place of the catalog's") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 allotment 77.000001  -> TermStarted plus/1 allotment=77.000001
                                                                               ,  CreditsGranted plus/1/1/1 allotment
                                                                                    77.000001
    2026-02-01  close  -> CreditsGranted plus/1/2/1 allotment 77.000001, PeriodClosed plus/1/1 expired 77.000001
    2026-02-01  start even monthly 2026-01-01..2026-04-01 allotment -1  -> refused malformed
  )");
}

TEST_CASE("AIS-3: each period's allotment is granted once, however often and however late the clock fires") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok
    2026-02-01  close     -> CreditsGranted plus/1/2/1 allotment 100, PeriodClosed plus/1/1 expired 100
    2026-02-01  close     -> nothing
    2026-01-15  close     -> nothing
    2026-02-28  close     -> nothing
    2026-05-01  close     -> CreditsGranted plus/1/3/1 allotment 100
                          ,  CreditsGranted plus/1/4/1 allotment 100
                          ,  CreditsGranted plus/1/5/1 allotment 100
                          ,  PeriodClosed plus/1/2 expired 100
                          ,  PeriodClosed plus/1/3 expired 100
                          ,  PeriodClosed plus/1/4 expired 100
    2026-03-01  close     -> nothing
  )");
}

TEST_CASE("H4: closing is never lazy; a period that ended is closing until a command closes it") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-31T23:59:59.999999  close       -> nothing
    2026-03-31  use 1                       -> ok
    = plus/1/1  closing  expired 0  remaining 100
    = plus/1/2  closing  expired 0  remaining 100
    2026-02-01  close                       -> PeriodClosed plus/1/1 expired 100 granted=100 consumed=0
                                                 starts_at=2026-01-01 ends_at=2026-02-01
    = plus/1/1  closed   expired 100  remaining 0
    = plus/1/2  closing  expired 0
    = at 2026-01-20  plus/1/1  open  expired 0
  )");
}

TEST_CASE("H4: while it is closing, usage that happened in it still draws its lots, nothing else may") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-15  consent x yes               -> ok
    2026-01-31T23:59:59.999999  use 30      -> CreditsConsumed plus 30
    = plus/1/1  closing  consumed 30
    2026-02-15  buy plus 10 in 1            -> refused period_closed AIS-5c
    2026-02-15  grant plus 10 promotion in 1     -> refused period_closed
    2026-02-15  grant plus 10 correction in 1    -> refused period_closed
    2026-02-15  use 300                     -> CreditsConsumed plus 300
    = plus/1/1  closing  consumed 30   remaining 70
    = plus/1/2  open     consumed 100  remaining 0  uncovered 200
  )");
}

TEST_CASE("H4: a close first releases the live authorizations made in the period, then expires what is left") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize z 20 until 2026-05-01     -> ok
    2026-01-03  authorize b 10 until 2026-05-02     -> ok
    2026-01-03  authorize a 10 until 2026-05-02     -> ok
    2026-02-03  authorize next 10 until 2026-05-01  -> ok
    2026-02-03  close     -> HoldReleased z period_closed
                          ,  HoldReleased a period_closed
                          ,  HoldReleased b period_closed
                          ,  PeriodClosed plus/1/1 expired 100
    = plus/1/1  closed  granted 100  held 0  expired 100
    = plus/1/2  open    held 10
  )");
}

TEST_CASE("H4: ClosePeriods closes by plan, then in order, each right after its own releases, long after too") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-03-01  -> ok
    2026-01-01  start even monthly 2026-01-01..2026-02-01  -> ok
    2026-01-05  authorize p 5 until 2029-01-01 plan plus   -> ok
    2026-01-05  authorize e 5 until 2029-01-01 plan even   -> ok
    2026-01-06  renew plus to 2026-04-01                   -> TermStarted plus/2
    2028-12-31  close     -> CreditsGranted plus/1/2/1 allotment 100
                          ,  CreditsGranted plus/2/1/1 allotment 100
                          ,  HoldReleased e period_closed
                          ,  PeriodClosed even/1/1 expired 100
                          ,  HoldReleased p period_closed
                          ,  PeriodClosed plus/1/1 expired 100
                          ,  PeriodClosed plus/1/2 expired 100
                          ,  PeriodClosed plus/2/1 expired 100
  )");
}
