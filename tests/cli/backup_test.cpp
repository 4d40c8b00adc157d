// SPDX-License-Identifier: Apache-2.0
// A data directory carried away and put back: the same to the fingerprint, or not at all.
#include <catch2/catch.hpp>

#include <atomic>
#include <set>
#include <thread>

#include "tests/cli/regions.hpp"
#include "tests/cli/service.hpp"

using namespace creditfold::test;

namespace {

namespace fs = std::filesystem;

// The files of a directory and their bytes, but for those of running processes.
std::set<std::pair<std::string, std::string>> content_of(const fs::path& directory) {
  std::set<std::pair<std::string, std::string>> content;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("lock"))
      continue;
    content.emplace(fs::relative(entry.path(), directory).string(), read_file(entry.path()));
  }
  return content;
}

std::string replay_of(const std::string& data) { return ask({"replay", "--json", data}); }

struct BackupPlace {
  TemporaryDirectory directory;
  std::string data = directory.data().string();
  std::string backup = (directory.path() / "backup").string();
  std::string other = (directory.path() / "other").string();
};

}  // namespace

TEST_CASE("backup: what is derived of a ledger stays where it is, whole or half written") {
  const BackupPlace place;
  fill(place.data);
  const fs::path region = fs::path(place.data) / "us";
  fs::create_directory(region / "index");
  for (const char* name :
       {"index/manifest", "index/run-7", "index/heads-9.part", "state", "state.new", "state.new.part"})
    write_file(region / name, "derived");
  static_cast<void>(ask({"backup", "--data", place.data, place.backup}));
  for (const auto& entry : fs::recursive_directory_iterator(place.backup)) {
    CAPTURE(entry.path());
    CHECK_FALSE(contains(entry.path().string(), "index"));
    CHECK_FALSE(entry.path().filename().string().starts_with("state"));
  }
  static_cast<void>(ask({"restore", "--data", place.other, place.backup}));
  CHECK(replay_of(place.other) == replay_of(place.data));
}

TEST_CASE("backup: what is restored is the same, to the fingerprint, with moves, tokens and keys") {
  const Moved moved;
  const std::string backup = moved.file("backup");
  const std::string other = moved.file("other");
  static_cast<void>(ask({"tokens", "create", "--data", moved.data, "--operator", "--label", "ours"}));
  const auto told = json_of(ask({"backup", "--data", moved.data, "--json", backup}));
  CHECK(told == json_of(read_file(fs::path(backup) / "manifest.json")));
  REQUIRE(told.at("ledgers").as_array().size() == 2);
  CHECK(at(told, "/ledgers/0/region") == "eu");
  CHECK(json_of(ask({"restore", "--data", other, "--json", backup})) == told);
  CHECK(replay_of(other) == replay_of(moved.data));
  CHECK(ask({"checkpoint", "--data", other, "--region", "eu"}) ==
        ask({"checkpoint", "--data", moved.data, "--region", "eu"}));
  CHECK(ask({"tokens", "list", "--data", other}) == ask({"tokens", "list", "--data", moved.data}));
  CHECK(run({"verify", other}).status == 0);
  for (const auto& entry : fs::recursive_directory_iterator(other)) {
    CAPTURE(entry.path());
    CHECK((entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  }
}

TEST_CASE("backup: what was acknowledged before it began is in it, while charges go on") {
  const BackupPlace place;
  fill(place.data);
  Service service(place.data);
  std::atomic<int> charged = 0;
  std::atomic<int> failed = 0;
  std::jthread charges([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      const Ended ended =
          run({"apply", "--data", place.data}, usage("acme", "more-" + std::to_string(i), "2026-02-20T00:00:00Z"));
      if (ended.status == 0 && contains(ended.out, "accepted")) {
        ++charged;
      } else {
        ++failed;
      }
    }
  });
  for (int round = 0; round < 3; ++round) {
    while (charged < 5 * (round + 1)) std::this_thread::yield();
    const int before = charged;
    const std::string backup = place.backup + std::to_string(round);
    const std::string other = place.other + std::to_string(round);
    const Ended made = run({"backup", "--data", place.data, backup});
    const int after = charged + 1;  // one may be on its way
    CAPTURE(round, made.err);
    CHECK(made.status == 0);
    CHECK(contains(made.out, "Names and emails are not in it"));
    CHECK(contains(made.out, "The key that signs its checkpoints is in it"));
    CHECK(run({"restore", "--data", other, backup}).status == 0);
    CHECK(run({"verify", other}).status == 0);
    const std::string events = ask({"export", "--data", other, "--format", "jsonl"});
    int found = 0;
    while (contains(events, "\"more-" + std::to_string(found) + "\"")) ++found;
    CHECK(found >= before);
    CHECK(found <= after);
  }
  charges.request_stop();
  charges.join();
  CHECK(failed == 0);
  CHECK(service.stop() == 0);
}

TEST_CASE("restore: what was there before is kept beside it, and a restore again replaces again") {
  const BackupPlace place;
  fill(place.data);
  static_cast<void>(ask({"backup", "--data", place.data, place.backup}));
  static_cast<void>(ask({"apply", "--data", place.data}, usage("acme", "later", "2026-02-20T00:00:00Z")));
  const auto later = content_of(place.data);
  const std::string told = ask({"restore", "--data", place.data + "/", place.backup});
  CHECK(contains(told, place.data + ".before-1"));
  CHECK(content_of(place.data + ".before-1") == later);
  CHECK_FALSE(contains(ask({"export", "--data", place.data, "--format", "jsonl"}), "\"later\""));
  static_cast<void>(ask({"apply", "--data", place.data}, usage("acme", "after", "2026-02-20T00:00:00Z")));
  CHECK(run({"verify", place.data}).status == 0);
  CHECK(contains(ask({"restore", "--data", place.data, place.backup}), ".before-2"));
}

TEST_CASE("RES-2: no name is in a backup, and a restore keeps those that are there, without those erased meanwhile") {
  const BackupPlace place;
  fill(place.data);
  std::string people;
  for (const std::string person : {"ana", "bob"}) {
    people += R"({"person":")" + person + R"(","name":"Name-Of-)" + person + R"(","email":")" + person +
              R"(@kept.example","organizations":[]})" + "\n";
  }
  static_cast<void>(ask({"directory", "put", "--data", place.data}, people));
  static_cast<void>(ask({"backup", "--data", place.data, place.backup}));
  for (const auto& [name, bytes] : content_of(place.backup)) {
    CAPTURE(name);
    CHECK_FALSE(contains(bytes, "Name-Of-"));
  }
  static_cast<void>(ask({"directory", "erase", "person", "bob", "--data", place.data}));
  static_cast<void>(ask({"restore", "--data", place.data, place.backup}));
  CHECK(contains(ask({"directory", "get", "person", "ana", "--data", place.data}), "Name-Of-ana"));
  CHECK(run({"directory", "get", "person", "bob", "--data", place.data}).status == 1);
  CHECK(run({"restore", "--data", place.other, place.backup}).status == 0);
  CHECK(run({"directory", "get", "person", "ana", "--data", place.other}).status == 1);
}

TEST_CASE(
    "restore: a backup with any byte changed, a file missing or another manifest is refused, and nothing is touched") {
  const BackupPlace place;
  fill(place.data);
  static_cast<void>(ask({"backup", "--data", place.data, place.backup}));
  const auto sound = content_of(place.data);
  const fs::path ledger = fs::path(place.backup) / "us" / "ledger.db";
  const fs::path manifest = fs::path(place.backup) / "manifest.json";
  const auto refused = [&](int status, const std::string& part) {
    const Ended ended = run({"restore", "--data", place.data, place.backup});
    CAPTURE(ended.err);
    CHECK(ended.status == status);
    CHECK(contains(ended.err, part));
    CHECK(content_of(place.data) == sound);
  };
  const std::string bytes = read_file(ledger);
  for (std::size_t i = 1; i < 8; ++i) {
    std::string damaged = bytes;
    damaged[damaged.size() * i / 8] = static_cast<char>(damaged[damaged.size() * i / 8] ^ 4);
    write_file(ledger, damaged);
    refused(3, "ledger.db is not the file its manifest describes");
  }
  fs::remove(ledger);
  refused(3, "ledger.db is missing");
  write_file(ledger, bytes);
  const std::string text = read_file(manifest);
  std::string forged = text;
  const std::size_t print = forged.find("\"fingerprint\":\"") + 15;
  forged[print] = forged[print] == '0' ? '1' : '0';
  write_file(manifest, forged);
  fs::permissions(manifest, fs::perms::owner_read | fs::perms::owner_write);
  refused(3, "the ledger of region us is not the one its manifest describes");
  forged = text;
  forged.replace(forged.find("us/ledger.db"), 12, "../ledger.db");
  write_file(manifest, forged);
  refused(3, "/files/");
  write_file(manifest, "{}");
  refused(3, "/format");
  fs::remove(manifest);
  refused(4, "is no backup");
  write_file(manifest, text);
  fs::permissions(manifest, fs::perms::owner_read | fs::perms::owner_write);
  CHECK(run({"restore", "--data", place.data, place.backup}).status == 0);
}

TEST_CASE("restore: a directory that is written to is left alone") {
  const BackupPlace place;
  fill(place.data);
  static_cast<void>(ask({"backup", "--data", place.data, place.backup}));
  Service service(place.data);
  const Ended ended = run({"restore", "--data", place.data, place.backup});
  CHECK(ended.status == 4);
  CHECK(contains(ended.err, place.data));
  CHECK(service.stop() == 0);
  CHECK(run({"verify", place.data}).status == 0);
}

TEST_CASE("backup: ledgers at moments between which an account was lost are no backup") {
  const BackupPlace place;
  fill(place.data);
  static_cast<void>(
      ask({"apply", "--data", place.data}, opening_in("eu", "globex") + residency_of("acme", "r1", "eu")));
  const fs::path eu = fs::path(place.data) / "eu" / "ledger.db";
  const std::string before = read_file(eu);
  REQUIRE(contains(ask({"apply", "--data", place.data}, migration_of("acme", "m1", "eu")), "RegionMigrated"));
  CHECK(run({"backup", "--data", place.data, place.other}).status == 0);
  write_file(eu, before);
  const Ended ended = run({"backup", "--data", place.data, place.backup});
  CAPTURE(ended.err);
  CHECK(ended.status == 4);
  CHECK(contains(ended.err, "accounts moved"));
  CHECK_FALSE(fs::exists(place.backup));
}

TEST_CASE("backup: wrong names end with 2, what is not there with 4, and make nothing") {
  const BackupPlace place;
  fill(place.data);
  CHECK(run({"backup", "--data", place.data}).status == 2);
  CHECK(run({"backup", "--data", place.other, place.backup}).status == 4);
  CHECK_FALSE(fs::exists(place.backup));
  CHECK(run({"backup", "--data", place.data, place.data}).status == 2);
  CHECK(run({"restore", "--data", place.data, place.backup}).status == 4);
  CHECK(run({"restore", "--data", place.other, place.data}).status == 4);
  CHECK_FALSE(fs::exists(place.other));
}
