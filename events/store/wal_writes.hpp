// SPDX-License-Identifier: Apache-2.0
// SQLite writes the header and the page of each frame of a write-ahead log by themselves. Here what lies behind one
// another is kept until it is synced, read or cut, and written at once. Private to the SQLite store.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <vector>

namespace creditfold {

// Stands between a connection and its write-ahead log. Only for a connection that syncs each commit before others see
// it (synchronous=FULL): what was not synced is in no other connection's frames. Where a file system cannot overwrite a
// part of a sector without harm (no SQLITE_IOCAP_POWERSAFE_OVERWRITE), SQLite syncs within frames; there nothing is
// gathered.
//
// A write that fails later than SQLite asked for it fails the call before which it had to be done, and each sync until
// what was lost is written anew.
class GatheredWalWrites : private sqlite3_io_methods {
 public:
  GatheredWalWrites() : sqlite3_io_methods{} {}
  GatheredWalWrites(const GatheredWalWrites&) = delete;
  GatheredWalWrites& operator=(const GatheredWalWrites&) = delete;

  // REQUIRES: called once, and this outlives the connection; it has its write-ahead log open, as after any statement
  // that reads. Where there is none, everything stays as it is.
  void begin(sqlite3* connection);

 private:
  static GatheredWalWrites& of(sqlite3_file* file);
  static int write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) noexcept;
  static int sync(sqlite3_file* file, int flags) noexcept;
  static int close(sqlite3_file* file) noexcept;
  // Calls a method of the file itself, once nothing is kept.
  template <auto method, class... Arguments>
  static int behind_writes(sqlite3_file* file, Arguments... arguments) noexcept;
  [[nodiscard]] int flush(sqlite3_file* file) noexcept;

  const sqlite3_io_methods* own_ = nullptr;  // the file's own methods
  std::vector<std::uint8_t> kept_;
  sqlite3_int64 kept_at_ = 0;  // where in the file it begins
  int failed_ = SQLITE_OK;     // why what was to lie at the next place does not
  sqlite3_int64 failed_at_ = 0;
};

}  // namespace creditfold
