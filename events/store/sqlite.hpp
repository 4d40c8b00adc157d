// SPDX-License-Identifier: Apache-2.0
// A partition's log in DIR/ledger.db, an SQLite database: one process writes, any number read beside it. Durable when
// append returns (write-ahead log, synchronous=FULL). Native only; nothing of SQLite shows here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "events/partition.hpp"
#include "events/store/directory_lock.hpp"
#include "events/store/index_options.hpp"

namespace creditfold {

struct SqliteOptions {
  std::filesystem::path directory;  // made (0700) when it is missing and the log is opened to write
  bool read_only = false;           // takes no lock, creates nothing, and works while another process writes
  RegionId region{};                // whose partition it is; empty: nobody's
  bool locked = false;              // the caller holds a lock over the directory: none is taken here
  IndexOptions index{};
};

// Safe to use from several threads. Appends take turns; reads run beside them, each over what was appended before it
// began. A read-only log sees what the writing process appends, but its listeners hear of nothing.
class SqliteLog : public Partition {
 public:
  using Log::read_batches;

  // Says in the lock file where the writing process can be reached, for `lock_holder`. Nothing when it holds no lock.
  virtual void set_lock_text(const std::string& text) = 0;

  // Whether it is read as it is, and of a format before today's: whoever opens it to write brings it along.
  [[nodiscard]] virtual bool is_older_format() const = 0;

  // Throws Fault damaged when the database's own structure (pages, indexes) is broken, or when a tombstone is not what
  // it says. Reads everything.
  virtual void check_structure() const = 0;
};

inline constexpr const char* ledger_file = "ledger.db";

// Throws Fault: busy (another process writes there), damaged (not a database, or pages broken), unsupported_format
// (another program's database, or a newer format), read_only, full, unavailable (nothing there to read).
[[nodiscard]] std::unique_ptr<SqliteLog> open_sqlite(const SqliteOptions& options);

// Whether a ledger was begun here and has no tables yet: a process ended, or is, in between. Nothing to read, and
// whoever writes makes it whole.
[[nodiscard]] bool is_only_begun(const std::filesystem::path& ledger);

}  // namespace creditfold
