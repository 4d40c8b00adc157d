// SPDX-License-Identifier: Apache-2.0
// The service over several regions: routing, what needs a region's name, migrations while everything goes on.
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

#include "events/cflog.hpp"
#include "ledger/service/event_stream.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::string residency(const std::string& account, const std::string& key, const std::string& region) {
  return command("AddProduct", account, key, R"("product":"data_residency","region":")" + region + '"');
}

std::string migration(const std::string& account, const std::string& key, const std::string& region,
                      const std::string& scope = "organization") {
  return command("MigrateRegion", account, key, R"("region":")" + region + R"(","scope":")" + scope + '"');
}

std::vector<Event> account_events_of(const Log& log, const std::string& account) {
  std::vector<Event> events;
  log.read_account(AccountId(account), 0, -1, [&](Event&& event) {
    events.push_back(std::move(event));
    return true;
  });
  return events;
}

// acme in us with the add-on for eu.
void prepare(Running& running) {
  running.open_account("acme");
  running.apply(usage("acme", "u1") + "\n" + residency("acme", "r", "eu"));
}

}  // namespace

TEST_CASE("RES-1: accounts of several regions are opened, charged and read through one service") {
  Running running;
  running.open_account("acme");
  running.open_account("nova", "eu");
  running.apply(usage("nova", "u1") + "\n" + usage("acme", "u1") + "\n" + usage("nova", "u2"));
  Client client = running.client();
  CHECK(at(client.get("/v1/accounts/nova").body, "/region") == "eu");
  CHECK(at(client.get("/v1/accounts/nova").body, "/seq") == "5");
  CHECK(at(client.get("/v1/accounts/acme").body, "/seq") == "4");
  CHECK(at(client.get("/v1/accounts/nova/balance").body, "/usage/0/charges") == "2");
  CHECK(at(client.get("/v1/accounts/nova/balance?as_of=4").body, "/usage/0/charges") == "1");
  CHECK(at(client.get("/v1/accounts").body, "/accounts/1/region") == "eu");
  CHECK(running.log("us").head() == 4);
  CHECK(running.log("eu").head() == 5);
  CHECK(at(client.post(usage("nova", "u3")).body, "/accepted/0/partition") == "eu");
  CHECK(at(client.post(usage("acme", "u3")).body, "/accepted/0/partition").empty());
}

TEST_CASE("RES-1: with several regions, what is over a whole log names one, and is told which there are") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  CHECK(client.get("/v1/log").status == 200);
  CHECK(client.get("/v1/log?region=us").status == 200);
  CHECK(client.get("/v1/log?region=eu").status == 404);
  CHECK(at(client.get("/v1/ledger").body, "/seq") == "3");
  CHECK(at(client.get("/readyz").body, "/seq") == "3");
  running.open_account("nova", "eu");
  for (const char* address : {"/v1/log", "/v1/events"}) {
    const Response response = client.get(address);
    CHECK(response.status == 400);
    CHECK(at(response.body, "/error/place") == "query parameter region");
    CHECK(at(response.body, "/error/message").find("eu, us") != std::string::npos);
  }
  CHECK(client.get("/v1/log?region=eu").header("x-creditfold-region") == "eu");
  CHECK(client.get("/v1/log?region=mars").status == 404);
  const std::string ledger = client.get("/v1/ledger").body;
  CHECK(at(ledger, "/events") == "6");
  CHECK(at(ledger, "/accounts") == "2");
  CHECK(at(ledger, "/regions/0/region") == "eu");
  CHECK(at(ledger, "/regions/1/seq") == "3");
  CHECK(at(client.get("/readyz").body, "/regions/eu") == "3");
}

TEST_CASE("RES-1: of several who open one id in several regions at once, exactly one succeeds") {
  Running running;
  for (int round = 0; round < 10; ++round) {
    const std::string account = "a" + std::to_string(round);
    std::atomic<int> opened{0};
    std::atomic<int> exists{0};
    std::vector<std::thread> threads;
    for (const char* region : {"us", "eu", "jp", "au"}) {
      threads.emplace_back([&, region] {
        const Response response = running.client().post(command(
            "OpenAccount", account, std::string("k-") + region,
            R"("environment":"commercial","region":")" + std::string(region) + '"'));
        if (response.status == 200) ++opened;
        if (at(response.body, "/refused/code") == "account_exists") ++exists;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(opened == 1);
    CHECK(exists == 3);
  }
  std::size_t accounts = 0;
  for (const RegionId& region : running.partitions().regions())
    accounts += running.partitions().find(region)->accounts().size();
  CHECK(accounts == 10);
}

TEST_CASE("RES-1: an id whose opening failed is free again, in every region") {
  Running running;
  static_cast<void>(running.log("eu"));  // so that the failing store is there
  running.restart();
  running.log("eu").fail_appends(Fault::Kind::full);
  const auto open = [&](const char* region) {
    return running.client().post(
        command("OpenAccount", "acme", "o", R"("environment":"commercial","region":")" + std::string(region) + '"'));
  };
  CHECK(open("eu").status == 507);
  CHECK(open("jp").status == 200);
  running.log("eu").fail_appends(std::nullopt);
  CHECK(at(open("eu").body, "/refused/code") == "key_reused");
}

TEST_CASE("RES-1: a migration over HTTP: answered when it is done, and everything is found in the new region") {
  Running running;
  prepare(running);
  const std::vector<Event> before = account_events_of(running.log("us"), "acme");
  Client client = running.client();
  const Response moved = client.post(migration("acme", "m", "eu"));
  CHECK(moved.status == 200);
  CHECK(at(moved.body, "/accepted/0/type") == "RegionMigrated");
  CHECK(at(moved.body, "/accepted/0/partition") == "eu");
  CHECK(at(moved.body, "/accepted/0/events") == std::to_string(before.size()));
  CHECK(account_events_of(running.log("us"), "acme").empty());
  CHECK(account_events_of(running.log("eu"), "acme").size() == before.size() + 1);
  REQUIRE(running.log("us").tombstones().size() == 1);
  CHECK(running.log("us").tombstones()[0].erased);
  CHECK(at(client.get("/v1/accounts/acme/balance").body, "/region") == "eu");
  CHECK(at(client.get("/v1/accounts/acme").body, "/seq") == std::to_string(before.size() + 1));
  CHECK(at(client.post(usage("acme", "u1")).body, "/replayed") == "true");
  CHECK(at(client.post(migration("acme", "m", "eu")).body, "/replayed") == "true");
  CHECK(at(client.post(usage("acme", "u2")).body, "/accepted/0/partition") == "eu");
  CHECK(at(client.get("/v1/ledger").body, "/accounts") == "1");
  const std::string balance = client.get("/v1/accounts/acme/balance").body;
  running.restart();
  CHECK(running.client().get("/v1/accounts/acme/balance").body == balance);
}

TEST_CASE("RES-1, RES-3: refusals of a migration have their statuses") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  CHECK(client.post(migration("acme", "m", "eu", "team")).status == 422);
  CHECK(at(client.post(migration("acme", "m", "eu", "team")).body, "/refused/clause") == "RES-3");
  CHECK(at(client.post(migration("acme", "m", "eu")).body, "/refused/code") == "product_required");
  CHECK(client.post(migration("nobody", "m", "eu")).status == 404);
  CHECK(client.post(migration("acme", "n", "us")).body.find(R"("accepted":[])") != std::string::npos);
  CHECK(at(client.post(migration("acme", "n", "us")).body, "/replayed") == "true");
}

TEST_CASE("RES-1: while a stream is copied the account and all others go on; another migration is in progress") {
  Running running;
  prepare(running);
  running.open_account("nova", "eu");
  running.open_account("zeta");
  std::promise<void> copying;
  std::promise<void> released;
  std::shared_future<void> release(released.get_future());
  std::atomic<bool> first{true};
  running.log("eu").before_stage([&] {
    if (!first.exchange(false)) return;
    copying.set_value();
    release.wait();
  });
  auto moved = std::async(std::launch::async, [&] { return running.client().post(migration("acme", "m", "eu")); });
  copying.get_future().wait();
  Client client = running.client();
  for (const char* account : {"acme", "nova", "zeta"}) CHECK(client.post(usage(account, "during")).status == 200);
  const Response another = client.post(migration("acme", "m2", "eu"));
  CHECK(another.status == 409);
  CHECK(at(another.body, "/refused/code") == "migration_in_progress");
  CHECK(at(client.post(migration("acme", "m3", "eu", "team")).body, "/refused/code") == "partial_migration");
  auto again = std::async(std::launch::async, [&] { return running.client().post(migration("acme", "m", "eu")); });
  CHECK(at(client.get("/v1/accounts/acme/balance").body, "/region") == "us");
  released.set_value();
  CHECK(moved.get().status == 200);
  CHECK(at(again.get().body, "/replayed") == "true");
  const std::vector<Event> events = account_events_of(running.log("eu"), "acme");
  CHECK(events.back().payload.index() == Payload(RegionMigrated{}).index());
  CHECK(at(client.post(usage("acme", "during")).body, "/replayed") == "true");
}

TEST_CASE("RES-1: under load from all sides, migrations there and back lose no command and double none") {
  Running running;
  running.open_account("acme");
  running.open_account("nova", "eu");
  running.open_account("zeta");
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::map<std::string, int> sent{{"acme", 0}, {"nova", 0}, {"zeta", 0}};
  std::vector<std::thread> threads;
  for (auto& [account, count] : sent) {
    threads.emplace_back([&, name = account, &n = count] {
      Client client = running.client();
      while (!done) {
        const std::string text = usage(name, "u" + std::to_string(n));
        const Response response = client.post(text);
        if (response.status != 200) ++wrong;
        ++n;
        if (n % 7 == 0 && at(client.post(text).body, "/replayed") != "true") ++wrong;
        if (client.get("/v1/accounts/" + name + "/balance").status != 200) ++wrong;
      }
    });
  }
  const std::vector<std::string> regions{"eu", "jp", "eu", "au"};
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const std::string n = std::to_string(i);
    std::string text = i == 0 ? "" : command("RemoveProduct", "acme", "rm" + n, R"("product":"data_residency")") + "\n";
    running.apply(text + residency("acme", "r" + n, regions[i]) + "\n" + migration("acme", "m" + n, regions[i]));
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  for (const auto& [account, count] : sent) {
    const std::string balance = running.client().get("/v1/accounts/" + account + "/balance").body;
    INFO(account);
    CHECK(at(balance, "/usage/0/charges") == std::to_string(count));
  }
  CHECK(at(running.client().get("/v1/accounts/acme").body, "/region") == "au");
}

TEST_CASE("RES-1: a migration whose target cannot be written leaves the account where it is") {
  Running running;
  prepare(running);
  running.log("eu").fail_appends(Fault::Kind::full);
  running.restart();
  Client client = running.client();
  CHECK(client.post(migration("acme", "m", "eu")).status == 507);
  CHECK(at(client.get("/v1/accounts/acme").body, "/region") == "us");
  CHECK(client.post(usage("acme", "u2")).status == 200);
  running.log("eu").fail_appends(std::nullopt);
  CHECK(client.post(migration("acme", "m", "eu")).status == 200);
  CHECK(at(client.get("/v1/accounts/acme").body, "/region") == "eu");
}

TEST_CASE("RES-1: lines around a migration in one request keep their order") {
  Running running;
  const std::string lines = command("OpenAccount", "acme", "o", R"("environment":"commercial","region":"us")") + "\n" +
                            residency("acme", "r", "eu") + "\n" + migration("acme", "m", "eu") + "\n" +
                            command("SetConsent", "acme", "c", R"("feature":"beta","granted":true)") + "\n" +
                            command("OpenAccount", "acme", "o2", R"("environment":"commercial","region":"jp")") + "\n";
  const auto answers = lines_of(running.client().post(lines, "application/x-ndjson").body);
  REQUIRE(answers.size() == 5);
  CHECK(at(answers[0], "/accepted/0/partition").empty());
  CHECK(at(answers[2], "/accepted/0/type") == "RegionMigrated");
  CHECK(at(answers[3], "/accepted/0/partition") == "eu");
  CHECK(at(answers[4], "/refused/code") == "account_exists");
}

TEST_CASE("RES-1: streams say the region in their ids, and one of an account that moves ends with where it went") {
  Running running;
  prepare(running);
  running.open_account("nova", "eu");
  Client eu = running.client();
  eu.write("GET /v1/events?region=eu&after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(eu.read_until("id: eu:3\n").find("id: eu:1\nevent: AccountOpened\n") != std::string::npos);
  Client acme = running.client();
  acme.write("GET /v1/events?account=acme&after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  static_cast<void>(acme.read_until("id: 5\n"));
  running.apply(migration("acme", "m", "eu"));
  CHECK(acme.read_until("\r\n0\r\n\r\n").find(R"(event: moved)"
                                             "\n"
                                             R"(data: {"account":"acme","region":"eu"})") != std::string::npos);
  // What followed eu sees the stream arrive, under the next positions.
  CHECK(eu.read_until("event: RegionMigrated\n").find("id: eu:4\nevent: AccountOpened\n") != std::string::npos);
  CHECK(running.client().get("/v1/events?account=acme&region=us&after=5").status == 409);
  CHECK(running.client().get("/v1/events?account=acme&after=0", {{"Last-Event-ID", "5"}}).status == 400);
  Client again = running.client();
  again.write("GET /v1/events?account=acme&region=eu HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: eu:8\r\n\r\n");
  CHECK(again.read_until("event: RegionMigrated\n").find("id: eu:9\n") != std::string::npos);
  CHECK(service::parse_message_id(RegionId("us"), "17") == 17);
  CHECK_FALSE(service::parse_message_id(RegionId("us"), "eu:17"));
  CHECK_FALSE(service::parse_message_id(RegionId("eu"), "eu:"));
}

TEST_CASE("RES-1: the download of a region that an account left explains its positions") {
  Running running;
  prepare(running);
  running.open_account("zeta");
  running.apply(migration("acme", "m", "eu"));
  running.apply(usage("zeta", "u1"));
  const std::string bytes = running.client().get("/v1/log?region=us").body;
  CflogReader reader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  std::int64_t explained = 0;
  std::int64_t events = 0;
  Event event;
  for (auto item = reader.next(event); item && *item; item = reader.next(event)) {
    if (const auto* departed = std::get_if<const Departed*>(&**item)) {
      CHECK((*departed)->account.value == "acme");
      explained += (*departed)->last_seq - (*departed)->first_seq + 1;
    }
    events += std::holds_alternative<Event*>(**item) ? 1 : 0;
  }
  CHECK(reader.good().complete);
  CHECK(explained == 5);
  CHECK(events == 4);
  CHECK(running.client().get("/v1/accounts/acme/log").header("x-creditfold-region") == "eu");
}

TEST_CASE("H4: an account that moved is closed by its new region's calendar, once") {
  Running running;
  prepare(running);
  running.apply(migration("acme", "m", "eu"));
  running.set_clock("2026-04-01T01:00:00Z");
  CHECK(soon([&] {
    return at(running.client().get("/v1/accounts/acme/balance").body, "/plans/0/periods/0/state") == "closed";
  }));
  CHECK(running.log("us").head() == 5);
}
