// SPDX-License-Identifier: Apache-2.0
// Where an account's data lives and moving all of it, as the core decides it (RES-1, RES-3, GOV-1). The log of a table
// is nobody's partition, so that a migration is decided here without a copy.
#include <catch2/catch.hpp>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/log_document.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

const Catalog& wide_catalog() {
  static const Catalog catalog =
      changed_table_catalog({{R"("regions": ["eu"])", R"("regions": ["eu", "jp", "us", "us-gov"])"},
                             {R"("regions": {"us": {}, "eu": {})", R"("regions": {"us": {}, "eu": {}, "jp": {})"}});
  return catalog;
}

std::string migrate(const std::string& key, const std::string& region, const std::string& scope = "organization") {
  return R"({"command":"MigrateRegion","account":"acme","key":")" + key +
         R"(","at":"2026-02-01T00:00:00Z","region":")" + region + R"(","scope":")" + scope + R"("})";
}

std::string code_of(const Answer& answer) {
  return answer.refused ? std::string(to_name(answer.refused->code)) : "accepted";
}

}  // namespace

TEST_CASE("RES-1: a migration takes the add-on for exactly that region, and the balance says where the data lives") {
  Table(wide_catalog()).rows(R"(
    2026-01-01  migrate to eu                        -> refused product_required RES-1
    2026-01-02  add data_residency region jp         -> ok
    2026-01-03  migrate to eu                        -> refused product_required RES-1
    = account region us
    2026-01-04  migrate to jp                        -> RegionMigrated us>jp events=2
    = account region jp
    = at 2026-01-03  account region us
    2026-01-05  migrate to eu                        -> refused product_required RES-1
  )");
}

TEST_CASE("H1, RES-1: the add-on is measured by the moment of the command, as it was recorded last") {
  Table(wide_catalog()).rows(R"(
    2026-03-01  add data_residency region eu         -> ok
    2026-02-01  migrate to eu                        -> refused product_required RES-1
    2026-02-01  remove data_residency                -> refused outside_term
    2026-04-01  remove data_residency                -> ok
    2026-04-01  migrate to eu                        -> refused product_required RES-1
    2026-03-31  add data_residency region jp         -> refused term_overlap AIS-2
    2026-03-31  migrate to eu                        -> RegionMigrated us>eu events=3
    2026-04-02  add data_residency region us         -> ok
    2026-04-03  migrate to us                        -> RegionMigrated eu>us events=5
  )");
}

TEST_CASE("RES-1: there and back again takes the add-on for each way") {
  Table table(wide_catalog());
  table.rows(R"(
    2026-01-02  add data_residency region eu         -> ok
    2026-01-04  migrate to eu                        -> RegionMigrated us>eu events=2
    2026-01-05  migrate to us                        -> refused product_required RES-1
    2026-01-06  remove data_residency                -> ok
    2026-01-06  add data_residency region us         -> ok
    2026-01-07  migrate to us                        -> RegionMigrated eu>us events=5
    = account region us
  )");
  const std::vector<Migration>& history = table.state().migrations;
  REQUIRE(history.size() == 2);
  CHECK(history[0].to.value == "eu");
  CHECK(history[0].version == 3);
  CHECK(history[1].from.value == "eu");
  CHECK(history[1].events == 5);
}

TEST_CASE("RES-1: asked as of a moment, the region is where the last migration that had happened by then led") {
  Table(wide_catalog()).rows(R"(
    2026-01-02  add data_residency region eu         -> ok
    2026-05-01  migrate to eu                        -> RegionMigrated us>eu events=2
    2026-02-15  remove data_residency                -> ok
    2026-03-01  add data_residency region jp         -> ok
    2026-04-01  migrate to jp                        -> RegionMigrated eu>jp events=5
    = at 2026-03-31  account region us
    = at 2026-04-15  account region jp
    = at 2026-05-15  account region jp
  )");
}

TEST_CASE("RES-1: to the region the account is in already there is nothing to do, with the add-on or without") {
  Table(wide_catalog()).rows(R"(
    2026-01-01  migrate to us                        -> nothing
    2026-01-02  add data_residency region eu         -> ok
    2026-01-02  migrate to us                        -> nothing
  )");
}

TEST_CASE("RES-3: a migration is for the whole organization, whatever else is wrong with it") {
  Table(wide_catalog()).rows(R"(
    2026-01-01  migrate to eu scope team             -> refused partial_migration RES-3
    2026-01-01  migrate to eu scope Organization     -> refused partial_migration RES-3
    2026-01-01  migrate to mars scope team           -> refused partial_migration RES-3
    2026-01-01  migrate to us scope user             -> refused partial_migration RES-3
  )");
}

TEST_CASE("RES-1: refusals of a migration come in their order") {
  Table(wide_catalog()).rows(R"(
    2026-01-01  migrate to mars                      -> refused unknown_region RES-1
    2026-01-01  open us-gov account agency environment gov              -> ok
    2026-01-01  migrate to mars account agency       -> refused unknown_region RES-1
    2026-01-01  migrate to eu account agency         -> refused not_authorized_in_gov GOV-1
    2026-01-01  add data_residency region eu account agency             -> ok
    2026-01-01  migrate to eu account agency         -> refused not_authorized_in_gov GOV-1
    2026-01-01  migrate to us-gov account agency     -> nothing
    2026-01-01  add data_residency region us-gov     -> ok
    2026-01-01  migrate to us-gov                    -> RegionMigrated us>us-gov
    2026-01-01  migrate to eu account nobody         -> refused unknown_account
  )");
}

TEST_CASE("RES-1: while one migration is under way, another is refused, last of all reasons") {
  Table table(wide_catalog());
  table.rows("2026-01-02  add data_residency region eu  -> ok");
  const Provided busy{.migrating = true};
  const auto weigh = [&](const std::string& text) {
    return code_of(table.engine().weigh(text, moment("2026-03-01"), busy));
  };
  CHECK(weigh(migrate("m", "eu")) == "migration_in_progress");
  CHECK(weigh(migrate("m", "us")) == "migration_in_progress");
  CHECK(weigh(migrate("m", "jp")) == "product_required");
  CHECK(weigh(migrate("m", "eu", "team")) == "partial_migration");
}

TEST_CASE("RES-1: the event records what was copied; a decision without a copy knows the count alone") {
  Table table(wide_catalog());
  table.rows("2026-01-02  add data_residency region eu  -> ok");
  const Copied copied{2, Bytes{{0xab, 0xcd}}};
  const Answer real = table.engine().weigh(migrate("m", "eu"), moment("2026-03-01"), {.copied = copied});
  REQUIRE(real.accepted.size() == 1);
  CHECK(field_text(real.accepted[0], "events") == "2");
  CHECK(std::get<RegionMigrated>(real.accepted[0].payload).hash == copied.hash);
  const Answer estimate = table.engine().weigh(migrate("m", "eu"), moment("2026-03-01"));
  REQUIRE(estimate.accepted.size() == 1);
  CHECK(std::get<RegionMigrated>(estimate.accepted[0].payload).hash.value.empty());
  CHECK(table.state().version == 2);  // nothing happened
}

TEST_CASE("H3: what a migration's moment brings along counts as after the copy") {
  Table(wide_catalog()).rows(R"(
    2026-01-01  start plus monthly 2026-01-01..2026-07-01  -> ok
    2026-01-02  add data_residency region eu               -> ok
    2026-02-02  migrate to eu  -> CreditsGranted plus/1/2/1 allotment 100, RegionMigrated us>eu events=4
  )");
}

TEST_CASE("RES-1: a migration from elsewhere, to nowhere, or of more events than there were does not fold") {
  Table table(wide_catalog());
  const auto fold = [&](const char* from, const char* to, std::int64_t events) {
    AccountState state = table.state();
    Event event;
    event.account = state.account;
    event.version = state.version + 1;
    event.key = IdempotencyKey("m");
    event.payload = RegionMigrated{RegionId(from), RegionId(to), events, {}};
    evolve(state, event);
  };
  table.rows("2026-01-02  add data_residency region eu  -> ok");
  CHECK_NOTHROW(fold("us", "eu", 2));
  CHECK_THROWS_AS(fold("eu", "jp", 2), Inconsistent);
  CHECK_THROWS_AS(fold("us", "us", 2), Inconsistent);
  CHECK_THROWS_AS(fold("us", "eu", 3), Inconsistent);
  CHECK_THROWS_AS(fold("us", "eu", 0), Inconsistent);
}

TEST_CASE("RES-1: JSON says the partition of every event but the home region's") {
  Table table(wide_catalog());
  table.rows("2026-01-01  consent beta yes  -> ok");
  Event event = table.events().front();
  CHECK(to_json(event).find("partition") == std::string::npos);
  event.partition = RegionId("eu");
  const std::string json = to_json(event);
  CHECK(json.find(R"("seq":1,"partition":"eu","account":"acme")") != std::string::npos);
  const auto parsed = parse_event(json);
  REQUIRE(parsed);
  CHECK(*parsed == event);
  std::string home = json;
  home.replace(home.find("\"eu\""), 4, "\"us\"");
  REQUIRE(parse_event(home));
  CHECK(parse_event(home)->partition.value.empty());
}

TEST_CASE("RES-1: JSON Lines explain the positions of what left, and are one partition's") {
  const auto fault_of = [](const std::string& text) {
    const auto read = read_log_document({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                        [](const AccountId&, StoredBatch&&) { return true; });
    return read ? "covers " + std::to_string(*read) : to_text(read.error());
  };
  Table table(wide_catalog());
  table.rows("2026-01-01  consent beta yes  -> ok");
  Event event = table.events().front();
  event.seq = 4;
  const std::string left = to_json(Departed{1, 3, AccountId("globex"), RegionId("eu")}) + "\n";
  CHECK(left == "{\"departed\":{\"first_seq\":1,\"last_seq\":3,\"account\":\"globex\",\"to\":\"eu\"}}\n");
  CHECK(fault_of(left + to_json(event)) == "covers 4");
  CHECK(fault_of(to_json(event) + "\n" + left).find("/departed (after seq 4): does not follow") != std::string::npos);
  CHECK(fault_of(R"({"departed":{"first_seq":3,"last_seq":1,"account":"a","to":"eu"}})").find("/departed/last_seq") !=
        std::string::npos);
  CHECK(fault_of(R"({"departed":{"first_seq":1,"last_seq":1,"account":"a","to":"eu","x":1}})").find("/departed/x") !=
        std::string::npos);
  Event other = event;
  other.seq = 5;
  other.version = 2;
  other.partition = RegionId("eu");
  CHECK(fault_of(to_json(event) + "\n" + to_json(other)).find("/partition") != std::string::npos);
}
