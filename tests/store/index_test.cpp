// SPDX-License-Identifier: Apache-2.0
// The index beside a ledger: runs of keys, filters, and a log that knows every key for ever without reading itself.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "events/store/index_files.hpp"
#include "events/store/key_filter.hpp"
#include "events/store/key_runs.hpp"
#include "events/store/sqlite.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/on_disk.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

std::uint64_t any_hash(Random& random) { return random.next(); }

std::vector<KeyPlace> random_places(Random& random, std::size_t count, std::int64_t first, std::int64_t last) {
  std::vector<KeyPlace> places;
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back({key_prefix(any_hash(random)), first + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(last - first + 1)))});
  }
  std::sort(places.begin(), places.end(), [](const KeyPlace& a, const KeyPlace& b) { return a.prefix < b.prefix; });
  return places;
}

void write_run(const std::filesystem::path& file, const std::vector<KeyPlace>& places, std::int64_t first, std::int64_t last) {
  KeyRunWriter writer(file, static_cast<std::int64_t>(places.size()), first, last);
  for (const KeyPlace& place : places) writer.add(place);
  writer.finish();
}

}  // namespace

TEST_CASE("A run has each of its keys with its segment, in order, and hardly any other") {
  Random random(41);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{1'000}, std::size_t{70'000}}) {
    for (const std::int64_t last : {std::int64_t{1}, std::int64_t{7}, std::int64_t{100'000'000}}) {
      CAPTURE(count, last);
      const TemporaryDirectory directory;
      std::vector<KeyPlace> places = random_places(random, count, 1, last);
      if (count > 1) places[1] = {places[0].prefix, last};  // two of a prefix
      write_run(directory.path() / "run", places, 1, last);
      const KeyRun run(directory.path() / "run");
      run.verify();
      REQUIRE(run.keys() == static_cast<std::int64_t>(count));
      bool all = true;
      std::size_t i = 0;
      for (KeyRun::Cursor at(run); !at.at_end(); ++at, ++i) {
        all = all && i < count && (*at).prefix == places[i].prefix && (*at).segment == places[i].segment;
        std::vector<std::int64_t> found;
        run.find(places[i].prefix, found);
        all = all && std::find(found.begin(), found.end(), places[i].segment) != found.end() && found.size() <= 2;
      }
      CHECK(i == count);
      CHECK(all);
      std::size_t wrong = 0;
      for (std::size_t miss = 0; miss < 1'000; ++miss) {
        std::vector<std::int64_t> found;
        run.find(key_prefix(any_hash(random)), found);
        wrong += found.size();
      }
      CHECK(wrong <= 1);
    }
  }
}

TEST_CASE("A run with prefixes at both ends of what there is") {
  const TemporaryDirectory directory;
  const std::uint64_t last = (std::uint64_t{1} << key_prefix_bits) - 1;
  write_run(directory.path() / "run", {{0, 5}, {0, 6}, {last, 7}, {last, 9}}, 5, 9);
  const KeyRun run(directory.path() / "run");
  std::vector<std::int64_t> found;
  run.find(0, found);
  run.find(last, found);
  CHECK(found == std::vector<std::int64_t>{5, 6, 7, 9});
}

TEST_CASE("A million keys take some four bytes each in a run, and 13 bits in a filter") {
  Random random(42);
  const TemporaryDirectory directory;
  constexpr std::size_t count = 1'000'000;
  const std::vector<KeyPlace> places = random_places(random, count, 1, 1'000);
  write_run(directory.path() / "run", places, 1, 1'000);
  CHECK(KeyRun(directory.path() / "run").bytes() < count * 42 / 10);
  KeyFilter filter(count);
  for (const KeyPlace& place : places) filter.add(place.prefix);
  CHECK(filter.bytes() < count * 17 / 10);
  CHECK(std::all_of(places.begin(), places.end(), [&](const KeyPlace& place) { return filter.may_have(place.prefix); }));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < 100'000; ++i) wrong += filter.may_have(key_prefix(any_hash(random))) ? 1 : 0;
  CHECK(wrong < 700);
}

TEST_CASE("Every changed byte of a run, and every cut, is found") {
  Random random(43);
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "run";
  write_run(file, random_places(random, 200, 1, 9), 1, 9);
  const std::string sound = content_of(file);
  const auto is_found = [&](const std::string& content) {
    put_content(file, content);
    try {
      KeyRun(file).verify();
    } catch (const Fault& fault) {
      return fault.kind() == Fault::Kind::damaged;
    }
    return false;
  };
  CHECK_FALSE(is_found(sound));
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    CAPTURE(at);
    REQUIRE(is_found(changed));
    REQUIRE(is_found(sound.substr(0, at)));
  }
}

TEST_CASE("Tables handed over can be asked for at every moment, and runs of a size become one") {
  Random random(44);
  const TemporaryDirectory directory;
  const IndexOptions options{100, 3};
  std::map<std::uint64_t, std::int64_t> keys;
  {
    KeyRuns runs(directory.path() / "index", options, std::nullopt);
    for (std::int64_t segment = 1; segment <= 60; ++segment) {
      auto table = std::make_shared<KeyTable>();
      for (int i = 0; i < 100; ++i) {
        const std::uint64_t hash = any_hash(random);
        table->add(hash, segment);
        keys[hash] = segment;
      }
      runs.add({table, segment, {segment, 0}, {{segment, segment}}});
      for (const auto& [hash, of] : keys) {
        std::vector<std::int64_t> found;
        runs.find(hash, found);
        REQUIRE(std::find(found.begin(), found.end(), of) != found.end());
        REQUIRE(runs.may_have(hash));
      }
      if (segment % 7 == 0) runs.settle();
    }
    runs.settle();
    const KeyRuns::Sizes sizes = runs.sizes();
    CHECK(sizes.keys == 6'000);
    CHECK(sizes.waiting == 0);
    CHECK(sizes.runs <= 2 * 4);  // at most two of each size
  }
  // And by the next process.
  std::optional<StoredIndex> stored = IndexFiles(directory.path() / "index").read();
  REQUIRE(stored);
  CHECK(stored->manifest.through.segment == 60);
  REQUIRE(stored->heads.size() == 1);
  CHECK(stored->heads[0].version == 60);
  KeyRuns runs(directory.path() / "index", options, std::move(stored));
  for (const auto& [hash, of] : keys) {
    std::vector<std::int64_t> found;
    runs.find(hash, found);
    REQUIRE(found == std::vector<std::int64_t>{of});
  }
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(runs.may_have(any_hash(random)));
  // Files of runs that became part of others are gone.
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path() / "index")) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == static_cast<std::size_t>(runs.sizes().runs) + 2);
}

namespace {

const IndexOptions small_index{500, 2};

// A thousand events a group make a segment each; ten accounts by turns.
class IndexedLog {
 public:
  explicit IndexedLog(const std::filesystem::path& directory, IndexFailed failed = {})
      : directory_(directory), failed_(std::move(failed)) {
    open();
  }

  void open() {
    log_.reset();
    IndexOptions index = small_index;
    index.failed = failed_;
    log_ = open_sqlite({.directory = directory_, .read_only = false, .region = {}, .locked = false, .index = index});
  }
  void close() { log_.reset(); }
  void append_segments(std::int64_t count) {
    for (; count > 0; --count) {
      std::vector<Batch> group;
      for (int i = 0; i < 500; ++i) {
        const std::string account = "account-" + std::to_string(next_ % 10);
        std::int64_t& version = versions_[account];
        group.push_back(batch_of(account, key_of(next_++), version, 2));
        version += 2;
      }
      REQUIRE(log_->append(group));
    }
  }
  // Every key there ever was is known, with its batch, and cannot be taken again.
  void check_keys(std::int64_t step = 1) {
    for (std::int64_t i = 0; i < next_; i += step) {
      const std::string account = "account-" + std::to_string(i % 10);
      CAPTURE(i);
      const std::optional<StoredBatch> batch = log_->find(AccountId(account), IdempotencyKey(key_of(i)));
      REQUIRE(batch);
      REQUIRE(batch->count == 2);
      REQUIRE(batch->first_seq == 2 * i + 1);
      const auto again = append_one(*log_, batch_of(account, key_of(i), versions_[account], 1));
      REQUIRE_FALSE(again);
      REQUIRE(again.error().what == "the key is there already");
    }
    CHECK_FALSE(log_->find(AccountId("account-1"), IdempotencyKey(key_of(next_))));
    CHECK_FALSE(log_->find(AccountId("account-1"), IdempotencyKey(key_of(2))));  // another account's
  }
  [[nodiscard]] SqliteLog& log() { return *log_; }
  [[nodiscard]] std::int64_t keys() const { return next_; }

 private:
  static std::string key_of(std::int64_t number) { return "key-" + std::to_string(100'000 + number); }

  std::filesystem::path directory_;
  IndexFailed failed_;
  std::unique_ptr<SqliteLog> log_;
  std::int64_t next_ = 0;
  std::map<std::string, std::int64_t> versions_;
};

// Runs are written by a thread of the index's own.
void wait_for_index(const std::filesystem::path& directory, std::int64_t segment) {
  std::optional<StoredIndex> stored;
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    stored = IndexFiles(directory / "index").read();
    if (stored && stored->manifest.through.segment >= segment) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(stored);
  REQUIRE(stored->manifest.through.segment >= segment);
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& index) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(index)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("A log knows all its keys in runs, over every opening") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  for (int opening = 0; opening < 6; ++opening) {
    log.append_segments(5);
    log.check_keys(opening == 5 ? 1 : 17);
    log.open();
    log.check_keys(13);
  }
  wait_for_index(directory.path(), 20);
  log.log().check_structure();
}

TEST_CASE("Opening to write reads the segments behind the index and no others") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  log.append_segments(12);
  wait_for_index(directory.path(), 2);
  log.append_segments(1);
  log.close();
  SQLite::Database(directory.path() / "ledger.db", SQLite::OPEN_READWRITE).exec("UPDATE segments SET body = zeroblob(length(body)) WHERE id = 1");
  CHECK_NOTHROW(log.open());
  CHECK_THROWS_AS(log.log().check_structure(), Fault);
  log.close();
  std::filesystem::remove_all(directory.path() / "index");
  CHECK_THROWS_AS(log.open(), Fault);
}

TEST_CASE("Who reads beside a writer finds keys and accounts by the index, and what came after it") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  log.append_segments(8);
  log.open();
  log.append_segments(1);
  wait_for_index(directory.path(), 2);
  const auto reader = open_sqlite({directory.path(), true});
  for (const std::int64_t number : {0, 999, 4'001, 4'499}) {
    const std::string account = "account-" + std::to_string(number % 10);
    const auto batch = reader->find(AccountId(account), IdempotencyKey("key-" + std::to_string(100'000 + number)));
    REQUIRE(batch);
    CHECK(batch->first_seq == 2 * number + 1);
  }
  CHECK_FALSE(reader->find(AccountId("account-1"), IdempotencyKey("key-99")));
  CHECK(account_events_of(*reader, "account-3").size() == 900);
  // An account of the beginning and the end: the segments between are not read for it.
  REQUIRE(append_one(log.log(), batch_of("rare", "first", 0, 1)));
  log.append_segments(6);
  log.open();
  SQLite::Database(directory.path() / "ledger.db", SQLite::OPEN_READWRITE)
      .exec("UPDATE segments SET body = zeroblob(length(body)) WHERE id IN (11, 12)");
  wait_for_index(directory.path(), 14);
  CHECK(account_events_of(*open_sqlite({directory.path(), true}), "rare").size() == 1);
}

TEST_CASE("An index that is written meanwhile is read whole") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  log.append_segments(4);
  wait_for_index(directory.path(), 3);
  std::atomic<int> read = 0;
  std::atomic<int> missed = 0;
  std::jthread reader([&](const std::stop_token& stop) {
    for (; !stop.stop_requested(); ++read) missed += IndexFiles(directory.path() / "index").read() ? 0 : 1;
  });
  log.append_segments(300);
  reader.request_stop();
  reader.join();
  CHECK(read > 0);
  CHECK(missed == 0);
}

TEST_CASE("An index that is damaged, cut, missing or another log's is made again") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  log.append_segments(9);
  wait_for_index(directory.path(), 9);
  log.close();
  const std::filesystem::path index = directory.path() / "index";
  const std::vector<std::filesystem::path> files = files_of(index);
  REQUIRE(files.size() >= 3);
  for (const std::filesystem::path& file : files) {
    for (const char* how : {"changed", "cut", "missing"}) {
      CAPTURE(file.filename(), how);
      const std::string sound = content_of(file);
      if (sound.empty()) continue;  // of an earlier round, and gone
      std::string content = sound;
      content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 4);
      if (*how == 'c' && how[1] == 'u') content = sound.substr(0, sound.size() / 2);
      put_content(file, content);
      if (*how == 'm') std::filesystem::remove(file);
      log.open();
      log.check_keys(7);
      log.append_segments(1);
      log.close();
    }
  }
  SECTION("another log's") {
    const TemporaryDirectory other;
    IndexedLog another(other.path());
    another.append_segments(20);
    wait_for_index(other.path(), 12);
    another.close();
    std::filesystem::remove_all(index);
    std::filesystem::copy(other.path() / "index", index);
    log.open();
    log.check_keys(5);
  }
}

TEST_CASE("A ledger whose index cannot be written goes on, and loses no key") {
  const TemporaryDirectory directory;
  put_content(directory.path() / "index", "in the way");
  std::mutex mutex;
  std::vector<std::string> told;
  IndexedLog log(directory.path(), [&](const std::string& what) {
    const std::lock_guard lock(mutex);
    told.push_back(what);
  });
  const auto times_told = [&] {
    const std::lock_guard lock(mutex);
    return told.size();
  };
  log.append_segments(6);
  log.check_keys(11);
  for (int i = 0; i < 500 && times_told() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(times_told() == 1);  // however often it was tried
  CHECK(told.front().find("index") != std::string::npos);
  log.open();
  log.append_segments(2);
  log.check_keys(11);
  CHECK(content_of(directory.path() / "index") == "in the way");
  std::filesystem::remove(directory.path() / "index");
  log.append_segments(4);
  wait_for_index(directory.path(), 8);
  log.open();
  log.check_keys(11);
}

TEST_CASE("Keys of an account that left are not found, and those of others are") {
  const TemporaryDirectory directory;
  IndexedLog log(directory.path());
  log.append_segments(4);
  wait_for_index(directory.path(), 4);
  const auto events = account_events_of(log.log(), "account-3");
  Tombstone tombstone{AccountId("account-3"), RegionId("eu"), {static_cast<std::int64_t>(events.size()), Bytes{std::vector<std::uint8_t>(32)}}, Instant{0}};
  log.log().bury(tombstone);
  REQUIRE(log.log().erase_buried([] { return true; }));
  const auto look = [&] {
    CHECK_FALSE(log.log().find(AccountId("account-3"), IdempotencyKey("key-101003")));
    CHECK(log.log().find(AccountId("account-4"), IdempotencyKey("key-101004")));
    CHECK(append_one(log.log(), batch_of("account-3", "key-101003", 0, 0)));  // it may come again, with any key
  };
  SECTION("at once") { look(); }
  SECTION("when opened again, with the index from before") {
    log.close();
    // Only with the index can it be opened now.
    SQLite::Database(directory.path() / "ledger.db", SQLite::OPEN_READWRITE).exec("UPDATE segments SET body = zeroblob(length(body)) WHERE id = 1");
    log.open();
    look();
  }
}
