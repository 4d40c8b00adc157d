// SPDX-License-Identifier: Apache-2.0
// The calendar: periods close by themselves an hour after their end and open by themselves, once, also after a restart.
#include <catch2/catch.hpp>

#include <thread>

#include "ledger/replay.hpp"
#include "ledger/service/scheduler.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::string balance(const Running& running, const std::string& pointer) {
  return at(running.client().get("/v1/accounts/acme/balance").body, pointer);
}

std::string studio(const std::string& plan, const std::string& cadence, const std::string& from,
                   const std::string& to) {
  return R"("product":"ai_studio","plan":")" + plan + R"(","cadence":")" + cadence + R"(","starts_at":")" + from +
         R"(","ends_at":")" + to + '"';
}

int events_of_type(const Running& running, std::string_view type) {
  int count = 0;
  const_cast<Running&>(running).log().read(0, -1, [&](Event&& event) {
    count += type_name(event.payload) == type ? 1 : 0;
    return true;
  });
  return count;
}

}  // namespace

TEST_CASE("H4: a period is closed an hour after its end, by itself, and the next one opened with it") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "u1"));
  running.set_clock("2026-04-01T00:59:59.999999Z");
  CHECK(balance(running, "/plans/0/periods/0/state") == "closing");
  running.set_clock("2026-04-01T01:00:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "closed"; }));
  CHECK(balance(running, "/plans/0/periods/0/expired") == "99975");
  CHECK(balance(running, "/plans/0/periods/1/state") == "open");
  CHECK(balance(running, "/plans/0/periods/1/granted") == "100000");
}

TEST_CASE("the delay is a setting") {
  service::ServiceOptions options;
  options.close_delay_micros = 0;
  Running running(options);
  running.open_account("acme");
  running.set_clock("2026-04-01T00:00:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "closed"; }));
}

TEST_CASE("H3: a term that begins later opens its first period when it begins") {
  Running running;
  running.apply(command("OpenAccount", "acme", "o", R"("environment":"commercial","region":"us")"));
  running.apply(
      command("StartTerm", "acme", "t", studio("plus", "monthly", "2026-03-15T09:00:00Z", "2027-03-15T09:00:00Z")));
  CHECK(balance(running, "/plans/0/periods") == "[]");
  running.set_clock("2026-03-15T09:00:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "open"; }));
  CHECK(balance(running, "/plans/0/lots/0/granted") == "100000");
}

TEST_CASE("several plans are each closed in their time, none early because of another") {
  Running running;
  running.open_account("acme");
  running.apply(command("StartTerm", "acme", "b",
                        studio("basic", "monthly", "2026-03-01T00:30:00Z", "2027-03-01T00:30:00Z"),
                        "2026-03-01T00:30:00Z"));
  running.set_clock("2026-04-01T01:00:00Z");  // plus ended an hour ago, basic half an hour ago
  CHECK(soon([&] { return balance(running, "/plans/1/periods/0/state") == "closed"; }));
  CHECK(balance(running, "/plans/1/plan") == "plus");
  CHECK(balance(running, "/plans/0/periods/0/state") == "closing");
  running.set_clock("2026-04-01T01:30:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "closed"; }));
  CHECK(balance(running, "/plans/0/periods/1/state") == "open");
}

TEST_CASE("what became due while the service was down is done at its start, once") {
  Running running;
  running.open_account("acme");
  running.set_clock("2026-03-31T00:00:00Z");
  running.restart();
  running.set_clock("2026-06-20T00:00:00Z");
  CHECK(soon([&] { return events_of_type(running, "PeriodClosed") == 3; }));
  CHECK(soon([&] { return balance(running, "/plans/0/periods/3/state") == "open"; }));
  const std::int64_t head = running.log().head();
  running.restart();
  running.set_clock("2026-06-20T01:00:00Z");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(running.log().head() == head);
}

TEST_CASE("keys that somebody took are no reason not to close, and none to wait") {
  Running running;
  running.open_account("acme");
  running.apply(usage("acme", "scheduler:close:plus/1/1"));
  for (const char* number : {"1", "2", "3"}) {
    running.apply(usage("acme", std::string("scheduler:close:plus/1/1:") + number));
  }
  running.set_clock("2026-04-01T01:00:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "closed"; }));
}

TEST_CASE("a store that fails at the moment of a close is asked again a minute later") {
  Running running;
  running.open_account("acme");
  running.log().fail_appends(Fault::Kind::busy);
  running.set_clock("2026-04-01T01:00:00Z");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  running.log().fail_appends(std::nullopt);
  CHECK(balance(running, "/plans/0/periods/0/state") == "closing");
  running.set_clock("2026-04-01T01:01:00Z");
  CHECK(soon([&] { return balance(running, "/plans/0/periods/0/state") == "closed"; }));
}

TEST_CASE("a plan without allotment is closed and never sent for in a circle") {
  Running running;
  running.apply(command("OpenAccount", "acme", "o", R"("environment":"commercial","region":"us")"));
  running.apply(
      command("StartTerm", "acme", "t", studio("max", "monthly", "2026-03-15T00:00:00Z", "2027-03-15T00:00:00Z")));
  const int appends = running.log().appends();
  running.set_clock("2026-03-20T00:00:00Z");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(running.log().appends() == appends);
  running.set_clock("2026-04-15T01:00:00Z");
  CHECK(soon([&] { return events_of_type(running, "PeriodClosed") == 1; }));
}

TEST_CASE("a thousand accounts that are due at once are all closed") {
  Running running;
  std::string lines;
  for (int i = 0; i < 1'200; ++i) {
    const std::string account = "a" + std::to_string(i);
    lines +=
        command("OpenAccount", account, "o", R"("environment":"commercial","region":"us")", "2026-03-01T00:00:00Z") +
        "\n" +
        command("StartTerm", account, "t", studio("plus", "monthly", "2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"),
                "2026-03-01T00:00:00Z") +
        "\n";
  }
  running.apply(lines);
  running.set_clock("2026-04-01T01:00:00Z");
  CHECK(soon([&] { return events_of_type(running, "PeriodClosed") == 1'200; }));
}

TEST_CASE("what is due next is told by the state alone") {
  Running running;
  running.open_account("acme");
  Book book;
  running.log().read(0, -1, [&](Event&& event) { return book.apply(event).has_value(); });
  const AccountState& state = *book.find(AccountId("acme"));
  const auto due = service::next_due(state, service::close_delay_micros_default);
  REQUIRE(due);
  CHECK(to_text(due->when) == "2026-04-01T01:00:00Z");
  CHECK(due->key == "scheduler:close:plus/1/1");
  const auto without_delay = service::next_due(state, 0);
  REQUIRE(without_delay);
  CHECK(to_text(without_delay->when) == "2026-04-01T00:00:00Z");
}
