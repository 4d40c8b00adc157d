// SPDX-License-Identifier: Apache-2.0
// A data directory of several regions, as people and scripts meet it: folders, commands that name a region, migration.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "events/codec.hpp"
#include "events/store/partitions.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/regions.hpp"

using namespace creditfold::test;

namespace {

std::string answer_of(const std::string& data, const std::string& command) {
  return ask({"apply", "--data", data}, command);
}

std::string code_of_refusal(const std::string& answer) { return at(json_of(answer), "/refused/code"); }

}  // namespace

TEST_CASE("RES-1: an account's events lie in its region's folder, and a folder is made with its first account") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  CHECK(std::filesystem::exists(directory.data() / "us" / "ledger.db"));
  CHECK_FALSE(std::filesystem::exists(directory.data() / "eu"));
  CHECK(code_of_refusal(lines_of(answer_of(data, opening_in("mars", "nova"))).front()) == "unknown_region");
  CHECK_FALSE(std::filesystem::exists(directory.data() / "mars"));
  const std::string opened = answer_of(data, opening_in("eu", "nova"));
  CHECK(contains(opened, R"("seq":1,"partition":"eu","account":"nova")"));
  CHECK(std::filesystem::exists(directory.data() / "eu" / "ledger.db"));
  const auto accounts = json_of(ask({"accounts", "--data", data, "--json"})).at("accounts").as_array();
  REQUIRE(accounts.size() == 3);
  CHECK(at(accounts[1], "/account") == "nova");
  CHECK(at(accounts[1], "/region") == "eu");
}

TEST_CASE("RES-1: an id is one account's over all regions, also inside one group of commands") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  const auto open = [](const std::string& region, const std::string& key) {
    return R"({"command":"OpenAccount","account":"acme","key":")" + key +
           R"(","at":"2026-01-01T00:00:00Z","environment":"commercial","region":")" + region + "\"}\n";
  };
  const auto answers = lines_of(
      answer_of(data, open("mars", "k0") + open("eu", "k1") + open("jp", "k2") + open("eu", "k1") + open("jp", "k1")));
  REQUIRE(answers.size() == 5);
  CHECK(code_of_refusal(answers[0]) == "unknown_region");
  CHECK(contains(answers[1], "\"accepted\""));
  CHECK(code_of_refusal(answers[2]) == "account_exists");
  CHECK(contains(answers[3], "\"replayed\":true"));
  CHECK(code_of_refusal(answers[4]) == "key_reused");
  CHECK_FALSE(std::filesystem::exists(directory.data() / "jp"));
  CHECK(code_of_refusal(answer_of(data, open("us", "k3"))) == "account_exists");
}

TEST_CASE("RES-1: commands of several regions in one stream are answered in order") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  std::string commands;
  for (const char* region : {"us", "eu", "jp"}) commands += opening_in(region, std::string("a-") + region);
  for (int i = 0; i < 300; ++i) {
    const std::string account = std::string("a-") + (i % 3 == 0 ? "us" : i % 3 == 1 ? "eu" : "jp");
    commands += usage(account, "u" + std::to_string(i), "2026-01-02T00:00:00Z");
    if (i % 50 == 0) commands += "not a command\n" + usage("nobody", "x", "2026-01-02T00:00:00Z");
  }
  const auto answers = lines_of(answer_of(data, commands));
  const auto sent = lines_of(commands);
  REQUIRE(answers.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    INFO(sent[i] << " " << answers[i]);
    if (sent[i] == "not a command") {
      REQUIRE(code_of_refusal(answers[i]) == "malformed");
    } else {
      REQUIRE(at(json_of(answers[i]), "/key") == at(json_of(sent[i]), "/key"));
      REQUIRE((code_of_refusal(answers[i]) == "unknown_account") == contains(sent[i], "nobody"));
    }
  }
  CHECK(run({"verify", data}).status == 0);
}

TEST_CASE("RES-1: replay and verify take all regions together; what has a position takes one, by name") {
  const Moved moved;
  const std::string replayed = ask({"replay", moved.data, "--json"});
  CHECK(json_of(replayed).at("accounts").as_array().size() == 3);
  CHECK(ask({"replay", moved.data, "--json", "--snapshot"}) == replayed);
  for (const Words& words : {Words{"export", "--data", moved.data, "--format", "jsonl"},
                             Words{"export", "--data", moved.data, "--format", "cflog"},
                             Words{"replay", moved.data, "--as-of", "3"}}) {
    const Ended ended = run(words);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--region: eu, us"));
  }
  CHECK(run({"export", "--data", moved.data, "--format", "jsonl", "--region", "jp"}).status == 2);
  // Each region's export is a log of its own; together they hold every account once.
  std::size_t accounts = 0;
  for (const char* region : {"eu", "us"}) {
    for (const char* format : {"jsonl", "cflog"}) {
      const std::string file = moved.file(std::string(region) + "." + format);
      static_cast<void>(
          ask({"export", "--data", moved.data, "--region", region, "--format", format, "--output", file}));
      const Ended verified = run({"verify", file, "--json"});
      INFO(verified.err);
      CHECK(verified.status == 0);
      CHECK(ask({"replay", file, "--json"}) == ask({"replay", moved.data, "--region", region, "--json"}));
    }
    accounts +=
        json_of(ask({"replay", moved.file(std::string(region) + ".cflog"), "--json"})).at("accounts").as_array().size();
  }
  CHECK(accounts == 3);
  CHECK(ask({"replay", moved.data, "--region", "eu", "--as-of", "4", "--json"}) ==
        ask({"replay", moved.file("eu.cflog"), "--as-of", "4", "--json"}));
}

TEST_CASE("RES-1: a migration moves the whole stream: same events under new positions, same state, one more event") {
  const Moved moved;
  const auto before = lines_of(moved.before);
  const auto after = lines_of(ask({"export", "--data", moved.data, "--account", "acme", "--format", "jsonl"}));
  REQUIRE(after.size() == before.size() + 1);
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(without_position(after[i]) == without_position(before[i]));
  const auto last = json_of(after.back());
  CHECK(at(last, "/type") == "RegionMigrated");
  CHECK(at(last, "/from") == "us");
  CHECK(at(last, "/to") == "eu");
  CHECK(at(last, "/partition") == "eu");
  CHECK(last.at("events").as_int64() == static_cast<std::int64_t>(before.size()));
  CHECK(at(last, "/hash").size() == 64);
  CHECK(at(json_of(ask({"balance", "--data", moved.data, "--account", "acme", "--json"})), "/region") == "eu");
}

TEST_CASE("RES-1: the hash is SHA-256 over the canonical bytes of the stream, as anybody can compute it") {
  const Moved moved;
  const creditfold::SqlitePartitions partitions(moved.data, true);
  const creditfold::SqliteLog& eu = *partitions.find(creditfold::RegionId("eu"));
  const auto arrival = eu.arrival_of(creditfold::AccountId("acme"));
  REQUIRE(arrival);
  // The bytes of each event as a .cflog holds them, hashed by the machine's own sha256sum.
  std::string bytes;
  eu.read_account(creditfold::AccountId("acme"), 0, -1, [&](creditfold::Event&& event) {
    if (event.version > arrival->copied.events) return false;
    std::vector<std::uint8_t> encoded;
    creditfold::encode_event(event, encoded);
    bytes.append(encoded.begin(), encoded.end());
    return true;
  });
  write_file(moved.file("stream"), bytes);
  std::string hex;
  for (const std::uint8_t byte : arrival->copied.hash.value) {
    constexpr const char* digits = "0123456789abcdef";
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  CHECK(std::system(("echo '" + hex + "  " + moved.file("stream") + "' | sha256sum --check --status").c_str()) == 0);
}

TEST_CASE("RES-1: what was said before a migration is answered again after it, and so is the migration itself") {
  const Moved moved;
  for (const std::string& command : lines_of(moved.commands)) {
    const std::string answer = answer_of(moved.data, command);
    INFO(command);
    CHECK(contains(answer, "\"replayed\":true"));
  }
  CHECK(contains(answer_of(moved.data, moved.migration), "\"replayed\":true"));
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("acme", "m1", "jp"))) == "key_reused");
  CHECK(contains(answer_of(moved.data, usage("acme", "after", "2026-02-03T00:00:00Z")), R"("partition":"eu")"));
  CHECK(contains(answer_of(moved.data, migration_of("acme", "m2", "eu")), R"("accepted":[]})"));
  CHECK(contains(answer_of(moved.data, migration_of("acme", "m2", "eu")), R"("replayed":true)"));
  CHECK(run({"verify", moved.data}).status == 0);
}

TEST_CASE("RES-1: refusals of a migration move nothing, and are decided afresh") {
  const Moved moved;
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("zeta", "m", "eu"))) == "product_required");
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("zeta", "m", "eu", "team"))) == "partial_migration");
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("zeta", "m", "mars"))) == "unknown_region");
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("nobody", "m", "eu"))) == "unknown_account");
  CHECK(code_of_refusal(answer_of(moved.data, migration_of("acme", "k", "jp"))) == "product_required");
  CHECK_FALSE(std::filesystem::exists(moved.directory.data() / "jp"));
  static_cast<void>(answer_of(moved.data, residency_of("zeta", "r", "eu")));
  CHECK(contains(answer_of(moved.data, migration_of("zeta", "m", "eu")), "RegionMigrated"));
}

TEST_CASE("RES-1: verify knows the tombstone and says so; no other gap is right") {
  const Moved moved;
  const std::string text = ask({"verify", moved.data});
  CHECK(contains(text, "Account acme left us for eu: "));
  CHECK(contains(text, "explained by its tombstone"));
  const auto verified = json_of(ask({"verify", moved.data, "--json"}));
  CHECK(at(verified, "/departed/0/account") == "acme");
  CHECK(at(verified, "/departed/0/to") == "eu");
  const auto positions = verified.at_pointer("/departed/0/positions").as_int64();
  CHECK(positions == static_cast<std::int64_t>(lines_of(moved.before).size()));
  // Without what explains it, the same gap is a contradiction.
  std::string silent;
  for (const std::string& line :
       lines_of(ask({"export", "--data", moved.data, "--region", "us", "--format", "jsonl"}))) {
    if (!contains(line, "\"departed\"")) silent += line + "\n";
  }
  write_file(moved.file("silent.jsonl"), silent + read_file(moved.file("other.jsonl")));
  const Ended ended = run({"verify", moved.file("silent.jsonl")});
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "is missing before it"));
}

TEST_CASE("RES-1: verify finds a stream that left and arrived nowhere, and one that is not what was recorded") {
  const Moved moved;
  std::filesystem::rename(moved.directory.data() / "eu", moved.directory.path() / "elsewhere");
  write_file(moved.directory.data() / "regions.txt", "us\n");
  const Ended lost = run({"verify", moved.data});
  CHECK(lost.status == 1);
  CHECK(contains(lost.err, "account acme left for eu, and nothing anywhere says that it arrived"));
  std::filesystem::rename(moved.directory.path() / "elsewhere", moved.directory.data() / "eu");
  std::string changed = ask({"export", "--data", moved.data, "--region", "eu", "--format", "jsonl"});
  const std::string workflow = R"("workflow":"triage")";
  REQUIRE(contains(changed, workflow));
  changed.replace(changed.find(workflow), workflow.size(), R"("workflow":"TRIAGE")");
  write_file(moved.file("changed.jsonl"), changed);
  const Ended ended = run({"verify", moved.file("changed.jsonl")});
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "it records other events than those before it"));
}

TEST_CASE("RES-1: the book kept of a region is no finding while an account that left it is not buried there yet") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  std::string commands;
  for (int i = 0; i < 1'100; ++i) commands += usage("acme", "more" + std::to_string(i), "2026-01-22T10:00:00Z");
  static_cast<void>(answer_of(data, commands + residency_of("acme", "r1", "eu")));
  REQUIRE(std::filesystem::exists(directory.data() / "us" / "state"));
  // As a process leaves it that ended between the switch and the tombstone.
  std::filesystem::copy(directory.data() / "us", directory.path() / "us", std::filesystem::copy_options::recursive);
  REQUIRE(contains(answer_of(data, migration_of("acme", "m1", "eu")), "RegionMigrated"));
  std::filesystem::remove_all(directory.data() / "us");
  std::filesystem::rename(directory.path() / "us", directory.data() / "us");
  for (int round = 0; round < 2; ++round) {
    const Ended verified = run({"verify", data});
    INFO(verified.err);
    CHECK(verified.status == 0);
    static_cast<void>(answer_of(data, usage("zeta", "last", "2026-02-03T00:00:00Z")));  // buries it
  }
}

TEST_CASE("RES-1: no byte of the account stays in the region it left") {
  const Moved moved;
  CHECK(planted_in(moved.directory.data() / "us") == 0);
  CHECK(planted_in(moved.directory.data() / "eu") > 0);
}

TEST_CASE("RES-1: on to a third region and back to the second") {
  const Moved moved;
  const auto steps = [&](const std::string& region, const std::string& key) {
    std::string commands = R"({"command":"RemoveProduct","account":"acme","key":"rm-)" + key +
                           R"(","at":"2026-02-01T12:00:00Z","product":"data_residency"})" + "\n" +
                           residency_of("acme", "add-" + key, region) + migration_of("acme", key, region);
    return lines_of(answer_of(moved.data, commands)).back();
  };
  CHECK(contains(steps("jp", "m3"), R"("from":"eu","to":"jp")"));
  CHECK(contains(steps("eu", "m4"), R"("from":"jp","to":"eu")"));
  CHECK(planted_in(moved.directory.data() / "jp") == 0);
  CHECK(planted_in(moved.directory.data() / "us") == 0);
  const Ended verified = run({"verify", moved.data, "--json"});
  INFO(verified.err);
  CHECK(verified.status == 0);
  CHECK(json_of(verified.out).at("departed").as_array().size() == 3);
  CHECK(contains(answer_of(moved.data, usage("acme", "u1", "2026-01-01T10:00:00Z")), "\"replayed\":true"));
}

TEST_CASE("RES-1: a ledger of the layout before is moved into its region's folder, and not while it is read only") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(answer_of(data, opening_in("eu", "nova") + usage("nova", "u1", "2026-01-02T00:00:00Z")));
  const std::string replayed = ask({"replay", data, "--json"});
  std::filesystem::rename(directory.data() / "eu" / "ledger.db", directory.data() / "ledger.db");
  std::filesystem::remove_all(directory.data() / "eu");
  const Ended reading = run({"replay", data});
  CHECK(reading.status == 3);
  CHECK(contains(reading.err, "serve or apply moves it"));
  CHECK(contains(answer_of(data, usage("nova", "u1", "2026-01-02T00:00:00Z")), "\"replayed\":true"));
  CHECK(std::filesystem::exists(directory.data() / "eu" / "ledger.db"));
  CHECK_FALSE(std::filesystem::exists(directory.data() / "ledger.db"));
  CHECK(ask({"replay", data, "--json"}) == replayed);
}

TEST_CASE("RES-1: a catalog whose region is no name for a folder is refused, by the line") {
  const TemporaryDirectory directory;
  const auto catalog = directory.path() / "catalog.json";
  for (const char* name : {"../etc", "a/b", "a b", ".hidden", "lock", "-x", "caf\xC3\xA9"}) {
    write_file(catalog,
               std::string("{\"catalog\":\"x\",\"plans\":{},\"rate_cards\":{},\n\"regions\":{\"") + name + "\":{}}}");
    const Ended ended = run({"apply", "--data", directory.data().string(), "--catalog", catalog.string()});
    INFO(name << " " << ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "line 2"));
    CHECK(contains(ended.err, "no name for a folder"));
  }
  write_file(catalog, "{\"catalog\":\"x\",\"plans\":{},\"rate_cards\":{},\"regions\":{\"EU\":{},\"eu\":{}}}");
  CHECK(contains(run({"apply", "--data", directory.data().string(), "--catalog", catalog.string()}).err,
                 "capital letters only"));
}
