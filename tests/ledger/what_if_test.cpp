// SPDX-License-Identifier: Apache-2.0
// What commands would do: the same as if they had been sent, and nothing is recorded.
#include <catch2/catch.hpp>

#include "ledger/invoices.hpp"
#include "ledger/statement.hpp"
#include "ledger/what_if.hpp"
#include "tests/acme.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

constexpr std::string_view sold = R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-01  add ekm                                            -> ok
    2026-02-01  seats enterprise 12                                -> ok
)";

std::string supposed(const Table& table, std::string_view commands, std::optional<std::int64_t> as_of = std::nullopt) {
  const auto told = what_if_json(table.log(), acme, table_catalog(), as_of, commands, moment("2026-07-01"));
  if (!told) FAIL("command " << told.error().line << ": " << told.error().what);
  return *told;
}

std::string seats_to(int seats, std::string_view key = "w1", std::string_view product = "enterprise") {
  return R"({"command":"ChangeSeats","account":"acme","key":")" + std::string(key) +
         R"(","at":"2026-07-01T00:00:00Z","product":")" + std::string(product) + R"(","seats":)" +
         std::to_string(seats) + "}\n";
}

// What stands in `json` after `"name":`, up to the bracket that ends it.
std::string part_of(const std::string& json, const std::string& name) {
  const std::size_t at = json.find('"' + name + "\":");
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + name.size() + 3;
  int depth = 0;
  for (std::size_t i = begin; i < json.size(); ++i) {
    if (json[i] == '{' || json[i] == '[') ++depth;
    if (json[i] == '}' || json[i] == ']') --depth;
    if (depth == 0) return json.substr(begin, i + 1 - begin);
  }
  return {};
}

}  // namespace

TEST_CASE("ADD-2: a supposed increase gives the lines, the seats and the fingerprint that sending it gives") {
  Table table;
  table.rows(sold);
  Table sent;
  sent.rows(sold);
  sent.rows("2026-07-01  seats enterprise 15  -> ok");
  const std::int64_t head = table.log().head();
  const std::string told = supposed(table, seats_to(15, sent.events().back().key.value));
  CHECK(table.log().head() == head);
  CHECK(told.starts_with(R"({"informational":true,)"));  // AIS-4c

  const Instant at = moment("2026-07-01");
  CHECK(part_of(told, "before") == table.balance("acme", at));
  CHECK(part_of(told, "after") == sent.balance("acme", at));
  const auto invoices = [&](const Table& of) {
    InvoiceWatch watch;
    const auto view = view_as_of(of.log(), acme, {}, at, std::ref(watch));
    REQUIRE(view.has_value());
    return invoices_json(view->state, view->moment, watch.lines(view->state));
  };
  CHECK(part_of(told, "invoices_before") == invoices(table));
  CHECK(part_of(told, "invoices_after") == invoices(sent));
  // 3 more of each, 184 days: 3 x 365.00 x 184 / 365 and 3 x 7.30 x 184 / 365, one line (EKM-4).
  CHECK(part_of(told, "invoices_after").find(R"("minor":56304)") != std::string::npos);
}

TEST_CASE("H21: a supposed decrease is scheduled and invoices nothing") {
  Table table;
  table.rows(sold);
  const std::string told = supposed(table, seats_to(5));
  const auto lines = [](const std::string& invoices) { return invoices.substr(invoices.find("\"lines\"")); };
  CHECK(lines(part_of(told, "invoices_before")) == lines(part_of(told, "invoices_after")));
  CHECK(part_of(told, "after").find(R"("scheduled":[{)") != std::string::npos);
}

TEST_CASE("ADD-1: what the terms forbid is refused with its clause, and the next is decided all the same") {
  Table table;
  table.rows(sold);
  const std::string told = supposed(table, seats_to(20, "w1", "ekm") + "\n" + seats_to(15, "w2"));
  const std::string answers = part_of(told, "answers");
  CHECK(answers.find(R"({"key":"w1","refused":{"code":"seat_parity","clause":"EKM-4")") != std::string::npos);
  CHECK(answers.find(R"({"key":"w2","accepted":[)") != std::string::npos);
}

TEST_CASE("what if: asked of an earlier position, it goes on from there") {
  Table table;
  table.rows(sold);
  const std::int64_t before_the_change = table.events().back().seq - 2;  // enterprise and ekm went to 12 together
  const std::string told = supposed(table, seats_to(11), before_the_change);
  CHECK(part_of(told, "answers").find(R"("from":10,"to":11)") != std::string::npos);
}

TEST_CASE("what if: what cannot be supposed is told with its line") {
  Table table;
  table.rows(sold);
  const auto ask = [&](std::string_view commands, const AccountId& account) {
    return what_if_json(table.log(), account, table_catalog(), std::nullopt, commands, moment("2026-07-01"));
  };
  const auto nobody = ask("", AccountId("nobody"));
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().line == 0);
  const auto other =
      ask("\n"
          R"({"command":"ChangeSeats","account":"other","key":"1","product":"enterprise","seats":1})",
          acme);
  REQUIRE_FALSE(other);
  CHECK(other.error().line == 2);
  CHECK(other.error().what.find("other") != std::string::npos);
  const auto outside = ask(
      R"({"command":"RotateKey","account":"acme","key":"1","key_arn":"arn:aws:kms:eu-central-1:111122223333:key/1"})",
      acme);
  REQUIRE_FALSE(outside);
  CHECK(outside.error().line == 1);
  const auto many = ask(std::string(what_if_commands_max + 1, '\n'), acme);
  REQUIRE_FALSE(many);
  const auto none = ask("", acme);
  REQUIRE(none);
  CHECK(part_of(*none, "answers") == "[]");
  const auto malformed = ask("no json", acme);
  REQUIRE(malformed);
  CHECK(part_of(*malformed, "answers").find(R"("code":"malformed")") != std::string::npos);
}

TEST_CASE("GOV-3: a supposed command that carries a marking is refused without what it said") {
  Table table;
  table.rows(sold);
  const std::string told = supposed(table, seats_to(15, "SECRET//NOFORN", "(TS//SI) seats"));
  CHECK(part_of(told, "answers").find("\"key\":null,\"refused\"") != std::string::npos);
  CHECK(told.find("NOFORN") == std::string::npos);
  CHECK(told.find("TS//SI") == std::string::npos);
}
