// SPDX-License-Identifier: Apache-2.0
// Authorizations: credits held beforehand, settled or released afterwards, refused at exhaustion (H16 to H18).
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("H16: an authorization states upper bounds and holds their charge") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a gpt 100/0/50 until 2026-01-03 by ann   -> CreditsHeld a plus 3.5 expires_at=2026-01-03
                                                                        actor=ann
    = plus/1/1    open       held 3.5  remaining 96.5  consumed 0
    = plus/1/1/1  allotment  held 3.5  remaining 96.5
  )");
}

TEST_CASE("H16: it holds what lots cover, in burn order, at its own moment") {
  check_table(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  grant over 5 correction in 1               -> ok
    2026-01-02  buy over 10 in 1                           -> ok
    2026-01-02  use 98                                     -> ok
    2026-01-03  authorize a 13 until 2026-02-10            -> CreditsHeld a over 13
    = over/1/1/1  allotment   held 2   remaining 0
    = over/1/1/3  purchase    held 10  remaining 0
    = over/1/1/2  correction  held 1   remaining 4
    2026-01-03  authorize b 10 until 2026-02-10            -> CreditsHeld b over 10
    = over/1/1  open  held 17  remaining 0  consumed 98
  )");
}

TEST_CASE("H16: it is never topped up, and held credits pay for nothing but what settles it") {
  check_table(R"(
    2026-01-01  start over monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  use 70                                     -> ok
    2026-01-03  authorize a 50 until 2026-01-20            -> CreditsHeld a over 50
    = over/1/1  open  held 30  remaining 0
    2026-01-04  buy over 20 in 1                           -> ok
    = over/1/1  open  held 30  remaining 20
    2026-01-05  use 25                                     -> CreditsConsumed over 25
    = over/1/1  open  held 30  remaining 0  consumed 90  uncovered 5
    2026-01-06  use 40 settles a                           -> CreditsConsumed over 40 settles=a
    = over/1/1  open  held 0   remaining 0  consumed 120  uncovered 15
  )");
}

TEST_CASE("H16: expires_at at or before at is malformed") {
  check_table(R"(
    clock 2026-01-10
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a 1 until 2026-01-02             -> refused malformed
    2026-01-02  authorize a 1 until 2026-01-01T23:59:59.999999     -> refused malformed
    -           authorize a 1 until 2026-01-10             -> refused malformed
    -           authorize a 1 until 2026-01-10T00:00:00.000001     -> CreditsHeld a plus 1
    2026-01-02  authorize b 1 until 2026-01-02T00:00:00.000001     -> CreditsHeld b plus 1
  )");
}

TEST_CASE("H16: an id is free again once it is no longer live") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a 1 until 2026-01-10             -> CreditsHeld a plus 1
    2026-01-02  authorize a 2 until 2026-01-10             -> refused authorization_exists
    2026-01-03  release a                                  -> HoldReleased a released
    2026-01-03  release a                                  -> refused unknown_authorization
    2026-01-03  authorize a 2 until 2026-01-10             -> CreditsHeld a plus 2
    2026-01-04  use 1 settles a                            -> CreditsConsumed plus 1
    2026-01-04  authorize a 3 until 2026-01-10             -> CreditsHeld a plus 3
    2026-01-10  authorize a 4 until 2026-03-01             -> HoldReleased a expired, CreditsHeld a plus 4
    2026-02-01  close                                      -> CreditsGranted plus/1/2/1 allotment 100
                                                           ,  HoldReleased a period_closed
                                                           ,  PeriodClosed plus/1/1 expired 99
    2026-02-02  authorize a 5 until 2026-02-03             -> CreditsHeld a plus 5
    2026-02-03  release a                                  -> refused unknown_authorization
    = plus/1/2  open  held 5
  )");
}

TEST_CASE(
    "H17: settling releases the hold without an event of its own; the charge then finds its lots like any other") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a 40 until 2026-01-10            -> ok
    2026-01-02  use 50                                     -> ok
    = plus/1/1  open  consumed 50  held 40  remaining 10
    2026-01-03  use 30 settles a                           -> CreditsConsumed plus 30 settles=a
    = plus/1/1  open  consumed 80  held 0   remaining 20
    2026-01-03  use 30 settles a                           -> CreditsConsumed plus 30 unknown_authorization settles=a
    = plus/1/1  open  consumed 100  uncovered 10
  )");
}

TEST_CASE("H17: the charge picks plan, period and lots by its own at, whatever the hold was in") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  start pro quarterly 2026-01-01..2026-04-01 -> ok
    2026-01-02  authorize a 40 until 2026-03-01 plan plus  -> CreditsHeld a plus 40
    2026-02-10  use 30 settles a plan plus                 -> CreditsGranted plus/1/2/1 allotment 100
                                                           ,  CreditsConsumed plus 30
    = plus/1/1  closing  held 0  consumed 0  remaining 100
    = plus/1/2  open     consumed 30
    2026-02-10  authorize b 40 until 2026-03-01 plan plus  -> CreditsHeld b plus 40
    2026-02-10  use 30 settles b                           -> CreditsConsumed pro 30
    = plus/1/2  open  held 0  consumed 30
    = pro/1/1   open  consumed 30
  )");
}

TEST_CASE("H17: a settlement that comes when the authorization has just expired finds it gone") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a 40 until 2026-01-10            -> ok
    2026-01-10  use 30 settles a                           -> HoldReleased a expired
                                                           ,  CreditsConsumed plus 30 unknown_authorization
    2026-01-02  authorize b 40 until 2026-01-10            -> ok
    2026-01-09T23:59:59.999999  use 30 settles b           -> CreditsConsumed plus 30
  )");
}

TEST_CASE("H18: a stop plan refuses what would go beyond its percentage of what was granted") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  authorize a unit 0/100/0 until 2026-01-10  -> CreditsHeld a plus 100
    2026-01-02  authorize b dust 1/0/0 until 2026-01-10    -> refused insufficient_credits H18
    2026-01-02  authorize b unit 0/0/0 until 2026-01-10    -> CreditsHeld b plus 0
    2026-01-03  release a                                  -> ok
    2026-01-03  use 60                                     -> ok
    2026-01-03  authorize c 41 until 2026-01-10            -> refused insufficient_credits H18
    2026-01-03  authorize c 40 until 2026-01-10            -> CreditsHeld c plus 40
    2026-01-04  buy plus 10 in 1                           -> ok
    2026-01-04  authorize d 11 until 2026-01-10            -> refused insufficient_credits H18
    2026-01-04  authorize d 10 until 2026-01-10            -> CreditsHeld d plus 10
  )");
}

TEST_CASE("H18: what is uncovered counts, and live authorizations with their full cost, of that plan and period only") {
  check_table(R"(
    2026-01-01  start pro quarterly 2026-01-01..2026-07-01 -> ok
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-01-02  authorize p 100 until 2026-06-01 plan plus -> ok
    2026-01-03  use 1100                                   -> CreditsConsumed pro 1100
    = pro/1/1   open  consumed 1000  uncovered 100
    2026-01-04  authorize a 201 until 2026-06-01           -> refused insufficient_credits H18
    2026-01-04  authorize a 150 until 2026-06-01           -> CreditsHeld a pro 150
    = pro/1/1   open  held 0
    2026-01-04  authorize b 51 until 2026-06-01            -> refused insufficient_credits H18
    2026-01-04  authorize b 50 until 2026-06-01            -> CreditsHeld b pro 50
    2026-04-04  authorize c 1300 until 2026-06-01 plan pro -> ok
    = pro/1/2   open  held 1000
    2026-02-04  authorize d 100 until 2026-06-01 plan plus -> CreditsHeld d plus 100
  )");
}

TEST_CASE("H18: Pro runs on to 130 %") {
  check_table(R"(
    2026-01-01  start pro quarterly 2026-01-01..2026-07-01 -> ok
    2026-01-02  authorize a 1301 until 2026-01-10          -> refused insufficient_credits H18
    2026-01-02  authorize a 1300 until 2026-01-10          -> CreditsHeld a pro 1300
    = pro/1/1  open  held 1000  remaining 0
    2026-01-03  use 1300 settles a                         -> ok
    = pro/1/1  open  consumed 1000  uncovered 300
    2026-01-03  authorize b dust 1/0/0 until 2026-01-10    -> refused insufficient_credits H18
    2026-01-03  use 10                                     -> CreditsConsumed pro 10
  )");
}

TEST_CASE("H18: a stop plan without an allotment stops at once, at what was bought and no more") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 allotment 0   -> ok
    2026-01-02  authorize a unit 0/0/0 until 2026-01-10    -> CreditsHeld a plus 0
    2026-01-02  authorize b dust 1/0/0 until 2026-01-10    -> refused insufficient_credits H18
    2026-01-03  buy plus 10 in 1                           -> ok
    2026-01-03  authorize b 10 until 2026-01-10            -> CreditsHeld b plus 10
  )");
}

TEST_CASE("H18: an overage plan never refuses and bills what is uncovered at the close, in begun increments") {
  check_table(R"(
    2026-01-01  start over monthly 2026-01-01..2026-09-01  -> ok
    2026-01-02  authorize a 5000 until 2026-01-10          -> CreditsHeld a over 5000
    2026-01-03  use 100 settles a                          -> ok
    2026-02-01  close     -> CreditsGranted over/1/2/1 allotment 100, PeriodClosed over/1/1 expired 0 overage=-
    2026-02-02  use 100                                    -> ok
    2026-02-02  use dust 1/0/0                             -> ok
    2026-03-01  close     -> CreditsGranted over/1/3/1 allotment 100
                          ,  PeriodClosed over/1/2 expired 0 uncovered 0.000001 bills USD:250
    2026-03-02  use 110                                    -> ok
    2026-04-01  close     -> CreditsGranted over/1/4/1 allotment 100
                          ,  PeriodClosed over/1/3 expired 0 uncovered 10 bills USD:250
    2026-04-02  use 110                                    -> ok
    2026-04-02  use dust 1/0/0                             -> ok
    2026-05-01  close     -> CreditsGranted over/1/5/1 allotment 100
                          ,  PeriodClosed over/1/4 expired 0 uncovered 10.000001 bills USD:500
    = invoice lines 3
    = invoice 1 Overage  at 2026-03-01  credits 0.000001  amount USD:250  products ai_studio
    = invoice 3 Overage  at 2026-05-01  credits 10.000001  amount USD:500
    2026-04-03  use 500                                    -> CreditsConsumed over 500 late
    2026-05-02  close                                      -> nothing
    = invoice lines 3
  )");
}

TEST_CASE("H18: an unlimited plan never refuses and bills nothing") {
  check_table(R"(
    2026-01-01  start max monthly 2026-01-01..2026-03-01   -> ok
    2026-01-02  buy max 10 in 1                            -> ok
    2026-01-02  authorize a 1000000 until 2026-01-10       -> CreditsHeld a max 1000000
    = max/1/1  open  held 10
    2026-01-02  use 1000000 settles a                      -> ok
    = max/1/1  open  consumed 10  uncovered 999990
    2026-02-01  close     -> PeriodClosed max/1/1 expired 0 uncovered 999990 overage=-
    = invoice lines 0
  )");
}
