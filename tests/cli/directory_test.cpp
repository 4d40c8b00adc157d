// SPDX-License-Identifier: Apache-2.0
// creditfold directory, alone and beside a service; and where names and emails lie, byte by byte (RES-2, EKM-3).
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <sstream>

#include <SQLiteCpp/SQLiteCpp.h>

#include "ledger/data_classes.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/regions.hpp"
#include "tests/cli/service.hpp"

using namespace creditfold::test;

namespace {

const std::string organization = R"({"organization":"o-1","name":"Plantation Holdings","accounts":["acme","nova"]})";
const std::string person =
    R"({"person":"u-101","name":"Anastasia Plantwell","email":"ana@plant3d.example","image":"https://img.example/plant3d",)"
    R"("organizations":["o-1"]})";
const std::string other_person = R"({"person":"u-102","name":"Bo Kept","organizations":["o-1"]})";
const std::string label = R"({"label":"workflow","account":"acme","id":"triage","name":"Plantation Inbox"})";
const std::vector<std::string> secrets{"Anastasia Plantwell", "ana@plant3d.example", "img.example/plant3d",
                                       "Plantation Holdings", "Plantation Inbox", "Bo Kept"};

// Files below a directory whose bytes hold the text, by their names relative to it.
std::vector<std::string> files_with(const std::filesystem::path& directory, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || !contains(read_file(entry.path()), text)) continue;
    found.push_back(std::filesystem::relative(entry.path(), directory).string());
  }
  return found;
}

void check_only_in_directory(const std::filesystem::path& data) {
  for (const std::string& secret : secrets) {
    for (const std::string& file : files_with(data, secret)) {
      INFO(secret << " in " << file);
      CHECK(file.starts_with("us/directory.db"));
    }
  }
}

// Puts, reads, lists and checks what is refused; the same by itself and through a service.
void check_commands(const std::string& data) {
  const Words words{"directory", "--data", data};
  const auto with = [&](std::initializer_list<const char*> more) {
    Words all{"directory"};
    all.insert(all.end(), more.begin(), more.end());
    all.insert(all.end(), {"--data", data});
    return all;
  };
  const Ended early = run(with({"put"}), person);
  CHECK(early.status == 1);
  CHECK(contains(early.err, "line 1, /organizations/0"));
  CHECK(ask(with({"put", "-"}), organization + "\n" + person + "\n\n" + other_person + "\n" + label).empty());
  CHECK(ask(with({"get", "person", "u-101"})) == person + "\n");
  CHECK(ask(with({"get", "organization", "o-1"})) == organization + "\n");
  CHECK(ask(with({"get", "label", "acme", "workflow", "triage"})) == label + "\n");
  CHECK(ask(with({"list", "people"})) == person + "\n" + other_person + "\n");
  CHECK(ask(with({"list"})) == person + "\n" + other_person + "\n");
  CHECK(ask(with({"list", "organizations"})) == organization + "\n");
  CHECK(ask(with({"list", "labels", "acme"})) == label + "\n");
  CHECK(ask(with({"list", "labels", "nova"})).empty());
  CHECK(run(with({"get", "person", "u-999"})).status == 1);
  CHECK(run(with({"erase", "person", "u-999"})).status == 1);
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"({"person":"u-1","name":"A","phone":"1"})", "/phone"},
      {R"({"person":"u-1","name":"A","name":"B"})", "/name"},
      {R"({"person":"u-1"})", "/name"},
      {R"({"person":"u-1","name":"A","email":"nobody"})", "/email"},
      {R"({"person":"","name":"A"})", "/person"},
      {R"({"person":"u-1","name":")" + std::string(201, 'x') + R"("})", "/name"},
      {R"({"organization":"o","name":"A","accounts":["a","a"]})", "/accounts/1"},
      {R"({"label":"mood","account":"a","id":"i","name":"A"})", "/label"},
      {R"({"somebody":"u-1"})", "/"},
      {"not JSON", "/"},
  };
  for (const auto& [entry, place] : wrong) {
    const Ended ended = run(with({"put"}), other_person + "\n" + entry);
    INFO(entry << " " << ended.err);
    CHECK(ended.status == 1);
    CHECK(contains(ended.err, "line 2, " + place + ": "));
  }
  for (const Words& usage :
       {with({"put", "a", "b"}), with({"get"}), with({"get", "person"}), with({"forget", "person", "x"}),
        with({"list", "labels"}), with({"get", "label", "acme", "mood", "x"})}) {
    CHECK(run(usage).status == 2);
  }
}

void check_erasing(const std::string& data) {
  CHECK(ask({"directory", "erase", "person", "u-101", "--data", data}).empty());
  CHECK(run({"directory", "get", "person", "u-101", "--data", data}).status == 1);
  for (const char* secret : {"Anastasia Plantwell", "ana@plant3d.example", "img.example/plant3d"}) {
    CHECK(files_with(data, secret).empty());
  }
  CHECK(ask({"directory", "list", "--data", data}) == other_person + "\n");
}

}  // namespace

TEST_CASE("RES-2: the directory takes, gives and forgets people, organizations and labels") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  check_commands(data);
  check_only_in_directory(directory.data());
  CHECK_FALSE(files_with(data, "ana@plant3d.example").empty());
  check_erasing(data);
}

TEST_CASE("RES-2: while a service holds the directory, the commands go through it, and are answered the same") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  Service service(data, {"--debug"});
  check_commands(data);
  check_only_in_directory(directory.data());
  check_erasing(data);
  CHECK(service.stop() == 0);
  CHECK(ask({"directory", "list", "--data", data}) == other_person + "\n");
}

TEST_CASE("EKM-3: erasing a person forgets it in every byte of the data directory, also what stood there before") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  std::string entries = organization + "\n";
  for (int i = 0; i < 400; ++i) {
    entries += R"({"person":"u-)" + std::to_string(i) + R"(","name":"Name )" + std::to_string(i) + " " +
               std::string(static_cast<std::size_t>(i % 150), 'n') + R"(","email":"p)" + std::to_string(i) +
               R"(@kept.example","organizations":["o-1"]})" + "\n";
  }
  static_cast<void>(ask({"directory", "put", "--data", data}, entries));
  std::string changing = person;
  for (int i = 0; i < 20; ++i) {  // an address that was changed is as personal as the last one
    changing = R"({"person":"u-101","name":"Anastasia Plantwell","email":"ana)" + std::to_string(i) +
               R"(@plant3d.example","organizations":["o-1"]})";
    static_cast<void>(ask({"directory", "put", "--data", data}, changing));
  }
  CHECK(ask({"directory", "erase", "person", "u-101", "--data", data}).empty());
  for (const char* secret : {"Anastasia", "plant3d.example"}) CHECK(files_with(data, secret).empty());
  CHECK(lines_of(ask({"directory", "list", "people", "--data", data})).size() == 399);
}

TEST_CASE("RES-2: whatever happens to an account, names and emails are in no file but the directory's") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  static_cast<void>(
      ask({"directory", "put", "--data", data}, organization + "\n" + person + "\n" + other_person + "\n" + label));
  std::string commands = opening("acme") + opening_in("eu", "nova");
  for (int i = 0; i < 20; ++i) {
    std::string command = usage("acme", "u" + std::to_string(i), "2026-01-10T10:00:00Z");
    commands += command.insert(command.rfind('}'), R"(,"actor":"u-101")");
    commands += usage("nova", "u" + std::to_string(i), "2026-01-10T10:00:00Z");
  }
  commands += residency_of("acme", "r1", "eu") + migration_of("acme", "m1", "eu");
  {
    Service service(data, {"--debug"});
    static_cast<void>(ask({"apply", "--data", data}, commands));
    static_cast<void>(ask({"directory", "get", "person", "u-101", "--data", data}));
    static_cast<void>(ask({"directory", "put", "--data", data}, label));
    check_only_in_directory(directory.data());
    CHECK(service.stop() == 0);
  }
  check_only_in_directory(directory.data());
  for (const char* region : {"eu", "us"}) {
    for (const char* format : {"jsonl", "cflog"}) {
      const std::string exported = ask({"export", "--data", data, "--region", region, "--format", format});
      for (const std::string& secret : secrets) CHECK_FALSE(contains(exported, secret));
    }
  }
  // The migration took the account's data, and nothing of the directory.
  CHECK(contains(ask({"directory", "get", "person", "u-101", "--data", data}), "ana@plant3d.example"));
  CHECK(std::filesystem::exists(directory.data() / "us" / "directory.db"));
  CHECK_FALSE(std::filesystem::exists(directory.data() / "eu" / "directory.db"));
}

namespace {

// Every field of an entry has a class; answers "record.field" of each.
std::set<std::string> classed_fields(const std::string& record, const std::string& entry) {
  std::set<std::string> fields;
  const auto parsed = json_of(entry);
  for (const auto& [name, value] : parsed.as_object()) {
    INFO(record << "." << name);
    CHECK(creditfold::class_of("directory", record, std::string_view(name.data(), name.size())).has_value());
    fields.insert(record + "." + std::string(name.data(), name.size()));
  }
  return fields;
}

}  // namespace

TEST_CASE("EKM-2, EKM-3: every field the directory keeps has a class, in the entries and in the database") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  std::set<std::string> fields = classed_fields("organization", organization);
  fields.merge(classed_fields("person", person));
  for (const char* kind : {"team", "workflow", "model"}) {
    std::string entry = label;
    entry.replace(entry.find("workflow"), 8, kind);
    static_cast<void>(ask({"directory", "put", "--data", data}, entry));
    fields.merge(classed_fields(kind, ask({"directory", "get", "label", "acme", kind, "triage", "--data", data})));
  }
  std::set<std::string> listed;
  for (const creditfold::StoredFields& row : creditfold::stored_fields()) {
    if (row.store != "directory") continue;
    std::istringstream words{std::string(row.fields)};
    for (std::string word; words >> word;) CHECK(listed.insert(std::string(row.record) + "." + word).second);
  }
  CHECK(listed == fields);

  // What each column keeps of an entry; "": the order of a list, or how far an erasure has come.
  const std::map<std::string, std::string> columns{
      {"people.id", "person.person"},
      {"people.name", "person.name"},
      {"people.email", "person.email"},
      {"people.image", "person.image"},
      {"memberships.person", "person.person"},
      {"memberships.organization", "person.organizations"},
      {"memberships.place", ""},
      {"organizations.id", "organization.organization"},
      {"organizations.name", "organization.name"},
      {"accounts.organization", "organization.organization"},
      {"accounts.account", "organization.accounts"},
      {"accounts.place", ""},
      {"labels.account", "team.account"},
      {"labels.kind", "team.label"},
      {"labels.id", "team.id"},
      {"labels.name", "team.name"},
      {"erasures.unfinished", ""},
  };
  SQLite::Database database((directory.data() / "us" / "directory.db").string(), SQLite::OPEN_READONLY);
  SQLite::Statement walk(
      database, "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'");
  std::size_t walked = 0;
  for (; walk.executeStep(); ++walked) {
    const std::string column = walk.getColumn(0).getString() + "." + walk.getColumn(1).getString();
    CAPTURE(column);
    REQUIRE(columns.count(column) == 1);
    if (!columns.at(column).empty()) CHECK(fields.count(columns.at(column)) == 1);
  }
  CHECK(walked == columns.size());
}
