// SPDX-License-Identifier: Apache-2.0
// Where several rules are broken at once, the first in the stated order is the answer: every neighbouring pair.
#include <catch2/catch.hpp>

#include "tests/ledger/table.hpp"

using creditfold::test::check_table;

TEST_CASE("Order, all commands: malformed, key_reused, unknown_account or account_exists, in_future") {
  check_table(R"(
    clock 2026-06-01
    2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok
    2026-01-02  close key k                      -> nothing
    2026-01-03  grant plus 0 promotion in 1 key k          -> refused malformed
    2026-01-03  start plus monthly 2026-01-02..2026-01-01 key k    -> refused malformed
    2026-01-03  authorize a 1 until 2026-01-03 key k       -> refused malformed
    2026-01-03  grant plus 0 promotion in 1 account nobody -> refused malformed
    2027-01-03  grant plus 0 promotion in 1      -> refused malformed
    2026-01-01  open us key k                    -> refused key_reused H19
    2027-01-03  close key k                      -> refused key_reused H19
    2027-01-03  close account nobody             -> refused unknown_account
    2027-01-03  open us                          -> refused account_exists
    2027-01-03  open moon account new            -> refused in_future H1
    2027-01-03  transfer 1 to x                  -> refused in_future H1
    2026-01-03  transfer 1 to x account nobody   -> refused unknown_account
  )");
}

TEST_CASE("Order, OpenAccount: in_future, unknown_region, not_authorized_in_gov") {
  check_table(R"(
    clock 2026-06-01
    2027-01-01  open moon environment gov account g        -> refused in_future H1
    2026-01-01  open moon environment gov account g        -> refused unknown_region
    2026-01-01  open us environment gov account g          -> refused not_authorized_in_gov GOV-1
    2026-01-01  open us-gov environment gov account g      -> AccountOpened
  )");
}

TEST_CASE("Order, StartTerm: in_future, unknown_product, unknown_plan, seat_parity, term_overlap") {
  check_table(R"(
    clock 2026-06-01
    2026-01-01  start pro quarterly 2026-01-01..2027-01-01         -> ok
    2026-01-01  start enterprise 5 seats 2026-01-01..2027-01-01    -> ok
    2026-01-01  add permissions                                    -> ok
    2027-01-01  start no_product 5 seats 2026-01-01..2027-01-01    -> refused in_future H1
    2026-01-01  start no_product 5 seats 2026-01-01..2027-01-01    -> refused unknown_product
    2026-01-01  start data_residency 5 seats 2026-01-01..2027-01-01    -> refused unknown_product
    2026-01-01  start pro monthly 2026-01-01..2027-01-01           -> refused unknown_plan AIS-3
    2026-01-01  start permissions 5 seats 2026-01-01..2027-01-01   -> refused seat_parity ADD-1
    2026-01-01  start pro quarterly 2026-02-01..2027-01-01         -> refused term_overlap AIS-2
    2026-01-01  start enterprise 5 seats 2026-02-01..2027-01-01    -> refused term_overlap
  )");
}

TEST_CASE("Order, RenewTerm: malformed, in_future, outside_term") {
  check_table(R"(
    clock 2026-06-01
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2027-01-01  renew plus to 2026-04-01         -> refused malformed
    2027-01-01  renew even to 2026-04-01         -> refused in_future H1
    2026-01-01  renew even to 2026-04-01         -> refused outside_term
    2026-01-01  renew starter to 2026-04-01      -> refused outside_term
  )");
}

TEST_CASE("Order, PurchaseCredits: outside_term, plan_mismatch, bad_increment, unknown_period, period_closed") {
  check_table(R"(
    2026-01-01  buy plus 15 in 9                 -> refused outside_term AIS-5a
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-01  buy even 15 in 9                 -> refused plan_mismatch AIS-5d
    2026-02-01  buy plus 15 in 9                 -> refused bad_increment AIS-5b
    2026-02-01  buy plus 0 in 1                  -> refused bad_increment AIS-5b
    2026-02-01  buy plus 10 in 1..9              -> refused unknown_period AIS-5c
    2026-02-01  buy plus 10 in 1..0              -> refused unknown_period AIS-5c
    2026-02-01  buy plus 10 in 1..2              -> refused period_closed AIS-5c
  )");
}

TEST_CASE("Order, GrantCredits: malformed, outside_term, plan_mismatch, unknown_period, period_closed") {
  check_table(R"(
    2026-01-01  grant plus 0 promotion in 9      -> refused malformed
    2026-01-01  grant plus 5 promotion in 9      -> refused outside_term AIS-2
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-02-01  grant even 5 promotion in 9      -> refused plan_mismatch AIS-5d
    2026-02-01  grant plus 5 promotion in 9      -> refused unknown_period
    2026-02-01  grant plus 5 promotion in 1      -> refused period_closed
  )");
}

TEST_CASE("Order, AuthorizeUsage: from outside_term to not_authorized_in_gov") {
  check_table(R"(
    2026-01-01  open us-gov environment gov      -> ok
    2026-01-01  authorize a no-model 1/0/0 until 2026-12-01 classification secret plan even   -> refused outside_term
    2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok
    2026-03-02  access no                        -> ok
    2026-03-03  authorize a no-model 1/0/0 until 2026-12-01 classification secret plan even   -> refused plan_mismatch
    2026-03-03  authorize a no-model 1/0/0 until 2026-12-01 classification secret   -> refused classified GOV-3
    2026-03-03  authorize a no-model 1/0/0 until 2026-12-01    -> refused unknown_model AIS-1
    2026-03-03  authorize a worst 1/0/0 until 2026-12-01       -> refused revoked AI-0
    2026-03-04  access yes                       -> ok
    2026-03-05  authorize a worst 1/0/0 until 2026-12-01       -> refused discontinued AI-5
    2026-03-01  authorize a worst 1/0/0 until 2026-12-01       -> refused discontinued AI-5
    2026-02-28  authorize a worst 1/0/0 until 2026-12-01       -> refused not_authorized_in_gov GOV-1
  )");
}

TEST_CASE("Order, AuthorizeUsage: from beta_not_accepted to insufficient_credits") {
  check_table(R"(
    2026-01-01  start plus monthly 2026-01-01..2027-01-01      -> ok
    2026-01-02  authorize live 100 until 2026-12-01            -> ok
    2026-02-03  authorize live2 100 until 2026-12-01           -> ok
    2026-02-03  authorize live worst 1/0/0 until 2026-12-01    -> refused beta_not_accepted AI-5
    2026-02-04  consent beta yes                               -> ok
    2026-02-04  authorize live worst 1/0/0 until 2026-12-01    -> refused partner_terms AI-3
    2026-01-04  accept openai-2025                             -> ok
    2026-01-04  consent beta yes                               -> ok
    2026-02-05  authorize live2 worst 1/0/0 until 2026-12-01   -> refused authorization_exists
    2026-02-06  close                                          -> HoldReleased live period_closed
                                                               ,  PeriodClosed plus/1/1 expired 100
    2026-01-05  authorize live2 worst 1/0/0 until 2026-12-01   -> refused authorization_exists
    2026-01-05  authorize new worst 1000/0/0 until 2026-12-01  -> refused period_closed AIS-4d
    2026-02-06  authorize new worst 1/0/0 until 2026-12-01     -> refused insufficient_credits H18
  )");
}

TEST_CASE("Order, RecordUsage: outside_term, plan_mismatch, classified, unknown_model; what follows are flags") {
  check_table(R"(
    2026-01-01  open us-gov environment gov      -> ok
    2026-01-01  use no-model 1/0/0 classification secret plan even   -> refused outside_term
    2026-01-01  start plus monthly 2026-01-01..2027-01-01  -> ok
    2026-03-02  access no                        -> ok
    2026-03-03  use no-model 1/0/0 classification secret plan even   -> refused plan_mismatch
    2026-03-03  use no-model 1/0/0 classification secret   -> refused classified GOV-3
    2026-03-03  use no-model 1/0/0 settles gone            -> refused unknown_model AIS-1
    2026-03-03  use worst 1/0/0 settles gone               -> CreditsConsumed plus 1 revoked discontinued
                                             not_authorized_in_gov beta_not_accepted partner_terms unknown_authorization
    2026-02-28  use worst 1/0/0                            -> CreditsConsumed plus 1 not_authorized_in_gov
                                                                beta_not_accepted partner_terms
  )");
}

TEST_CASE("Order, EndTerm: outside_term, unknown_period, period_closed") {
  check_table(R"(
    2026-01-01  end plus on 2025-01-07           -> refused outside_term
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-03-10  end even on 2026-02-07           -> refused outside_term
    2026-03-10  end plus on 2026-02-07           -> refused unknown_period
    2026-03-10  end plus on 2026-02-01           -> refused period_closed
  )");
}

TEST_CASE("Order, the others: ReleaseAuthorization, SetBuilders, ClosePeriods, ChangeSeats") {
  check_table(R"(
    2026-01-01  release a                        -> refused unknown_authorization
    2026-01-01  builders plus ann                -> refused plan_mismatch
    2026-01-01  close                            -> nothing
    2026-01-01  seats permissions -1             -> refused malformed
    2026-01-01  seats permissions 1              -> refused outside_term
    2026-01-01  seats no_product 1               -> refused outside_term
    2026-01-01  start enterprise 5 seats 2026-01-01..2027-01-01  -> ok
    2026-01-02  seats permissions 1              -> refused seat_parity ADD-1
    2027-01-02  seats permissions 1              -> refused outside_term
  )");
}
