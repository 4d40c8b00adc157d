// SPDX-License-Identifier: Apache-2.0
// A data directory of the format before is brought to today's, region by region, and says the same as before.
#include <SQLiteCpp/SQLiteCpp.h>
#include <catch2/catch.hpp>

#include "tests/cli/regions.hpp"
#include "tests/cli/service.hpp"
#include "tests/store/format_2.hpp"

using namespace creditfold::test;

namespace {

std::string ledger_of(const std::string& data, const char* region) { return data + "/" + region + "/ledger.db"; }

}  // namespace

TEST_CASE("migrate: ledgers of the format before fold to the same state, also when some were migrated already") {
  const Moved moved;
  const std::string before = ask({"replay", "--json", moved.data});
  for (const bool both : {true, false}) {
    back_to_format_2(ledger_of(moved.data, "us"));
    if (both)
      back_to_format_2(ledger_of(moved.data, "eu"));  // otherwise as a process that ended in between leaves them
    CHECK(run({"replay", "--json", moved.data}).status == 3);
    const auto told = json_of(ask({"migrate", "--data", moved.data, "--json"}));
    CHECK(told.at("migrated").as_bool());
    CHECK(told.at("regions").as_array().size() == 2);
    CHECK(ask({"replay", "--json", moved.data}) == before);
    CHECK(run({"verify", moved.data}).status == 0);
  }
  CHECK_FALSE(json_of(ask({"migrate", "--data", moved.data, "--json"})).at("migrated").as_bool());
}

TEST_CASE("migrate: a ledger that is read as it is, but of the format before, is brought along and told") {
  const Moved moved;
  static_cast<void>(ask({"migrate", "--data", moved.data}));
  const auto edit = [&](const char* sql) {
    SQLite::Database(ledger_of(moved.data, "us"), SQLite::OPEN_READWRITE).exec(sql);
  };
  // Format 3 wrote the row of the tree with every commit: what seals all that waits makes it so.
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += usage("zeta", "many-" + std::to_string(i), "2026-01-31T00:00:00Z");
  static_cast<void>(ask({"apply", "--data", moved.data}, many));
  const std::string before = ask({"replay", "--json", moved.data});
  edit("PRAGMA user_version=3");
  CHECK(ask({"replay", "--json", moved.data}) == before);
  CHECK(json_of(ask({"migrate", "--data", moved.data, "--json"})).at("migrated").as_bool());
  CHECK_FALSE(json_of(ask({"migrate", "--data", moved.data, "--json"})).at("migrated").as_bool());
  CHECK(ask({"replay", "--json", moved.data}) == before);
}

TEST_CASE("migrate: what is written to, newer or not there is left alone") {
  const Moved moved;
  CHECK(run({"migrate", "--data", moved.file("nothing")}).status == 4);
  back_to_format_2(ledger_of(moved.data, "us"));
  const std::string old = read_file(ledger_of(moved.data, "us"));
  write_file(ledger_of(moved.data, "us"),
             old.substr(0, 60) + std::string("\0\0\0\x63", 4) + old.substr(64));  // user_version 99
  const Ended newer = run({"migrate", "--data", moved.data});
  CHECK(newer.status == 3);
  CHECK(newer.err.find("format 99") != std::string::npos);
}
