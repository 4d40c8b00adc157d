// SPDX-License-Identifier: Apache-2.0
// The balance as JSON: its shape and order, what `--at` and `--as-of` select, and the replay of a whole log.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/json_text.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::moment;

namespace {

std::string names_of(const boost::json::value& value) {
  std::string names;
  for (const auto& field : value.as_object())
    names += (names.empty() ? "" : " ") + std::string(field.key().data(), field.key().size());
  return names;
}

constexpr const char* story = R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01 key a            -> ok
    2026-01-05  buy plus 20 in 1..3 key b                                  -> ok
    2026-01-10  use gpt 100/200/300 workflow beta key c                    -> ok
    2026-01-10  use 10 workflow alpha key d                                -> ok
    2026-01-11  authorize h 5 until 2026-01-20 key e                       -> ok
    2026-01-12  start enterprise 10 seats 2026-01-12..2027-01-12 key f     -> ok
    2026-01-12  add ekm key g                                              -> ok
    2026-01-13  accept zeta key h                                          -> ok
    2026-01-13  accept openai-2025 key i                                   -> ok
    2026-01-13  consent beta yes key j                                     -> ok
)";

}  // namespace

TEST_CASE("Balance: the form of the contract, field by field and in its order") {
  test::Table table;
  table.rows(story);
  const std::string text = table.balance("acme", std::nullopt);
  const std::string print = to_hex(fingerprint(table.state()));
  CHECK(
      text ==
      R"({"account":"acme","at":"2026-01-13T00:00:00Z","version":15,"fingerprint":")" + print +
          R"(",)"
          R"("plans":[{"plan":"plus","term":1,"starts_at":"2026-01-01T00:00:00Z",)"
          R"("ends_at":"2026-04-01T00:00:00Z","cadence":"monthly",)"
          R"("periods":[{"period":1,"starts_at":"2026-01-01T00:00:00Z","ends_at":"2026-02-01T00:00:00Z",)"
          R"("state":"open",)"
          R"("granted":"120","consumed":"30","held":"5","expired":"0","remaining":"85","uncovered":"0"},)"
          R"({"period":2,"starts_at":"2026-02-01T00:00:00Z","ends_at":"2026-03-01T00:00:00Z","state":"upcoming",)"
          R"("granted":"20","consumed":"0","held":"0","expired":"0","remaining":"20","uncovered":"0"},)"
          R"({"period":3,"starts_at":"2026-03-01T00:00:00Z","ends_at":"2026-04-01T00:00:00Z","state":"upcoming",)"
          R"("granted":"20","consumed":"0","held":"0","expired":"0","remaining":"20","uncovered":"0"}],)"
          R"("lots":[{"lot":"plus/1/1/1","kind":"allotment","granted":"100","remaining":"65","held":"5","expired":"0",)"
          R"("starts_at":"2026-01-01T00:00:00Z","expires_at":"2026-02-01T00:00:00Z"},)"
          R"({"lot":"plus/1/1/2","kind":"purchase","granted":"20","remaining":"20","held":"0","expired":"0",)"
          R"("starts_at":"2026-01-01T00:00:00Z","expires_at":"2026-02-01T00:00:00Z"},)"
          R"({"lot":"plus/1/2/1","kind":"purchase","granted":"20","remaining":"20","held":"0","expired":"0",)"
          R"("starts_at":"2026-02-01T00:00:00Z","expires_at":"2026-03-01T00:00:00Z"},)"
          R"({"lot":"plus/1/3/1","kind":"purchase","granted":"20","remaining":"20","held":"0","expired":"0",)"
          R"("starts_at":"2026-03-01T00:00:00Z","expires_at":"2026-04-01T00:00:00Z"}]}],)"
          R"("usage":[{"workflow":"alpha","model":"unit","charges":1,"query":0,"input":10,"output":0,"credits":"10"},)"
          R"({"workflow":"beta","model":"gpt","charges":1,"query":100,"input":200,"output":300,"credits":"20"}],)"
          R"("seats":[{"product":"ekm","seats":10,"scheduled":[]},{"product":"enterprise","seats":10,"scheduled":[]}],)"
          R"("invoice_lines":[{"at":"2026-01-05T00:00:00Z","name":"plus","products":["ai_studio"],)"
          R"("credits":"20","amount":{"currency":"USD","minor":2000}},)"
          R"({"at":"2026-01-05T00:00:00Z","name":"plus","products":["ai_studio"],"credits":"20",)"
          R"("amount":{"currency":"USD","minor":2000}},)"
          R"({"at":"2026-01-05T00:00:00Z","name":"plus","products":["ai_studio"],"credits":"20",)"
          R"("amount":{"currency":"USD","minor":2000}},)"
          R"({"at":"2026-01-12T00:00:00Z","name":"Enterprise","products":["enterprise"],"seats":10,)"
          R"("amount":{"currency":"USD","minor":365000}},)"
          R"({"at":"2026-01-12T00:00:00Z","name":"Asana Enterprise","products":["ekm"],"seats":10,)"
          R"("amount":{"currency":"USD","minor":7300}}],)"
          R"("key":null,"region":"us","environment":"commercial","access":true,"consents":{"beta":true},)"
          R"("terms":["openai-2025","zeta"]})");
}

TEST_CASE("Balance: one element per plan and term, ended and future ones too, by plan name, then term") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-02-01    -> ok
    2026-01-01  start even monthly 2027-01-01..2027-02-01    -> ok
    2026-01-01  renew plus to 2026-03-01                     -> ok
    2026-02-10  close                                        -> ok
  )");
  const auto balance = boost::json::parse(table.balance("acme", std::nullopt));
  std::string order;
  for (const auto& plan : balance.at("plans").as_array()) {
    order += std::string(plan.at("plan").as_string().c_str()) + std::to_string(plan.at("term").as_int64()) + ":" +
             std::to_string(plan.at("periods").as_array().size()) + " ";
  }
  CHECK(order == "even1:0 plus1:1 plus2:1 ");
  CHECK(names_of(balance) ==
        "account at version fingerprint plans usage seats invoice_lines key region environment access consents terms");
}

TEST_CASE("Balance: a period is upcoming, open, closing or closed") {
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-05  buy plus 20 in 3                             -> ok
    2026-02-10  use 1                                        -> ok
    2026-02-10  close                                        -> ok
    = plus/1/1  closed
    = plus/1/2  open
    = plus/1/3  upcoming
    = plus/1/4  absent
    = at 2026-02-28T23:59:59.999999  plus/1/2  open
    = at 2026-03-01                  plus/1/2  closing
    = at 2026-02-10                  plus/1/1  closed
    = at 2026-02-09                  plus/1/1  closing
    = at 2026-02-09                  plus/1/2  absent
    = at 2026-01-31                  plus/1/1  open
  )");
}

TEST_CASE("Balance: invoice lines by moment, then version; seats by product, with what is to come") {
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01          -> ok
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-03-01  seats enterprise 11                                -> ok
    2026-02-01  buy plus 20 in 4                                   -> ok
    2026-03-01  buy plus 30 in 4                                   -> ok
    2026-06-01  renew enterprise to 2028-01-01                     -> ok
    = invoice lines 5
    = invoice 1 Enterprise  at 2026-01-01
    = invoice 2 plus        at 2026-02-01
    = invoice 3 Enterprise  at 2026-03-01
    = invoice 4 plus        at 2026-03-01
    = invoice 5 Enterprise  at 2026-06-01
    = seats enterprise 11 then 11 from 2027-01-01
    = at 2026-01-15  seats enterprise 10
    2027-01-01  consent x yes                                      -> ok
    = seats enterprise 11
  )");
}

TEST_CASE("Balance: nothing is opened, expired or closed by asking") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-05  authorize h 5 until 2026-01-10               -> ok
    = at 2029-01-01  plus/1/1  closing  held 5  expired 0  remaining 95
    = at 2029-01-01  plus/1/2  absent
  )");
}

TEST_CASE("Balance: --at folds the events whose at is no later, wherever they stand in the log") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-10  use 10                                       -> ok
    2026-01-20  use 20                                       -> ok
    2026-01-05  use 1                                        -> ok
    = at 2026-01-04  plus/1/1  open  consumed 0
    = at 2026-01-05  plus/1/1  open  consumed 1
    = at 2026-01-10  plus/1/1  open  consumed 11
    = at 2026-01-19  plus/1/1  open  consumed 11
    = at 2026-01-20  plus/1/1  open  consumed 31
    = at 2025-12-31  plus/1    absent
  )");
  const auto view =
      view_as_of(table.log(), AccountId("acme"), AsOf{.at = moment("2026-01-05"), .seq = std::nullopt}, {});
  CHECK(view->moment == moment("2026-01-05"));
  CHECK(view->state.version == table.state().version);
}

TEST_CASE("Balance: --at keeps a grant that was made earlier but recorded later") {
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-20  buy plus 20 in 1                             -> CreditsGranted plus/1/1/2 purchase 20
    2026-01-10  grant plus 5 promotion in 1                  -> CreditsGranted plus/1/1/3 promotion 5
    2026-01-11  use 103                                      -> CreditsConsumed plus 103
    = at 2026-01-15  plus/1/1    open       granted 105  consumed 103  remaining 2  uncovered 0
    = at 2026-01-15  plus/1/1/3  promotion  granted 5    remaining 2
    = at 2026-01-15  plus/1/1/2  absent
    = at 2026-01-20  plus/1/1    open       granted 125  consumed 103  remaining 22
  )");
}

TEST_CASE("Balance: --at with a lot bought, earlier than the allotment of its period came, for a period to come") {
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-02-10  use 1                                        -> CreditsGranted plus/1/2/1 allotment 100,
                                                                  CreditsConsumed plus 1
    2026-01-10  buy plus 20 in 2                             -> CreditsGranted plus/1/2/2 purchase 20
    = at 2026-01-15  plus/1/2    upcoming  granted 20
    = at 2026-01-15  plus/1/2/2  purchase  granted 20
    = at 2026-02-10  plus/1/2    open      granted 120  consumed 1
  )");
}

TEST_CASE("Balance: --at with a hold and its release, a settlement or a close recorded out of order") {
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-20  authorize h 30 until 2026-02-20              -> ok
    2026-01-10  release h                                    -> HoldReleased h released
    2026-01-20  authorize i 30 until 2026-02-20              -> ok
    2026-01-10  use 7 settles i                              -> CreditsConsumed plus 7
    = at 2026-01-15  plus/1/1  open  held 0  consumed 7
    = at 2026-01-20  plus/1/1  open  held 0  consumed 7
    2026-02-10  close                                        -> ok
    2026-01-25  use 4                                        -> CreditsConsumed plus 4 late
    = at 2026-01-25  plus/1/1  open  consumed 7  expired 0  uncovered 4
    = at 2026-02-10  plus/1/1  closed  consumed 7  expired 93  uncovered 4
  )");
  test::Table().rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-20  authorize h 30 until 2026-02-20              -> ok
    2026-02-11  use 9 settles h                              -> CreditsGranted plus/1/2/1 allotment 100,
                                                                  CreditsConsumed plus 9
    2026-02-10  close                                        -> PeriodClosed plus/1/1 expired 100
    = at 2026-02-09  plus/1/1  closing  held 30  expired 0  remaining 70
    = at 2026-02-10  plus/1/1  closed  held 0   expired 100  remaining 0
    = at 2026-02-11  plus/1/1  closed  held 0   expired 100
  )");
}

TEST_CASE("Balance: --at before what a fact rests on was recorded to happen moves no pool, but usage counts") {
  test::Table table;
  table.rows(R"(
    2026-02-10  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-02-10  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-20  use 7                                        -> CreditsConsumed plus 7
    2026-01-20  add permissions                              -> SeatsChanged permissions 0>10
    2026-01-20  seats enterprise 12                          -> ok
    = at 2026-01-25  plus/1  absent
    = at 2026-01-25  usage flow unit  charges 1  credits 7
    = at 2026-01-25  seats permissions absent
    = at 2026-01-25  seats enterprise absent
    = at 2026-01-25  invoice lines 0
    = at 2026-02-10  plus/1/1  closing  consumed 7
    = at 2026-02-10  seats permissions 12
  )");
}

TEST_CASE("Balance: --at keeps changes of seats that were made earlier but recorded later") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-02-01  add permissions                                    -> ok
    2026-06-01  seats enterprise 12                                -> ok
    2026-03-01  seats enterprise 15                                -> SeatsChanged enterprise 12>15, SeatsChanged permissions 12>15
    2026-02-15  seats enterprise 11                                -> ok
    = at 2026-02-10  seats enterprise 10
    = at 2026-02-20  seats enterprise 10 then 11 from 2027-01-01
    = at 2026-03-05  seats enterprise 15 then 11 from 2027-01-01
    = at 2026-03-05  seats permissions 15 then 11 from 2027-01-01
    = at 2026-03-05  invoice lines 4
    = at 2026-03-05  invoice 4 "Permissions Management"
    = at 2026-06-05  seats enterprise 15 then 11 from 2027-01-01
    = at 2026-06-05  invoice lines 6
    2026-05-01  end enterprise on 2026-06-15                       -> ok
    2026-01-02  start enterprise 3 seats 2026-06-15..2027-01-01    -> ok
    = at 2026-04-01  seats enterprise 15 then 11 from 2027-01-01
    = at 2026-06-20  seats enterprise 3
  )");
}

TEST_CASE("Balance: --at before the first event, and of an account nobody opened, is no answer") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok");
  const auto view = [&](const char* account, AsOf as_of) {
    return view_as_of(table.log(), AccountId(account), as_of, moment("2026-05-05"));
  };
  CHECK_FALSE(view("acme", AsOf{.at = moment("2019-12-31"), .seq = std::nullopt}).has_value());
  CHECK_FALSE(view("acme", AsOf{.at = std::nullopt, .seq = 0}).has_value());
  CHECK_FALSE(view("nobody", AsOf{.at = std::nullopt, .seq = std::nullopt}).has_value());
  CHECK(view("acme", AsOf{.at = moment("2020-01-01"), .seq = std::nullopt}).has_value());
}

TEST_CASE("Balance: --as-of folds up to a position, its moment the greatest at among them; both together ask both") {
  test::Table table;
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-20  use 20                                       -> ok
    2026-01-10  use 10                                       -> ok
    2026-01-15  use 5                                        -> ok
  )");
  const auto consumed = [&](AsOf as_of, const char* when) {
    const auto view = view_as_of(table.log(), AccountId("acme"), as_of, moment("2026-05-05"));
    REQUIRE(view.has_value());
    CHECK(view->moment == moment(when));
    return to_text(view->state.pools.at(PlanId("plus")).terms.at(0).periods.at(0).consumed);
  };
  // seq 1 opened, 2 term, 3 allotment, 4 to 6 usage
  CHECK(consumed(AsOf{.at = std::nullopt, .seq = 3}, "2026-01-01") == "0");
  CHECK(consumed(AsOf{.at = std::nullopt, .seq = 4}, "2026-01-20") == "20");
  CHECK(consumed(AsOf{.at = std::nullopt, .seq = 5}, "2026-01-20") == "30");
  CHECK(consumed(AsOf{.at = std::nullopt, .seq = 99}, "2026-01-20") == "35");
  CHECK(consumed(AsOf{.at = moment("2026-01-15"), .seq = 5}, "2026-01-15") == "10");
  CHECK(consumed(AsOf{.at = moment("2026-01-15"), .seq = 6}, "2026-01-15") == "15");
  CHECK(consumed(AsOf{.at = std::nullopt, .seq = std::nullopt}, "2026-05-05") == "35");
}

TEST_CASE("Balance: --at of every moment gives H12, also when at runs backwards all the time") {
  test::Table table;
  table.rows(R"(
    2026-03-05  start plus monthly 2026-01-01..2026-06-01    -> ok
    2026-01-20  buy plus 20 in 1..4                          -> ok
    2026-02-20  authorize h 50 until 2026-04-20              -> ok
    2026-01-10  use 110                                      -> ok
    2026-02-05  grant plus 5 correction in 2                 -> ok
    2026-02-04  grant plus 5 promotion in 2                  -> ok
    2026-02-10  use 80                                       -> ok
    2026-04-01  close                                        -> ok
    2026-02-10  use 10                                       -> ok
  )");
  for (Instant at = moment("2026-01-01"); at < moment("2026-05-01"); at.micros += 86'400'000'000) {
    const auto view = view_as_of(table.log(), AccountId("acme"), AsOf{.at = at, .seq = std::nullopt}, at);
    REQUIRE(view.has_value());
    INFO(to_text(at));
    CHECK(broken_invariant(view->state) == "");
    CHECK_FALSE(boost::json::parse(balance_json(view->state, view->moment)).as_object().empty());
  }
}

TEST_CASE("Replay: every account as of the greatest at of its own events, by name, and the whole log's fingerprint") {
  test::Table table;
  table.rows(R"(
    2026-01-01  open us                                      -> ok
    2026-01-01  open eu account zulu                         -> ok
    2026-02-01  consent x yes                                -> ok
    2026-01-15  consent x no                                 -> ok
  )");
  const Book& book = table.engine().book();
  const std::string text = replay_json(book);
  CHECK(text == R"({"events":4,"accounts":[)" + balance_json(*book.find(AccountId("acme")), moment("2026-02-01")) +
                    "," + balance_json(*book.find(AccountId("zulu")), moment("2026-01-01")) + R"(],"fingerprint":")" +
                    to_hex(fingerprint(book)) + "\"}");
  CHECK(replay_json(Book{}) == R"({"events":0,"accounts":[],"fingerprint":")" + to_hex(fingerprint(Book{})) + "\"}");
}

TEST_CASE(
    "H22: packs and overage are billed under the name the plan has when they are billed, which a fold needs no catalog "
    "for") {
  const Catalog named = test::changed_table_catalog(
      {{R"("plus": {)", R"("plus": {"name": "Studio Plus", )"}, {R"("name": "Overage")", R"("name": "Studio Over")"}});
  test::Table table(named);
  table.rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-04-01  -> ok
    2026-01-01  start over monthly 2026-01-01..2026-04-01  -> ok
    2026-01-02  buy plus 10 in 1..2                        -> ok
    2026-01-03  use 130 plan over                          -> ok
    2026-02-01  close                                      -> ok
  )");
  Book folded;
  for (const Event& event : table.events()) {
    REQUIRE(folded.apply(event).has_value());
    const auto* grant = std::get_if<CreditsGranted>(&event.payload);
    if (grant != nullptr) CHECK(grant->billing_name.has_value() == grant->price.has_value());
    const auto* close = std::get_if<PeriodClosed>(&event.payload);
    if (close != nullptr) CHECK(close->billing_name.has_value() == close->overage.has_value());
  }
  const std::vector<InvoiceLine>& lines = folded.find(AccountId("acme"))->invoice_lines;
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].billing_name.value == "Studio Plus");
  CHECK(lines[1].billing_name.value == "Studio Plus");
  CHECK(lines[2].billing_name.value == "Studio Over");
}
