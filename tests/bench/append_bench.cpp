// SPDX-License-Identifier: Apache-2.0
// How fast charges become durable, a thousand a transaction, one event a command: append_bench SIDE EVENTS ACCOUNTS DIR.
// SIDE is `ours`, the store behind its port; `indexed-sqlite`, the same events as rows with the two unique indexes that
// uniqueness costs when it is left to SQLite; or `bare-segments`, the same canonical bytes a row a transaction, with
// nothing looked up and nothing unique. All of them in write-ahead-log mode with synchronous=FULL. Prints one JSON line.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include "events/codec.hpp"
#include "events/store/sqlite.hpp"
#include "tests/bench/charges.hpp"

namespace creditfold {
namespace {

constexpr std::size_t group_size = 1'000;
using Append = std::function<void(const std::vector<Batch>&)>;

SQLite::Database open_database(const std::filesystem::path& directory, const char* schema) {
  std::filesystem::create_directories(directory);
  SQLite::Database database(directory / "ledger.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  database.exec(schema);
  return database;
}

Append ours(const std::filesystem::path& directory) {
  std::shared_ptr<SqliteLog> log = open_sqlite({.directory = directory});
  return [log](const std::vector<Batch>& group) {
    if (!log->append(group)) throw std::runtime_error("a conflict");
  };
}

Append indexed_sqlite(const std::filesystem::path& directory) {
  struct Side {
    SQLite::Database database;
    SQLite::Statement insert{database, "INSERT INTO events (account, version, key, digest, body) VALUES (?, ?, ?, ?, ?)"};
  };
  auto side = std::make_shared<Side>(Side{open_database(
      directory,
      "CREATE TABLE events (seq INTEGER PRIMARY KEY, account TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, "
      "digest BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (account, version), UNIQUE (account, key)) STRICT")});
  return [side](const std::vector<Batch>& group) {
    SQLite::Transaction transaction(side->database, SQLite::TransactionBehavior::IMMEDIATE);
    std::vector<std::uint8_t> body;
    for (const Batch& batch : group) {
      body.clear();
      encode_event(batch.events[0], body);
      SQLite::Statement& insert = side->insert;
      insert.bindNoCopy(1, batch.account.value);
      insert.bind(2, batch.events[0].version);
      insert.bindNoCopy(3, batch.key.value);
      insert.bindNoCopy(4, batch.command.bytes.data(), static_cast<int>(batch.command.bytes.size()));
      insert.bindNoCopy(5, body.data(), static_cast<int>(body.size()));
      insert.exec();
      insert.reset();
    }
    transaction.commit();
  };
}

Append bare_segments(const std::filesystem::path& directory) {
  struct Side {
    SQLite::Database database;
    SQLite::Statement insert{database, "INSERT INTO segments (body) VALUES (?)"};
  };
  auto side = std::make_shared<Side>(
      Side{open_database(directory, "CREATE TABLE segments (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")});
  return [side](const std::vector<Batch>& group) {
    std::vector<std::uint8_t> body;
    for (const Batch& batch : group) encode_event(batch.events[0], body);
    SQLite::Transaction transaction(side->database, SQLite::TransactionBehavior::IMMEDIATE);
    side->insert.bindNoCopy(1, body.data(), static_cast<int>(body.size()));
    side->insert.exec();
    side->insert.reset();
    transaction.commit();
  };
}

std::uintmax_t bytes_in(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

int run(const std::string& name, std::size_t events, std::size_t accounts, const std::filesystem::path& directory) {
  const std::function<Append(const std::filesystem::path&)> side =
      name == "ours" ? ours : name == "indexed-sqlite" ? indexed_sqlite : bare_segments;
  test::Charges charges(1, accounts);
  std::vector<double> commits;
  {
    const Append append = side(directory);
    for (std::size_t done = 0; done < events; done += group_size) {
      const std::vector<Batch> group = charges.group(group_size);
      const auto start = std::chrono::steady_clock::now();
      append(group);
      commits.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  double seconds = 0;
  for (const double commit : commits) seconds += commit;
  std::sort(commits.begin(), commits.end());
  const double appended = static_cast<double>(commits.size() * group_size);
  std::cout << "{\"side\":\"" << name << "\",\"events\":" << commits.size() * group_size << ",\"seconds\":" << seconds
            << ",\"per_second\":" << appended / seconds
            << ",\"bytes_per_event\":" << static_cast<double>(bytes_in(directory)) / appended
            << ",\"p50_ms\":" << commits[commits.size() / 2] * 1e3 << ",\"p99_ms\":" << commits[commits.size() * 99 / 100] * 1e3
            << ",\"max_ms\":" << commits.back() * 1e3 << "}\n";
  return 0;
}

}  // namespace
}  // namespace creditfold

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "append_bench ours|indexed-sqlite|bare-segments EVENTS ACCOUNTS DIR\n";
    return 2;
  }
  return creditfold::run(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10), argv[4]);
}
