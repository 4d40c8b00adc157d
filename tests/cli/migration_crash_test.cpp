// SPDX-License-Identifier: Apache-2.0
// RES-1: a migration survives kill -9 at every step. The program is killed before each of its writes, syncs and
// truncations in turn; and a service is killed at moments nobody chose, while others write.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "ledger/cli/program.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/regions.hpp"
#include "tests/cli/service.hpp"
#include "tests/events/samples.hpp"
#include "tests/store/failing_vfs.hpp"

using namespace creditfold::test;

namespace {

// Runs `creditfold apply` in a process of its own that ends with SIGKILL before its `calls`-th write, sync or
// truncation of a database. false: it came to its end before.
bool apply_until_killed(const std::string& data, const std::string& input, const std::string& output, int calls) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(out, 1);
    FailingVfs vfs;
    vfs.kill_after(calls);
    const char* words[] = {"creditfold", "apply", "--data", data.c_str(), input.c_str()};
    ::_exit(creditfold::cli::run_program(5, words));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return true;
  REQUIRE(WEXITSTATUS(status) == 0);
  return false;
}

std::vector<std::string> region_and_versions(const std::string& data) {
  std::vector<std::string> accounts;
  const auto told = json_of(ask({"accounts", "--data", data, "--json"}));
  for (const auto& account : told.at("accounts").as_array()) {
    accounts.push_back(at(account, "/account") + " " + at(account, "/region") + " " +
                       std::to_string(account.at("version").as_int64()));
  }
  return accounts;
}

}  // namespace

TEST_CASE(
    "RES-1: killed before any write of a migration, the account is in exactly one region, whole, and nothing is lost",
    "[slow]") {
  const TemporaryDirectory templates;
  const std::string first = templates.data().string();
  fill(first);
  std::string commands;
  for (const std::string& command : lines_of(planted_commands())) commands += command + "\n";
  static_cast<void>(ask({"apply", "--data", first}, commands + residency_of("acme", "r1", "eu")));
  const auto before = lines_of(ask({"export", "--data", first, "--account", "acme", "--format", "jsonl"}));
  const std::string input = (templates.path() / "input").string();
  const std::string last =
      usage("acme", "after", "2026-02-03T00:00:00Z") + usage("zeta", "after", "2026-02-03T00:00:00Z");
  write_file(input, migration_of("acme", "m1", "eu") + last);
  const std::vector<std::string> stayed{"acme us " + std::to_string(before.size()), "zeta us 7"};
  std::set<std::string> seen;
  bool killed = true;
  for (int calls = 0; killed; ++calls) {
    CAPTURE(calls);
    REQUIRE(calls < 2'000);
    const TemporaryDirectory directory;
    const std::string data = directory.data().string();
    const std::string output = (directory.path() / "answers").string();
    std::filesystem::copy(first, data, std::filesystem::copy_options::recursive);
    killed = apply_until_killed(data, input, output, calls);

    // Before anything is mended: whoever reads sees one live copy, complete.
    const std::vector<std::string> accounts = region_and_versions(data);
    REQUIRE(accounts.size() == 2);
    const bool moved = contains(accounts[0], "acme eu");
    seen.insert(accounts[0]);
    if (!moved) REQUIRE(accounts == stayed);
    const Ended verified = run({"verify", data});
    INFO(verified.err);
    REQUIRE(verified.status == 0);
    const auto events = lines_of(ask({"export", "--data", data, "--account", "acme", "--format", "jsonl"}));
    REQUIRE(events.size() >= before.size());
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(without_position(events[i]) == without_position(before[i]));

    // The next start ends what was begun; what was acknowledged is answered again.
    const auto acknowledged = lines_of(read_file(output));
    const auto again = lines_of(ask({"apply", "--data", data}, read_file(input)));
    REQUIRE(again.size() == 3);
    for (std::size_t i = 0; i < acknowledged.size(); ++i) REQUIRE(contains(again[i], "\"replayed\":true"));
    REQUIRE(contains(again[0], "RegionMigrated"));
    const std::string version = std::to_string(before.size() + 2);  // zeta's charge opens its period too
    REQUIRE(region_and_versions(data) == std::vector<std::string>{"acme eu " + version, "zeta us 9"});
    const Ended after = run({"verify", data, "--json"});
    INFO(after.err);
    REQUIRE(after.status == 0);
    REQUIRE(at(json_of(after.out), "/departed/0/account") == "acme");
    REQUIRE(planted_in(directory.data() / "us") == 0);
  }
  CHECK(seen.size() >= 3);  // where it was, where it went, and with what came after
}

TEST_CASE(
    "RES-1: a service killed under load while accounts move loses nothing it acknowledged, and ends with one copy",
    "[slow]") {
  Random random(20261123);
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  std::string commands = opening("acme") + opening_in("eu", "nova") + opening("zeta");
  for (int i = 0; i < 4'000; ++i) commands += usage("acme", "old" + std::to_string(i), "2026-01-10T10:00:00Z");
  static_cast<void>(ask({"apply", "--data", data}, commands));
  std::map<std::string, std::set<std::string>> acknowledged;
  const std::vector<std::string> regions{"eu", "jp", "eu", "au", "eu", "jp"};
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    const std::string tag = std::to_string(round);
    const auto file = [&](const std::string& name) { return (directory.path() / (name + tag)).string(); };
    std::string load, move;
    for (int i = 0; i < 400; ++i) {
      for (const char* account : {"acme", "nova", "zeta"}) {
        load += usage(account, "r" + tag + "-" + std::to_string(i), "2026-01-11T10:00:00Z");
      }
    }
    if (round > 0) {
      move += R"({"command":"RemoveProduct","account":"acme","key":"rm)" + tag +
              R"(","at":"2026-02-01T12:00:00Z","product":"data_residency"})" + "\n";
    }
    const std::string to = regions.at(static_cast<std::size_t>(round));
    move += residency_of("acme", "add" + tag, to) + migration_of("acme", "m" + tag, to);
    write_file(file("load"), load);
    write_file(file("move"), move);
    {
      Service service(data);
      std::vector<Ended> ended(2);
      std::jthread loading([&] { ended[0] = run({"apply", "--data", data, file("load")}); });
      std::jthread moving([&] { ended[1] = run({"apply", "--data", data, file("move")}); });
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random.below(500)));
      service.kill();
      loading.join();
      moving.join();
      for (const Ended& one : ended) {
        for (const std::string& line : lines_of(one.out)) {
          if (line.empty() || line.back() != '}' || !contains(line, "\"accepted\"")) continue;
          const auto answer = json_of(line);
          for (const auto& event : answer.at("accepted").as_array()) {
            acknowledged[at(event, "/account")].insert(at(answer, "/key"));
          }
        }
      }
    }
    const Ended beside = run({"verify", data});
    INFO(beside.err);
    REQUIRE(beside.status == 0);
    {
      Service service(data);
      static_cast<void>(ask({"apply", "--data", data, file("move")}));
      const auto balance = json_of(ask({"balance", "--data", data, "--account", "acme", "--json"}));
      REQUIRE(at(balance, "/region") == to);
      REQUIRE(service.stop() == 0);
    }
    const Ended verified = run({"verify", data});
    INFO(verified.err);
    REQUIRE(verified.status == 0);
    for (const auto& [account, keys] : acknowledged) {
      std::set<std::string> stored;
      for (const std::string& line :
           lines_of(ask({"export", "--data", data, "--account", account, "--format", "jsonl"}))) {
        stored.insert(at(json_of(line), "/key"));
      }
      for (const std::string& key : keys) REQUIRE(stored.count(key) == 1);
    }
  }
  CHECK(acknowledged["acme"].size() > 6);
}
