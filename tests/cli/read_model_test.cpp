// SPDX-License-Identifier: Apache-2.0
// creditfold export --format sqlite, as people meet it: its figures beside those of the other commands, made while
// others write, refused where it would harm, and the questions of its document with their answers.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <thread>

#include "tests/cli/regions.hpp"
#include "tests/cli/service.hpp"

using namespace creditfold::test;

namespace {

namespace fs = std::filesystem;

using Rows = std::vector<std::string>;

// Every row as sqlite3 prints it; with_names: and before them the names of the columns.
Rows rows_of(const std::string& file, const std::string& sql, bool with_names = false) {
  const SQLite::Database database(file, SQLite::OPEN_READWRITE);
  SQLite::Statement query(database, sql);
  Rows rows;
  const auto row = [&](auto&& cell) {
    std::string text;
    for (int i = 0; i < query.getColumnCount(); ++i) text += (i == 0 ? "" : "|") + cell(i);
    rows.push_back(std::move(text));
  };
  while (query.executeStep()) {
    if (rows.empty() && with_names) row([&](int i) { return std::string(query.getColumnName(i)); });
    row([&](int i) { return query.getColumn(i).getString(); });
  }
  return rows;
}

struct ModelPlace {
  TemporaryDirectory directory;
  std::string data = directory.data().string();
  std::string model = file("ledger.sqlite");

  [[nodiscard]] std::string file(const std::string& name) const { return (directory.path() / name).string(); }
  [[nodiscard]] Words words(const Words& more = {}) const {
    Words words{"export", "--format", "sqlite", "--data", data};
    words.insert(words.end(), more.begin(), more.end());
    if (std::find(more.begin(), more.end(), "--output") == more.end()) {
      words.insert(words.end(), {"--output", model});
    }
    return words;
  }
};

Ended refused_export(const ModelPlace& place, const Words& more, int status) {
  Ended ended = run(place.words(more));
  INFO(ended.err);
  CHECK(ended.status == status);
  CHECK(ended.out.empty());
  return ended;
}

// The lines of an export up to a position.
Rows lines_up_to(const std::string& jsonl, std::int64_t position) {
  Rows found;
  for (const std::string& line : lines_of(jsonl)) {
    if (json_of(line).at("seq").as_int64() <= position) found.push_back(line);
  }
  return found;
}

void check_whole(const std::string& model) {
  CHECK(rows_of(model, "PRAGMA integrity_check") == Rows{"ok"});
  CHECK(rows_of(model, "PRAGMA foreign_key_check").empty());
  // Every account from its first event to its newest; every position is an event's or explained.
  CHECK(rows_of(model,
                "SELECT account FROM accounts EXCEPT SELECT account FROM events GROUP BY account "
                "HAVING min(version) = 1 AND max(version) = count(*)")
            .empty());
  CHECK(rows_of(model,
                "SELECT position - (SELECT count(*) FROM events) - "
                "(SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM departed) FROM meta") == Rows{"0"});
}

}  // namespace

TEST_CASE("export sqlite: figures are those of balance, invoices and export, and nothing lies beside the file") {
  const ModelPlace place;
  fill(place.data);
  CHECK(ask(place.words()).empty());
  check_whole(place.model);
  const auto balance = json_of(ask({"balance", "--data", place.data, "--account", "acme", "--json"}));
  CHECK(rows_of(place.model, "SELECT fingerprint FROM accounts WHERE account = 'acme'") ==
        Rows{at(balance, "/fingerprint")});
  CHECK(rows_of(place.model,
                "SELECT lot, remaining_text, expired_text FROM lots WHERE account = 'acme' ORDER BY period, n")
            .at(0) == at(balance, "/plans/0/lots/0/lot") + "|" + at(balance, "/plans/0/lots/0/remaining") + "|" +
                          at(balance, "/plans/0/lots/0/expired"));
  CHECK(rows_of(place.model, "SELECT credits_text FROM usage_totals WHERE account = 'acme'") ==
        Rows{at(balance, "/usage/0/credits")});
  CHECK(rows_of(place.model, "SELECT fingerprint FROM meta") ==
        Rows{at(json_of(ask({"replay", "--json", place.data})), "/fingerprint")});
  const std::string jsonl = ask({"export", "--format", "jsonl", "--data", place.data});
  CHECK(rows_of(place.model, "SELECT count(*) FROM events") == Rows{std::to_string(lines_of(jsonl).size())});
  const auto checkpoint = lines_of(ask({"checkpoint", "--data", place.data}));
  CHECK(rows_of(place.model, "SELECT position, root FROM meta") == Rows{checkpoint.at(1) + "|" + checkpoint.at(2)});
  CHECK(std::distance(fs::directory_iterator(place.directory.path()), fs::directory_iterator()) == 2);
  // One account's.
  CHECK(ask(place.words({"--account", "zeta", "--output", place.file("zeta.sqlite")})).empty());
  CHECK(rows_of(place.file("zeta.sqlite"), "SELECT account FROM accounts") == Rows{"zeta"});
  CHECK(rows_of(place.file("zeta.sqlite"), "SELECT only, position FROM meta").at(0) ==
        "zeta|" + rows_of(place.model, "SELECT position FROM meta").at(0));
}

TEST_CASE("export sqlite: the questions of its document have the answers it gives") {
  const ModelPlace place;
  const std::string examples = std::string(SOURCE_DIRECTORY) + "/tests/examples/read_model/";
  const std::string answers =
      ask({"apply", "--data", place.data, "--catalog", examples + "catalog.json", examples + "commands.jsonl"});
  CHECK_FALSE(contains(answers, "\"refused\""));
  static_cast<void>(ask(place.words({"--catalog", examples + "catalog.json"})));
  const std::string document = read_file(std::string(SOURCE_DIRECTORY) + "/ledger/read_model/READ_MODEL.md");
  int questions = 0;
  Rows answer;
  std::string block;
  std::string language;
  for (const std::string& line : lines_of(document)) {
    if (!line.starts_with("```")) {
      if (!language.empty()) block += line + "\n";
      continue;
    }
    if (language.empty()) {
      language = line.size() > 3 ? line.substr(3) : "other";
      continue;
    }
    CAPTURE(block);
    if (language == "sql") answer = rows_of(place.model, block, true);
    if (language == "text") {
      CHECK(lines_of(block) == answer);
      ++questions;
    }
    language.clear();
    block.clear();
  }
  CHECK(questions >= 12);
}

TEST_CASE("export sqlite: while a service writes, what is made is one moment's") {
  const ModelPlace place;
  fill(place.data);
  const Service service(place.data);
  std::atomic<int> charged = 0;
  std::jthread charges([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      std::string commands;
      for (int j = 0; j < 50; ++j)
        commands += usage("acme", "more-" + std::to_string(i) + "-" + std::to_string(j), "2026-02-20T00:00:00Z");
      if (run({"apply", "--data", place.data}, commands).status == 0) ++charged;
    }
  });
  Rows positions;
  for (int round = 0; round < 3; ++round) {
    while (charged < 2 * (round + 1)) std::this_thread::yield();
    const Ended ended = run(place.words());
    INFO(ended.err);
    CHECK(ended.status == 0);
    check_whole(place.model);
    positions.push_back(rows_of(place.model, "SELECT position FROM meta").at(0));
    const std::string jsonl = ask({"export", "--format", "jsonl", "--data", place.data});
    CHECK(lines_up_to(jsonl, std::stoll(positions.back())).size() ==
          static_cast<std::size_t>(std::stoll(rows_of(place.model, "SELECT count(*) FROM events").at(0))));
  }
  charges.request_stop();
  charges.join();
  CHECK(positions.front() != positions.back());
}

TEST_CASE("export sqlite: an older one is replaced, and whoever has it open keeps it") {
  const ModelPlace place;
  fill(place.data);
  static_cast<void>(ask(place.words()));
  SQLite::Database open(place.model, SQLite::OPEN_READONLY);
  const std::string position = open.execAndGet("SELECT position FROM meta").getString();
  static_cast<void>(ask({"apply", "--data", place.data}, usage("zeta", "later", "2026-01-11T00:00:00Z")));
  static_cast<void>(ask(place.words()));
  CHECK(open.execAndGet("SELECT position FROM meta").getString() == position);
  CHECK(rows_of(place.model, "SELECT position > " + position + " FROM meta") == Rows{"1"});
}

TEST_CASE("export sqlite: what it would harm, or cannot make, is refused with the file's name, and left alone") {
  const ModelPlace place;
  fill(place.data);
  CHECK(contains(run({"export", "--format", "sqlite", "--data", place.data}).err, "name its file with --output"));
  CHECK(run({"export", "--format", "sqlite", "--data", place.data}).status == 2);
  CHECK(contains(refused_export(place, {"--after", "3"}, 2).err, "holds everything; leave --after out"));
  const std::string ledger = place.data + "/us/ledger.db";
  const std::string before = read_file(ledger);
  CHECK(
      contains(refused_export(place, {"--output", ledger}, 2).err, ledger + " is there already and is no read model"));
  CHECK(read_file(ledger) == before);
  write_file(place.file("notes"), "mine");
  CHECK(contains(refused_export(place, {"--output", place.file("notes")}, 2).err, "is no read model"));
  CHECK(read_file(place.file("notes")) == "mine");
  CHECK(contains(refused_export(place, {"--output", "/dev/null"}, 2).err, "/dev/null is no regular file"));
  CHECK(contains(refused_export(place, {"--output", place.data}, 2).err, "is no regular file"));
  CHECK(contains(refused_export(place, {"--output", place.file("none/at/all.sqlite")}, 4).err,
                 "none/at/all.sqlite.part: No such file"));
  CHECK(refused_export(place, {"--output", "/proc/version/x.sqlite"}, 4).err.size() > 20);
  write_file(place.model + "-wal", "another's");
  CHECK(contains(refused_export(place, {}, 2).err, "ledger.sqlite-wal lies there: a program has "));
  fs::remove(place.model + "-wal");
  CHECK(contains(refused_export(place, {"--account", "nobody"}, 1).err, "There is no account nobody here."));
  CHECK_FALSE(fs::exists(place.model));
  CHECK_FALSE(fs::exists(place.model + ".part"));
  CHECK(contains(run({"export", "--format", "sqlite", "--data", place.file("nowhere"), "--output", place.model}).err,
                 "nowhere"));
}

TEST_CASE("EKM-5: export sqlite leaves sealed text sealed, with the key at hand or not") {
  const ModelPlace place;
  fill(place.data);
  const std::string who = R"("account":"acme","at":"2026-02-04T00:00:00Z","key":")";
  const std::string answers = ask(
      {"apply", "--data", place.data, "--key-service", "local"},
      R"({"command":"StartTerm",)" + who +
          R"(s1","product":"enterprise","starts_at":"2026-02-04T00:00:00Z","ends_at":"2027-02-04T00:00:00Z","seats":5})"
          "\n"
          R"({"command":"AddProduct",)" +
          who +
          R"(a1","product":"ekm"})"
          "\n"
          R"({"command":"RotateKey",)" +
          who +
          R"(r1","key_arn":"arn:aws:kms:us-east-1:111122223333:key/one"})"
          "\n"
          R"({"command":"GrantCredits",)" +
          who +
          R"(g3","plan":"plus","credits":"25","kind":"promotion","period":2,"reason":"Plant3d-Reason"})"
          "\n"
          R"({"command":"RecordUsage",)" +
          who +
          R"(u90","usage":"u90","workflow":"triage","model":"gpt-4o","query":0,"input":1,"output":0,"memo":"Plant3d-Memo"})"
          "\n");
  REQUIRE_FALSE(contains(answers, "\"refused\""));
  for (const Words& more : {Words{}, Words{"--key-service", "local"}}) {
    static_cast<void>(ask(place.words(more)));
    CHECK_FALSE(contains(read_file(place.model), "Plant3d"));
    CHECK(rows_of(place.model,
                  "SELECT count(*) FROM lots WHERE reason IS NULL AND substr(reason_sealed, 1, 1) = x'FF'") ==
          Rows{"1"});
    CHECK(
        rows_of(place.model, "SELECT count(*) FROM charges WHERE memo IS NULL AND substr(memo_sealed, 1, 1) = x'FF'") ==
        Rows{"1"});
    CHECK(rows_of(place.model,
                  "SELECT json_extract(fields, '$.memo.sealed') = lower(hex(memo_sealed)) FROM events "
                  "JOIN charges USING (seq) WHERE usage = 'u90'") == Rows{"1"});
  }
}

TEST_CASE("RES-1: export sqlite is of one region, and an account that left is in it as positions alone") {
  const Moved moved;
  ModelPlace place;
  place.data = moved.data;
  CHECK(contains(refused_export(place, {}, 2).err, "name one with --region: eu, us"));
  static_cast<void>(ask(place.words({"--region", "us"})));
  check_whole(place.model);
  CHECK_FALSE(contains(read_file(place.model), planted_text));
  CHECK(rows_of(place.model, "SELECT count(*) FROM events WHERE account = 'acme'") == Rows{"0"});
  CHECK(rows_of(place.model, "SELECT DISTINCT account, to_region FROM departed") == Rows{"acme|eu"});
  static_cast<void>(ask(place.words({"--region", "eu", "--output", place.file("eu.sqlite")})));
  check_whole(place.file("eu.sqlite"));
  CHECK(rows_of(place.file("eu.sqlite"), "SELECT account, region FROM accounts WHERE account = 'acme'") ==
        Rows{"acme|eu"});
  static_cast<void>(ask(place.words({"--account", "acme", "--output", place.file("acme.sqlite")})));
  CHECK(rows_of(place.file("acme.sqlite"), "SELECT region, only FROM meta") == Rows{"eu|acme"});
  CHECK(contains(refused_export(place, {"--account", "acme", "--region", "us", "--output", place.file("none")}, 1).err,
                 "no account acme"));
  CHECK(contains(refused_export(place, {"--region", "jp", "--output", place.file("none")}, 2).err,
                 "no account ever lived in region jp"));
}

TEST_CASE("RES-1: export sqlite has an account that moves to and fro whole, or not at all") {
  const ModelPlace place;
  fill(place.data);
  std::string commands = opening_in("eu", "nova");
  for (int i = 0; i < 2'000; ++i) commands += usage("acme", "many-" + std::to_string(i), "2026-02-20T00:00:00Z");
  static_cast<void>(ask({"apply", "--data", place.data}, commands));
  const Service service(place.data);
  std::atomic<int> moves = 0;
  std::jthread mover([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      const std::string to = i % 2 == 0 ? "eu" : "jp";
      const std::string key = std::to_string(i);
      const std::string move = R"({"command":"RemoveProduct","account":"acme","key":"rm)" + key +
                               R"(","at":"2026-02-01T12:00:00Z","product":"data_residency"})" + "\n" +
                               residency_of("acme", "r" + key, to) + migration_of("acme", "m" + key, to);
      if (contains(run({"apply", "--data", place.data}, move).out, "RegionMigrated")) ++moves;
    }
  });
  int made = 0;
  for (int round = 0; round < 15; ++round) {
    const int before = moves;
    const Ended ended = run(place.words({"--region", "eu"}));
    INFO(ended.err);
    // Between an arrival and its burial there is no one moment; the command says so, as the other exports do.
    if (ended.status == 4) {
      CHECK(contains(ended.err, "is not buried there yet"));
    } else {
      REQUIRE(ended.status == 0);
      check_whole(place.model);
      ++made;
    }
    for (int i = 0; i < 20 && moves == before; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  mover.request_stop();
  mover.join();
  CHECK(moves > 2);
  CHECK(made > 0);
}

TEST_CASE("RES-2: export sqlite holds no name and no email") {
  const ModelPlace place;
  fill(place.data);
  write_file(place.file("people.jsonl"),
             R"({"organization":"o-1","name":"Plantation Holdings","accounts":["acme"]})"
             "\n"
             R"({"person":"u-101","name":"Anastasia Plantwell","email":"ana@plant3d.example","organizations":["o-1"]})"
             "\n"
             R"({"label":"workflow","account":"acme","id":"triage","name":"Plantation Inbox"})"
             "\n");
  static_cast<void>(ask({"directory", "put", place.file("people.jsonl"), "--data", place.data}));
  static_cast<void>(ask(place.words()));
  const std::string bytes = read_file(place.model);
  for (const char* secret : {"Plantation", "Plantwell", "plant3d"}) CHECK_FALSE(contains(bytes, secret));
}
