// SPDX-License-Identifier: Apache-2.0
// What tests of the SQLite store do again and again: a region's partition in a folder, the files a crash would leave,
// and a file system each call of which fails once.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "events/store/sqlite.hpp"
#include "tests/store/failing_vfs.hpp"
#include "tests/store/temporary_directory.hpp"

namespace creditfold::test {

inline std::unique_ptr<SqliteLog> open(const TemporaryDirectory& directory, const char* region) {
  return open_sqlite({directory.path() / region, false, RegionId(region)});
}

// A file's bytes; "" when there is none.
inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void put_content(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

// For erase_buried: as far as it goes.
inline constexpr auto go_on = [] { return true; };

// The files as they are now: what a crash would leave. Read through the operating system, so nothing is flushed first.
inline void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  for (const char* name : {"ledger.db", "ledger.db-wal"}) {
    if (std::filesystem::exists(from / name)) {
      std::filesystem::copy_file(from / name, to / name, std::filesystem::copy_options::overwrite_existing);
    }
  }
}

// Calls `round(fail, heal)` again and again: after fail() the first write, sync or truncation fails with `code`, in the
// next round the second, and so on until none has failed before heal().
template <class Round>
void with_each_call_failing(int code, Round&& round) {
  FailingVfs vfs;
  bool some_call_failed = true;
  for (int calls = 0; some_call_failed; ++calls) {
    CAPTURE(code, calls);
    REQUIRE(calls < 1'000);
    round([&] { vfs.fail_after(calls, code, false); },
          [&] {
            some_call_failed = vfs.has_failed();
            vfs.heal();
          });
  }
}

}  // namespace creditfold::test
