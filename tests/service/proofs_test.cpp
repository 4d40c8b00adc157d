// SPDX-License-Identifier: Apache-2.0
// Checkpoints, tiles and proofs over HTTP, put together again here from what was served.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <cstring>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"
#include "ledger/edge/checkpoint_key.hpp"
#include "tests/service/running.hpp"
#include "tests/service/schema.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::vector<TreeHash> hashes_of(const std::string& body) {
  REQUIRE(body.size() % 32 == 0);
  std::vector<TreeHash> hashes(body.size() / 32);
  for (std::size_t i = 0; i < hashes.size(); ++i) std::memcpy(hashes[i].data(), body.data() + 32 * i, 32);
  return hashes;
}

void use(Running& running, const std::string& account, int from, int to) {
  std::string lines;
  for (int i = from; i < to; ++i) lines += usage(account, "u" + std::to_string(i)) + "\n";
  running.apply(lines);
}

// What a proof says, checked with nothing but its JSON.
bool holds(const std::string& json) {
  const auto verifier = parse_vkey(at(json, "/vkey"));
  REQUIRE(verifier);
  const auto checkpoint = open_checkpoint(at(json, "/checkpoint/note"), *verifier);
  REQUIRE(checkpoint);
  Path path;
  const boost::json::value proof = boost::json::parse(json);
  for (const auto& hash : proof.at("path").as_array()) {
    path.push_back(parse_tree_hash(hash.as_string()).value());
  }
  const auto leaf = parse_tree_hash(at(json, "/leaf_hash"));
  return is_included(leaf.value(), std::stoll(at(json, "/leaf_index")), path, checkpoint->tree);
}

}  // namespace

TEST_CASE("A checkpoint is signed and kept before it is shown, and stays until another is made") {
  Running running;
  CHECK(running.client().get("/v1/log/us/checkpoint").status == 404);
  running.open_account("acme");
  const Response response = running.client().get("/v1/log/us/checkpoint");
  REQUIRE(response.status == 200);
  CHECK(response.header("content-type") == "text/plain; charset=utf-8");
  CHECK(response.header("cache-control") == "no-cache");
  const auto kept = running.log().newest_checkpoint();
  REQUIRE(kept);
  CHECK(kept->note == response.body);
  const auto checkpoint = read_checkpoint(response.body);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == "creditfold/us");
  CHECK(checkpoint->tree == running.log().tree());
  use(running, "acme", 0, 5);
  CHECK(running.client().get("/v1/log/us/checkpoint").body == response.body);
  CHECK(running.client().get("/v1/log/eu/checkpoint").status == 404);
}

TEST_CASE("An account's newest event is proved at once, and any other by version or position") {
  Running running;
  running.open_account("zeta");
  running.open_account("acme");
  use(running, "acme", 0, 300);
  Client client = running.client();
  const Response newest = client.get("/v1/accounts/acme/proof");
  REQUIRE(newest.status == 200);
  CHECK(misfit(client, "proof.schema.json", newest.body).empty());
  CHECK(at(newest.body, "/version") == "303");
  CHECK(at(newest.body, "/checkpoint/size") == std::to_string(running.log().head()));
  CHECK(holds(newest.body));
  for (const int version : {1, 2, 3, 200, 303}) {
    const Response by_version = client.get("/v1/accounts/acme/proof?version=" + std::to_string(version));
    REQUIRE(by_version.status == 200);
    CHECK(at(by_version.body, "/version") == std::to_string(version));
    CHECK(holds(by_version.body));
    const Response by_seq = client.get("/v1/accounts/acme/proof?seq=" + at(by_version.body, "/seq"));
    CHECK(by_seq.body == by_version.body);
  }
  CHECK(client.get("/v1/accounts/acme/proof?version=304").status == 404);
  CHECK(client.get("/v1/accounts/acme/proof?version=0").status == 404);
  CHECK(client.get("/v1/accounts/acme/proof?seq=1").status == 404);  // zeta's
  CHECK(client.get("/v1/accounts/acme/proof?seq=1&version=1").status == 400);
  CHECK(client.get("/v1/accounts/nobody/proof").status == 404);
}

TEST_CASE("Tiles are the hashes of the tree, whole or in part, under their one address each") {
  Running running;
  running.open_account("acme");
  use(running, "acme", 0, 597);
  REQUIRE(running.log().head() == 600);
  Client client = running.client();
  const auto tile = [&](const std::string& path) { return client.get("/v1/log/us/tile/" + path); };
  const Response full = tile("0/000");
  REQUIRE(full.status == 200);
  CHECK(full.header("content-type") == "application/octet-stream");
  CHECK(full.header("cache-control").find("immutable") != std::string::npos);
  CHECK(hashes_of(full.body) == running.log().tree_hashes(0, 0, 256));
  CHECK(hashes_of(tile("0/002.p/88").body) == running.log().tree_hashes(0, 512, 88));
  CHECK(hashes_of(tile("1/000.p/2").body) == running.log().tree_hashes(1, 0, 2));
  CHECK(hashes_of(tile("0/001.p/7").body) == running.log().tree_hashes(0, 256, 7));
  for (const char* none :
       {"0/002",       "0/002.p/89", "1/000",     "1/000.p/3",       "2/000.p/1",   "0/003.p/1", "0/000.p/0",
        "0/000.p/256", "0/000.p/01", "00/000",    "7/000.p/1",       "0/00",        "0/0",       "0/x000/000",
        "0/x001",      "0/000.p",    "0/000/001", "0/x001/x234/067", "entries/000", "0/-01",     "0/000.p/1/2"}) {
    INFO(none);
    CHECK(tile(none).status == 404);
  }
  // The root of the checkpoint, from the tiles alone.
  const Response note = client.get("/v1/log/us/checkpoint");
  const NodeReader nodes = nodes_of([&](int level, std::int64_t first, std::int64_t count) {
    std::vector<TreeHash> hashes;
    for (std::int64_t i = first; i < first + count; ++i) {
      const std::string index = "00" + std::to_string(i / 256);
      const std::string width = i / 256 == 2 || level == 1 ? ".p/" + std::to_string(i % 256 + 1) : "";
      hashes.push_back(
          hashes_of(tile(std::to_string(level) + "/" + index + width).body).at(static_cast<std::size_t>(i % 256)));
    }
    return hashes;
  });
  CHECK(root_at(600, nodes) == read_checkpoint(note.body)->tree.root);
}

TEST_CASE("A log that grows is signed at an interval, without being asked") {
  service::ServiceOptions options;
  options.checkpoint_interval = std::chrono::milliseconds(20);
  Running running(options);
  running.open_account("acme");
  const auto covered = [&] {
    const auto newest = running.log().newest_checkpoint();
    return newest && newest->size == running.log().head();
  };
  CHECK(soon(covered));
  use(running, "acme", 0, 3);
  CHECK(soon(covered));
}

TEST_CASE("Closing periods and a clean stop end in a checkpoint") {
  service::ServiceOptions options;
  options.close_delay_micros = 0;
  Running running(options);
  running.open_account("acme");
  CHECK_FALSE(running.log().newest_checkpoint());
  running.set_clock("2026-04-02T00:00:00Z");
  CHECK(soon([&] { return running.log().newest_checkpoint().has_value(); }));
  const std::int64_t closed = running.log().newest_checkpoint().value().size;
  CHECK(closed == running.log().head());
  use(running, "acme", 0, 3);
  CHECK(running.log().newest_checkpoint()->size == closed);
  running.service().stop();
  CHECK(running.log().newest_checkpoint()->size == closed + 3);
}

TEST_CASE("The key of a directory signs under one name for ever") {
  const TemporaryDirectory directory;
  const RegionId us("us");
  const std::string made = edge::CheckpointKey::open(directory.path(), "example.org/ledger").verifier_of(us).to_vkey();
  CHECK(made.find("example.org/ledger/us+") == 0);
  CHECK(edge::CheckpointKey::open(directory.path(), std::nullopt).verifier_of(us).to_vkey() == made);
  CHECK(edge::CheckpointKey::read(directory.path())->verifier_of(us).to_vkey() == made);
  CHECK_THROWS_AS(edge::CheckpointKey::open(directory.path(), "another"), edge::BadOrigin);
  CHECK_THROWS_AS(edge::CheckpointKey::open(directory.path(), "two words"), edge::BadOrigin);
  const auto file = directory.path() / "checkpoint.key";
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}
