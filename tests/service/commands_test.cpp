// SPDX-License-Identifier: Apache-2.0
// POST /v1/commands: one command, many, what they are answered with, and what a failing store does to them.
#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "ledger/service/limits.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("a command is answered with its events, and the same one again with the stored answer") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  const Response first = client.post(usage("acme", "u1"));
  CHECK(first.status == 200);
  CHECK(first.header("content-type") == "application/json; charset=utf-8");
  CHECK(first.header("cache-control") == "no-store");
  CHECK(at(first.body, "/accepted/0/type") == "CreditsConsumed");
  CHECK(at(first.body, "/accepted/0/credits") == "25");
  CHECK(at(first.body, "/replayed").empty());
  const Response again = client.post(usage("acme", "u1"));
  CHECK(again.status == 200);
  CHECK(at(again.body, "/replayed") == "true");
  CHECK(at(again.body, "/accepted") == at(first.body, "/accepted"));
}

TEST_CASE("a refusal has the status of its kind and appends nothing") {
  Running running;
  running.open_account("acme");
  const std::int64_t head = running.log().head();
  Client client = running.client();
  const auto status = [&](const std::string& body, const char* code) {
    const Response response = client.post(body);
    INFO(response.body);
    CHECK(at(response.body, "/refused/code") == code);
    return response.status;
  };
  CHECK(status(usage("nobody", "u1"), "unknown_account") == 404);
  CHECK(status(command("OpenAccount", "acme", "o2", R"("environment":"commercial","region":"us")"), "account_exists") ==
        409);
  CHECK(status(command("ClosePeriods", "acme", "open"), "key_reused") == 409);
  CHECK(status(command("TransferCredits", "acme", "t", R"("to":"other","credits":"5")"), "non_transferable") == 422);
  CHECK(status(usage("acme", "f", "2026-03-10T12:05:01Z"), "in_future") == 422);
  CHECK(status(R"({"command":"ClosePeriods","account":"acme","key":"c","nonsense":1})", "malformed") == 400);
  CHECK(running.log().head() == head);
}

TEST_CASE("what is not JSON is refused with the place") {
  Running running;
  Client client = running.client();
  const Response broken = client.post(R"({"command":"ClosePeriods",,})");
  CHECK(broken.status == 400);
  CHECK(at(broken.body, "/refused/code") == "malformed");
  CHECK(at(broken.body, "/key") == "null");
  CHECK(at(broken.body, "/refused/details/place").starts_with("byte "));
  const Response field = client.post(
      command("PurchaseCredits", "acme", "p", R"("plan":"plus","credits":"1","periods":{"first":"1","last":1})"));
  CHECK(field.status == 400);
  CHECK(at(field.body, "/key") == "p");
  CHECK(at(field.body, "/refused/details/place") == "/periods/first");
  CHECK(client.post("").status == 400);
}

TEST_CASE("many commands are answered line by line, blank lines skipped, malformed ones with their number") {
  Running running;
  running.open_account("acme");
  const std::string body =
      usage("acme", "u1") + "\r\n\n  \nnonsense\n" + usage("nobody", "u2") + "\n" + usage("acme", "u1");
  const Response response = running.client().post(body, "Application/X-NDJSON; charset=utf-8");
  CHECK(response.status == 200);
  CHECK(response.whole);
  CHECK(response.header("content-type") == "application/x-ndjson; charset=utf-8");
  const auto lines = lines_of(response.body);
  REQUIRE(lines.size() == 4);
  CHECK(at(lines[0], "/accepted/0/type") == "CreditsConsumed");
  CHECK(at(lines[1], "/refused/code") == "malformed");
  CHECK(at(lines[1], "/refused/details/line") == "4");
  CHECK(at(lines[2], "/refused/code") == "unknown_account");
  CHECK(at(lines[3], "/replayed") == "true");
  CHECK(running.client().post("\n\n", "application/x-ndjson").body.empty());
}

TEST_CASE("more lines than one append takes are answered in their order") {
  Running running;
  running.open_account("acme");
  std::string body;
  const std::size_t count = 2 * commands_per_group_max + 345;
  for (std::size_t i = 0; i < count; ++i) body += usage("acme", "u" + std::to_string(i)) + "\n";
  const Response response = running.client().post(body, "application/x-ndjson");
  REQUIRE(response.whole);
  const auto lines = lines_of(response.body);
  REQUIRE(lines.size() == count);
  for (std::size_t i = 0; i < count; i += 97) CHECK(at(lines[i], "/key") == "u" + std::to_string(i));
  CHECK(running.log().largest_group() == commands_per_group_max);
}

TEST_CASE("eight clients that send the same keys get each accepted once, and share appends") {
  Running running;
  running.open_account("acme");
  const int appends_before = running.log().appends();
  constexpr int keys = 60;
  std::atomic<int> accepted{0};
  std::atomic<int> replayed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Client client = running.client();
      for (int i = 0; i < keys; ++i) {
        const Response response = client.post(usage("acme", "u" + std::to_string((i + t * 7) % keys)));
        if (response.status != 200) continue;
        ++(at(response.body, "/replayed") == "true" ? replayed : accepted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == keys);
  CHECK(replayed == 7 * keys);
  CHECK(running.log().appends() - appends_before <= keys);
  CHECK(at(running.client().get("/v1/accounts/acme/balance").body, "/usage/0/charges") == std::to_string(keys));
}

TEST_CASE("commands that wait for a slow disk share the next append") {
  Running running;
  running.open_account("acme");
  std::atomic<bool> hold{true};
  running.log().before_append([&] { static_cast<void>(soon([&] { return !hold.load(); })); });
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&, t] {
      if (running.client().post(usage("acme", "u" + std::to_string(t))).status == 200) ++answered;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(answered == 0);
  CHECK(running.client().get("/v1/accounts/acme/balance").status == 200);  // readers do not wait for the disk
  hold = false;
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == 12);
  CHECK(running.log().largest_group() >= 6);
}

TEST_CASE("when the store fails nothing is applied, every caller hears it, and the same commands are accepted later") {
  Running running;
  running.open_account("acme");
  const std::string before = running.client().get("/v1/accounts/acme/balance").body;
  const std::int64_t head = running.log().head();
  const auto [kind, status, code] = GENERATE(table<Fault::Kind, int, const char*>({
      {Fault::Kind::unavailable, 503, "unavailable"},
      {Fault::Kind::busy, 503, "busy"},
      {Fault::Kind::read_only, 503, "read_only"},
      {Fault::Kind::full, 507, "storage_full"},
      {Fault::Kind::damaged, 500, "damaged"},
  }));
  running.log().fail_appends(kind);
  Client client = running.client();
  const Response one = client.post(usage("acme", "u1"));
  CHECK(one.status == status);
  CHECK(at(one.body, "/error/code") == code);
  CHECK(one.header("retry-after") == (status == 503 ? "1" : ""));
  const Response many = client.post(usage("acme", "u1") + "\n" + usage("acme", "u2"), "application/x-ndjson");
  CHECK(many.status == status);
  CHECK(client.get("/readyz").status == 503);
  CHECK(client.get("/healthz").status == 200);
  CHECK(running.log().head() == head);
  CHECK(client.get("/v1/accounts/acme/balance").body == before);

  running.log().fail_appends(std::nullopt);
  const Response later = client.post(usage("acme", "u1"));
  CHECK(later.status == 200);
  CHECK(at(later.body, "/accepted/0/seq") == std::to_string(head + 1));
}

TEST_CASE("a store that fails on the way through many lines cuts the answer short after saying so") {
  Running running;
  running.open_account("acme");
  int appends = 0;
  running.log().before_append([&] {
    if (++appends == 2) running.log().fail_appends(Fault::Kind::full);
  });
  std::string body;
  for (std::size_t i = 0; i < 2 * commands_per_group_max; ++i) body += usage("acme", "u" + std::to_string(i)) + "\n";
  const Response response = running.client().post(body, "application/x-ndjson");
  CHECK(response.status == 200);
  CHECK_FALSE(response.whole);
  const auto lines = lines_of(response.body);
  REQUIRE(lines.size() == commands_per_group_max + 1);
  CHECK(at(lines.back(), "/error/code") == "storage_full");
  CHECK(at(running.client().get("/v1/accounts/acme/balance").body, "/usage/0/charges") ==
        std::to_string(commands_per_group_max));
}

TEST_CASE("a queue that is full sends callers away for a second") {
  Running running;
  running.open_account("acme");
  std::atomic<bool> hold{true};
  running.log().before_append([&] { static_cast<void>(soon([&] { return !hold.load(); })); });
  std::string body;
  for (std::size_t i = 0; i < commands_per_group_max; ++i)
    body += command("ClosePeriods", "acme", "c" + std::to_string(i)) + "\n";
  std::vector<std::thread> threads;
  std::atomic<int> turned_away{0};
  std::atomic<int> taken{0};
  for (std::size_t t = 0; t < service::waiting_commands_max / commands_per_group_max + 4; ++t) {
    threads.emplace_back([&] {
      const Response response = running.client().post(body, "application/x-ndjson");
      if (response.status == 200) ++taken;
      if (response.status == 503 && response.header("retry-after") == "1") ++turned_away;
    });
  }
  CHECK(soon([&] { return turned_away.load() >= 2; }));
  hold = false;
  for (std::thread& thread : threads) thread.join();
  CHECK(taken + turned_away == static_cast<int>(threads.size()));
}
