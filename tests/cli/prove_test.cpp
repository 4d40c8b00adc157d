// SPDX-License-Identifier: Apache-2.0
// Checkpoints and proofs from the command line, and what verify finds with them.
#include <SQLiteCpp/SQLiteCpp.h>
#include <catch2/catch.hpp>

#include <optional>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"
#include "events/store/segment_rows.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/regions.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

class FilledLedger {
 public:
  FilledLedger() { fill(data_); }
  [[nodiscard]] std::string data() const { return data_; }
  [[nodiscard]] std::filesystem::path database() const { return directory_.data() / "us" / "ledger.db"; }
  [[nodiscard]] std::string kept_as(const char* name, const std::string& content) const {
    write_file(directory_.path() / name, content);
    return (directory_.path() / name).string();
  }
  [[nodiscard]] Ended verify(const Words& more = {}) const {
    Words words{"verify", data_, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  void edit(const std::string& sql) const { SQLite::Database(database(), SQLite::OPEN_READWRITE).exec(sql); }
  void use(const char* key) const {
    static_cast<void>(ask({"apply", "--data", data_}, usage("acme", key, "2026-02-20T00:00:00Z")));
  }
  // So many at once that they and what waited become a segment, with the tree's row written.
  void seal() const {
    std::string many;
    for (std::size_t i = 0; i < segment_events; ++i) {
      many += usage("acme", ("sealed-" + std::to_string(i)).c_str(), "2026-02-20T00:00:00Z");
    }
    static_cast<void>(ask({"apply", "--data", data_}, many));
  }

 private:
  TemporaryDirectory directory_;
  std::string data_ = directory_.data().string();
};

Path path_of(const boost::json::value& proof) {
  Path path;
  for (const auto& hash : proof.at("path").as_array()) path.push_back(parse_tree_hash(hash.as_string()).value());
  return path;
}

}  // namespace

TEST_CASE("prove: what is written ends in a checkpoint, signed by the directory's own key") {
  const FilledLedger ledger;
  const std::string note = ask({"checkpoint", "--data", ledger.data()});
  const std::string vkey = lines_of(ask({"checkpoint", "--data", ledger.data(), "--key"})).at(0);
  const auto checkpoint = open_checkpoint(note, parse_vkey(vkey).value());
  REQUIRE(checkpoint);
  const auto json = json_of(ask({"checkpoint", "--data", ledger.data(), "--json"}));
  CHECK(at(json, "/note") == note);
  CHECK(at(json, "/vkey") == vkey);
  const auto verified = json_of(ledger.verify().out);
  CHECK(verified.at("trees").at(0).at("size").as_int64() == checkpoint->tree.size);
  CHECK(verified.at("trees").at(0).at("checkpoints").as_int64() >= 1);
  CHECK(verified.at("trees").at(0).at("signatures_checked").as_bool());
  CHECK(at(verified, "/trees/0/root") == to_base64(checkpoint->tree.root));
  CHECK(run({"checkpoint", "--data", ledger.data(), "--region", "eu"}).status == 2);
}

TEST_CASE("prove: an event is proved by version and by position, as JSON and as a C2SP tlog-proof") {
  const FilledLedger ledger;
  const auto proof = json_of(ask({"prove", "--data", ledger.data(), "--account", "acme", "--version", "2", "--json"}));
  const auto checkpoint = open_checkpoint(at(proof, "/checkpoint/note"), parse_vkey(at(proof, "/vkey")).value());
  REQUIRE(checkpoint);
  const std::int64_t seq = proof.at("seq").as_int64();
  CHECK(is_included(parse_tree_hash(at(proof, "/leaf_hash")).value(), seq - 1, path_of(proof), checkpoint->tree));
  CHECK(json_of(ask({"prove", "--data", ledger.data(), "--seq", std::to_string(seq), "--json"})) == proof);
  const auto lines = lines_of(ask({"prove", "--data", ledger.data(), "--seq", std::to_string(seq)}));
  CHECK(lines.at(0) == "c2sp.org/tlog-proof@v1");
  CHECK(lines.at(1) == "index " + std::to_string(seq - 1));
  CHECK(lines.at(2) == std::string(proof.at("path").at(0).as_string()));
  CHECK(run({"prove", "--data", ledger.data(), "--account", "acme", "--version", "9999"}).status == 1);
  CHECK(run({"prove", "--data", ledger.data(), "--seq", "9999"}).status == 1);
  CHECK(run({"prove", "--data", ledger.data(), "--account", "nobody", "--version", "1"}).status == 1);
  CHECK(run({"prove", "--data", ledger.data()}).status == 2);
  CHECK(run({"prove", "--data", ledger.data(), "--account", "acme"}).status == 2);
  CHECK(run({"prove", "--data", ledger.data(), "--account", "acme", "--version", "1", "--seq", "1"}).status == 2);
}

TEST_CASE("prove: a log that grew is the continuation of what was seen; one that was rewritten is not") {
  const FilledLedger ledger;
  const std::string seen = ledger.kept_as("seen.txt", ask({"checkpoint", "--data", ledger.data()}));
  const auto before = read_checkpoint(read_file(seen)).value();
  ledger.use("later");
  const auto proof = json_of(ask({"prove", "--data", ledger.data(), "--from", seen, "--json"}));
  const auto after = read_checkpoint(at(proof, "/checkpoint/note")).value();
  CHECK(after.tree.size == before.tree.size + 1);
  CHECK(is_consistent(before.tree, after.tree, path_of(proof)));
  CHECK(ledger.verify({"--checkpoint", seen}).status == 0);

  const FilledLedger other;  // the same commands, recorded at another moment
  const Ended refused = run({"prove", "--data", other.data(), "--from", seen});
  CHECK(refused.status == 1);
  CHECK(contains(refused.err, "does not begin with"));
  const Ended unverified = other.verify({"--checkpoint", seen});
  CHECK(unverified.status == 1);
  const std::string vkey = lines_of(ask({"checkpoint", "--data", ledger.data(), "--key"})).at(0);
  CHECK(run({"verify", ledger.data(), "--key", vkey}).status == 0);
  CHECK(run({"verify", other.data(), "--key", vkey}).status == 3);
  CHECK(run({"verify", ledger.data(), "--key", "nonsense"}).status == 2);
  CHECK(run({"verify", ledger.data(), "--checkpoint", ledger.kept_as("none.txt", "nothing")}).status == 2);
}

// An attacker who knows the format: everything agrees with itself, and only what was seen before does not.
TEST_CASE("prove: a tail that is cut off is found against any earlier checkpoint, by file or kept in the log") {
  const FilledLedger ledger;
  const std::string before = read_file(ledger.database());
  for (const char* key : {"one", "two", "three"}) ledger.use(key);
  const std::string seen = ledger.kept_as("seen.txt", ask({"checkpoint", "--data", ledger.data()}));
  const std::int64_t size = read_checkpoint(read_file(seen)).value().tree.size;
  write_file(ledger.database(), before);  // an old copy of the whole file: sound in itself
  CHECK(ledger.verify().status == 0);
  const Ended cut = ledger.verify({"--checkpoint", seen});
  CHECK(cut.status == 1);
  CHECK(json_of(cut.out).at("seq").as_int64() == size - 2);
  CHECK(contains(cut.err, "its end was cut off"));
  CHECK(run({"prove", "--data", ledger.data(), "--from", seen}).status == 1);
}

TEST_CASE("prove: a flipped bit of the tree's rows, the kept checkpoints or their key is found") {
  const FilledLedger ledger;
  ledger.seal();
  REQUIRE(ledger.verify().status == 0);
  const std::string sound = read_file(ledger.database());

  for (const std::string& sql :
       {std::string("UPDATE tree SET size = size + 1"), std::string("UPDATE tree SET \"check\" = \"check\" + 1"),
        std::string("UPDATE tree SET frontier = zeroblob(length(frontier))"), std::string("DELETE FROM tree"),
        std::string("INSERT INTO tree_nodes (size, hashes) VALUES (25600, zeroblob(32))"),
        std::string("UPDATE checkpoints SET at = at + 1"), std::string("UPDATE checkpoints SET size = size + 1"),
        std::string("UPDATE checkpoints SET \"check\" = \"check\" + 1"),
        std::string("UPDATE checkpoints SET note = replace(note, 'creditfold/us', 'creditfold/ut')")}) {
    INFO(sql);
    ledger.edit(sql);
    const Ended verified = ledger.verify();
    CHECK(verified.status == 3);
    CHECK_FALSE(json_of(verified.out).at("ok").as_bool());
    write_file(ledger.database(), sound);
  }
  const std::string key_file = ledger.data() + "/checkpoint.key";
  std::string key = read_file(key_file);
  const std::string sound_key = key;
  key[key.size() - 10] = key[key.size() - 10] == 'A' ? 'B' : 'A';
  std::filesystem::remove(key_file);
  CHECK(ledger.verify().status == 0);
  CHECK_FALSE(json_of(ledger.verify().out).at("trees").at(0).at("signatures_checked").as_bool());
  write_file(key_file, key);
  std::filesystem::permissions(key_file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  CHECK(ledger.verify().status == 3);
}

TEST_CASE("verify: a checkpoint key that others may read, or that is none, is no finding of the log") {
  const FilledLedger ledger;
  const std::string vkey = lines_of(ask({"checkpoint", "--data", ledger.data(), "--key"})).at(0);
  const std::filesystem::path key = std::filesystem::path(ledger.data()) / "checkpoint.key";
  const auto open_to_all =
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write | std::filesystem::perms::others_read;
  std::filesystem::permissions(key, open_to_all);
  for (const Words& words : {Words{"verify", ledger.data(), "--json"}, Words{"verify", ledger.data()},
                             Words{"checkpoint", "--data", ledger.data()}, Words{"apply", "--data", ledger.data()},
                             Words{"serve", "--data", ledger.data(), "--listen", "127.0.0.1:0"}}) {
    const Ended ended = run(words);
    INFO(words.front() << ": " << ended.err);
    CHECK(ended.status == 4);
    CHECK(ended.out.empty());
    CHECK(contains(ended.err, key.string() + " may be read or written by others than its owner; chmod 600 it"));
    CHECK_FALSE(contains(ended.err, "damaged"));
  }
  std::filesystem::remove(key);
  write_file(key, "no key\n");
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const Ended broken = run({"verify", ledger.data()});
  CHECK(broken.status == 3);
  CHECK(contains(broken.err, "it is no key"));
  CHECK_FALSE(contains(broken.err, "position"));
  // With a key of one's own nothing is asked of the directory's.
  CHECK(run({"verify", ledger.data(), "--key", vkey}).status == 0);
}

TEST_CASE("prove: one flipped bit anywhere in a body, the frontier or a note is found", "[slow]") {
  const FilledLedger ledger;
  ledger.seal();
  ledger.use("behind");
  const std::string sound = read_file(ledger.database());
  struct Column {
    const char* rows;
    const char* table;
    const char* column;
  };
  std::int64_t flips = 0;
  for (const Column& column : {Column{"SELECT id, body FROM recent WHERE length(body) < 3000", "recent", "body"},
                               Column{"SELECT id, frontier FROM tree", "tree", "frontier"},
                               Column{"SELECT size, note FROM checkpoints LIMIT 1", "checkpoints", "note"}}) {
    SQLite::Database reading(ledger.database(), SQLite::OPEN_READONLY);
    SQLite::Statement rows(reading, column.rows);
    while (rows.executeStep()) {
      const std::string value(static_cast<const char*>(rows.getColumn(1).getBlob()),
                              static_cast<std::size_t>(rows.getColumn(1).getBytes()));
      const std::size_t where = sound.find(value);
      REQUIRE_FALSE(value.empty());
      REQUIRE(where != std::string::npos);
      for (std::size_t place = 0; place < value.size(); place += 5) {
        std::string damaged = sound;
        damaged[where + place] = static_cast<char>(damaged[where + place] ^ (1 << (place % 8)));
        write_file(ledger.database(), damaged);
        INFO(column.table << "." << column.column << ", byte " << place);
        CHECK(ledger.verify().status == 3);
        ++flips;
      }
    }
    write_file(ledger.database(), sound);
  }
  CHECK(flips > 60);
}

// The row of an event says by its check that it is what was written; who knows the format can say so of anything.
namespace {

// Another model in the charge at this position, and the row around it as sound as before.
void forge_event(const std::filesystem::path& file, std::int64_t seq) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  for (const std::string table : {"segments", "recent"}) {
    SQLite::Statement query(database, "SELECT id, first_seq, events, first_batch, batches, body FROM " + table +
                                          " WHERE first_seq <= ?1 AND first_seq + events > ?1");
    query.bind(1, seq);
    if (!query.executeStep()) continue;
    const SegmentRow row{query.getColumn(0).getInt64(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
                         query.getColumn(3).getInt64(), query.getColumn(4).getInt64()};
    const SQLite::Column column = query.getColumn(5);
    const Segment segment = segment_in(
        row, {static_cast<const std::uint8_t*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())}, file);
    std::vector<Batch> batches(segment.batches());
    Packer packer;
    for (std::size_t b = 0; b < segment.batches(); ++b) {
      batches[b].key = segment.key(b);
      batches[b].command = segment.command(b);
      for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
        Event event = segment.event(b, e, AccountId("acme"));
        if (row.first_seq + static_cast<std::int64_t>(e) == seq) {
          std::get<CreditsConsumed>(event.payload).model = ModelId("gpt-4x");
        }
        batches[b].events.push_back(std::move(event));
      }
      packer.add(segment.batch(b), batches[b]);
    }
    const std::vector<std::uint8_t> body = body_of(row, packer.finish());
    query.reset();
    SQLite::Statement update(database, "UPDATE " + table + " SET body = ? WHERE id = ?");
    update.bind(1, body.data(), static_cast<int>(body.size()));
    update.bind(2, row.id);
    update.exec();
    return;
  }
  FAIL("no row holds event " << seq);
}

}  // namespace

TEST_CASE("prove: an event that was forged, its check with it, is found by its tile, and by the checkpoint before it") {
  const FilledLedger ledger;
  const std::int64_t first = read_checkpoint(ask({"checkpoint", "--data", ledger.data()})).value().tree.size;
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += usage("acme", "more-" + std::to_string(i), "2026-02-20T00:00:00Z");
  static_cast<void>(ask({"apply", "--data", ledger.data()}, lines));
  REQUIRE(ledger.verify().status == 0);
  const std::string sound = read_file(ledger.database());
  const auto forge = [&](std::int64_t seq) {
    write_file(ledger.database(), sound);
    forge_event(ledger.database(), seq);
    return ledger.verify();
  };
  const Ended in_tile = forge(300);
  CHECK(in_tile.status == 3);
  CHECK(json_of(in_tile.out).at("seq").as_int64() == 257);
  CHECK(contains(in_tile.err, "events 257 to 512 have another hash than the stored tree says"));
  const Ended in_tail = forge(first + 590);
  CHECK(in_tail.status == 1);
  CHECK(json_of(in_tail.out).at("seq").as_int64() == first + 1);
  CHECK(contains(in_tail.err, "was changed since"));
}

TEST_CASE(
    "prove: one flipped bit of the tree's nodes, or of a leaf hash that was kept for an account that left, is found",
    "[slow]") {
  const Moved moved;
  std::string lines = opening_in("us", "busy");
  for (int i = 0; i < 600; ++i) lines += usage("busy", "u-" + std::to_string(i), "2026-02-20T00:00:00Z");
  static_cast<void>(ask({"apply", "--data", moved.data}, lines));
  REQUIRE(run({"verify", moved.data}).status == 0);
  const std::filesystem::path database = moved.directory.data() / "us" / "ledger.db";
  const std::string sound = read_file(database);
  std::int64_t flips = 0;
  for (const char* sql : {"SELECT hashes FROM kept_leaves", "SELECT hashes FROM tree_nodes"}) {
    SQLite::Database reading(database, SQLite::OPEN_READONLY);
    SQLite::Statement rows(reading, sql);
    while (rows.executeStep()) {
      const std::string value(static_cast<const char*>(rows.getColumn(0).getBlob()),
                              static_cast<std::size_t>(rows.getColumn(0).getBytes()));
      const std::size_t where = sound.find(value);
      REQUIRE(where != std::string::npos);
      for (std::size_t place = 0; place < value.size(); place += 13) {
        std::string damaged = sound;
        damaged[where + place] = static_cast<char>(damaged[where + place] ^ (1 << (place % 8)));
        write_file(database, damaged);
        INFO(sql << ", byte " << place);
        const Ended verified = run({"verify", moved.data, "--json"});
        CHECK(verified.status == 3);
        CHECK(json_of(verified.out).at("seq").as_int64() < 600);
        ++flips;
      }
    }
    write_file(database, sound);
  }
  CHECK(flips > 10);
}
