// SPDX-License-Identifier: Apache-2.0
// How long a ledger takes to open: start_bench EVENTS ACCOUNTS DIR.
//
// Fills a ledger with charges to accounts that have a plan, then opens it to write and folds it, first from nothing but
// its log, then from what is kept beside it; each time with the operating system told to forget the files. Then asks
// for keys of the first day, the files forgotten before each. Prints one JSON line.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <unordered_map>

#include "events/store/files.hpp"
#include "events/store/sqlite.hpp"
#include "ledger/kept_book.hpp"
#include "ledger/engine.hpp"
#include "tests/bench/charges.hpp"
#include "tests/bench/commands.hpp"

namespace creditfold {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t charges_per_group = 1'000;
constexpr std::size_t keys_asked = 200;
constexpr int turns = 5;

double milliseconds(Steady::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

std::unique_ptr<SqliteLog> open(const std::filesystem::path& directory) {
  return open_sqlite({.directory = directory, .read_only = false, .region = RegionId("us")});
}

// Out of the page cache, as far as the operating system listens.
void forget(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const Descriptor file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    ::fdatasync(file.number);
    ::posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED);
  }
}

struct Key {
  AccountId account;
  IdempotencyKey key;
};

// The ledger's keys of the first day.
std::vector<Key> fill(const std::filesystem::path& directory, std::size_t events, std::size_t accounts) {
  const auto log = open(directory);
  std::unordered_map<std::string, std::int64_t> versions;
  {
    Engine engine(*log, default_catalog());
    for (std::size_t i = 1; i <= accounts; ++i) {
      const std::vector<std::string> texts{test::open_account(i), test::start_term(i)};
      const std::vector<std::string_view> group(texts.begin(), texts.end());
      for (const Answer& answer : engine.process(group, test::commands_now)) {
        if (answer.refused) throw std::runtime_error(to_json(answer));
      }
    }
    for (const auto& [account, state] : engine.book().accounts()) versions[account.value] = state.version;
  }
  test::Charges charges(1, accounts);
  std::vector<Key> first;
  for (auto left = static_cast<std::int64_t>(events) - log->head(); left > 0; left -= charges_per_group) {
    std::vector<Batch> group = charges.group(std::min(charges_per_group, static_cast<std::size_t>(left)));
    for (Batch& batch : group) {
      const std::int64_t before = versions[batch.account.value];
      batch.expected_version += before;
      for (Event& event : batch.events) {
        event.version += before;
        event.at = event.recorded_at;
      }
      if (first.size() < keys_asked) first.push_back({batch.account, batch.key});
    }
    if (!log->append(group)) throw std::runtime_error("an append was refused");
  }
  return first;
}

struct Opening {
  double log_ms = 0;   // until the log takes events
  double book_ms = 0;  // until it is folded
};

Opening open_once(const std::filesystem::path& directory, std::int64_t& head) {
  forget(directory);
  const auto begin = Steady::now();
  const auto log = open(directory);
  const auto opened = Steady::now();
  const Engine engine(*log, default_catalog(), begin_book(*log).book);
  const auto folded = Steady::now();
  head = engine.book().seq();
  return {milliseconds(opened - begin), milliseconds(folded - opened)};
}

template <class Value>
Value middle(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(std::size_t events, std::size_t accounts, const std::filesystem::path& directory) {
  const std::vector<Key> keys = fill(directory, events, accounts);
  std::int64_t head = 0;
  std::filesystem::remove_all(directory / "index");
  const Opening bare = open_once(directory, head);
  {
    const auto log = open(directory);
    const Engine engine(*log, default_catalog());
    keep_book(*log, engine.book(), log->moves());
  }
  std::vector<double> whole, log_ms, book_ms, asked;
  for (int turn = 0; turn < turns; ++turn) {
    const Opening opening = open_once(directory, head);
    log_ms.push_back(opening.log_ms);
    book_ms.push_back(opening.book_ms);
    whole.push_back(opening.log_ms + opening.book_ms);
  }
  const auto log = open(directory);
  for (const Key& key : keys) {
    forget(directory);
    const auto begin = Steady::now();
    if (!log->find(key.account, key.key)) throw std::runtime_error("a key of the first day is not known any more");
    asked.push_back(milliseconds(Steady::now() - begin));
  }
  std::sort(asked.begin(), asked.end());
  std::cout << R"({"events":)" << head << R"(,"accounts":)" << accounts << R"(,"start_ms":)" << middle(whole)
            << R"(,"log_ms":)" << middle(log_ms) << R"(,"book_ms":)" << middle(book_ms) << R"(,"bare_log_ms":)"
            << bare.log_ms << R"(,"bare_book_ms":)" << bare.book_ms << R"(,"key_p50_ms":)" << middle(asked)
            << R"(,"key_p99_ms":)" << asked[asked.size() * 99 / 100] << "}\n";
}

}  // namespace
}  // namespace creditfold

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "start_bench EVENTS ACCOUNTS DIR\n";
    return 2;
  }
  try {
    creditfold::run(std::strtoull(arguments[1], nullptr, 10), std::strtoull(arguments[2], nullptr, 10), arguments[3]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
