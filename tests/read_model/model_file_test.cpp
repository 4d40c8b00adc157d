// SPDX-License-Identifier: Apache-2.0
// The file of a read model: whole or not there, whatever fails; and nothing else is ever replaced.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "ledger/read_model/model_file.hpp"
#include "tests/ledger/table.hpp"
#include "tests/read_model/made.hpp"
#include "tests/store/on_disk.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

void make(const Partition& log, const fs::path& file) {
  read_model::ModelFile model(file);
  const read_model::Asked asked{.account = {}, .now = stream_clock, .program = "1"};
  const bool made = read_model::write_read_model(log, table_catalog(), asked, model.part());
  REQUIRE(made);  // Catch would keep what is thrown inside its macros
  model.finish();
}

std::optional<Fault::Kind> fault_of_making(const Partition& log, const fs::path& file) {
  try {
    make(log, file);
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("Whichever write of a read model fails, the one before stays as it was and nothing else lies there") {
  const auto [code, kind] = GENERATE(
      table<int, Fault::Kind>({{SQLITE_FULL, Fault::Kind::full}, {SQLITE_IOERR_WRITE, Fault::Kind::unavailable}}));
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "ledger.sqlite";
  MemoryPartition log;
  process_stream(log, 1, {.accounts = 2, .commands = 60});
  make(log, file);
  const std::string before = bytes_of(file);
  process_stream(log, 2, {.accounts = 2, .commands = 60});
  int failures = 0;
  with_each_call_failing(code, [&](const auto& fail, const auto& heal) {
    fail();
    const std::optional<Fault::Kind> fault = fault_of_making(log, file);
    heal();
    CHECK(files_in(directory.path()) == 1);
    if (!fault) return;
    ++failures;
    CHECK(*fault == kind);
    CHECK(bytes_of(file) == before);
  });
  CHECK(failures > 20);
  CHECK(bytes_of(file) != before);
}

TEST_CASE("The same log at the same moment is the same file, to the byte") {
  const TemporaryDirectory directory;
  MemoryPartition log;
  process_stream(log, 7);
  make(log, directory.path() / "a");
  make(log, directory.path() / "b");
  CHECK(bytes_of(directory.path() / "a") == bytes_of(directory.path() / "b"));
}

TEST_CASE("Only a read model, or an empty file, is replaced") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "f";
  const auto objection = [&] { return read_model::objection_to(file).value_or(""); };
  CHECK(objection().empty());
  std::ofstream(file).close();
  CHECK(objection().empty());
  std::ofstream(file)
      << "text of somebody's, longer than a header of a database would be, or shorter: it does not matter what";
  CHECK_THAT(objection(), Catch::EndsWith("is there already and is no read model; only those are replaced"));
  fs::remove(file);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE t (a); PRAGMA application_id = 7");
  CHECK_THAT(objection(), Catch::Contains("is no read model"));
  fs::remove(file);
  fs::create_directory(file);
  CHECK_THAT(objection(), Catch::Contains("is no regular file"));
  fs::remove(file);
  fs::create_symlink(directory.path() / "elsewhere", file);
  CHECK_THAT(objection(), Catch::Contains("is no regular file"));
  fs::remove(file);
  const MemoryPartition log;
  make(log, file);
  CHECK(objection().empty());
  // A journal or write-ahead log of the old one would be played into the new one.
  for (const char* ending : {"-wal", "-journal"}) {
    const fs::path beside = file.string() + ending;
    std::ofstream(beside) << "x";
    CHECK_THAT(objection(), Catch::StartsWith(beside.string() + " lies there: a program has "));
    fs::remove(beside);
  }
}

TEST_CASE("Two that make the same read model do not make it together") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "f";
  const read_model::ModelFile first(file);
  try {
    const read_model::ModelFile second(file);
    FAIL("both make it");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::busy);
  }
  CHECK(fs::exists(first.part()));
}

TEST_CASE("What a killed process left of a read model is in nobody's way") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "f";
  std::ofstream(file.string() + ".part") << std::string(10'000, 'x');
  std::ofstream(file.string() + ".part-journal") << "x";
  const MemoryPartition log;
  make(log, file);
  CHECK(files_in(directory.path()) == 1);
  CHECK(rows_of(*std::make_unique<SQLite::Database>(file.string()), "SELECT count(*) FROM meta") ==
        std::vector<std::string>{"1"});
}
