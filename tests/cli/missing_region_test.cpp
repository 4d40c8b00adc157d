// SPDX-License-Identifier: Apache-2.0
// RES-1: a region's folder that is not mounted, as people and scripts meet it: every command says so and ends with 4.
#include <catch2/catch.hpp>

#include <set>

#include "tests/cli/regions.hpp"

using namespace creditfold::test;

namespace {

namespace fs = std::filesystem;

// Everything below a directory but the lock, which says who wrote last.
std::set<std::string> files_in(const fs::path& directory) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.path().filename() != "lock") files.insert(fs::relative(entry.path(), directory).string());
  }
  return files;
}

// An account in eu, and another that moved there from us; then eu's folder is empty, as a mount leaves it that failed.
struct Unmounted {
  Moved moved;
  std::string data = moved.data;
  fs::path folder = moved.directory.data() / "eu";
  fs::path aside = moved.directory.path() / "aside";

  Unmounted() {
    static_cast<void>(ask({"apply", "--data", data}, opening_in("eu", "nova")));
    fs::rename(folder, aside);
    fs::create_directory(folder);
  }
  void mount() const {
    fs::remove(folder);
    fs::rename(aside, folder);
  }
  void refuses(const Words& words, const std::string& input = "") const {
    const Ended ended = run(words, input);
    INFO(words.front() << ": " << ended.out << ended.err);
    CHECK(ended.status == 4);
    CHECK(ended.out.empty());
    CHECK(contains(ended.err, "region eu has no ledger in " + folder.string() + ", though " + data +
                                  "/regions.txt lists it; its folder may not be mounted"));
  }
};

}  // namespace

TEST_CASE("RES-1: while a region's folder is not mounted every command ends with 4, and nothing is written") {
  const Unmounted place;
  const std::string& data = place.data;
  const std::string backup = place.moved.file("backup");
  const auto before = files_in(data);
  for (const Words& words : {Words{"verify", data}, Words{"verify", data, "--json"}, Words{"replay", data},
                             Words{"replay", data, "--region", "us"}, Words{"accounts", "--data", data},
                             Words{"balance", "--data", data, "--account", "zeta"},
                             Words{"export", "--data", data, "--format", "jsonl"}, Words{"checkpoint", "--data", data},
                             Words{"migrate", "--data", data}, Words{"backup", "--data", data, backup},
                             Words{"serve", "--data", data, "--listen", "127.0.0.1:0"}}) {
    place.refuses(words);
  }
  place.refuses({"apply", "--data", data}, usage("zeta", "later", "2026-02-03T00:00:00Z"));
  // Above all no account is opened once more that lives where nobody can look.
  place.refuses({"apply", "--data", data}, opening_in("us", "nova"));
  place.refuses({"apply", "--data", data}, opening_in("jp", "acme"));
  CHECK(files_in(data) == before);
  CHECK_FALSE(fs::exists(backup));
  CHECK_FALSE(fs::exists(backup + ".part"));
  place.mount();
  CHECK(run({"verify", data}).status == 0);
  CHECK(contains(ask({"apply", "--data", data}, opening_in("us", "nova")), "key_reused"));  // by nova, in eu
}

TEST_CASE("RES-2: names are not put beside those that lie where nobody can look") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  fill(data);
  const std::string ana = R"({"person":"ana","name":"Ana","email":"ana@example.com","organizations":[]})";
  static_cast<void>(ask({"directory", "put", "--data", data}, ana + "\n"));
  fs::rename(directory.data() / "us", directory.path() / "aside");
  fs::create_directory(directory.data() / "us");
  for (const Words& words :
       {Words{"directory", "put", "--data", data}, Words{"directory", "get", "person", "ana", "--data", data}}) {
    const Ended ended = run(words, ana + "\n");
    CHECK(ended.status == 4);
    CHECK(contains(ended.err, "region us has no ledger in " + data + "/us"));
  }
  CHECK(fs::is_empty(directory.data() / "us"));
}

TEST_CASE("backup: its regions are listed in what is restored, also when there was no list when it was made") {
  const Moved moved;
  const std::string backup = moved.file("backup");
  static_cast<void>(ask({"backup", "--data", moved.data, backup}));
  CHECK(read_file(fs::path(backup) / "regions.txt") == "eu\nus\n");
  static_cast<void>(ask({"restore", "--data", moved.file("first"), backup}));
  CHECK(read_file(moved.file("first") + "/regions.txt") == "eu\nus\n");

  auto manifest = json_of(read_file(fs::path(backup) / "manifest.json")).as_object();
  auto& files = manifest.at("files").as_array();
  for (auto file = files.begin(); file != files.end(); ++file) {
    if (file->at("path") != "regions.txt") continue;
    files.erase(file);
    break;
  }
  fs::remove(fs::path(backup) / "regions.txt");
  write_file(fs::path(backup) / "manifest.json", boost::json::serialize(manifest));
  static_cast<void>(ask({"restore", "--data", moved.file("second"), backup}));
  CHECK(read_file(moved.file("second") + "/regions.txt") == "eu\nus\n");

  // Nor is a backup restored that lost a region on its way.
  fs::remove_all(fs::path(backup) / "eu");
  CHECK(run({"restore", "--data", moved.file("third"), backup}).status == 3);
}
